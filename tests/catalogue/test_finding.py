"""Finding services: what is found, in which order, and that nothing typed breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.case_factories import make_offering
from tests.factories import make_agency, make_region
from tongban.catalogue.api import (
    MOST_FOUND,
    Item,
    Offering,
    also_offered,
    facets,
    find,
    most_used,
    offering_by_slug,
    outlines,
    recently_changed,
    similar,
    version_by_number,
    versions_of,
    withdraw,
    words_of,
)
from tongban.directory.models import Agency

pytestmark = pytest.mark.django_db


def offer(agency: Agency, zh: str, en: str = "", **fields: Any) -> Offering:
    """An offering whose item carries what searching reads as well."""
    everyday = fields.pop("everyday", [])
    themes = fields.pop("themes", ["birth"])
    audiences = fields.pop("audiences", ["person"])
    offering = make_offering(agency, name={"zh": zh, "en": en or zh}, **fields)
    Item.objects.filter(pk=offering.item_id).update(everyday_names=everyday, themes=themes)
    Offering.objects.filter(pk=offering.pk).update(
        themes=themes,
        audiences=audiences,
        search_text="\n".join([offering.search_text, *everyday]).casefold(),
    )
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


def names(query: str, **narrowed: Any) -> list[str]:
    return [offering.name["zh"] for offering in find(query, **narrowed)]


def test_all_words_must_stand_somewhere(city: Agency) -> None:
    offer(city, "居民身份证换领", "Renew an identity card", everyday=["身份证过期了"])
    offer(city, "居住证申领", "Residence permit")
    assert names("身份证 换领") == ["居民身份证换领"]
    assert names("identity RENEW") == ["居民身份证换领"]
    assert names("身份证 居住证") == []


@pytest.mark.parametrize("query", ["证", "居住", "ＩＤ", "ｒｅｓｉｄｅｎｃｅ"])
def test_short_and_full_width_queries_find(city: Agency, query: str) -> None:
    offer(city, "居住证申领", "Residence permit and ID")
    assert names(query) == ["居住证申领"]


def test_a_name_comes_before_a_text_and_its_beginning_before_its_middle(city: Agency) -> None:
    offer(city, "开具证明", "Statement", everyday=["要用身份证"], sort_key="a")
    offer(city, "居民身份证换领", "Renew card", sort_key="b")
    offer(city, "身份证", "Card", sort_key="d")
    offer(city, "身份证挂失", "Report a lost card", sort_key="c")
    assert names("身份证") == ["身份证", "身份证挂失", "居民身份证换领", "开具证明"]


def test_an_everyday_name_counts_as_a_name(city: Agency) -> None:
    offer(city, "不动产权证书补发", everyday=["补房本"], sort_key="z")
    offer(city, "不动产登记", everyday=["要补房本的话看这里"], sort_key="a")
    assert names("补房本")[0] == "不动产权证书补发"


def test_the_readers_region_comes_first_then_those_above_then_below(
    province: Agency, city: Agency, district: Agency, other_city: Agency
) -> None:
    for agency in (district, province, other_city, city):
        offer(agency, "居住证", sort_key=agency.region_id)
    path = city.region.path
    found = [offering.region_id for offering in find("居住证", region_path=path)]
    assert found == ["990100", "990000", "990102"]
    assert len(find("居住证")) == 4


def test_a_district_is_served_by_its_city_but_not_by_its_neighbours(
    city: Agency, district: Agency, other_city: Agency
) -> None:
    offer(city, "甲")
    offer(other_city, "乙")
    assert names("", region_path=district.region.path) == ["甲"]


def test_what_can_be_done_online_comes_first_then_what_is_used_most(city: Agency) -> None:
    offer(city, "补贴一", sort_key="a", form=None)
    rare = offer(city, "补贴二", sort_key="b")
    common = offer(city, "补贴三", sort_key="c")
    Offering.objects.filter(pk=common.pk).update(applications=9)
    assert names("补贴") == ["补贴三", "补贴二", "补贴一"]
    assert names("补贴", online_only=True) == ["补贴三", "补贴二"]
    assert rare.online


def test_an_empty_query_browses_by_name(city: Agency) -> None:
    for zh in ("出生登记", "高龄津贴", "不动产查询"):
        offer(city, zh)
    assert names("  ") == ["不动产查询", "出生登记", "高龄津贴"]


def test_narrowing_by_theme_audience_and_agency(city: Agency, other_city: Agency) -> None:
    offer(city, "公租房", themes=["housing"])
    offer(other_city, "施工许可", themes=["construction"], audiences=["firm"])
    assert names("", theme="housing") == ["公租房"]
    assert names("", audience="firm") == ["施工许可"]
    assert names("", agency_id=city.pk) == ["公租房"]
    assert names("", theme="no'such") == []


def test_the_withdrawn_are_not_found(city: Agency) -> None:
    gone = offer(city, "停办事项")
    withdraw(gone.pk, why={"zh": "取消"})
    assert names("停办") == []
    assert names("") == []
    shown = offering_by_slug(gone.slug)
    assert shown is not None
    assert shown.current is None
    assert [one.number for one in versions_of(shown)] == [1]


@pytest.mark.parametrize("query", ["???", "……", "😀", "%", "_", "\0", "\ud800", "' -- ;"])
def test_punctuation_alone_finds_nothing(city: Agency, query: str) -> None:
    offer(city, "出生登记")
    assert names(query) == []
    assert facets(find(query)).total == 0
    assert similar(query) == []


@pytest.mark.parametrize(
    "query", ["a" * 10_000, "出" * 10_000, "'; DROP TABLE catalogue_offering; --", "100%", "x_q \\"]
)
def test_long_and_hostile_queries_are_only_words(city: Agency, query: str) -> None:
    offer(city, "出生登记")
    assert names(query) == []
    assert Offering.objects.count() == 1


@given(query=st.text(max_size=300))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_typed_breaks_a_search(city: Agency, query: str) -> None:
    if not Offering.objects.exists():
        offer(city, "出生登记 ①ß İ", "Birth ﬁ")
    found = find(query, region_path=city.region.path)
    assert facets(found).total == len(found[:MOST_FOUND])
    similar(query, region_path=city.region.path)
    assert len(words_of(query)) <= 8


def test_what_has_not_all_words_is_offered_as_similar(city: Agency) -> None:
    offer(city, "居民身份证换领", everyday=["身份证丢了"])
    offer(city, "施工许可")
    assert names("我的身份证丢了怎么办") == []
    assert [one.name["zh"] for one in similar("我的身份证丢了怎么办")] == ["居民身份证换领"]


def test_facets_count_a_service_once(city: Agency, other_city: Agency) -> None:
    here = offer(city, "公租房", themes=["housing", "hardship"])
    there = offer(other_city, "公租房", themes=["housing", "hardship"])
    Offering.objects.filter(pk=there.pk).update(item_id=here.item_id)
    offer(city, "企业开办", themes=["starting"], audiences=["firm"], form=None)
    with CaptureQueriesContext(connection) as queries:
        counts = facets(find(""))
    assert len(queries) == 1
    assert (counts.total, counts.online) == (2, 1)
    assert counts.themes == {"hardship": 1, "housing": 1, "starting": 1}
    assert counts.audiences == {"person": 1, "firm": 1}
    assert counts.agencies == {city.pk: 2, other_city.pk: 1}
    assert [one.region_id for one in also_offered(here)] == ["990200"]


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
