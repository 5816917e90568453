"""The supervisor's overview with its table to download, and finding cases."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.case_factories import make_case, make_offering
from tests.factories import make_agency, make_firm, make_officer, make_resident
from tests.workbench.conftest import MONDAY, Office, SignIn
from tongban.cases import api as cases
from tongban.cases.api import Act, Case, grouped
from tongban.directory.models import Region
from tongban.identity.api import access_records
from tongban.identity.models import Party
from tongban.identity.parties import open_id_number
from tongban.kernel import clock
from tongban.ratings.api import rate
from tongban.workbench import overview

pytestmark = pytest.mark.django_db


def figures(page: str) -> list[tuple[str, ...]]:
    """The rows of the table of loads: name, open, late, soon, waiting."""
    rows = re.findall(r'<tr><th scope="row"[^>]*>(.*?)</tr>', page, re.DOTALL)
    return [
        tuple(re.sub(r"<[^>]+>", "", cell) for cell in row.replace("</th>", "").split("<td")[0:1])
        + tuple(re.findall(r'numeric">(?:<strong[^>]*>)?(\d+)', row))
        for row in rows
        if "numeric" in row
    ]


def test_the_figures_add_up(office: Office, sign_in: SignIn) -> None:
    with clock.freeze(MONDAY - timedelta(days=20)):
        late = make_case(office.applicant.resident, office.offering)
    cases.claim([cases.open_stage(late).pk], by=office.officer.officer)  # type: ignore[union-attr]
    make_case(office.applicant.resident, office.offering)
    waiting = make_case(office.applicant.resident, office.offering)
    cases.ask_supplement(
        waiting.pk,
        by=office.colleague.officer,
        points=[cases.Point("x")],
        answer_by=clock.today() + timedelta(days=15),
    )
    make_case(office.applicant.resident, make_offering(office.other_agency))
    client = sign_in(office.supervisor)
    page = client.get("/en/work/overview/").content.decode()
    assert figures(page) == [
        (office.agency.name["en"], "3", "1", "0", "1"),
        ("吴建国", "1", "1", "0", "0"),
        ("郑海", "1", "0", "0", "1"),
        ("Nobody yet", "1", "0", "0", "0"),
    ]
    listed = client.get("/en/work/overview/?time=late").content.decode()
    assert re.findall(r'href="/en/work/(\d{12})/"', listed) == [late.number]
    assert f"/en/work/{late.number}/assign/" in listed
    of_colleague = client.get(f"/en/work/overview/?officer={office.colleague.account.pk}")
    assert re.findall(r'href="/en/work/(\d{12})/"', of_colleague.content.decode()) == [
        waiting.number
    ]


def test_the_oldest_come_first_whatever_their_deadline(office: Office, sign_in: SignIn) -> None:
    with clock.freeze(MONDAY - timedelta(days=3)):
        accepted = make_case(
            office.applicant.resident, office.offering, until=Act.ACCEPT, by=office.officer.officer
        )
    with clock.freeze(MONDAY - timedelta(days=4)):
        oldest = make_case(office.applicant.resident, office.offering)
    page = sign_in(office.supervisor).get("/en/work/overview/").content.decode()
    assert re.findall(r'href="/en/work/(\d{12})/"', page) == [oldest.number, accepted.number]


def test_queries_of_the_overview_are_bounded(
    office: Office, sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for index in range(8):
        case = make_case(make_resident(name=f"某{index}").resident, office.offering)
        by = make_officer("officer", office.agency).officer
        cases.claim([cases.open_stage(case).pk], by=by)  # type: ignore[union-attr]
    client = sign_in(office.supervisor)
    client.get("/en/work/overview/")
    with django_assert_max_num_queries(17):  # 4 of them are session, account, posts, name
        client.get("/en/work/overview/")


def test_the_table_to_download(office: Office, sign_in: SignIn) -> None:
    case = make_case(
        office.applicant.resident,
        make_offering(office.agency, name={"zh": "=1+1 登记", "en": "=cmd() registration"}),
    )
    hidden = make_case(office.applicant.resident, make_offering(office.other_agency))
    answer = sign_in(office.supervisor).get("/en/work/overview/open-cases.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0][0] == "Case number"
    assert len(rows) == 2
    assert rows[1][:4] == [
        grouped(case.number),
        "'=cmd() registration",  # no spreadsheet runs it
        office.agency.name["en"],
        "Acceptance",
    ]
    assert rows[1][5:7] == ["2026-11-09", "5"]
    assert office.applicant.party.name not in text
    assert grouped(hidden.number) not in text
    assert "no-store" in answer["Cache-Control"]


def test_only_supervisors_have_an_overview(office: Office, sign_in: SignIn) -> None:
    for who in (office.clerk, office.officer, office.editor, office.applicant):
        assert sign_in(who).get("/en/work/overview/").status_code == 403
        assert sign_in(who).get("/en/work/overview/open-cases.csv").status_code == 403


def test_a_province_sees_the_latest_agencies_and_finds_the_others_by_name(
    office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "MOST_AGENCIES", 1)
    region = Region.objects.get(code=office.agency.region_id)
    other = make_agency(region, name={"zh": "水务局", "en": "Water Bureau"})
    with clock.freeze(clock.now() - timedelta(days=30)):
        make_case(office.applicant.resident, office.offering)
    make_case(office.applicant.resident, make_offering(other))
    client = sign_in(make_officer("supervisor", region=region))
    page = client.get("/en/work/overview/").content.decode()
    assert [row[0] for row in figures(page)] == [office.agency.name["en"], "Nobody yet"]
    assert "Shown: 1 of 2 agencies" in page
    named = client.get("/en/work/overview/?name=water").content.decode()
    assert [row[0] for row in figures(named)] == ["Water Bureau", "Nobody yet"]
    nothing = client.get("/en/work/overview/?name=xyz").content.decode()
    assert "0 agencies with open cases are called so." in nothing
    assert figures(nothing) == []


def test_nothing_open_says_so(office: Office, sign_in: SignIn) -> None:
    page = sign_in(office.supervisor).get("/en/work/overview/").content.decode()
    assert "No open cases" in page


def test_what_people_say_about_ones_own_agency(office: Office, sign_in: SignIn) -> None:
    done = make_case(
        office.applicant.resident, office.offering, until=Act.COMPLETE, by=office.officer.officer
    )
    rate(done.pk, by=office.applicant.resident, level=2)
    make_case(
        office.applicant.resident, office.offering, until=Act.COMPLETE, by=office.officer.officer
    )
    client = sign_in(office.supervisor)
    page = client.get("/en/work/overview/").content.decode()
    assert "Rated: 1; answered but not rated: 1." in page
    elsewhere = client.get(f"/en/work/overview/?agency={office.other_agency.pk}")
    assert "rated" not in elsewhere.content.decode()


# --- finding ------------------------------------------------------------------------------------


def test_a_number_leads_to_the_case(office: Office, case: Case, sign_in: SignIn) -> None:
    client = sign_in(office.clerk)
    for typed in (case.number, grouped(case.number), f" {case.number[:6]}-{case.number[6:]} "):
        answer = client.post("/en/work/find/", {"q": typed})
        assert answer["Location"] == f"/en/work/{case.number}/", typed


def test_a_wrong_number_says_what_is_wrong(office: Office, case: Case, sign_in: SignIn) -> None:
    client = sign_in(office.clerk)
    wrong = case.number[:-1] + str((int(case.number[-1]) + 1) % 10)
    answer = client.post("/en/work/find/", {"q": wrong})
    assert answer.status_code == 422
    assert "the check digit does not fit" in answer.content.decode()
    assert wrong in answer.content.decode()
    assert "12 digits; this has 5" in client.post("/en/work/find/", {"q": "12345"}).content.decode()
    answer = sign_in(office.stranger).post("/en/work/find/", {"q": case.number})
    assert "No case with that number is open to you" in answer.content.decode()


def test_an_applicant_is_found_by_name_code_and_identity_number(
    office: Office, case: Case, sign_in: SignIn
) -> None:
    client = sign_in(office.clerk)
    firm = make_firm(office.applicant.account)
    firms = make_case(office.applicant.resident, office.offering, party_id=firm.pk)
    answer = client.post("/en/work/find/", {"q": "晓雨"}, follow=True)
    assert f"/en/work/{case.number}/" in answer.content.decode()
    assert firms.number not in answer.content.decode()
    answer = client.post("/en/work/find/", {"q": firm.credit_code}, follow=True)
    assert f"/en/work/{firms.number}/" in answer.content.decode()
    number = open_id_number(Party.objects.get(pk=office.applicant.party.pk))
    answer = client.post("/en/work/find/", {"q": number})
    assert number not in answer["Location"]  # nor in any log or history
    assert f"/en/work/{case.number}/" in client.get(answer["Location"]).content.decode()
    seen = access_records(office.applicant.resident, office.applicant.party.pk)
    assert [one.what for one in seen] == ["party"]


def test_nobody_is_found_outside_ones_cases(office: Office, case: Case, sign_in: SignIn) -> None:
    client = sign_in(office.stranger)
    number = open_id_number(Party.objects.get(pk=office.applicant.party.pk))
    assert client.post("/en/work/find/", {"q": number}).status_code == 422
    assert client.get("/en/work/find/?name=晓雨").status_code == 404
    answer = client.get(f"/en/work/find/?party={office.applicant.party.pk}")
    assert answer.status_code == 404
    assert office.applicant.party.name not in answer.content.decode()
    assert not access_records(office.applicant.resident, office.applicant.party.pk)
    assert client.post("/en/work/find/", {"q": ""}).status_code == 422
