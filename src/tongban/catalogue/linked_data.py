"""Offerings as linked data: what machines are told on a guide's page (schema.org).

`cpsv_ap.py` says the same in the European profile, more fully. Both name things by the addresses of
their pages, so that two descriptions of one thing meet: an agency is `…/agencies/CODE#agency`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from urllib.parse import quote

from tongban.catalogue.codes import TYPES
from tongban.catalogue.finding import ThemeSummary, themes
from tongban.catalogue.guide import Fee, Guide, Limits, LimitUnit, Result
from tongban.catalogue.models import Offering
from tongban.catalogue.related_services import RelatedService, related_services
from tongban.directory.api import (
    AgencySummary,
    CentreSummary,
    Interval,
    RegionSummary,
    agencies,
    centres,
    regions,
)
from tongban.kernel.localized import Localized, pick
from tongban.kernel.localized import language as readers_language

Json = dict[str, object]

# As ratings.SMALLEST_SAMPLE: fewer ratings say little, and may name somebody.
FEWEST_RATINGS = 5
_LOWEST_CONTENT = 3  # of five levels: mostly satisfied

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_AUDIENCES: dict[str, tuple[str, Localized]] = {
    "person": ("PeopleAudience", {"zh": "个人", "en": "People"}),
    "firm": ("BusinessAudience", {"zh": "企业和其他单位", "en": "Firms and other bodies"}),
}
_OUTPUTS = {
    "certificate": "GovernmentPermit",
    "document": "DigitalDocument",
    "decision": "DigitalDocument",
    "record": "DigitalDocument",
}


@dataclass(frozen=True)
class Addresses:
    """Names of things: the addresses of their pages under `base` ("https://…", no slash).

    Names never carry a language; pages in English begin with /en.
    """

    base: str

    def page(self, path: str, language: str = "zh") -> str:
        """The address of a page in a language."""
        return f"{self.base}{'' if language == 'zh' else '/en'}/{path}"

    def guide(self, slug: str, language: str = "zh") -> str:
        return self.page(f"services/{quote(slug)}", language)

    def apply(self, slug: str, language: str = "zh") -> str:
        return self.page(f"apply/{quote(slug)}", language)

    def service(self, slug: str) -> str:
        return f"{self.guide(slug)}#service"

    def agency(self, code: str) -> str:
        return f"{self.page('agencies')}/{quote(code, safe='')}#agency"

    def centre(self, code: str) -> str:
        return f"{self.page('centres')}/{quote(code, safe='')}#centre"

    def term(self, kind: str, code: str) -> str:
        """A word of our own lists: a topic, a region, a way to apply."""
        return f"{self.page('open-data/terms')}#{kind}-{quote(code, safe='')}"


@dataclass(frozen=True)
class Surroundings:
    """What descriptions of some offerings name beside them. Read once for many."""

    addresses: Addresses
    agencies: Mapping[int, AgencySummary]
    regions: Mapping[str, RegionSummary]
    themes: Mapping[str, ThemeSummary]
    centres: Mapping[str, CentreSummary]
    related: Mapping[tuple[int, str], Sequence[RelatedService]] = field(default_factory=dict)

    def line(self, code: str) -> list[RegionSummary]:
        """The region with those above it, the root first."""
        here = self.regions[code]
        return [self.regions[one] for one in here.ancestor_codes if one in self.regions] + [here]


def surroundings(
    base: str, described: Iterable[tuple[Offering, Guide]], *, relations: bool = False
) -> Surroundings:
    """All that descriptions of these offerings name, in five queries. `base`: settings.BASE_URL.

    `relations`: related services too, which CPSV-AP names; one query more.
    """
    pairs = list(described)
    codes = {code for one, _guide in pairs for code in one.region_path.split("/") if code}
    windows = {window.centre for _one, guide in pairs for window in guide.windows}
    places = ((one.item_id, one.region_path) for one, _guide in pairs)
    related = related_services(places) if relations else {}
    others = {other.agency_id for those in related.values() for other in those}
    return Surroundings(
        addresses=Addresses(base),
        agencies=agencies({one.agency_id for one, _guide in pairs} | others),
        regions=regions(codes),
        themes={theme.code: theme for theme in themes()},
        centres=centres(windows) if windows else {},
        related=related,
    )


def government_service(
    offering: Offering,
    guide: Guide,
    around: Surroundings,
    *,
    ratings: Mapping[int, int] | None = None,
    related: Mapping[str, Localized] | None = None,
    language: str | None = None,
) -> Json:
    """schema.org GovernmentService of an offering, in one language (default: the reader's).

    `ratings`: how many gave 1 to 5; told only from FEWEST_RATINGS on. `related`: other services by
    slug, which have a page. Put it into a page with `as_script`.
    """
    language = language or readers_language()
    here, addresses = around.agencies[offering.agency_id], around.addresses
    operator: Json = {
        "@type": "GovernmentOrganization",
        "@id": addresses.agency(here.code),
        "name": pick(here.name, language),
        "identifier": here.credit_code or here.code,
    }
    if here.phone:
        operator["telephone"] = here.phone
    area = _area(around.line(offering.region_id), addresses, language)
    described: Json = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": addresses.service(offering.slug),
        "url": addresses.guide(offering.slug, language),
        "identifier": offering.code,
        "name": pick(offering.name, language),
        "serviceOperator": operator,
        "provider": {"@id": operator["@id"]},
        "jurisdiction": area,
        "areaServed": {"@id": area["@id"]},
    }
    _put(described, "description", pick(guide.summary, language))
    _put(described, "availableChannel", _channels(offering, guide, around, language))
    others = dict.fromkeys(text for text in offering.name.values() if text)
    _put(described, "alternateName", [text for text in others if text != described["name"]])
    _put(described, "serviceType", pick(TYPES.get(offering.item.type, {}), language))
    _put(described, "audience", [_audience(one, language) for one in offering.audiences])
    if guide.result:
        described["serviceOutput"] = _output(guide.result, language)
    _put(described, "offers", _offers(guide, language))
    _put(described, "category", _theme_names(offering, around, language))
    _put(
        described,
        "isRelatedTo",
        [
            {
                "@type": "GovernmentService",
                "@id": addresses.service(slug),
                "url": addresses.guide(slug, language),
                "name": pick(name, language),
            }
            for slug, name in (related or {}).items()
        ],
    )
    if ratings and (told := sum(ratings.values())) >= FEWEST_RATINGS:
        # Levels are ordered words, not distances: a share, no average (decision 16).
        content = sum(n for level, n in ratings.items() if level >= _LOWEST_CONTENT)
        described["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(100 * content / told),
            "bestRating": 100,
            "worstRating": 0,
            "ratingCount": told,
            "ratingExplanation": {"zh": "评价者中满意的百分比"}.get(
                language, "Per cent of those who rated it who were satisfied"
            ),
        }
    return described


def as_script(document: Json) -> str:
    """JSON for inside a <script type="application/ld+json"> element.

    A name may hold "</script>": what HTML would act on is written as \\u escapes, which JSON reads
    as the same characters.
    """
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def duration(days: int, unit: LimitUnit) -> str:
    """Days as an ISO 8601 duration, which knows no working days: five of them are a week.

    Rounded up, holidays aside: an estimate, as both vocabularies call it.
    """
    if unit is LimitUnit.WORKING_DAYS:
        days = math.ceil(days * 7 / 5)
    return f"P{days}D"


def limits_in_words(limits: Limits, language: str) -> str:
    """The limits in a sentence that says what a duration cannot; "" if there are none."""
    parts = []
    for days, zh, en in (
        (limits.promised, "承诺", "promised within"),
        (limits.statutory, "法定", "by law within"),
    ):
        if days is None:
            continue
        if language == "zh":
            unit = "个工作日" if limits.unit is LimitUnit.WORKING_DAYS else "日"
            parts.append(f"{zh}{days}{unit}" if days else f"{zh}当场办结")
        else:
            unit = "working day" if limits.unit is LimitUnit.WORKING_DAYS else "day"
            when = f"{days} {unit}{'' if days == 1 else 's'}" if days else "the same visit"
            parts.append(f"{en} {when}")
    return ("，" if language == "zh" else "; ").join(parts)


def _put(described: Json, name: str, value: object) -> None:
    """Set what there is; a list of one stands by itself."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value:
        described[name] = value


def _area(line: Sequence[RegionSummary], addresses: Addresses, language: str) -> Json:
    area: Json = {}
    for region in line:
        above = {"containedInPlace": area} if area else {}
        area = {
            "@type": "AdministrativeArea",
            "@id": addresses.term("region", region.code),
            "name": pick(region.name, language),
            "identifier": region.code,
            **above,
        }
    return area


def _audience(code: str, language: str) -> Json:
    kind, name = _AUDIENCES.get(code, ("Audience", {"en": code}))
    return {"@type": kind, "audienceType": pick(name, language)}


def _output(result: Result, language: str) -> Json:
    output: Json = {"@type": _OUTPUTS[result.kind]}
    _put(output, "name", pick(result.name, language))
    return output


def _offers(guide: Guide, language: str) -> list[Json]:
    """The fees. That nobody has said anything of a fee does not make it free."""
    if guide.payment.charged is False and not guide.fees:
        return [{"@type": "Offer", "price": "0", "priceCurrency": "CNY"}]
    return [_offer(fee, language) for fee in guide.fees]


def _offer(fee: Fee, language: str) -> Json:
    """A fee; without a price where a scale stands in the place of an amount."""
    offer: Json = {"@type": "Offer"}
    _put(offer, "name", pick(fee.name, language))
    if fee.amount or not any(fee.standard.values()):
        offer |= {"price": f"{fee.amount:f}", "priceCurrency": "CNY"}
    said = (pick(fee.standard, language), pick(fee.waiver, language))
    _put(offer, "description", "\n".join(filter(None, said)))
    return offer


def _theme_names(offering: Offering, around: Surroundings, language: str) -> list[str]:
    found = (around.themes.get(code) for code in offering.themes)
    return [pick(theme.name, language) for theme in found if theme]


def _channels(offering: Offering, guide: Guide, around: Surroundings, language: str) -> list[Json]:
    known = guide.limits.binding
    # Language names after BCP 47, as schema.org takes them.
    common: Json = {"@type": "ServiceChannel"}
    if known is not None:
        common["processingTime"] = duration(known, guide.limits.unit)
    found: list[Json] = []
    if offering.online:
        found.append(
            common
            | {
                "name": {"zh": "网上申请"}.get(language, "Online application"),
                "serviceUrl": around.addresses.apply(offering.slug, language),
                "availableLanguage": ["zh-Hans", "en"],
            }
        )
    if website := pick(guide.website, language):
        found.append(
            common
            | {
                "name": {"zh": "机构自己的网页"}.get(language, "The agency's own page"),
                "serviceUrl": website,
            }
        )
    for window in guide.windows:
        if centre := around.centres.get(window.centre):
            found.append(
                common
                | {
                    "name": " ".join(
                        part
                        for part in (pick(centre.name, language), pick(window.window, language))
                        if part
                    ),
                    "serviceLocation": _office(centre, around.addresses, language),
                }
            )
    if not guide.windows and (place := pick(guide.place, language)):
        found.append(
            common
            | {
                "name": {"zh": "现场办理"}.get(language, "In person"),
                "serviceLocation": {"@type": "Place", "name": place},
            }
        )
    if guide.consult_phone.strip():
        found.append(
            {
                "@type": "ServiceChannel",
                "name": {"zh": "咨询电话"}.get(language, "Questions by telephone"),
                "servicePhone": {"@type": "ContactPoint", "telephone": guide.consult_phone},
            }
        )
    return found


def _office(centre: CentreSummary, addresses: Addresses, language: str) -> Json:
    office: Json = {
        "@type": "GovernmentOffice",
        "@id": addresses.centre(centre.code),
        "name": pick(centre.name, language),
    }
    _put(office, "address", pick(centre.address, language))
    _put(office, "telephone", centre.phone)
    days: dict[Interval, list[str]] = {}
    for day, intervals in zip(_DAYS, centre.hours, strict=True):
        for interval in intervals:
            days.setdefault(interval, []).append(day)
    hours: list[Json] = [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": open_on,
            "opens": _clock(interval.opens),
            "closes": _clock(interval.closes),
        }
        for interval, open_on in days.items()
    ]
    _put(office, "openingHoursSpecification", hours)
    return office


def _clock(moment: time) -> str:
    return moment.strftime("%H:%M")
