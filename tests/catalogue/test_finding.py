"""Finding services: what is found, in which order, and that nothing typed breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.case_factories import make_guide, make_offering
from tests.factories import make_agency, make_region
from tongban.catalogue.api import (
    MOST_FOUND,
    Item,
    Offering,
    also_offered,
    browse,
    counts,
    find,
    has_words,
    most_used,
    offering_by_slug,
    outlines,
    recently_changed,
    reindex,
    similar,
    suggest,
    version_by_number,
    versions_of,
    withdraw,
)
from tongban.catalogue.facets import facet
from tongban.directory.models import Agency

pytestmark = pytest.mark.django_db


def offer(agency: Agency, zh: str, en: str = "", **fields: Any) -> Offering:
    """An offering whose item carries what searching reads as well."""
    everyday = fields.pop("everyday", [])
    themes = fields.pop("themes", ["birth"])
    audiences = fields.pop("audiences", ["person"])
    if fields.get("form", True) is None and "guide" not in fields:
        fields["guide"] = make_guide(visits=1)  # done at a window
    offering = make_offering(agency, name={"zh": zh, "en": en or zh}, **fields)
    Item.objects.filter(pk=offering.item_id).update(everyday_names=everyday, themes=themes)
    Offering.objects.filter(pk=offering.pk).update(themes=themes, audiences=audiences)
    reindex([offering.pk])
    return Offering.objects.get(pk=offering.pk)


@pytest.fixture
def province() -> Agency:
    return make_agency(make_region("990000"))


@pytest.fixture
def city() -> Agency:
    return make_agency(make_region("990100", parent=make_region("990000")))


@pytest.fixture
def other_city() -> Agency:
    return make_agency(make_region("990200", parent=make_region("990000")))


@pytest.fixture
def district(city: Agency) -> Agency:
    return make_agency(make_region("990102", parent=city.region))


def names(query: str, region_path: str = "", **narrowed: str) -> list[str]:
    found = find(query, region_path=region_path, facets=[facet(*one) for one in narrowed.items()])
    return [one.offering.name["zh"] for one in found.services]


def listed(region_path: str = "", **narrowed: str) -> list[str]:
    facets = [facet(*one) for one in narrowed.items()]
    found = browse(region_path=region_path, facets=facets)
    assert counts(region_path, facets).total == len({one.item_id for one in found})
    return [one.name["zh"] for one in found]


def test_what_has_all_words_comes_first(city: Agency) -> None:
    offer(city, "居住证申领", "Residence permit")
    offer(city, "居民身份证换领", "Renew an identity card", everyday=["身份证过期了"])
    assert names("身份证 换领")[0] == "居民身份证换领"
    assert names("identity RENEW") == ["居民身份证换领"]
    assert names("renewing identities") == ["居民身份证换领"]


@pytest.mark.parametrize("query", ["证", "居住", "ＩＤ", "ｒｅｓｉｄｅｎｃｅ"])
def test_short_and_full_width_queries_find(city: Agency, query: str) -> None:
    offer(city, "居住证申领", "Residence permit and ID")
    assert names(query) == ["居住证申领"]


def test_a_name_comes_before_another_name_and_a_text(city: Agency) -> None:
    offer(city, "开具证明", "Statement", everyday=["要用身份证"])
    offer(city, "居民身份证换领", "Renew card")
    offer(city, "身份证", "Card")
    offer(city, "身份证挂失", "Report a lost card")
    found = names("身份证")
    assert found[0] == "身份证"
    assert set(found[1:3]) == {"身份证挂失", "居民身份证换领"}


def test_an_everyday_name_finds(city: Agency) -> None:
    offer(city, "不动产权证书补发", everyday=["补房本"])
    offer(city, "不动产登记", everyday=["要补房本的话看这里"])
    assert names("补房本")[0] == "不动产权证书补发"


def test_the_readers_region_comes_first_then_those_above_then_below(
    province: Agency, city: Agency, district: Agency, other_city: Agency
) -> None:
    item = offer(city, "居住证").item
    for agency in (district, province, other_city):
        one = offer(agency, "居住证")
        Offering.objects.filter(pk=one.pk).update(item=item)
        reindex([one.pk])
    path = city.region.path
    (service,) = find("居住证", region_path=path).services
    assert service.offering.region_id == "990100"
    assert [one.region_id for one in service.others] == ["990000", "990102"]
    Offering.objects.filter(region_id="990100").update(current=None)
    reindex(Offering.objects.values_list("pk", flat=True))
    assert find("居住证", region_path=path).services[0].offering.region_id == "990000"
    (service,) = find("居住证").services
    assert len(service.others) == 2


def test_a_district_is_served_by_its_city_but_not_by_its_neighbours(
    city: Agency, district: Agency, other_city: Agency
) -> None:
    offer(city, "出生登记")
    offer(other_city, "采砂登记")
    assert listed(district.region.path) == ["出生登记"]
    assert names("登记", district.region.path) == ["出生登记"]
    assert names("采砂", district.region.path) == []


def test_what_can_be_done_online_comes_first_then_what_is_used_most(city: Agency) -> None:
    offer(city, "补贴一", form=None)
    offer(city, "补贴二")
    common = offer(city, "补贴三")
    Offering.objects.filter(pk=common.pk).update(applications=90)
    reindex([common.pk])
    assert names("补贴") == ["补贴三", "补贴二", "补贴一"]
    assert names("补贴", way="online") == ["补贴三", "补贴二"]
    assert names("补贴", way="counter") == ["补贴一"]


@pytest.mark.parametrize(
    ("query", "first"),
    [("护照", "普通护照（新办）"), ("passport", "普通护照（新办）"),
     ("注销护照", "普通护照（注销）"), ("护照丢了", "普通护照（补发）")],
)  # fmt: skip
def test_a_name_alone_asks_for_the_thing(city: Agency, query: str, first: str) -> None:
    offer(city, "普通护照（注销）", "Passport: cancellation", everyday=["不要护照了"])
    offer(city, "普通护照（补发）", "Passport: replacement", everyday=["护照丢了"])
    offer(city, "普通护照（新办）", "Passport: first application", everyday=["办护照"])
    assert names(query)[0] == first


def test_browsing_lists_by_name_and_counts_the_same(city: Agency, other_city: Agency) -> None:
    offer(city, "公租房", themes=["housing"])
    offer(other_city, "施工许可", themes=["construction"], audiences=["firm"], form=None)
    assert listed() == ["公租房", "施工许可"]
    assert listed(theme="housing") == ["公租房"]
    assert listed(audience="firm") == ["施工许可"]
    assert listed(agency=str(city.pk)) == ["公租房"]
    assert listed(region="990200") == ["施工许可"]
    assert listed(region="990000") == ["公租房", "施工许可"]
    assert listed(way="counter") == ["施工许可"]
    assert listed(way="online", type="07") == ["公租房"]
    for kind in ("theme", "agency", "way", "level", "type", "region", "nonsense"):
        assert listed(**{kind: "no'such"}) == []


def test_an_offering_is_found_by_its_code(city: Agency) -> None:
    offer(city, "出生登记", code="11990100000000001A3000711001000")
    assert names("11990100000000001a3000711001000 ") == ["出生登记"]
    assert names("11990100000000001A3000711001999") == []


def test_what_changes_is_found_differently_at_once(city: Agency) -> None:
    gone = offer(city, "停办事项")
    assert names("停办") == ["停办事项"]
    withdraw(gone.pk, why={"zh": "取消"})
    assert names("停办") == []
    assert listed() == []
    shown = offering_by_slug(gone.slug)
    assert shown is not None
    assert shown.current is None
    assert [one.number for one in versions_of(shown)] == [1]


@pytest.mark.parametrize("query", ["???", "……", "😀", "%", "_", "\0", "\ud800", "' -- ;"])
def test_punctuation_alone_finds_nothing(city: Agency, query: str) -> None:
    offer(city, "出生登记")
    assert not has_words(query)
    assert find(query).total == 0
    assert similar(query) == []
    assert suggest(query) == []


@pytest.mark.parametrize(
    "query", ["a" * 10_000, "龘" * 10_000, "'; DROP TABLE search_document; --", "100%", "x_q \\"]
)
def test_long_and_hostile_queries_are_only_words(city: Agency, query: str) -> None:
    offer(city, "出生登记")
    assert names(query) == []
    assert Offering.objects.count() == 1


@given(query=st.text(max_size=300))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_typed_breaks_a_search(city: Agency, query: str) -> None:
    if not Offering.objects.exists():
        offer(city, "出生登记 ①ß İ", "Birth ﬁ")
    found = find(query, region_path=city.region.path)
    assert found.total == len(found.services) <= MOST_FOUND
    assert found.total == 0 or has_words(query)
    similar(query, region_path=city.region.path)
    suggest(query, region_path=city.region.path)


def test_what_answers_nothing_is_offered_as_similar(city: Agency) -> None:
    offer(city, "居民身份证换领")
    offer(city, "施工许可")
    assert names("驾驶证") == []
    assert [one.offering.name["zh"] for one in similar("驾驶证")] == ["居民身份证换领"]


def test_facets_count_a_service_once(city: Agency, other_city: Agency) -> None:
    here = offer(city, "公租房申请", themes=["housing", "hardship"])
    there = offer(other_city, "公租房申请", themes=["housing", "hardship"])
    for one in (here, there):
        Offering.objects.filter(pk=one.pk).update(item_id=here.item_id, name={"zh": "公租房申请"})
    reindex([here.pk, there.pk])
    offer(city, "企业开办申请", themes=["starting"], audiences=["firm"], form=None)
    for numbers in (counts(), find("申请").facets):
        assert (numbers.total, numbers.online) == (2, 1)
        assert numbers.themes == {"hardship": 1, "housing": 1, "starting": 1}
        assert numbers.audiences == {"person": 1, "firm": 1}
        assert numbers.agencies == {city.pk: 2, other_city.pk: 1}
        assert numbers.of("region") == {"990000": 2, "990100": 2, "990200": 1}
        assert numbers.of("way") == {"counter": 1, "online": 1}
    assert [one.region_id for one in also_offered(here)] == ["990200"]


def test_forms_of_handling_are_those_a_guide_tells_of(city: Agency) -> None:
    offer(city, "甲证", form=None, guide=make_guide(website={"zh": "https://agency.example/"}))
    offer(city, "乙证", form=None, guide=make_guide())
    offer(city, "丙证", form=None, guide=make_guide(place={"zh": "人民路1号"}))
    assert counts().of("way") == find("证").facets.of("way") == {"counter": 1, "site": 1}
    assert listed(way="site") == names("证", way="site") == ["甲证"]


def test_counts_are_those_of_what_narrowing_finds(city: Agency, other_city: Agency) -> None:
    for zh, themes, form in (("甲证", ["a"], None), ("乙证", ["a", "b"], None), ("丙证", ["b"], 0)):
        offer(city, zh, themes=themes, **({"form": None} if form is None else {}))
    offer(other_city, "丁证", themes=["b"])
    for kind, values in find("证").facets.by_kind.items():
        for value, count in values.items():
            assert find("证", facets=[facet(kind, value)]).total == count


def test_suggestions_begin_with_what_is_typed(city: Agency) -> None:
    offer(city, "居民身份证换领", "Renewing an identity card")
    offer(city, "普通护照首次申领", "First passport", everyday=["出国证件"])
    for typed in ("身份", "renewing an iden", "ident", "shenfen", "jmsf"):
        assert [one.name["zh"] for one in suggest(typed)] == ["居民身份证换领"], typed
    for typed in ("护", "huzh", "hz", "出国证", "firs", "pasport"):
        assert [one.name["zh"] for one in suggest(typed)] == ["普通护照首次申领"], typed


def test_outlines_tell_a_list_what_it_shows(city: Agency) -> None:
    offering = offer(city, "出生登记")
    with CaptureQueriesContext(connection) as queries:
        outline = outlines([offering])[offering.pk]
    assert len(queries) == 1
    assert (outline.days, outline.unit, outline.visits) == (3, "working_days", 0)
    assert outline.summary["en"] == "Registers a newborn."


def test_most_used_and_recently_changed_show_each_item_once(
    city: Agency, other_city: Agency
) -> None:
    first = offer(city, "甲")
    second = offer(other_city, "甲")
    Offering.objects.filter(pk=second.pk).update(item_id=first.item_id, applications=3)
    third = offer(city, "乙")
    Offering.objects.filter(pk=third.pk).update(applications=2)
    assert [one.item_id for one in most_used("", 5)] == [first.item_id, third.item_id]
    here = most_used(city.region.path, 5)
    assert [one.pk for one in here] == [third.pk, first.pk]
    assert here[0].current is not None
    assert [one.item_id for one in recently_changed("", 5)] == [third.item_id, first.item_id]


def test_drafts_are_nobodys_business(city: Agency) -> None:
    offering = offer(city, "出生登记")
    offering.versions.create(
        number=2, content={}, digest="x", created_at=offering.versions.get().created_at
    )
    assert version_by_number(offering, 1) is not None
    assert version_by_number(offering, 2) is None
    assert [one.number for one in versions_of(offering)] == [1]
