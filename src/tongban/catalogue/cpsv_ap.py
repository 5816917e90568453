"""Offerings in CPSV-AP 3.2, the European profile for public services, as JSON-LD.

Every service is one object that holds all it needs; what several share (agencies, topics) carries
the same name in each, so that a reader's graph has it once. The words are prefixed names (`cv:`,
`dct:`), which the context spells out: nothing has to be fetched. `docs/open-data.md` maps every
element of a guide. Tests check the profile's rules with SHACL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tongban.catalogue.codes import TYPES
from tongban.catalogue.guide import Basis, Fee, Guide, Material, Result
from tongban.catalogue.linked_data import Json, Surroundings, duration, limits_in_words
from tongban.catalogue.models import ItemRelation, Offering
from tongban.directory.api import CentreSummary, RegionSummary
from tongban.kernel.localized import Localized

CONTEXT: Json = {
    "adms": "http://www.w3.org/ns/adms#",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "locn": "http://www.w3.org/ns/locn#",
    "org": "http://www.w3.org/ns/org#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_AUTHORITY = "http://publications.europa.eu/resource/authority"
# The European list of languages: ISO 639-3 in capitals.
_LANGUAGES = {"zh": "ZHO", "en": "ENG", "fr": "FRA", "nl": "NLD"}
_CHANNELS: dict[str, Localized] = {
    "online": {"zh": "网上办理", "en": "Online"},
    "website": {"zh": "机构网页", "en": "The agency's own page"},
    "counter": {"zh": "窗口办理", "en": "At a counter"},
    "telephone": {"zh": "电话", "en": "By telephone"},
}
_AUDIENCES: dict[str, Localized] = {
    "person": {"zh": "个人", "en": "People"},
    "firm": {"zh": "企业和其他单位", "en": "Firms and other bodies"},
}
_RESULTS: dict[str, Localized] = {
    "certificate": {"zh": "证照", "en": "Certificate or licence"},
    "document": {"zh": "文书", "en": "Document"},
    "decision": {"zh": "决定", "en": "Decision"},
    "record": {"zh": "登记记录", "en": "Entry in a register"},
}
_NECESSITY: dict[str, Localized] = {
    "required": {"zh": "必要", "en": "Required"},
    "conditional": {"zh": "特定情形提供", "en": "In some cases"},
    "tolerated": {"zh": "可容缺后补", "en": "May follow later"},
}
_DAYS: Sequence[Localized] = (
    {"zh": "周一", "en": "Monday"},
    {"zh": "周二", "en": "Tuesday"},
    {"zh": "周三", "en": "Wednesday"},
    {"zh": "周四", "en": "Thursday"},
    {"zh": "周五", "en": "Friday"},
    {"zh": "周六", "en": "Saturday"},
    {"zh": "周日", "en": "Sunday"},
)
# Our own words, by kind and code: the targets of `Addresses.term`.
TERMS: Mapping[str, Mapping[str, Localized]] = {
    "channel": _CHANNELS,
    "audience": _AUDIENCES,
    "necessity": _NECESSITY,
    "result": _RESULTS,
    "type": TYPES,
}
_Kind = ItemRelation.Kind
# What a relation of an item is called, by whether the item is its subject. That others need this
# one, or go on with it, their own descriptions say.
_RELATIONS: Mapping[tuple[ItemRelation.Kind, bool], str] = {
    (_Kind.NEEDS, True): "dct:requires",
    (_Kind.USUAL_NEXT, True): "cv:relatedService",
    (_Kind.REPLACES, True): "dct:replaces",
    (_Kind.REPLACES, False): "dct:isReplacedBy",
}
_HAN = re.compile(r"[\u3400-\u9fff]")


def public_service(offering: Offering, guide: Guide, around: Surroundings) -> Json:
    """A cpsv:PublicService with all that belongs to it. Wants CONTEXT around it."""
    return _Service(offering, guide, around).described()


def document(services: Sequence[Json], dataset: Json) -> Json:
    """A whole JSON-LD document of a few services, with the data set they are part of."""
    return {"@context": CONTEXT, "@graph": [dataset, *services]}


def dataset(around: Surroundings, name: Localized, publisher: str) -> Json:
    """The data set that all services of an installation are part of (dcat:Dataset).

    `name`: of the installation; `publisher`: what identifies who runs it.
    """
    page = around.addresses.page("open-data")
    return {
        "@id": f"{page}#catalogue",
        "@type": "dcat:Dataset",
        "dct:title": texts(
            {
                key: f"{text} · {'政务服务目录' if key == 'zh' else 'catalogue of public services'}"
                for key, text in name.items()
            }
        ),
        "dct:description": texts(
            {
                "zh": "本平台公布的全部政务服务事项及办事指南。",
                "en": "All public services published on this platform, with their guides.",
            }
        ),
        "dct:publisher": {
            "@id": f"{page}#publisher",
            "@type": "foaf:Agent",
            "dct:identifier": publisher,
            "dct:title": texts(name),
        },
        "dcat:landingPage": _page(page),
    }


def texts(localized: Localized) -> list[Json]:
    """A text of several languages as language-tagged strings."""
    return [{"@value": text, "@language": key} for key, text in localized.items() if text]


def _page(address: str) -> Json:
    return {"@id": address, "@type": "foaf:Document"}


class _Service:
    """One description in the making."""

    def __init__(self, offering: Offering, guide: Guide, around: Surroundings) -> None:
        self.offering, self.guide, self.around = offering, guide, around
        self.addresses = around.addresses
        self.page = self.addresses.guide(offering.slug)
        self.agency = self.addresses.agency(around.agencies[offering.agency_id].code)

    def described(self) -> Json:
        offering, guide = self.offering, self.guide
        line = self.around.line(offering.region_id)
        service: Json = {
            "@id": self.addresses.service(offering.slug),
            "@type": "cpsv:PublicService",
            "dct:identifier": offering.code,
            "dct:title": texts(offering.name),
            "dct:description": texts(guide.summary) or texts(offering.name),
            "cv:hasCompetentAuthority": self._agency(offering.agency_id),
            "dct:isPartOf": {"@id": f"{self.addresses.page('open-data')}#catalogue"},
            "adms:status": self._concept(
                "http://purl.org/adms/status/Completed", {"zh": "现行有效", "en": "In force"}
            ),
            "foaf:page": _page(self.page),
            "dct:spatial": self._location(line[-1]),
            "dct:language": [
                {"@id": f"{_AUTHORITY}/language/{_LANGUAGES[key]}", "@type": "dct:LinguisticSystem"}
                for key in offering.name
                if key in _LANGUAGES
            ],
            "dct:audience": [
                self._term("audience", code, _AUDIENCES.get(code, {"en": code}))
                for code in offering.audiences
            ],
            "cv:isClassifiedBy": [
                self._term("type", code, TYPES[code])
                for code in [offering.item.type]
                if code in TYPES
            ],
            "cv:thematicArea": self._themes(),
            "cv:isGroupedBy": self._events(),
            "dcat:keyword": self._keywords(),
            "cv:holdsRequirement": self._requirements(),
            "cpsv:hasInput": [self._evidence(one) for one in guide.materials],
            "cpsv:produces": [self._output(guide.result)] if guide.result else [],
            "cv:hasCost": self._costs(),
            "cv:hasChannel": self._channels(),
            "cv:contactPoint": self._contact(),
            "cv:hasLegalResource": [self._law(n, one) for n, one in enumerate(guide.basis, 1)],
            "cpsv:follows": self._rules(),
            **self._related(),
        }
        if (time := self._time()) is not None:
            service["cv:processingTime"] = time
        return {name: value for name, value in service.items() if value}

    def _part(self, kind: str, key: object) -> Json:
        """A part of the service: its address, and its identifier within the catalogue."""
        return {
            "@id": f"{self.page}#{kind}-{key}",
            "dct:identifier": f"{self.offering.code}/{kind}/{key}",
        }

    def _concept(self, address: str, name: Localized) -> Json:
        return {"@id": address, "@type": "skos:Concept", "skos:prefLabel": texts(name)}

    def _term(self, kind: str, code: str, name: Localized) -> Json:
        return self._concept(self.addresses.term(kind, code), name)

    def _location(self, region: RegionSummary) -> Json:
        return {
            "@id": self.addresses.term("region", region.code),
            "@type": "dct:Location",
            "dct:identifier": region.code,
            "locn:geographicName": texts(region.name),
        }

    def _agency(self, agency_id: int) -> Json:
        """The profile asks for a European territorial unit as `dct:spatial`: none exists here."""
        agency = self.around.agencies[agency_id]
        return {
            "@id": self.addresses.agency(agency.code),
            "@type": ["cv:PublicOrganisation", "org:Organization"],
            "dct:identifier": agency.credit_code or agency.code,
            "skos:prefLabel": texts(agency.name),
        }

    def _themes(self) -> list[Json]:
        return [
            self._term("theme", code, self.around.themes[code].name)
            for code in self.offering.themes
            if code in self.around.themes
        ]

    def _events(self) -> list[Json]:
        """A topic for persons is an event of life; one for firms is one of business."""
        found: list[Json] = []
        for code in self.offering.themes:
            theme = self.around.themes.get(code)
            if theme is None:
                continue
            kind = "LifeEvent" if theme.audience == "person" else "BusinessEvent"
            found.append(
                {
                    "@id": self.addresses.term("event", code),
                    "@type": ["cv:Event", f"cv:{kind}"],
                    "dct:identifier": code,
                    "dct:title": texts(theme.name),
                    "dct:type": self._term("theme", code, theme.name),
                }
            )
        return found

    def _keywords(self) -> list[Json]:
        """Everyday names carry no language: Chinese if they hold a Chinese character."""
        other = next((key for key in self.offering.name if key != "zh"), "en")
        return [
            {"@value": name, "@language": "zh" if _HAN.search(name) else other}
            for name in self.offering.item.everyday_names
            if name
        ]

    def _requirements(self) -> list[Json]:
        found = []
        for n, condition in enumerate(self.guide.conditions, 1):
            requirement = self._part("condition", n) | {
                "@type": "cv:Requirement",
                "dct:title": texts(condition.text),
            }
            if condition.basis:
                requirement["dct:description"] = texts(condition.basis)
            found.append(requirement)
        return found

    def _evidence(self, material: Material) -> Json:
        necessity = material.necessity
        evidence = self._part("material", material.key) | {
            "@type": "cv:Evidence",
            "dct:title": texts(material.name),
            "dct:type": self._term("necessity", necessity, _NECESSITY[necessity]),
        }
        said = _joined(material.condition, material.notes, material.issuer)
        if said:
            evidence["dct:description"] = texts(said)
        if material.blank:
            evidence["foaf:page"] = _page(f"{self.page}/papers/{material.key}")
        return evidence

    def _output(self, result: Result) -> Json:
        output = self._part("result", 1) | {
            "@type": "cv:Output",
            "dct:title": texts(result.name),
            "dct:type": self._term("result", result.kind, _RESULTS[result.kind]),
        }
        if result.validity:
            output["dct:description"] = texts(result.validity)
        return output

    def _costs(self) -> list[Json]:
        return [self._cost(n, fee) for n, fee in enumerate(self.guide.fees, 1)]

    def _cost(self, n: int, fee: Fee) -> Json:
        """Without a value where a scale stands in the place of an amount."""
        cost = self._part("fee", n) | {
            "@type": "cv:Cost",
            "dct:description": texts(
                _joined(fee.name, fee.per, fee.standard, fee.waiver, fee.basis)
            ),
            "cv:isDefinedBy": {"@id": self.agency},
        }
        if fee.amount or not any(fee.standard.values()):
            cost["cv:hasValue"] = {"@value": f"{fee.amount}", "@type": "xsd:double"}
            cost["cv:currency"] = {
                "@id": f"{_AUTHORITY}/currency/CNY",
                "@type": "skos:Concept",
            }
        return cost

    def _channels(self) -> list[Json]:
        guide, offering = self.guide, self.offering
        found = []
        if offering.online:
            found.append(self._channel("online", 1, {}, _page(self.addresses.apply(offering.slug))))
        for key, address in guide.website.items():
            found.append(self._channel("website", key, {}, _page(address)))
        for n, window in enumerate(guide.windows, 1):
            if centre := self.around.centres.get(window.centre):
                channel = self._channel(
                    "counter",
                    n,
                    _joined(centre.name, window.window, centre.address),
                    _page(f"{self.addresses.page('centres')}/{centre.code}"),
                )
                if any(centre.hours):
                    channel["cv:openingHours"] = _hours(channel, centre)
                found.append(channel)
        if guide.place and not guide.windows:
            found.append(self._channel("counter", "place", guide.place))
        if guide.consult_phone:
            found.append(
                self._channel(
                    "telephone", 1, {"zh": guide.consult_phone, "en": guide.consult_phone}
                )
            )
        return found

    def _channel(self, kind: str, key: object, said: Localized, page: Json | None = None) -> Json:
        channel = self._part(kind, key) | {
            "@type": "cv:Channel",
            "dct:type": self._term("channel", kind, _CHANNELS[kind]),
            "cv:ownedBy": {"@id": self.agency},
        }
        if said:
            channel["dct:description"] = texts(said)
        if page:
            channel["foaf:page"] = page
        return channel

    def _contact(self) -> list[Json]:
        telephone = self.guide.consult_phone or self.around.agencies[self.offering.agency_id].phone
        if not telephone:
            return []
        return [
            {
                "@id": f"{self.page}#contact",
                "@type": "cv:ContactPoint",
                "cv:telephone": telephone,
                "cv:contactPage": _page(self.agency.removesuffix("#agency")),
            }
        ]

    def _law(self, n: int, basis: Basis) -> Json:
        law: Json = {
            "@id": f"{self.page}#basis-{n}",
            "@type": "eli:LegalResource",
            "dct:title": texts(_joined(basis.title, basis.article, by=" ")),
            "dct:description": texts(basis.says),
        }
        if basis.url.startswith(("https://", "http://")):
            law["foaf:page"] = _page(basis.url)
        return law

    def _time(self) -> Json | None:
        days = self.guide.limits.binding
        if days is None:
            return None
        return {"@value": duration(days, self.guide.limits.unit), "@type": "xsd:duration"}

    def _rules(self) -> list[Json]:
        """The limits in words: `processingTime` cannot say "working days", nor tell two limits."""
        said = {key: limits_in_words(self.guide.limits, key) for key in ("zh", "en")}
        if not said["zh"]:
            return []
        rule = self._part("rule", "time") | {
            "@type": "cpsv:Rule",
            "dct:title": texts({"zh": "办理时限", "en": "Time limits"}),
            "dct:description": texts(said),
        }
        laws = [{"@id": f"{self.page}#basis-{n}"} for n, _law in enumerate(self.guide.basis, 1)]
        if laws:
            rule["cpsv:implements"] = laws
        return [rule]

    def _related(self) -> dict[str, list[Json]]:
        """Other services by property, each with what the profile asks of any service."""
        found: dict[str, list[Json]] = {}
        place = (self.offering.item_id, self.offering.region_path)
        for one in self.around.related.get(place, ()):
            if name := _RELATIONS.get((one.kind, one.forward)):
                other: Json = {
                    "@id": self.addresses.service(one.slug),
                    "@type": "cpsv:PublicService",
                    "dct:identifier": one.code,
                    "dct:title": texts(one.name),
                    "dct:description": texts(one.summary) or texts(one.name),
                    "cv:hasCompetentAuthority": self._agency(one.agency_id),
                }
                found.setdefault(name, []).append(other)
        return found


def _joined(*parts: Mapping[str, str], by: str = "\n") -> dict[str, str]:
    """Texts put together, language by language."""
    keys = dict.fromkeys(key for part in parts for key in part)
    return {key: by.join(part[key] for part in parts if part.get(key)) for key in keys}


def _hours(channel: Json, centre: CentreSummary) -> Json:
    lines: dict[str, list[str]] = {"zh": [], "en": []}
    for name, intervals in zip(_DAYS, centre.hours, strict=True):
        if not intervals:
            continue
        spans = [f"{one.opens:%H:%M}–{one.closes:%H:%M}" for one in intervals]
        lines["zh"].append(f"{name['zh']} {'、'.join(spans)}")
        lines["en"].append(f"{name['en']} {', '.join(spans)}")
    return {
        "@id": f"{channel['@id']}-hours",
        "@type": "time:TemporalEntity",
        "dct:description": texts({"zh": "；".join(lines["zh"]), "en": "; ".join(lines["en"])}),
    }
