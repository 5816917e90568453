"""Descriptions for machines: every demo guide keeps the rules of CPSV-AP and of schema.org."""

from __future__ import annotations

import copy
import json
from datetime import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import rdflib
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from tests.case_factories import make_offering
from tests.catalogue.guides_at_random import guides
from tests.factories import make_agency, make_region
from tongban.catalogue import cpsv_ap, open_data
from tongban.catalogue.api import Guide, Item, Offering, ThemeSummary, read_item, read_yaml
from tongban.catalogue.guide import Limits, LimitUnit, Window
from tongban.catalogue.linked_data import (
    FEWEST_RATINGS,
    Addresses,
    Surroundings,
    as_script,
    duration,
    government_service,
    limits_in_words,
    surroundings,
)
from tongban.catalogue.models import ItemRelation
from tongban.catalogue.open_data import Part
from tongban.catalogue.publishing import guide_of
from tongban.catalogue.relations import relate
from tongban.directory.api import AgencySummary, CentreSummary, Interval, RegionSummary
from tongban.ratings.api import SMALLEST_SAMPLE

# rdflib warns of its own classes.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

DEMO = Path(__file__).parents[2] / "demo"
SHAPES = Path(__file__).with_name("cpsv_ap_shapes.ttl")
BASE = "https://yunze.example"
CV, DCT = "http://data.europa.eu/m8g/", "http://purl.org/dc/terms/"


def agency() -> AgencySummary:
    return AgencySummary(
        id=7,
        code="11990100000000001X",
        credit_code="11990100000000001X",
        credit_code_valid=False,
        name={"zh": "云州市公安局", "en": "Yunzhou Police"},
        short_name={},
        function="public_security",
        region_code="990100",
        region_path="990000/990100/",
        parent_id=None,
        phone="0990-5551000",
        complaint_phone="",
        active=True,
    )


def around() -> Surroundings:
    """A city of a province, its police, one centre, the demo's topics."""
    morning, all_day = Interval(time(9), time(12)), Interval(time(9), time(17))
    return Surroundings(
        addresses=Addresses(BASE),
        agencies={7: agency()},
        regions={
            "990000": RegionSummary("990000", {"zh": "云泽省"}, None, 1, "990000/"),
            "990100": RegionSummary("990100", {"zh": "云州市"}, "990000", 2, "990000/990100/"),
        },
        themes={
            one["code"]: ThemeSummary(one["code"], one["name"], one["audience"], {})
            for one in read_yaml(DEMO / "themes.yaml")
        },
        centres={
            "yunzhou": CentreSummary(
                code="yunzhou",
                name={"zh": "云州市政务服务中心", "en": "Yunzhou Centre"},
                region_code="990100",
                region_path="990000/990100/",
                address={"zh": "望江路1号"},
                directions={},
                phone="0990-5550012",
                hours=((all_day,),) * 5 + ((morning,), ()),
                always=False,
                access={},
                windows=(),
                agency_ids=frozenset({7}),
            )
        },
    )


def offering(slug: str = "lantern", **changes: Any) -> Offering:
    """An offering that no database knows."""
    item = Item(
        source="tongban",
        code="990701001000",
        type=changes.pop("type", "07"),
        everyday_names=changes.pop("everyday_names", []),
    )
    fields: dict[str, Any] = {
        "name": {"zh": "河灯会登记", "en": "Lantern fair"},
        "audiences": ["person"],
        "themes": [],
        "online": True,
    }
    return Offering(
        item=item,
        agency_id=7,
        region_id="990100",
        region_path="990000/990100/",
        code=f"11990100000000001X3{slug}",
        slug=slug,
        **fields | changes,
    )


def demo_services() -> list[tuple[Offering, Guide]]:
    pairs = []
    for path in sorted((DEMO / "items").glob("*.yaml")):
        content = read_item(path)
        guide = content.guide.model_copy(
            update={"windows": (), "consult_phone": "0990-5551000", "website": {"en": f"{BASE}/x"}}
        )
        if len(pairs) % 2:
            guide = Guide.model_validate(
                guide.model_dump(mode="json")
                | {"windows": [{"centre": "yunzhou"}, {"centre": "yunzhou"}, {"centre": "gone"}]}
            )
        pairs.append(
            (
                offering(
                    content.slug,
                    name=content.name,
                    type=content.type,
                    audiences=list(content.audiences),
                    themes=list(content.themes),
                    everyday_names=list(content.everyday_names),
                ),
                guide,
            )
        )
    return pairs


