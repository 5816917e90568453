"""Guides, their versions and papers over HTTP, in both languages."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.case_factories import make_guide, make_offering
from tests.factories import make_agency, make_calendar, make_region
from tests.portal.public_world import province
from tongban.catalogue.api import (
    Guide,
    ItemRelation,
    Offering,
    add_version,
    guide_of,
    publish,
    relate,
    withdraw,
)
from tongban.directory.models import Agency
from tongban.guidepage.api import ANSWERS, Answer, questions_of, verdict_on
from tongban.kernel import clock

__all__ = ["province"]

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]

SLUG = "property-certificate-replacement-990100"
# Can I, what do I need, how long, how much, where, how; then the rest.
ORDER = ("who", "papers", "time", "cost", "where", "how", "result", "questions", "rules",
         "opinion", "versions")  # fmt: skip


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
    order = ["Apply online", *(f'id="{key}"' for key in ORDER)]
    assert sorted(order, key=page.index) == order
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
    """A guide with windows, relations and versions: 8 queries, 60 KB with the style sheet."""
    offering = Offering.objects.get(slug=SLUG)
    assert offering.current
    guide = guide_of(offering.current)
    version, _new = add_version(
        offering,
        guide.model_copy(update={"notes": {"en": "New."}}),
        form_id=offering.current.form_id,
    )
    publish(version.pk)
    styles = gzip.compress((ROOT / "build/static/tongban/tongban.css").read_bytes())
    for address in (f"/services/{SLUG}", f"/en/services/{SLUG}"):
        client.get(address)
        with django_assert_max_num_queries(8):
            response = client.get(address)
        page = gzip.compress(response.content)
        assert len(page) < 15_000
        assert len(page) + len(styles) < 60_000


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
    for kept in ("rehearse", "fit", "checklist", "places"):  # addresses people kept
        assert client.get(f"/en/services/gone/{kept}").headers["Location"] == "/en/services/gone"


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
    for absent in ("Does this fit me?", 'id="how"', 'id="result"', "Must I go there?"):
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
    assert [one.href for one in response.context["variants"]] == ["/en/services/rebuilding"]
    assert response.context["elsewhere"] == []
    page = text_of(client, "/en/search")
    assert "2 services" in page
    assert "Choose your region:" not in page


# --- in other languages, and elsewhere -----------------------------------------------------------
def test_a_guide_in_another_language_says_so_and_leads_to_its_own_site(
    client: Client, city: Agency
) -> None:
    dutch = Guide.model_validate(
        {
            "summary": {"nl": "U vraagt een parkeervergunning aan."},
            "conditions": [{"text": {"nl": "U woont in de zone."}}],
            "faq": [{"question": {"nl": "Hoe lang?"}, "answer": {"nl": "Een jaar."}}],
            "notes": {"nl": "Neem uw kenteken mee."},
            "website": {"nl": "https://gemeente.example/parkeren"},
            "visits": None,
        }
    )
    make_offering(city, name={"nl": "Parkeervergunning"}, slug="parkeren", guide=dutch, form=None)
    for language in ("", "/en"):
        page = text_of(client, f"{language}/services/parkeren")
        for text in ("Parkeervergunning", "U woont in de zone.", "Hoe lang?"):
            assert f'<span lang="nl">{text}</span>' in page
        assert '<div lang="nl"><p' in page
        assert 'href="https://gemeente.example/parkeren"' in page
    assert "Continue at the agency’s site" in page
    fit = text_of(client, "/en/services/parkeren/fit")
    assert '<span lang="nl">U woont in de zone.</span>' in fit
    assert "Is this true?" in fit


@pytest.mark.usefixtures("province")
def test_machines_read_the_same_guide(client: Client) -> None:
    response = client.get(f"/en/services/{SLUG}")
    page = response.content.decode()
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(found) == 1
    told = json.loads(found[0])
    assert told["@type"] == "GovernmentService"
    assert told["name"] == "Replace a property certificate"
    assert "isRelatedTo" not in told
    one, other = (
        Offering.objects.get(slug=SLUG),
        Offering.objects.get(slug="id-card-renewal-990100"),
    )
    for kind in ("needs", "usual_next"):
        relate(one.item_id, other.item_id, ItemRelation.Kind(kind))
    page = text_of(client, f"/en/services/{SLUG}")
    assert page.count("/en/services/id-card-renewal-990100") == 2  # for people and for machines
    assert '"isRelatedTo":' in page
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]


def test_a_name_cannot_end_the_element_for_machines(client: Client, city: Agency) -> None:
    name = {"en": "</script><b>x</b>"}
    make_offering(city, name=name, slug="nasty")
    page = text_of(client, "/en/services/nasty")
    assert "</script><b>" not in page


@pytest.mark.usefixtures("province")
def test_a_guide_can_be_passed_on(client: Client) -> None:
    page = text_of(client, f"/en/services/{SLUG}")
    address = f"http://testserver/en/services/{SLUG}"
    assert f'data-copy="{address}"' in page
    assert "mailto:?subject=Replace%20a%20property%20certificate&amp;body=" in page
    assert '<svg aria-hidden="true"' in page
    assert 'class="tb-qr"' in page


@pytest.mark.usefixtures("province")
def test_a_checklist_says_what_is_needed_when(client: Client) -> None:
    page = text_of(client, f"/en/services/{SLUG}/checklist")
    order = ["In any case", "Application for a new certificate", "Only in some cases",
             "Statement of loss", "We look these up", "Yunzhou Government"]  # fmt: skip
    assert sorted(order, key=page.index) == order
    assert client.get("/en/services/none/checklist").status_code == 404


@pytest.mark.usefixtures("province")
def test_the_hours_follow_the_real_calendar(client: Client) -> None:
    with clock.freeze(datetime(2026, 2, 14, 2, 0, tzinfo=UTC)):  # a Saturday worked for a holiday
        page = text_of(client, f"/en/services/{SLUG}")
        assert "Today is worked in exchange for a holiday." in page
        assert "Tue 17 Feb" in page  # Chinese New Year: closed
    with clock.freeze(datetime(2026, 2, 17, 2, 0, tzinfo=UTC)):
        page = text_of(client, f"/en/services/{SLUG}")
        assert "Today is a public holiday." in page
        assert "Closed now" in page


# --- does this fit me? ---------------------------------------------------------------------------
FIT = "/en/services/id-card-renewal-990100/fit"


@pytest.mark.usefixtures("province")
def test_conditions_are_asked_and_answered_without_being_kept(client: Client) -> None:
    asked = text_of(client, FIT)
    assert asked.count('type="radio"') == 6  # two questions; what is good to know is not asked
    assert f'href="{FIT}"' in text_of(client, "/en/services/id-card-renewal-990100")

    fits = client.post(FIT, {"c0": "yes", "c1": "yes"}).content.decode()
    assert "Yes, you can apply" in fits
    assert "/en/apply/id-card-renewal-990100" in fits

    fails = client.post(FIT, {"c0": "no", "c1": "unsure"}).content.decode()
    assert "By your answers this does not fit you" in fails
    assert "Resident Identity Card Law" in fails or "Article 11" in fails
    assert "ask for a replacement of a lost card instead." in fails
    assert "You were not sure about:" in fails
    assert 'value="no" autocomplete="off" checked' in fails
    assert "/en/apply/" not in fails

    unclear = client.post(FIT, {"c0": "yes", "c1": "unsure"}).content.decode()
    assert "clear this up first" in unclear
    assert "tel:" in unclear

    missing = client.post(FIT, {"c0": "yes", "c1": "<b>"}).content.decode()
    assert 'href="#c1"' in missing
    assert "Error:" in missing
    assert not client.session.keys()


def test_questions_are_those_of_the_editors_or_the_conditions_themselves() -> None:
    text = {"en": "You live here."}
    asked = {"text": text, "question": {"en": "Do you live here?"}}
    both = Guide.model_validate({"summary": {}, "conditions": [asked, {"text": text}]})
    assert [one.key for one in questions_of(both)] == ["c0"]
    none = Guide.model_validate({"summary": {}, "conditions": [{"text": text}, {"text": text}]})
    assert [one.asks for one in questions_of(none)] == [False, False]


@given(st.dictionaries(st.sampled_from(["c0", "c1", "c2"]), st.sampled_from(ANSWERS)))
def test_one_no_is_enough_and_only_yes_fits(answers: dict[str, Answer]) -> None:
    guide = Guide.model_validate({"summary": {}, "conditions": [{"text": {"en": "x"}}] * 3})
    found = verdict_on(questions_of(guide), answers)
    given_ = [answers.get(key, "unsure") for key in ("c0", "c1", "c2")]
    kind = "fails" if "no" in given_ else "unclear" if "unsure" in given_ else "fits"
    assert found.kind == kind
    assert len(found.failed) == given_.count("no")
    assert len(found.open) == given_.count("unsure")
