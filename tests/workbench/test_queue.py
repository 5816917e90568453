"""The queue: what it shows to whom, its filters and pages, claiming many."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.case_factories import make_case, make_offering
from tests.factories import make_firm, make_officer, make_post, make_resident
from tests.workbench.conftest import MONDAY, Office, SignIn
from tongban.cases import api as cases
from tongban.cases.api import Act, Case, grouped
from tongban.identity.api import resident_for
from tongban.kernel import clock

pytestmark = pytest.mark.django_db


def numbers(client: Client, query: str = "") -> list[str]:
    """The case numbers the queue shows, in order."""
    page = client.get(f"/en/work/{query}")
    assert page.status_code == 200
    return re.findall(r'href="/en/work/(\d{12})/"', page.content.decode())


def test_the_most_urgent_case_comes_first(office: Office, sign_in: SignIn) -> None:
    later = make_case(office.applicant.resident, office.offering)
    with clock.freeze(MONDAY - timedelta(days=12)):
        sooner = make_case(make_resident().resident, office.offering)
    client = sign_in(office.clerk)
    assert numbers(client) == [sooner.number, later.number]
    page = client.get("/en/work/").content.decode()
    assert "2 cases" in page
    assert "working days late" in page
    assert "5 working days left" in page


def test_each_filter_narrows_and_counts(office: Office, sign_in: SignIn) -> None:
    clerk = office.clerk.officer
    with clock.freeze(MONDAY - timedelta(days=14)):
        late = make_case(make_resident(name="马骏").resident, office.offering)
    mine = make_case(make_resident(name="何佳琪").resident, office.offering)
    cases.claim([cases.open_stage(mine).pk], by=clerk)  # type: ignore[union-attr]
    waiting = make_case(make_resident(name="周明德").resident, office.offering)
    cases.ask_supplement(
        waiting.pk,
        by=office.officer.officer,
        points=[cases.Point("The second page.")],
        answer_by=clock.today() + timedelta(days=15),
    )
    examined = make_case(
        make_resident(name="许清").resident,
        make_offering(office.agency, name={"zh": "门牌证明", "en": "Proof of house number"}),
        until=Act.ACCEPT,
        by=office.officer.officer,
    )
    client = sign_in(office.clerk)
    assert set(numbers(client)) == {late.number, mine.number, waiting.number, examined.number}
    assert numbers(client, "?time=late") == [late.number]
    assert numbers(client, "?time=waiting") == [waiting.number]
    assert numbers(client, "?whose=mine") == [mine.number]
    assert set(numbers(client, "?whose=unclaimed")) == {late.number, examined.number}
    assert numbers(client, "?kind=examination") == [examined.number]
    assert numbers(client, "?q=门牌") == [examined.number]
    assert numbers(client, "?q=HOUSE number") == [examined.number]
    assert numbers(client, "?q=马骏") == [late.number]
    assert numbers(client, f"?q={grouped(mine.number)}") == [mine.number]
    assert numbers(client, "?whose=unclaimed&kind=acceptance") == [late.number]
    page = client.get("/en/work/?whose=unclaimed").content.decode()
    # Each count says what choosing it would show while the other filters stay.
    assert re.search(r'Mine <span class="tb-filters__count">1<', page)
    assert re.search(r'Late <span class="tb-filters__count">1<', page)
    assert "Acceptance (1)" in page
    assert "Examination (1)" in page


def test_odd_addresses_show_the_first_page(office: Office, case: Case, sign_in: SignIn) -> None:
    client = sign_in(office.clerk)
    for query in (
        "?after=nonsense",
        "?after=WzAsICJ4IiwgInkiXQ",
        "?kind=x&whose=y&agency=z&time=q",
    ):
        assert numbers(client, query) == [case.number], query
    assert numbers(client, "?q=%00") == [case.number]
    assert numbers(client, "?taken=1,x,99999999999999999999") == [case.number]


def test_pages_follow_one_another_and_keep_the_filter(office: Office, sign_in: SignIn) -> None:
    made = [make_case(office.applicant.resident, office.offering) for _ in range(27)]
    client = sign_in(office.clerk)
    first = client.get("/en/work/?whose=unclaimed")
    href = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    assert href
    following = href[1].replace("&amp;", "&")
    assert "whose=unclaimed" in following
    seen = numbers(client, "?whose=unclaimed")
    rest = re.findall(r'href="/en/work/(\d{12})/"', client.get(following).content.decode())
    assert len(seen) == 25
    assert seen + rest == [one.number for one in made]


def test_queries_do_not_grow_with_rows(
    office: Office, sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_post(office.officer.account, "officer", office.other_agency)
    for index in range(12):
        applicant = make_resident(name=f"某{index}")
        one = make_case(applicant.resident, office.offering)
        if index % 2:
            cases.claim([cases.open_stage(one).pk], by=office.colleague.officer)  # type: ignore[union-attr]
    client = sign_in(office.officer)
    client.get("/en/work/")
    with django_assert_max_num_queries(14):  # 4 of them are session, account, posts, name
        client.get("/en/work/?whose=unclaimed&q=某")


def test_another_agencys_cases_are_not_there(office: Office, case: Case, sign_in: SignIn) -> None:
    client = sign_in(office.stranger)
    assert numbers(client) == []
    assert numbers(client, f"?q={case.number}") == []
    assert numbers(client, f"?agency={office.agency.pk}") == []
    assert "Nothing is waiting for you" in client.get("/en/work/").content.decode()


def test_an_empty_filter_says_what_to_do(office: Office, case: Case, sign_in: SignIn) -> None:
    page = sign_in(office.clerk).get("/en/work/?q=没有这回事").content.decode()
    assert "No open case fits these filters" in page
    assert "Clear all filters" in page


def test_several_cases_are_claimed_at_once_and_given_back(office: Office, sign_in: SignIn) -> None:
    one, two = (make_case(office.applicant.resident, office.offering) for _ in range(2))
    stages = [cases.open_stage(case).pk for case in (one, two)]  # type: ignore[union-attr]
    client = sign_in(office.clerk)
    answer = client.post("/en/work/claim/", {"stage": stages, "kind": "acceptance", "evil": "x"})
    assert answer.status_code == 302
    assert "kind=acceptance" in answer["Location"]
    assert "evil" not in answer["Location"]
    page = client.get(answer["Location"]).content.decode()
    assert "You have taken on 2 cases." in page
    assert set(numbers(client, "?whose=mine")) == {one.number, two.number}
    client.post("/en/work/release/", {"stage": stages})
    assert numbers(client, "?whose=mine") == []
    assert "You have taken on" not in client.get(answer["Location"]).content.decode()


def test_claiming_misses_colleagues_cases_ones_own_and_strangers(
    office: Office, sign_in: SignIn
) -> None:
    taken = make_case(office.applicant.resident, office.offering)
    stage = cases.open_stage(taken)
    assert stage
    cases.claim([stage.pk], by=office.colleague.officer)
    free = cases.open_stage(make_case(office.applicant.resident, office.offering))
    own = cases.open_stage(make_case(resident_for(office.officer.account), office.offering))
    assert free
    assert own
    client = sign_in(office.officer)
    assert client.post("/en/work/claim/", {"stage": [stage.pk, own.pk, "x", ""]}).status_code == 302
    assert "2 cases were not taken" in client.get("/en/work/").content.decode()
    stage.refresh_from_db()
    assert stage.assignee_id == office.colleague.account.pk
    sign_in(office.stranger).post("/en/work/claim/", {"stage": [free.pk]})
    free.refresh_from_db()
    own.refresh_from_db()
    assert free.assignee_id is own.assignee_id is None
    # Nobody gives back what a colleague has taken.
    sign_in(office.officer).post("/en/work/release/", {"stage": [stage.pk]})
    stage.refresh_from_db()
    assert stage.assignee_id == office.colleague.account.pk


def test_claiming_nothing_or_too_much_says_so(office: Office, case: Case, sign_in: SignIn) -> None:
    client = sign_in(office.clerk)
    client.post("/en/work/claim/", {})
    assert "Tick the cases" in client.get("/en/work/").content.decode()
    client.post("/en/work/claim/", {"stage": list(range(1, 102))})
    assert "at most 100" in client.get("/en/work/").content.decode()


def test_claiming_takes_a_post_request(office: Office, case: Case, sign_in: SignIn) -> None:
    client = sign_in(office.clerk)
    assert client.get("/en/work/claim/").status_code == 405
    assert client.get(f"/en/work/{case.number}/claim/").status_code == 405


def test_staff_without_cases_are_sent_to_their_own_work(office: Office, sign_in: SignIn) -> None:
    assert sign_in(office.editor).get("/en/work/")["Location"] == "/en/work/guides/"
    assert sign_in(office.administrator).get("/en/work/")["Location"] == "/en/work/calendars/"


def test_agencies_can_be_chosen_where_there_are_several(office: Office, sign_in: SignIn) -> None:
    make_post(office.clerk.account, "clerk", office.other_agency)
    here = make_case(office.applicant.resident, office.offering)
    there = make_case(office.applicant.resident, make_offering(office.other_agency))
    client = sign_in(office.clerk)
    assert set(numbers(client)) == {here.number, there.number}
    assert numbers(client, f"?agency={office.other_agency.pk}") == [there.number]
    page = client.get("/en/work/").content.decode()
    assert 'id="agency"' in page
    assert 'id="agency"' not in sign_in(office.officer).get("/en/work/").content.decode()


def test_a_firm_is_found_by_its_name(office: Office, sign_in: SignIn) -> None:
    firm = make_firm(office.applicant.account)
    case = make_case(office.applicant.resident, office.offering, party_id=firm.pk)
    assert numbers(sign_in(office.clerk), "?q=青禾") == [case.number]


def test_a_post_that_ended_opens_nothing(office: Office, case: Case, sign_in: SignIn) -> None:
    gone = make_officer("clerk", office.agency)
    gone.post.until = MONDAY - timedelta(days=1)
    gone.post.save()
    assert sign_in(gone).get("/en/work/").status_code == 403