def graph(services: list[dict[str, object]], near: Surroundings | None = None) -> rdflib.Graph:
    data = cpsv_ap.dataset(near or around(), {"zh": "云泽省", "en": "Yunze"}, "990000")
    # In and out of JSON, as a reader gets it.
    text = json.dumps(cpsv_ap.document(services, data), ensure_ascii=False)
    return rdflib.Graph().parse(data=text, format="json-ld")


def broken_rules(found: rdflib.Graph) -> str:
    """What SHACL finds wrong; "" for nothing."""
    conforms, _results, text = pyshacl.validate(found, shacl_graph=str(SHAPES))
    return "" if conforms else str(text)


def test_every_demo_guide_keeps_the_rules_of_cpsv_ap() -> None:
    pairs = demo_services()
    services = [cpsv_ap.public_service(one, guide, around()) for one, guide in pairs]
    found = graph(services)
    assert broken_rules(found) == ""
    assert len(set(found.subjects(predicate=rdflib.URIRef(f"{CV}hasCompetentAuthority")))) == len(
        pairs
    )
    # Every material, condition, fee and law of the files is there, each under a name of its own.
    for kind, wanted in (
        ("Evidence", sum(len(guide.materials) for _one, guide in pairs)),
        ("Requirement", sum(len(guide.conditions) for _one, guide in pairs)),
        ("Cost", sum(len(guide.fees) for _one, guide in pairs)),
        ("Output", sum(guide.result is not None for _one, guide in pairs)),
    ):
        there = found.subjects(rdflib.RDF.type, rdflib.URIRef(f"{CV}{kind}"))
        assert len(set(there)) == wanted, kind


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("", {"dct:title": []}),
        ("", {"dct:description": []}),
        ("", {"cv:hasCompetentAuthority": []}),
        ("", {"dct:identifier": ["1", "2"]}),
        ("", {"cv:processingTime": "20 working days"}),
        ("cpsv:hasInput", {"dct:title": "no language"}),
        ("cpsv:hasInput", {"@type": "cv:Output"}),
        ("cv:hasCost", {"cv:hasValue": "free"}),
        ("cpsv:follows", {"dct:description": []}),
        ("cv:hasChannel", {"dct:type": {"@id": "urn:untyped"}}),
    ],
)
def test_the_rules_notice_what_breaks_them(part: str, fault: dict[str, object]) -> None:
    content = read_item(DEMO / "items" / "id-card-renewal.yaml")
    service = cpsv_ap.public_service(offering(), content.guide, around())
    assert broken_rules(graph([service])) == ""
    spoilt = copy.deepcopy(service)
    target: Any = spoilt[part] if part else spoilt
    (target[0] if part else target).update(fault)
    assert broken_rules(graph([spoilt])) != ""


def test_a_bare_guide_in_a_foreign_language_keeps_the_rules_too() -> None:
    bare = Guide(summary={}, website={"fr": "https://canada.example/fr"})
    one = offering(name={"fr": "Permis de pêche"}, audiences=[], online=False, type="")
    service = cpsv_ap.public_service(one, bare, around())
    assert broken_rules(graph([service])) == ""
    assert service["dct:description"] == [{"@value": "Permis de pêche", "@language": "fr"}]
    described = government_service(one, bare, around())
    assert described["name"] == "Permis de pêche"
    channel: Any = described["availableChannel"]
    assert channel["serviceUrl"] == "https://canada.example/fr"


