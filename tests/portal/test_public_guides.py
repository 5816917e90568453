"""Guides, their versions and papers over HTTP, in both languages."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.test import Client

from tests.case_factories import make_guide, make_offering
from tests.factories import make_agency, make_calendar, make_region
from tests.portal.public_world import province
from tongban.catalogue.api import Guide, Offering, add_version, publish, withdraw
from tongban.directory.models import Agency

__all__ = ["province"]

pytestmark = pytest.mark.django_db

SLUG = "property-certificate-replacement-990100"


@pytest.fixture
def city() -> Agency:
    make_calendar()
    return make_agency(make_region("990100", parent=make_region("990000")))


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


@pytest.mark.usefixtures("province")
def test_a_guide_answers_first(client: Client) -> None:
    page = text_of(client, f"/en/services/{SLUG}")
    facts = page[page.index("tb-facts") :]
    for answer in ("People and firms", "3 working days", "¥10 / booklet", "No visit needed"):
        assert answer in facts
    assert "The law allows 30 working days." in page
    assert page.index("Apply online") < page.index("Does this fit me?")
    assert f'href="/en/apply/{SLUG}"' in page


@pytest.mark.usefixtures("province")
def test_a_guide_says_the_day_and_whether_a_window_is_open(client: Client) -> None:
    page = text_of(client, f"/en/services/{SLUG}")
    # Accepted on Wednesday 18 November, three working days later is Monday.
    assert "by Monday, 23 November 2026" in page
    assert "Open now, until 17:00" in page
    assert 'href="tel:09905551060"' in page
    assert "Detailed Rules for the Interim Regulations on Property Registration" in page


@pytest.mark.usefixtures("province")
def test_what_is_looked_up_is_not_asked_for(client: Client) -> None:
    response = client.get(f"/en/services/{SLUG}")
    view = response.context["view"]
    assert [paper.key for paper in view.looked_up] == ["small_firm", "register_entry"]
    assert [paper.need for paper in view.hand_in] == [
        "Required",
        "Only in some cases",
        "Only in some cases",
    ]


@pytest.mark.usefixtures("province")
def test_a_guide_asks_few_questions_and_is_light(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for address in (f"/services/{SLUG}", f"/en/services/{SLUG}"):
        client.get(address)
        with django_assert_max_num_queries(8):
            response = client.get(address)
        assert len(gzip.compress(response.content)) < 30_000


@pytest.mark.usefixtures("province")
@pytest.mark.parametrize("language", ["", "/en"])
def test_papers_can_be_printed_blank_and_filled(client: Client, language: str) -> None:
    base = f"{language}/services/{SLUG}/papers"
    blank = text_of(client, f"{base}/loss_statement")
    assert blank.count("tb-gap") >= 8
    sample = text_of(client, f"{base}/loss_statement/sample")
    assert "tb-specimen__mark" in sample
    assert "tb-gap" not in sample
    assert "庄柏年" in sample or "Zhuang Bainian" in sample
    form = text_of(client, f"{base}/replacement_form")
    assert "叫什么名字" in form or "What is your name?" in form
    filled = text_of(client, f"{base}/replacement_form/sample")
    assert "叫什么名字" in filled or "What is your name?" in filled
    assert len(filled) != len(form)
    for missing in ("register_entry", "nonsense", "loss_statement/x"):
        assert client.get(f"{base}/{missing}").status_code == 404


@pytest.mark.usefixtures("province")
def test_the_specimen_is_marked(client: Client) -> None:
    page = text_of(client, f"/en/services/{SLUG}")
    assert '<figcaption class="tb-specimen__mark">SPECIMEN</figcaption>' in page


def test_older_versions_stay_readable_but_cannot_be_applied_for(
    client: Client, city: Agency
) -> None:
    offering = make_offering(city, slug="birth")
    version, _new = add_version(offering, make_guide(summary={"en": "Now different."}))
    publish(version.pk)
    page = text_of(client, "/en/services/birth")
    assert "Now different." in page
    assert "/en/services/birth/versions/1" in page
    old = text_of(client, "/en/services/birth/versions/1")
    assert "This is version 1, not the guide in force" in old
    assert "Registers a newborn." in old
    assert "/apply/" not in old
    assert client.get("/en/services/birth/versions/3").status_code == 404


def test_a_withdrawn_service_says_why_and_what_else(client: Client, city: Agency) -> None:
    gone = make_offering(city, slug="gone")
    other = make_offering(city, slug="still-there")
    twin = make_offering(
        make_agency(make_region("990200", parent=make_region("990000"))), slug="twin"
    )
    Offering.objects.filter(pk=twin.pk).update(item_id=gone.item_id)
    withdraw(gone.pk, why={"zh": "并入出生一件事", "en": "Now part of having a child."})
    page = text_of(client, "/en/services/gone")
    assert "No longer offered since" in page
    assert "Now part of having a child." in page
    assert "/en/services/twin" in page
    assert other.slug in page
    assert "/en/services/gone/versions/1" in page
    assert "/apply/" not in page
    assert client.get("/en/services/gone/papers/proof").status_code == 404


def test_a_thin_guide_says_what_the_agency_did_not_give(client: Client, city: Agency) -> None:
    thin = Guide.model_validate(
        {
            "summary": {},
            "visits": None,
            "online": False,
            "extra": {"办理形式": "窗口办理\n<b>邮寄</b>"},
        }
    )
    make_offering(city, name={"zh": "导入的事项"}, slug="thin", guide=thin, form=None)
    page = text_of(client, "/en/services/thin")
    for words in (
        "Not given by the agency",
        "No fee is given",
        "gives no list of documents",
        "names no window",
        "Other details from the source",
        "You cannot apply for this online here.",
    ):
        assert words in page
    assert "窗口办理<br>&lt;b&gt;邮寄&lt;/b&gt;" in page
    assert '<span lang="zh-Hans">导入的事项</span>' in page
    for absent in ("Does this fit me?", "Step by step", "Cost</h2>", "Must I go there?"):
        assert absent not in page


def test_a_service_never_published_is_not_there(client: Client, city: Agency) -> None:
    offering = make_offering(city, slug="draft-only")
    withdraw(offering.pk, why={})
    assert client.get("/services/draft-only").status_code == 200
    page = text_of(client, "/en/services/never-heard-of", 404)
    assert "There is no page at this address" in page
    assert "/en/search" in page


def test_variants_of_a_service_stand_apart_from_other_places(client: Client, city: Agency) -> None:
    first = make_offering(city, slug="new-building", name={"zh": "新建", "en": "New building"})
    second = make_offering(city, slug="rebuilding", name={"zh": "改建", "en": "Rebuilding"})
    Offering.objects.filter(pk=second.pk).update(item_id=first.item_id)
    response = client.get("/en/services/new-building")
    assert [one.slug for one in response.context["variants"]] == ["rebuilding"]
    assert response.context["elsewhere"] == []
    page = text_of(client, "/en/search")
    assert "2 services" in page
    assert "Choose your region:" not in page
