"""Home, search and browsing over HTTP, in both languages."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.case_factories import make_case, make_offering
from tests.factories import make_agency, make_calendar, make_region, make_resident
from tests.portal.public_world import CITY, province
from tongban.catalogue.api import Offering
from tongban.directory.models import Agency

__all__ = ["province"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Agency:
    make_calendar()
    return make_agency(make_region(CITY, parent=make_region("990000")))


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def here(client: Client, code: str = CITY) -> Client:
    client.cookies["region"] = code
    return client


@pytest.mark.usefixtures("province")
def test_home_in_both_languages(client: Client) -> None:
    page = text_of(client, "/en/")
    assert "What do you need to do?" in page
    assert "Having a child" in page
    assert "Starting a business" in page
    assert "Renew an identity card" in page
    assert "云州市" in text_of(client, "/")


@pytest.mark.usefixtures("province")
def test_home_asks_few_questions_of_the_database(
    client: Client, django_assert_max_num_queries: object
) -> None:
    here(client)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        client.get("/en/")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        client.get("/en/")


def test_home_of_an_empty_installation_says_so(client: Client) -> None:
    page = text_of(client, "/en/")
    assert "No case has been decided here" in page
    assert "My open cases" not in page


def test_home_shows_my_open_cases(client: Client, city: Agency) -> None:
    lin = make_resident()
    client.force_login(lin.account)
    assert "You have no open cases" in text_of(client, "/en/")
    case = make_case(lin.resident, make_offering(city))
    assert f"/en/cases/{case.number}" in text_of(client, "/en/")


@pytest.mark.usefixtures("province")
def test_search_finds_by_everyday_words_in_the_readers_region(client: Client) -> None:
    page = text_of(here(client), "/search?q=房产证丢了")
    assert "/services/property-certificate-replacement-990100" in page
    assert "property-certificate-replacement-990200" not in page
    everywhere = text_of(client, "/search?q=房产证丢了&everywhere=1")
    assert "property-certificate-replacement-990200" in everywhere


@pytest.mark.usefixtures("province")
def test_search_without_a_region_shows_a_service_once_with_its_regions(client: Client) -> None:
    page = text_of(client, "/en/search?q=identity card")
    assert "1 service" in page
    assert "Choose your region:" in page
    assert all(f"id-card-renewal-{code}" in page for code in ("990100", "990200", "990300"))


@pytest.mark.usefixtures("province")
def test_search_is_narrowed_and_widened_again(client: Client) -> None:
    page = text_of(here(client), "/en/search?theme=starting&audience=firm")
    assert '<h1 class="govuk-heading-l">Starting a business</h1>' in page
    assert "/services/company-registration-990100" in page
    assert 'href="?audience=firm"' in page
    assert "id-card-renewal" not in page


@pytest.mark.usefixtures("province")
def test_suggestions_may_be_kept_and_know_nobody(
    client: Client, django_assert_max_num_queries: object
) -> None:
    here(client, "990200")  # what this device is set to does not matter
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        answer = client.get("/en/suggest?q=shenfen&region=990100")
    found = answer.json()["suggestions"]
    assert found[0] == {
        "name": "Renew an identity card",
        "href": "/en/services/id-card-renewal-990100",
    }
    assert not answer.cookies
    assert "public" in answer["Cache-Control"]
    assert "Cookie" not in answer.get("Vary", "")
    for query in ("", "q=", "q=%00", "q=" + "长" * 3000, "region=%00&q=证", "region=none&q=证"):
        assert client.get(f"/suggest?{query}").status_code == 200


@pytest.mark.usefixtures("province")
def test_search_asks_few_questions_of_the_database(
    client: Client, django_assert_max_num_queries: object
) -> None:
    for address in ("/en/search?q=card", "/en/search", "/en/search?q=我要换身份证怎么办"):
        with django_assert_max_num_queries(13):  # type: ignore[operator]
            here(client).get(address)


@pytest.mark.usefixtures("province")
def test_nothing_found_helps_on(client: Client) -> None:
    page = text_of(here(client), "/en/search?q=驾驶证")
    assert "We found no service for" in page
    assert "Perhaps you mean one of these" in page
    assert "id-card-renewal-990100" in page
    assert "tel:12345" in page
    assert "Please type a word" in text_of(client, "/en/search?q=？！")
    assert "There is no service here yet" in text_of(client, "/en/search?theme=nonsense")


@pytest.mark.parametrize(
    "query",
    [
        "after=nonsense",
        "after=WzAsICJhIiwgIngiXQ",  # ["a", "x"]: no such id
        "after=WzAsICJhXHUwMDAwIiwgIjEiXQ",  # a NUL in it
        "q=a&show=-5",
        "q=a&show=²",
        "q=%00%ff",
        "theme=%00",
        "agency=99999999999999999999",
        "agency=x&audience=dog&online=maybe&everywhere=2",
        "q=" + "长" * 3000,
    ],
)
def test_nonsense_in_the_address_is_harmless(client: Client, city: Agency, query: str) -> None:
    make_offering(city)
    assert client.get(f"/search?{query}", follow=True).status_code == 200


def test_a_pasted_book_is_searched_for_by_its_beginning(client: Client, city: Agency) -> None:
    make_offering(city)
    response = client.get("/en/search", {"q": "birth " * 1700, "way": "online"}, follow=True)
    (address, _status), *more = response.redirect_chain
    assert not more
    assert len(address) < 400
    assert "way=online" in address
    assert response.context["total"] == 1


@given(query=st.text(max_size=80))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_query_breaks_the_page(client: Client, city: Agency, query: str) -> None:
    query = query.encode("utf-8", "ignore").decode()
    assert client.get("/en/search", {"q": query}).status_code == 200


def test_all_services_are_paged_without_gaps(client: Client, city: Agency) -> None:
    slugs = {make_offering(city, slug=f"service-{n:02}").slug for n in range(45)}
    seen: list[str] = []
    address, client = "/en/search", here(client)
    for _page in range(3):
        response = client.get(address)
        results = response.context["results"]
        seen += [row.href.rsplit("/", 1)[-1] for row in results.rows]
        address = "/en/search" + results.next_url
    assert len(seen) == 45
    assert set(seen) == slugs
    assert results.next_url == ""


def test_a_search_shows_more_on_demand(client: Client, city: Agency) -> None:
    for n in range(25):
        make_offering(city, slug=f"service-{n:02}")
    first = client.get("/en/search?q=birth").context["results"]
    assert len(first.rows) == 20
    more = client.get("/en/search" + first.more_url).context["results"]
    assert len(more.rows) == 25
    assert more.more_url == ""


@pytest.mark.usefixtures("province")
def test_browsing_by_topic_counts_services(client: Client) -> None:
    page = text_of(here(client), "/en/browse")
    assert "All 3 services" in page
    assert "Yunzhou Public Security Bureau" in page


def test_an_empty_catalogue_says_so(client: Client) -> None:
    assert "No agency has published a guide" in text_of(client, "/en/browse")
    assert "There is no service here yet" in text_of(client, "/en/search")


def test_what_people_typed_is_shown_as_text(client: Client, city: Agency) -> None:
    page = text_of(client, "/en/search?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page


def test_content_in_another_language_says_which(client: Client, city: Agency) -> None:
    make_offering(city, name={"zh": "只有中文"}, slug="only-chinese")
    assert '<span lang="zh-Hans">只有中文</span>' in text_of(client, "/en/search")
    assert Offering.objects.count() == 1
