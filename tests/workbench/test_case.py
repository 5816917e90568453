"""A case's page: what it tells, who may see it, what a look leaves behind."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.case_factories import ANSWERS, make_case
from tests.factories import make_id_number, make_mandate, make_officer, make_post
from tests.workbench.conftest import MONDAY, PNG, Office, SignIn
from tongban.cases import api as cases
from tongban.cases.api import Act, Case, grouped
from tongban.directory.api import SpecialDay, set_day
from tongban.identity.api import access_records
from tongban.identity.models import AccessRecord
from tongban.kernel import clock

pytestmark = pytest.mark.django_db

OTHER_MOTHER = make_id_number(born="19880101")


def test_an_officer_finds_all_they_need(office: Office, file_case: Case, sign_in: SignIn) -> None:
    page = sign_in(office.clerk).get(f"/en/work/{file_case.number}/").content.decode()
    assert grouped(file_case.number) in page
    assert "林小满" in page  # an answer
    assert ANSWERS["mother_id"] not in page
    assert "Uploaded" in page
    assert "证明.png" in page
    assert "The child is born." in page
    assert "Article 3" in page
    assert "Application arrived" in page
    assert "5 working days left" in page
    assert "Nobody yet" in page


def test_the_deadline_is_explained_day_by_day(office: Office, case: Case, sign_in: SignIn) -> None:
    set_day("cn", SpecialDay(date(2026, 11, 4), "holiday", {"zh": "地方节日", "en": "Local feast"}))
    cases.accept(case.pk, by=office.officer.officer)
    page = sign_in(office.officer).get(f"/en/work/{case.number}/").content.decode()
    assert "Local feast" in page
    assert "Day 3" in page
    assert "3 working days from acceptance" in page
    assert "the law allows 10" in page


def test_every_look_is_on_record_and_the_applicant_sees_it(
    office: Office, case: Case, sign_in: SignIn
) -> None:
    sign_in(office.clerk).get(f"/en/work/{case.number}/")
    seen = access_records(office.applicant.resident, office.applicant.party.pk)
    assert [(one.officer, one.what, one.case_number) for one in seen] == [
        ("陈静", "case", case.number)
    ]


def test_the_identity_number_is_shown_on_demand_and_on_record(
    office: Office, case: Case, sign_in: SignIn
) -> None:
    client = sign_in(office.officer)
    page = client.get(f"/en/work/{case.number}/").content.decode()
    masked = page.split('<span class="tb-number">')
    assert any("**********" in part[:18] for part in masked)
    assert client.get(f"/en/work/{case.number}/id-number/").status_code == 405
    page = client.post(f"/en/work/{case.number}/id-number/").content.decode()
    assert "That you saw it is on record" in page
    seen = access_records(office.applicant.resident, office.applicant.party.pk)
    assert {one.what for one in seen} == {"case", "identity_number"}
    assert "**********" in client.get(f"/en/work/{case.number}/").content.decode()


def test_a_file_is_served_so_that_it_can_do_no_harm(
    office: Office, file_case: Case, sign_in: SignIn
) -> None:
    file_id = cases.case_attachments(file_case).get().file_id
    client = sign_in(office.clerk)
    answer = client.get(f"/en/work/{file_case.number}/files/{file_id}/")
    assert b"".join(answer.streaming_content) == PNG  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer["Cache-Control"]
    look = client.get(f"/en/work/{file_case.number}/files/{file_id}/?look")
    assert b"".join(look.streaming_content) == PNG  # type: ignore[attr-defined]
    assert look["Content-Disposition"].startswith("inline")
    seen = access_records(office.applicant.resident, office.applicant.party.pk)
    assert [one.what for one in seen] == ["file"]


def test_others_files_and_cases_are_not_found(
    office: Office, file_case: Case, case: Case, sign_in: SignIn
) -> None:
    file_id = cases.case_attachments(file_case).get().file_id
    stranger = sign_in(office.stranger)
    for path in ("", f"files/{file_id}/", "accept/", "examine/", "ask-supplement/", "assign/"):
        assert stranger.get(f"/en/work/{file_case.number}/{path}").status_code in (403, 404), path
    for path in ("id-number/", "claim/", "release/", "accept/", "examine/", "decide/", "deliver/"):
        assert stranger.post(f"/en/work/{file_case.number}/{path}").status_code == 404, path
    clerk = sign_in(office.clerk)
    # A file is found only under the case it was sent with.
    assert clerk.get(f"/en/work/{case.number}/files/{file_id}/").status_code == 404
    assert clerk.get(f"/en/work/{file_case.number}/files/{uuid4()}/").status_code == 404
    assert clerk.get("/en/work/260000000000/").status_code == 404
    assert not AccessRecord.objects.filter(account=office.stranger.account).exists()
    file_case.refresh_from_db()
    assert file_case.state == "submitted"


def test_residents_editors_and_administrators_do_not_enter(
    office: Office, case: Case, sign_in: SignIn
) -> None:
    for who in (office.applicant, office.editor, office.administrator):
        client = sign_in(who)
        assert client.get(f"/en/work/{case.number}/").status_code == 403
        assert client.post(f"/en/work/{case.number}/accept/").status_code == 403
        assert client.get("/en/work/find/").status_code == 403
        assert client.get("/en/work/overview/").status_code == 403
    assert sign_in(office.applicant).get("/en/work/").status_code == 403


def test_ones_own_case_is_not_opened(office: Office, case: Case, sign_in: SignIn) -> None:
    own = make_officer("officer", office.agency)
    make_mandate(own.account, office.applicant.party, "agent")
    client = sign_in(own)
    for path in ("", "accept/", "ask-supplement/"):
        answer = client.get(f"/en/work/{case.number}/{path}")
        assert answer.status_code == 403, path
        assert "This is a case of your own" in answer.content.decode()
        assert "林小满" not in answer.content.decode()
    assert client.post(f"/en/work/{case.number}/accept/", {"note": ""}).status_code == 403
    assert client.post(f"/en/work/{case.number}/id-number/").status_code == 403
    case.refresh_from_db()
    assert case.state == "submitted"


def test_a_supplement_shows_what_changed(office: Office, case: Case, sign_in: SignIn) -> None:
    cases.ask_supplement(
        case.pk,
        by=office.officer.officer,
        points=[cases.Point("Write the full name.", "child_name")],
        answer_by=clock.today() + timedelta(days=15),
    )
    changed = ANSWERS | {"child_name": "林小满满", "mother_id": OTHER_MOTHER}
    with clock.freeze(MONDAY + timedelta(days=1)):
        cases.supplement(
            case.pk, by=office.applicant.resident, answers=changed, note="Name mended."
        )
        page = sign_in(office.officer).get(f"/en/work/{case.number}/").content.decode()
    assert "<del>林小满</del>" in page
    assert "<ins>林小满满</ins>" in page
    assert "The mother’s identity number</td>" in page  # changed, though both are masked
    assert OTHER_MOTHER not in page
    assert "Name mended." in page
    assert "Write the full name." in page
    assert "Earlier submissions" in page


def test_a_colleagues_case_says_who_has_it(office: Office, case: Case, sign_in: SignIn) -> None:
    stage = cases.open_stage(case)
    assert stage
    cases.claim([stage.pk], by=office.colleague.officer)
    page = sign_in(office.officer).get(f"/en/work/{case.number}/").content.decode()
    assert "郑海 is working on this case" in page
    assert "/accept/" not in page
    page = sign_in(office.supervisor).get(f"/en/work/{case.number}/").content.decode()
    assert "/assign/" in page


def test_only_possible_acts_are_offered(office: Office, sign_in: SignIn) -> None:
    case = make_case(
        office.applicant.resident, office.offering, until=Act.EXAMINE, by=office.officer.officer
    )
    cases.release([cases.open_stage(case).pk], by=office.officer.officer)  # type: ignore[union-attr]
    officer = sign_in(office.officer).get(f"/en/work/{case.number}/").content.decode()
    assert "/decide/" in officer
    assert "/accept/" not in officer
    clerk = sign_in(office.clerk).get(f"/en/work/{case.number}/").content.decode()
    assert "/decide/" not in clerk
    assert "This step is for case officers" in clerk


def test_opinions_are_for_colleagues(office: Office, case: Case, sign_in: SignIn) -> None:
    cases.accept(case.pk, by=office.officer.officer)
    cases.examine(case.pk, by=office.officer.officer, opinion="The register agrees.")
    page = sign_in(office.colleague).get(f"/en/work/{case.number}/").content.decode()
    assert "The register agrees." in page


def test_queries_of_a_case_are_bounded(
    office: Office,
    file_case: Case,
    sign_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for round_ in range(3):
        with clock.freeze(MONDAY + timedelta(days=round_)):
            cases.ask_supplement(
                file_case.pk,
                by=office.officer.officer,
                points=[cases.Point("Again.")],
                answer_by=clock.today() + timedelta(days=15),
            )
            cases.supplement(
                file_case.pk,
                by=office.applicant.resident,
                answers=cases.case_answers(file_case),
            )
    make_post(office.officer.account, "supervisor", office.agency)
    client = sign_in(office.officer)
    client.get(f"/en/work/{file_case.number}/")
    with django_assert_max_num_queries(34):
        client.get(f"/en/work/{file_case.number}/")
