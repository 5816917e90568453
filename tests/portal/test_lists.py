"""Lists of the catalogue, and what changed in guides, over HTTP."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.case_factories import make_guide, make_offering
from tests.factories import make_agency, make_calendar, make_region
from tests.portal.public_world import province
from tongban.catalogue.api import (
    Guide,
    Offering,
    add_version,
    counts,
    guide_of,
    lists,
    publish,
    withdraw,
)
from tongban.directory.models import Agency
from tongban.portal.changes import parts_of
from tongban.portal.labels import ENTRIES, LABELS, PARTS

__all__ = ["province"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Agency:
    make_calendar()
    return make_agency(make_region("990100", parent=make_region("990000")))


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def names_in(page: str) -> list[str]:
    main = page[page.index('<ul class="tb-list">') :]
    return re.findall(r'<li><a class="govuk-link" href="/[^"]*services/([^"/?]+)">', main)


def changed_to(offering: Offering, **fields: Any) -> None:
    current = offering.versions.order_by("-number")[0]
    document = guide_of(current).model_dump(mode="json") | fields
    version, _new = add_version(offering, Guide.model_validate(document), form_id=current.form_id)
    version.change_note = {"en": "We are faster now.", "zh": "办得更快了。"}
    version.save()
    publish(version.pk)
    offering.refresh_from_db()


# --- A to Z --------------------------------------------------------------------------------------
def test_names_stand_under_their_initials_page_by_page(
    client: Client, city: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongban.portal.lists._SIZE", 2)
    for slug, zh, en in (
        ("beta", "办证", "Beta"), ("alpha", "结婚", "Alpha"), ("apple", "离婚", "apple"),
        ("no-english", "查询", ""), ("aardvark", "落户", "Aardvark"), ("number", "12345", "12345"),
    ):  # fmt: skip
        make_offering(city, slug=slug, name={"zh": zh, **({"en": en} if en else {})})
    seen: list[str] = []
    address = "/en/lists/a-z"
    for _page in range(3):
        page = text_of(client, address)
        seen += names_in(page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/en/lists/a-z{found[1].replace('&amp;', '&')}" if found else ""
    assert seen == ["number", "aardvark", "alpha", "apple", "beta", "no-english"]
    assert not address
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back
    before = text_of(client, f"/en/lists/a-z{back[1]}")
    assert names_in(before) == ["alpha", "apple"]
    under_a = text_of(client, "/en/lists/a-z?letter=a")
    assert "3 services" in under_a
    assert names_in(under_a) == ["aardvark", "alpha"]
    assert names_in(text_of(client, "/lists/a-z?letter=l")) == ["apple", "aardvark"]  # lí, luò
    assert names_in(text_of(client, "/lists/a-z?letter=%23")) == ["number"]
    for nonsense in ("after=x", "after=1~%00~", "before=99999999999999999999~a~b", "letter=%2F"):
        assert names_in(text_of(client, f"/en/lists/a-z?{nonsense}"))


@pytest.mark.usefixtures("province")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_list_of_names_counts_as_searches_do(language: str) -> None:
    for path in ("", "990000/990100/", "990000/990200/"):
        scope = lists.Scope(path)
        with translation.override(language):
            initials = lists.letters(scope, language[:2])
            names = lists.by_name(scope, language[:2], size=100)
        total = counts(path).total
        assert sum(initials.values()) == len(names.services) == total > 0
        offered = Offering.objects.filter(scope.conditions(), current__isnull=False).count()
        assert sum(one.total for one in names.services) == offered


@pytest.mark.usefixtures("province")
def test_a_service_of_many_places_stands_once(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    page = text_of(client, "/en/lists/a-z")
    assert page.count("Renew an identity card") == 1
    assert page.count("id-card-renewal-990100") == 2  # its name, and its place
    for place in ("Yunzhou", "Linhu", "Daihe"):
        assert place in page
    with django_assert_max_num_queries(8):
        client.get("/en/lists/a-z")
    agency = re.search(r'\?agency=(\d+)">([^<]+)</a> <span class="tb-muted">1</span>', page)
    assert agency
    assert names_in(text_of(client, f"/en/lists/a-z?agency={agency[1]}"))
    client.cookies["region"] = "990200"
    page = text_of(client, "/en/lists/a-z")
    assert "id-card-renewal-990200" in page
    assert "id-card-renewal-990100" not in page
    assert "id-card-renewal-990100" in text_of(client, "/en/lists/a-z?everywhere=1")


# --- new, changed, withdrawn ---------------------------------------------------------------------
def test_what_is_new_changed_and_withdrawn(client: Client, city: Agency) -> None:
    for name in ("new", "changed", "withdrawn", "a-z"):
        assert "tb-empty" in text_of(client, f"/en/lists/{name}")
    fresh, faster, gone = (make_offering(city, slug=slug) for slug in ("fresh", "faster", "gone"))
    other = make_agency(make_region("990200", parent=make_region("990000")))
    make_offering(other, slug="elsewhere")
    changed_to(faster, limits={"statutory": 10, "promised": 2})
    withdraw(gone.pk, why={"en": "Nobody needs it any more."})

    new = text_of(client, "/en/lists/new")
    assert names_in(new) == ["elsewhere", "faster", "fresh"] or set(names_in(new)) == {
        "elsewhere",
        "faster",
        "fresh",
    }
    changed = text_of(client, "/en/lists/changed")
    assert names_in(changed) == ["faster"]
    assert "We are faster now." in changed
    assert "/en/services/faster/changes?to=2" in changed
    withdrawn = text_of(client, "/en/lists/withdrawn")
    assert names_in(withdrawn) == ["gone"]
    assert "Nobody needs it any more." in withdrawn
    # by agency and by region
    assert f"agency={other.pk}" in new
    assert names_in(text_of(client, f"/en/lists/new?agency={other.pk}")) == ["elsewhere"]
    assert "tb-empty" in text_of(client, f"/en/lists/changed?agency={other.pk}")
    client.cookies["region"] = "990200"
    assert names_in(text_of(client, "/en/lists/new")) == ["elsewhere"]
    assert fresh.slug in text_of(client, "/en/lists/new?everywhere=1")


@pytest.mark.usefixtures("province")
def test_what_many_agencies_publish_on_a_day_stands_once(client: Client) -> None:
    page = text_of(client, "/en/lists/new")
    assert page.count("Renew an identity card") == 1
    for place in ("990100", "990200", "990300"):
        assert f"/en/services/id-card-renewal-{place}" in page
    for each in Offering.objects.filter(slug__startswith="id-card-renewal"):
        withdraw(each.pk, why={"en": "Nobody needs it any more."})
    page = text_of(client, "/en/lists/withdrawn")
    assert page.count("Renew an identity card") == page.count("Nobody needs it any more.") == 1
    assert page.count("/en/services/id-card-renewal-990300") == 1


def test_places_stand_under_the_city_they_belong_to(client: Client, city: Agency) -> None:
    first = make_offering(city, slug="city", name={"zh": "补证", "en": "A copy"})
    root = make_region("990000")
    other = make_region("990200", parent=root)
    for region in (root, make_region("990102", parent=city.region), other,
                   make_region("990202", parent=other)):  # fmt: skip
        made = make_offering(make_agency(region), slug=f"in-{region.code}", name=first.name)
        Offering.objects.filter(pk=made.pk).update(item=first.item)
    page = text_of(client, "/en/services/city/places")
    assert page.count('<h2 class="govuk-heading-s">') == 2


# --- two versions --------------------------------------------------------------------------------
def test_what_changed_is_said_in_words(client: Client, city: Agency) -> None:
    offering = make_offering(
        city, slug="birth", guide=make_guide(limits={"statutory": 20, "promised": 10})
    )
    changed_to(
        offering,
        summary={"zh": "给新生儿登记户口，当天办好。", "en": "Registers a newborn within a day."},
        limits={"statutory": 20, "promised": 5},
        materials=[
            {"key": "proof", "name": {"zh": "出生医学证明", "en": "Birth certificate"},
             "necessity": "tolerated",
             "notes": {"zh": "四角都拍全。", "en": "All four corners must show."}},
            {"key": "photo", "name": {"zh": "照片", "en": "Photograph"}},
        ],
        result=None,
        consult_phone="0990-12345",
    )  # fmt: skip
    page = text_of(client, "/en/services/birth/changes?from=1&to=2")
    for words in (
        "The promised time fell from 10 to 5 working days.",
        "A material was added: Photograph",
        "Material “Birth certificate” – whether it is needed: from Required to May follow later.",
        "Material “Birth certificate” – notes on filling it in: reworded in another language.",
        "What you get: removed: Entry in the register",
        "Telephone for questions: now “0990-12345”.",
        "Registers a newborn<ins> within a day</ins>.",
        "We are faster now.",
    ):
        assert words in page
    assert '<p class="tb-marked" lang="zh-Hans">四角<ins>都</ins>拍全。</p>' in page
    chinese = text_of(client, "/services/birth/changes")
    assert "给新生儿登记户口<ins>，当天办好</ins>。" in chinese
    assert "办得更快了。" in chinese
    # backwards, the same, and what is not there
    back = text_of(client, "/en/services/birth/changes?from=2&to=1")
    assert "The promised time rose from 5 to 10 working days." in back
    assert "Nothing differs" in text_of(client, "/en/services/birth/changes?from=2&to=2")
    for nonsense in ("from=3", "to=x", "from=1&to=99999999999"):
        assert client.get(f"/en/services/birth/changes?{nonsense}").status_code == 404
    draft, _new = add_version(offering, make_guide(summary={"en": "Secret plans."}))
    assert client.get(f"/en/services/birth/changes?to={draft.number}").status_code == 404
    assert "/en/services/birth/changes?to=2" in text_of(client, "/en/services/birth")


def test_a_guide_that_never_changed_says_so(client: Client, city: Agency) -> None:
    make_offering(city, slug="birth")
    assert "only one version" in text_of(client, "/en/services/birth/changes")
    assert client.get("/services/nothing/changes").status_code == 404


def test_every_part_of_a_guide_has_a_name_for_readers() -> None:
    """Whoever adds an element to guides says what readers call it."""
    known = {*LABELS, *ENTRIES}
    missing = [
        path for path in _paths(Guide) if path not in known and path.split(".")[0] != "extra"
    ]
    assert missing == []
    shown = {name for _heading, names in PARTS for name in names}
    assert set(Guide.model_fields) == shown


def _paths(model: Any, prefix: str = "") -> list[str]:
    from tongban.catalogue.anatomy import elements

    found: list[str] = []
    for one in elements(model):
        path = f"{prefix}{one.name}"
        if one.kind == "many":
            found += [path, *_paths(one.model, f"{path}.")]
        elif one.kind == "one":
            found += _paths(one.model, f"{path}.")
        else:
            found.append(path)
    return found


def test_an_empty_guide_and_a_full_one_can_be_compared() -> None:
    full = make_guide()
    with translation.override("en"):
        sentences = [said.sentence for part in parts_of(Guide(summary={}), full)
                     for said in part.changes]  # fmt: skip
    assert "A condition was added: The child is born." in sentences
    assert all(sentence and "None" not in sentence for sentence in sentences)
