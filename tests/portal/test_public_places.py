"""Regions, agencies, centres and the pages about the site, over HTTP."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_calendar, make_region, make_resident
from tests.portal.public_world import province
from tongban.guidepage.api import phones
from tongban.identity.models import Account

__all__ = ["province"]

pytestmark = pytest.mark.django_db


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


@pytest.mark.usefixtures("province")
def test_a_region_is_remembered_on_the_device(client: Client) -> None:
    page = text_of(client, "/en/regions?next=/en/browse")
    assert "Jiang&#x27;an District" in page
    response = client.post("/en/regions", {"region": "990102", "next": "/en/browse"})
    assert response.headers["Location"] == "/en/browse"
    assert "Jiang&#x27;an District" in text_of(client, "/en/")
    client.post("/en/regions", {"region": ""})
    assert "All of Yunze Province" in text_of(client, "/en/")


def test_a_region_is_remembered_in_the_account_and_beats_the_device(client: Client) -> None:
    home = make_region("990200", parent=make_region("990000"))
    make_region("990100", parent=make_region("990000"))
    lin = make_resident()
    client.force_login(lin.account)
    client.post("/regions", {"region": home.code})
    assert Account.objects.get(pk=lin.account.pk).region_id == home.code
    client.cookies["region"] = "990100"
    assert client.get("/").context["place"].code == home.code
    client.post("/regions", {"region": ""})
    assert Account.objects.get(pk=lin.account.pk).region_id is None
    assert client.get("/").context["place"].is_whole


@pytest.mark.usefixtures("province")
@pytest.mark.parametrize("code", ["nowhere", "990000", "", "x" * 4000])
def test_an_unknown_region_means_everywhere(client: Client, code: str) -> None:
    client.cookies["region"] = code
    assert client.get("/").context["place"].is_whole


@pytest.mark.usefixtures("province")
def test_choosing_a_region_needs_a_post_and_stays_on_the_site(client: Client) -> None:
    client.get("/regions?region=990100")
    assert "region" not in client.cookies
    response = client.post("/regions", {"region": "990100", "next": "https://elsewhere.example/"})
    assert response.headers["Location"] == "/"
    assert client.post("/regions", {"region": "nowhere"}).status_code == 404
    assert Client(enforce_csrf_checks=True).post("/regions", {"region": ""}).status_code == 403


@pytest.mark.usefixtures("province")
def test_regions_can_be_followed_down_to_towns(client: Client) -> None:
    assert "Wangjiang Sub-district" in text_of(client, "/en/regions?in=990102")
    assert "no smaller places" in text_of(client, "/en/regions?in=990102001")
    assert client.get("/regions?in=nowhere").status_code == 200


def test_an_installation_without_regions_still_opens(client: Client) -> None:
    for address in ("/", "/regions", "/browse", "/search"):
        assert client.get(address).status_code == 200
    assert client.get("/agencies").status_code == 404


@pytest.mark.usefixtures("province")
def test_agencies_of_a_region_and_those_above_it(client: Client) -> None:
    page = text_of(client, "/en/agencies?region=990102")
    assert "Yunzhou Civil Affairs Bureau" in page
    assert "Linhu" not in page
    assert "Yunze Provincial Public Security Department" in text_of(client, "/en/agencies")
    assert client.get("/agencies?region=nowhere").status_code == 404


@pytest.mark.usefixtures("province")
def test_an_agency_page(client: Client) -> None:
    page = text_of(client, "/en/agencies/11990100099016305G")
    assert "Yunzhou Public Security Bureau" in page
    assert 'href="tel:09905551000"' in page
    assert "/services/id-card-renewal-990100" in page
    assert "/en/centres/yunzhou" in page
    assert "Nobody has rated this yet." in page
    assert client.get("/agencies/nobody").status_code == 404


@pytest.mark.usefixtures("province")
def test_a_centre_page(client: Client) -> None:
    page = text_of(client, "/en/centres/yunzhou")
    assert "Open now, until 17:00" in page
    assert "Window A01 has a hearing loop" in page
    assert "Yunzhou Civil Affairs Bureau" in page
    assert client.get("/centres/nowhere").status_code == 404


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("page", ["about", "accessibility", "privacy", "help"])
def test_words_about_the_site(client: Client, language: str, page: str) -> None:
    text = text_of(client, f"{language}/{page}")
    assert text.count("<h1") == 1
    assert "12345" in text


@pytest.mark.parametrize("address", ["/", "/search", "/browse", "/agencies", "/help"])
def test_public_pages_take_no_posts(client: Client, address: str) -> None:
    make_calendar()
    make_region("990000")
    assert client.post(address).status_code == 405


def test_telephone_numbers_are_dialled_as_written() -> None:
    found = [(one.text, one.href) for one in phones("0990-5551000、12345转2；(0990)5551001")]
    assert found == [
        ("0990-5551000", "tel:09905551000"),
        ("12345转2", "tel:12345,2"),
        ("(0990)5551001", "tel:09905551001"),
    ]
    assert phones("") == []
    assert phones("请到窗口咨询") == []