def test_schema_org_names_who_where_how_and_what() -> None:
    guide = demo_services()[1][1]
    described: Any = government_service(offering(themes=["birth"]), guide, around(), language="en")
    assert described["@type"] == "GovernmentService"
    assert described["url"] == f"{BASE}/en/services/lantern"
    assert described["@id"] == f"{BASE}/services/lantern#service"  # the same in every language
    assert described["name"] == "Lantern fair"
    assert described["alternateName"] == "河灯会登记"
    assert described["serviceOperator"]["name"] == "Yunzhou Police"
    assert described["jurisdiction"]["containedInPlace"]["identifier"] == "990000"
    office = described["availableChannel"][2]["serviceLocation"]
    assert office["openingHoursSpecification"][0] == {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
        "opens": "09:00",
        "closes": "17:00",
    }
    assert described["audience"] == {"@type": "PeopleAudience", "audienceType": "People"}
    assert "aggregateRating" not in described
    found = rdflib.Graph()
    found.parse(
        data=json.dumps(described | {"@context": {"@vocab": "https://schema.org/"}}),
        format="json-ld",
    )
    assert len(found) > 40


# What schema.org gives each of the classes we use; of Thing's: name, url and their like.
_THING = {"@type", "@id", "name", "url", "description", "identifier", "alternateName"}
_PROPERTIES = {
    "GovernmentService": {
        "@context", "serviceOperator", "provider", "jurisdiction", "areaServed", "serviceType",
        "availableChannel", "audience", "serviceOutput", "offers", "category", "isRelatedTo",
        "aggregateRating",
    },
    "GovernmentOrganization": {"telephone"},
    "AdministrativeArea": {"containedInPlace"},
    "ServiceChannel": {
        "availableLanguage", "processingTime", "serviceLocation", "servicePhone", "serviceUrl",
    },
    "GovernmentOffice": {"address", "telephone", "openingHoursSpecification"},
    "OpeningHoursSpecification": {"dayOfWeek", "opens", "closes"},
    "ContactPoint": {"telephone"},
    "Offer": {"price", "priceCurrency"},
    "AggregateRating": {
        "ratingValue", "bestRating", "worstRating", "ratingCount", "ratingExplanation",
    },
    "Place": set(),
    "GovernmentPermit": set(),
    "DigitalDocument": set(),
    "PeopleAudience": {"audienceType"},
    "BusinessAudience": {"audienceType"},
}  # fmt: skip


def outside_schema_org(said: Any) -> list[str]:
    """Properties that a class does not have, and whatever is empty."""
    if isinstance(said, list):
        return [one for part in said for one in outside_schema_org(part)] or ["[]"] * (not said)
    if not isinstance(said, dict):
        return [] if said not in ("", None) else [repr(said)]
    known = _THING | _PROPERTIES.get(said.get("@type", ""), set())
    return [name for name in said if name not in known] + [
        f"{name}: {one}" for name, value in said.items() for one in outside_schema_org(value)
    ]


@settings_of_hypothesis(max_examples=40, deadline=None)
@given(guides, st.sampled_from(["zh", "en", "fr"]))
def test_schema_org_is_told_nothing_empty_and_nothing_unknown(guide: Guide, language: str) -> None:
    windows = guide.model_copy(update={"windows": (Window(centre="yunzhou"),)})
    for one in (guide, windows):
        for shown in (offering(themes=["birth"]), offering(name={"fr": "Permis"}, online=False)):
            told = government_service(
                shown, one, around(), language=language, ratings={5: 9},
                related={"fair": {"zh": "灯会"}},
            )  # fmt: skip
            assert outside_schema_org(told) == []


def test_a_scale_is_no_price_and_free_is_told_only_where_it_is_said() -> None:
    fee = {"name": {"zh": "检验费"}, "amount": "0", "basis": {"zh": "第三条"}}
    scale = Guide.model_validate(
        {"summary": {}, "fees": [fee | {"standard": {"zh": "按货值的0.1%"}}]}
    )
    offers: Any = government_service(offering(), scale, around())["offers"]
    assert offers == {"@type": "Offer", "name": "检验费", "description": "按货值的0.1%"}
    service: Any = cpsv_ap.public_service(offering(), scale, around())
    assert "cv:hasValue" not in service["cv:hasCost"][0]
    assert broken_rules(graph([service])) == ""
    free = Guide.model_validate({"summary": {}, "payment": {"charged": False}})
    told: Any = government_service(offering(), free, around())
    assert told["offers"]["price"] == "0"
    assert "offers" not in government_service(offering(), Guide(summary={}), around())


