"""Catalogues of other countries beside the installation's own, and for whom services come first."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.case_factories import make_guide, make_offering
from tests.factories import (
    make_account,
    make_agency,
    make_calendar,
    make_firm,
    make_region,
    make_resident,
)
from tongban.catalogue.api import Offering, counts, reindex
from tongban.directory.models import Agency

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(db: None) -> Offering:
    """A service of the installation's own region."""
    make_calendar()
    city = make_region("990100", parent=make_region("990000"))
    return make_offering(make_agency(city), slug="own", name={"zh": "护照", "en": "Passport"})


@pytest.fixture
def dutch(own: Offering) -> Offering:
    """A service of another country, in its language alone."""
    ministry = make_agency(make_region("NL", name={"nl": "Nederland", "en": "Netherlands"}))
    return make_offering(
        ministry,
        slug="dutch",
        name={"nl": "Éénmalig paspoort"},
        form=None,
        guide=make_guide(
            summary={"nl": "Een paspoort."}, website={"nl": "https://overheid.example/"}
        ),
    )


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.mark.usefixtures("dutch")
@pytest.mark.parametrize("address", ["/en/search", "/en/lists/a-z", "/en/lists/new"])
def test_our_own_services_come_first_and_others_by_choice(client: Client, address: str) -> None:
    page = text_of(client, address)
    assert "services/own" in page
    assert "services/dutch" not in page
    assert "everywhere=all" in page
    page = text_of(client, f"{address}?everywhere=all")
    assert "services/own" in page
    assert "services/dutch" in page
    client.cookies["region"] = "NL"
    page = text_of(client, address)
    assert "services/own" not in page
    assert "services/dutch" in page
    assert '<span lang="nl">Éénmalig paspoort</span>' in page
    assert "services/own" in text_of(client, f"{address}?everywhere=1")


@pytest.mark.usefixtures("dutch")
def test_letters_with_accents_stand_in_the_alphabet(client: Client) -> None:
    client.cookies["region"] = "NL"
    assert "services/dutch" in text_of(client, "/en/lists/a-z?letter=e")


@pytest.mark.usefixtures("dutch")
def test_nothing_found_says_where_there_is_something(client: Client) -> None:
    page = text_of(client, "/en/search?q=paspoort&way=online&theme=housing")
    found = re.search(r'href="([^"]*)">In every catalogue here, those of other places too<', page)
    assert found
    assert "services/dutch" in text_of(client, "/en/search" + found[1].replace("&amp;", "&"))
    page = text_of(client, "/en/search?q=passport&theme=housing")
    assert "Without “housing”" in page or "Without “Housing”" in page
    client.cookies["region"] = "NL"
    page = text_of(client, "/en/search?q=passport&everywhere=")
    assert "In all of Yunze Province" in page
    assert "Agencies that serve Netherlands" in page


@pytest.mark.usefixtures("dutch")
def test_suggestions_are_our_own_unless_the_reader_is_elsewhere(client: Client) -> None:
    assert "dutch" not in client.get("/en/suggest?q=paspoort").content.decode()
    assert "dutch" in client.get("/en/suggest?q=paspoort&region=NL").content.decode()


def test_a_guide_from_elsewhere_says_so_and_names_no_number_of_ours(
    client: Client, dutch: Offering
) -> None:
    page = text_of(client, "/en/services/dutch")
    main = page.partition("<main")[2].partition("</main")[0]
    assert "This is a service of another place: Netherlands." in main
    assert "It is written in Dutch" in main
    assert "12345" not in main
    assert "https://overheid.example/" in main
    assert counts(dutch.region_path).of("way") == {"site": 1}
    assert (
        "12345"
        not in text_of(client, f"/en/agencies/{dutch.agency.code}")
        .partition("<main")[2]
        .partition("</main")[0]
    )
    own = text_of(client, "/en/services/own")
    assert "another place" not in own
    assert "tel:12345" in own.partition("<main")[2].partition("</main")[0]


@pytest.mark.usefixtures("dutch")
def test_topics_without_services_are_left_out_elsewhere(client: Client) -> None:
    client.cookies["region"] = "NL"
    for address in ("/en/", "/en/browse"):
        page = text_of(client, address)
        assert "not sorted by topic" in page
    assert "way=site" not in page  # all have it: it would narrow nothing


def test_all_places_of_a_service_page_by_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongban.portal.lists._PLACES", 2)
    province = make_region("990000")
    first = None
    for n in range(1, 4):
        city = make_region(f"990{n}00", parent=province)
        one = make_offering(make_agency(city), slug=f"there-{n}", name={"zh": "护照"})
        first = first or one
        Offering.objects.filter(pk=one.pk).update(item_id=first.item_id)
    page = text_of(client, "/en/services/there-1/places")
    assert "Offered in 3 places" in page
    assert "services/there-2" in page
    assert "services/there-3" not in page
    following = re.search(r'href="(\?after=[^"]+)"', page)
    assert following
    assert "services/there-3" in text_of(client, "/en/services/there-1/places" + following[1])
    assert client.get("/services/nowhere/places").status_code == 404


# --- for whom ------------------------------------------------------------------------------------
@pytest.fixture
def two_kinds(db: None) -> Agency:
    city = make_agency(make_region("990100", parent=make_region("990000")))
    for slug, audience in (("for-people", "person"), ("for-firms", "firm")):
        one = make_offering(city, slug=slug, name={"zh": "税务登记", "en": "Tax registration"})
        Offering.objects.filter(pk=one.pk).update(audiences=[audience])
        reindex([one.pk])
    return city


def order(client: Client, address: str) -> list[str]:
    page = text_of(client, address)
    return list(dict.fromkeys(re.findall(r"/services/(for-\w+)", page)))


@pytest.mark.usefixtures("two_kinds")
def test_who_asks_for_a_firm_sees_its_services_first_and_can_undo_it(client: Client) -> None:
    page = text_of(client, "/en/search?q=tax")
    chosen = re.search(r'href="([^"]*for=firm[^"]*)"', page)
    assert chosen
    assert order(client, "/en/search?q=tax&for=firm") == ["for-firms", "for-people"]
    assert order(client, "/en/search?q=tax&for=person") == ["for-people", "for-firms"]
    page = text_of(client, "/en/search?q=tax&for=firm")
    assert "What is for firms is moved up." in page
    assert 'name="for" value="firm"' in page
    assert "for=all" in page


@pytest.mark.usefixtures("two_kinds")
def test_an_account_for_a_firm_alone_needs_not_choose(client: Client) -> None:
    account = make_account()
    make_firm(account)
    client.force_login(account)
    assert order(client, "/en/search?q=tax") == ["for-firms", "for-people"]
    assert order(client, "/en/search?q=tax&for=all") == ["for-people", "for-firms"]
    client.force_login(make_resident().account)
    assert "I ask for a firm" in text_of(client, "/en/search?q=tax")
