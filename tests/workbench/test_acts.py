"""The acts over HTTP: the way through, refusals at their fields, two officers at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.case_factories import ANSWERS, make_case
from tests.factories import make_officer
from tests.workbench.conftest import MONDAY, Office, SignIn
from tongban.cases import api as cases
from tongban.cases.api import Act, Case
from tongban.cases.models import SupplementRequest
from tongban.kernel import clock

pytestmark = pytest.mark.django_db


def post(client: Client, case: Case, slug: str, data: Mapping[str, Any], **kept: Any) -> Any:
    """Post an act as the page would: with what was seen when it was opened."""
    case.refresh_from_db()
    seen = kept.get("seen", f"{case.state}-{case.submissions.count()}")
    return client.post(f"/en/work/{case.number}/{slug}/", {"seen": seen, **data})


def state_of(case: Case) -> str:
    case.refresh_from_db()
    return case.state


def points(*what: str, **more: str) -> dict[str, str]:
    rows = {f"points-{index}-what": text for index, text in enumerate(what)}
    return {"points-TOTAL_FORMS": str(len(what)), "answer_by": "2026-11-20", **rows, **more}


def test_a_case_goes_all_the_way(office: Office, case: Case, sign_in: SignIn) -> None:
    other = make_case(office.applicant.resident, office.offering)
    clerk, officer = sign_in(office.clerk), sign_in(office.officer)
    answer = post(clerk, case, "accept", {"note": "We have begun."})
    assert answer.status_code == 302
    page = clerk.get(answer["Location"]).content.decode()
    assert "that the decision comes by 5 November 2026" in page
    assert f'href="/en/work/{other.number}/"' in page  # the next case
    assert post(officer, case, "examine", {"opinion": "Complete."}).status_code == 302
    assert post(officer, case, "decide", {"outcome": "granted", "reason": ""}).status_code == 302
    assert state_of(case) == "granted"
    assert post(officer, case, "complete", {"note": ""}).status_code == 302
    page = officer.get(f"/en/work/{case.number}/").content.decode()
    assert "asked to rate the service" in page
    answer = post(officer, case, "deliver", {"way": "courier", "reference": "YZ 77"})
    assert answer.status_code == 302
    assert state_of(case) == "delivered"
    page = officer.get(f"/en/work/{case.number}/").content.decode()
    assert "YZ 77" in page
    assert "The case is closed." in page


def test_a_refusal_says_why(office: Office, sign_in: SignIn) -> None:
    case = make_case(
        office.applicant.resident, office.offering, until=Act.EXAMINE, by=office.officer.officer
    )
    client = sign_in(office.officer)
    page = client.get(f"/en/work/{case.number}/decide/").content.decode()
    assert "You may ask for reconsideration." in page
    assert "The child is born." in page
    answer = post(client, case, "decide", {"outcome": "refused", "reason": " "})
    assert answer.status_code == 422
    assert "A refusal says why" in answer.content.decode()
    assert 'value="refused"' in answer.content.decode()
    assert post(client, case, "decide", {"outcome": "refused", "reason": "§3"}).status_code == 302
    assert case.decision.reason == "§3"


def test_not_accepting_and_ending_need_reasons(office: Office, case: Case, sign_in: SignIn) -> None:
    client = sign_in(office.officer)
    assert post(client, case, "refuse-acceptance", {"reason": ""}).status_code == 422
    answer = post(client, case, "refuse-acceptance", {"reason": "Not our matter."})
    assert answer.status_code == 302
    assert state_of(case) == "not_accepted"
    second = make_case(
        office.applicant.resident, office.offering, until=Act.ACCEPT, by=office.officer.officer
    )
    assert post(client, second, "terminate", {"reason": ""}).status_code == 422
    assert post(client, second, "terminate", {"reason": "Withdrawn by law."}).status_code == 302
    assert state_of(second) == "terminated"


def test_typed_words_survive_a_refusal(office: Office, sign_in: SignIn) -> None:
    case = make_case(
        office.applicant.resident, office.offering, until=Act.COMPLETE, by=office.officer.officer
    )
    answer = post(sign_in(office.officer), case, "deliver", {"way": "courier", "reference": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Enter the courier’s parcel number." in page or "parcel number" in page
    assert 'href="#id_reference"' in page
    long = "很长" * 2500
    second = make_case(
        office.applicant.resident, office.offering, until=Act.ACCEPT, by=office.officer.officer
    )
    answer = post(sign_in(office.officer), second, "examine", {"opinion": long})
    assert answer.status_code == 422
    assert long in answer.content.decode()


def test_a_clerk_neither_examines_nor_decides(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.clerk)
    accepted = make_case(
        office.applicant.resident, office.offering, until=Act.ACCEPT, by=office.clerk.officer
    )
    assert client.get(f"/en/work/{accepted.number}/examine/").status_code == 403
    assert post(client, accepted, "examine", {"opinion": "x"}).status_code == 403
    assert post(client, accepted, "terminate", {"reason": "x"}).status_code == 403
    examined = make_case(
        office.applicant.resident, office.offering, until=Act.EXAMINE, by=office.officer.officer
    )
    assert client.get(f"/en/work/{examined.number}/decide/").status_code == 403
    assert post(client, examined, "decide", {"outcome": "granted"}).status_code == 403
    assert post(client, examined, "assign", {"to": "queue"}).status_code == 403
    assert state_of(examined) == "examined"


def test_an_act_that_is_no_act_is_not_found(office: Office, case: Case, sign_in: SignIn) -> None:
    client = sign_in(office.officer)
    assert client.get(f"/en/work/{case.number}/withdraw/").status_code == 404
    assert post(client, case, "submit", {}).status_code == 404


def test_steps_cannot_be_skipped(office: Office, case: Case, sign_in: SignIn) -> None:
    client = sign_in(office.officer)
    answer = client.get(f"/en/work/{case.number}/decide/")
    assert answer["Location"] == f"/en/work/{case.number}/"
    answer = post(client, case, "decide", {"outcome": "granted", "reason": "quickly"})
    assert answer.status_code == 409
    assert state_of(case) == "submitted"


def test_two_officers_at_once(office: Office, case: Case, sign_in: SignIn) -> None:
    first, second = sign_in(office.officer), sign_in(office.colleague)
    for client in (first, second):
        assert client.get(f"/en/work/{case.number}/refuse-acceptance/").status_code == 200
    assert post(first, case, "accept", {"note": ""}).status_code == 302
    words = "A long reason that nobody wants to type again."
    answer = post(second, case, "refuse-acceptance", {"reason": words}, seen="submitted-1")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The case has moved on" in page
    assert words in page
    assert state_of(case) == "accepted"


def test_what_a_colleague_has_taken_is_left_to_them(
    office: Office, case: Case, sign_in: SignIn
) -> None:
    stage = cases.open_stage(case)
    assert stage
    cases.claim([stage.pk], by=office.colleague.officer)
    answer = post(sign_in(office.officer), case, "accept", {"note": ""})
    assert answer.status_code == 409
    assert state_of(case) == "submitted"


def test_an_answer_that_came_meanwhile_is_read_first(
    office: Office, case: Case, sign_in: SignIn
) -> None:
    client = sign_in(office.officer)
    post(client, case, "ask-supplement", points("The second page."))
    seen = f"{state_of(case)}-1"
    with clock.freeze(MONDAY + timedelta(days=1)):
        cases.supplement(case.pk, by=office.applicant.resident, answers=ANSWERS)
        answer = post(client, case, "refuse-acceptance", {"reason": "Never answered."}, seen=seen)
    assert answer.status_code == 409
    assert state_of(case) == "submitted"


def test_points_name_answers_and_the_applicant_is_told(
    office: Office, case: Case, sign_in: SignIn
) -> None:
    client = sign_in(office.clerk)
    page = client.get(f"/en/work/{case.number}/ask-supplement/").content.decode()
    assert 'value="2026-11-17"' in page  # fifteen days from the 2nd
    assert "When was the child born?" in page
    data = points("Photo is blurred.", "", "Sign the form.", **{"points-0-field": "proof"})
    answer = post(client, case, "ask-supplement", data)
    assert answer.status_code == 302
    asked = SupplementRequest.objects.get(case=case)
    assert asked.points == [
        {"what": "Photo is blurred.", "field": "proof"},
        {"what": "Sign the form.", "field": ""},
    ]
    assert asked.answer_by == date(2026, 11, 20)
    page = client.get(answer["Location"]).content.decode()
    assert "has until 20 November 2026" in page
    assert "Birth certificate</strong>: Photo is blurred." in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (points("", ""), "Say what is missing"),
        (points("", **{"points-0-field": "proof"}), "Say what is missing or wrong about this."),
        (points("x", answer_by="2026-11-02"), "a day in the future"),
        (points("x", answer_by="soon"), "Enter a day"),
        (points("x", **{"points-0-field": "no_such_question"}), "no_such_question"),
        (points("x" * 501), "500"),
    ],
)
def test_a_supplement_is_refused_at_its_field(
    office: Office, case: Case, sign_in: SignIn, data: dict[str, str], said: str
) -> None:
    answer = post(sign_in(office.clerk), case, "ask-supplement", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "govuk-error-summary" in page
    assert data["points-0-what"] in page
    assert state_of(case) == "submitted"


@pytest.mark.parametrize("count", ["", "x", "-1", "9999999", "²"])
def test_a_forged_number_of_lines_does_no_harm(
    office: Office, case: Case, sign_in: SignIn, count: str
) -> None:
    data = {**points("x"), "points-TOTAL_FORMS": count}
    assert post(sign_in(office.clerk), case, "ask-supplement", data).status_code in (302, 422)


def test_more_lines_keep_what_was_typed(office: Office, case: Case, sign_in: SignIn) -> None:
    data = points("First.", "Second.", more="1", answer_by="2026-12-01")
    answer = post(sign_in(office.clerk), case, "ask-supplement", data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Second." in page
    assert 'name="points-4-what"' in page
    assert 'value="2026-12-01"' in page
    assert state_of(case) == "submitted"


def test_asking_again_warns_that_the_law_wants_all_at_once(
    office: Office, case: Case, sign_in: SignIn
) -> None:
    client = sign_in(office.clerk)
    post(client, case, "ask-supplement", points("First."))
    with clock.freeze(MONDAY + timedelta(days=1)):
        cases.supplement(case.pk, by=office.applicant.resident, answers=ANSWERS)
        page = client.get(f"/en/work/{case.number}/ask-supplement/").content.decode()
    assert "asked for once already" in page
    assert "First." in page


def test_a_supervisor_hands_over(office: Office, case: Case, sign_in: SignIn) -> None:
    stage = cases.open_stage(case)
    assert stage
    cases.claim([stage.pk], by=office.colleague.officer)
    client = sign_in(office.supervisor)
    page = client.get(f"/en/work/{case.number}/assign/").content.decode()
    assert "吴建国 – Case officer" in page
    assert "曹远" not in page
    answer = post(client, case, "assign", {"to": str(office.officer.account.pk)})
    assert answer.status_code == 302
    stage.refresh_from_db()
    assert stage.assignee_id == office.officer.account.pk
    # Only names on the list can be chosen.
    answer = post(client, case, "assign", {"to": str(office.stranger.account.pk)})
    assert answer.status_code == 422
    assert post(client, case, "assign", {"to": "queue"}).status_code == 302
    stage.refresh_from_db()
    assert stage.assignee_id is None
    # Somebody else's supervisor does not see the case.
    elsewhere = make_officer("supervisor", office.other_agency)
    assert post(sign_in(elsewhere), case, "assign", {"to": "queue"}).status_code == 404


def test_taking_on_and_giving_back_from_the_page(
    office: Office, case: Case, sign_in: SignIn
) -> None:
    client = sign_in(office.clerk)
    client.post(f"/en/work/{case.number}/claim/")
    page = client.get(f"/en/work/{case.number}/").content.decode()
    assert "You have taken on this case." in page
    assert "Give back to the queue" in page
    client.post(f"/en/work/{case.number}/release/")
    assert "Take on this case" in client.get(f"/en/work/{case.number}/").content.decode()


def test_forms_carry_a_token_against_forgery(office: Office, case: Case) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(office.clerk.account)
    assert client.post(f"/en/work/{case.number}/accept/", {"note": ""}).status_code == 403
    assert state_of(case) == "submitted"