def test_ratings_are_told_from_the_smallest_sample_on_as_a_share() -> None:
    assert FEWEST_RATINGS == SMALLEST_SAMPLE
    guide = Guide(summary={"zh": "登记"})
    few: Any = government_service(offering(), guide, around(), ratings={5: 3, 1: 1})
    assert "aggregateRating" not in few
    enough: Any = government_service(offering(), guide, around(), ratings={5: 2, 3: 1, 2: 1, 1: 1})
    assert enough["aggregateRating"]["ratingValue"] == 60
    assert enough["aggregateRating"]["ratingCount"] == 5


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(
    st.text(max_size=60), st.sampled_from(["</script>", "<!--<script>", "]]>", "\u2028", "&lt;"])
)
def test_hostile_names_stay_inside_their_script_element(name: str, attack: str) -> None:
    told = {"name": f"{name}{attack}<img src=x onerror=alert(1)>{name}"}
    page = _Scripts()
    page.feed(f'<script type="application/ld+json">{as_script(dict(told))}</script>')
    page.close()
    assert page.tags == ["script"]
    assert json.loads(page.text) == told


@given(st.integers(0, 3650), st.sampled_from(LimitUnit))
def test_durations_estimate_no_less_than_the_limit(days: int, unit: LimitUnit) -> None:
    told = int(duration(days, unit).removeprefix("P").removesuffix("D"))
    assert told == days if unit is LimitUnit.CALENDAR_DAYS else days <= told <= days * 7 / 5 + 1


def test_limits_are_told_in_words_that_keep_working_days() -> None:
    limits = Limits(statutory=20, promised=5)
    assert limits_in_words(limits, "zh") == "承诺5个工作日，法定20个工作日"
    assert limits_in_words(limits, "en") == (
        "promised within 5 working days; by law within 20 working days"
    )
    assert limits_in_words(Limits(promised=0), "zh") == "承诺当场办结"
    assert limits_in_words(Limits(), "en") == ""


@pytest.mark.django_db
def test_related_services_are_named_with_what_the_profile_asks() -> None:
    """Needed first, usual next, replaced: the nearest offering, in one service and in the file."""
    province = make_region("990000")
    city, county = make_region("990100", parent=province), make_region("990200", parent=province)
    agency, other = make_agency(city), make_agency(county)
    mine, needed, next_one, old = (make_offering(agency, name={"zh": name}) for name in "甲乙丙丁")
    far = make_offering(other, name={"zh": "远处的乙"})
    Offering.objects.filter(pk=far.pk).update(item=needed.item)
    nobodys = Item.objects.create(source="test", code="990000000099", name={"zh": "没有人办"})
    kinds = ItemRelation.Kind
    for kind, related in (
        (kinds.NEEDS, needed.item),
        (kinds.NEEDS, nobodys),
        (kinds.USUAL_NEXT, next_one.item),
        (kinds.REPLACES, old.item),
    ):
        relate(mine.item_id, related.pk, kind)

    def named(found: rdflib.Graph, offering: Offering) -> dict[str, set[str]]:
        subject = rdflib.URIRef(f"{settings.BASE_URL}/services/{offering.slug}#service")
        wanted = (f"{DCT}requires", f"{CV}relatedService", f"{DCT}replaces", f"{DCT}isReplacedBy")
        return {
            name.rpartition("/")[2]: {str(one).split("/")[-1] for one in there}
            for name in wanted
            if (there := set(found.objects(subject, rdflib.URIRef(name))))
        }

    whole = rdflib.Graph().parse(
        data="".join(open_data.pieces("jsonld", Part(), dataset_name={"zh": "云泽"})),
        format="json-ld",
    )
    pairs = [(mine, guide_of(mine.current))]
    with CaptureQueriesContext(connection) as queries:
        near = surroundings(settings.BASE_URL, pairs, relations=True)
    assert len(queries) <= 5
    alone = graph([cpsv_ap.public_service(*pairs[0], near)], near)
    for found in (whole, alone):
        assert broken_rules(found) == ""
        assert named(found, mine) == {
            "requires": {f"{needed.slug}#service"},
            "relatedService": {f"{next_one.slug}#service"},
            "replaces": {f"{old.slug}#service"},
        }
    assert named(whole, old) == {"isReplacedBy": {f"{mine.slug}#service"}}
    assert named(whole, needed) == {}
