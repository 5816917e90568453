"""The open interface over HTTP: what it tells, to whom, and how it says no."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.case_factories import ANSWERS, make_case, make_offering
from tests.factories import (
    ResidentRows,
    make_agency,
    make_calendar,
    make_firm,
    make_officer,
    make_region,
    make_resident,
)
from tongban.cases import api as cases
from tongban.cases.api import Case
from tongban.catalogue.api import Offering
from tongban.identity.api import make_token
from tongban.openapi.access import PerAddress

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def offering() -> Offering:
    make_calendar()
    return make_offering(make_agency(make_region("990100", parent=make_region())))


@pytest.fixture
def lin() -> ResidentRows:
    return make_resident()


def as_program(rows: ResidentRows, *scopes: str) -> Client:
    token = make_token(rows.resident, name="test", scopes=scopes or ("cases:read",), days=1)
    return Client(headers={"Authorization": f"Bearer {token}"})


def send(client: Client, offering: Offering, key: str = "key-0001", **answers: Any) -> Any:
    return client.post(
        f"{V1}/cases",
        json.dumps({"item": offering.slug, "answers": ANSWERS | answers}),
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def test_the_catalogue_is_open_to_everybody(client: Client, offering: Offering) -> None:
    assert client.get(f"{V1}/regions").json()[0]["code"] == "990000"
    assert [one["code"] for one in client.get(f"{V1}/regions/990000/children").json()] == ["990100"]
    agency = offering.agency
    assert client.get(f"{V1}/agencies?region=990000").json()[0]["code"] == agency.code
    assert client.get(f"{V1}/agencies/{agency.code}").json()["name"] == agency.name
    (listed,) = client.get(f"{V1}/items").json()["items"]
    assert listed["slug"] == offering.slug
    whole = client.get(f"{V1}/items/{offering.slug}").json()
    assert whole["guide"]["summary"]["en"] == "Registers a newborn."
    assert whole["form"]["properties"]["mother_id"]


def test_lists_go_by_cursor_through_every_item_once(client: Client, offering: Offering) -> None:
    slugs = {offering.slug, *(make_offering(offering.agency).slug for _ in range(6))}
    seen: list[str] = []
    address: str | None = f"{V1}/items?limit=3"
    while address:
        page = client.get(address).json()
        seen += [one["slug"] for one in page["items"]]
        address = page["next"]
    assert len(seen) == len(set(seen))
    assert set(seen) == slugs


def test_an_application_is_sent_once_for_a_key(offering: Offering, lin: ResidentRows) -> None:
    program = as_program(lin, "cases:read", "cases:write")
    first = send(program, offering)
    again = send(program, offering)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first["Location"] == f"{V1}/cases/{first.json()['number']}"
    assert Case.objects.get().channel == "api"
    other = send(program, offering, child_name="林大满")
    assert other.status_code == 422
    assert other.json()["type"].endswith("case.key_reused")
    assert send(program, offering, key="short").status_code == 400


def test_wrong_answers_are_pointed_at(offering: Offering, lin: ResidentRows) -> None:
    program = as_program(lin, "cases:write")
    reply = send(program, offering, mother_id="990102199001010016", unknown="x")
    assert reply.status_code == 422
    assert reply["Content-Type"] == "application/problem+json"
    pointers = {one["pointer"] for one in reply.json()["errors"]}
    assert pointers == {"/answers/mother_id", "/answers/unknown"}
    assert not Case.objects.exists()


def test_a_file_is_uploaded_then_named(offering: Offering, lin: ResidentRows) -> None:
    program = as_program(lin, "cases:read", "cases:write")
    upload = SimpleUploadedFile("证明.png", PNG, "image/png")
    stored = program.post(f"{V1}/files", {"file": upload})
    assert stored.status_code == 201
    case = send(program, offering, proof=[stored.json()["id"]])
    assert case.status_code == 201
    assert Case.objects.get().attachments.count() == 1
    script = SimpleUploadedFile("证明.png", b"<script>", "image/png")
    refused = program.post(f"{V1}/files", {"file": script})
    assert refused.status_code == 422


def test_somebody_elses_file_is_no_answer(offering: Offering, lin: ResidentRows) -> None:
    other = as_program(make_resident(), "cases:write")
    stored = other.post(f"{V1}/files", {"file": SimpleUploadedFile("a.png", PNG, "image/png")})
    program = as_program(lin, "cases:write")
    assert send(program, offering, proof=[stored.json()["id"]]).status_code == 422


def test_cases_are_for_those_who_may_act(offering: Offering, lin: ResidentRows) -> None:
    case = make_case(lin.resident, offering)
    stranger = as_program(make_resident())
    assert stranger.get(f"{V1}/cases").json()["items"] == []
    assert stranger.get(f"{V1}/cases/{case.number}").status_code == 404
    assert as_program(lin).get(f"{V1}/cases/{case.number}").json()["state"] == "submitted"


def test_for_a_firm_only_who_holds_its_mandate(offering: Offering, lin: ResidentRows) -> None:
    firm = make_firm(lin.account)
    body = {"item": offering.slug, "party": firm.pk, "answers": ANSWERS}
    post: Callable[[ResidentRows], Any] = lambda who: as_program(who, "cases:write").post(  # noqa: E731
        f"{V1}/cases",
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": "firm-0001"},
    )
    assert post(lin).status_code == 201
    assert post(make_resident()).status_code == 422


def test_what_colleagues_write_stays_inside(offering: Offering, lin: ResidentRows) -> None:
    officer = make_officer("officer", offering.agency).officer
    case = make_case(lin.resident, offering)
    cases.accept(case.pk, by=officer)
    cases.examine(case.pk, by=officer, opinion="Looks odd, ask Wang.")
    told = as_program(lin).get(f"{V1}/cases/{case.number}").content.decode()
    assert "Wang" not in told
    assert ANSWERS["mother_id"] not in told


def test_no_token_wrong_token_wrong_scope(
    client: Client, offering: Offering, lin: ResidentRows
) -> None:
    assert client.get(f"{V1}/cases").status_code == 401
    wrong = Client(headers={"Authorization": "Bearer tb_nonsense"})
    reply = wrong.get(f"{V1}/cases", headers={"Accept-Language": "en"})
    assert (reply.status_code, reply["WWW-Authenticate"]) == (401, "Bearer")
    assert reply.json()["title"] == "Token needed"
    assert send(as_program(lin, "cases:read"), offering).status_code == 403


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/items/nothing-here", 404),
        ("/items?cursor=rubbish", 400),
        ("/items?limit=1000", 400),
        ("/items?region=xx", 404),
        ("/regions/xx", 404),
        ("/agencies/xx", 404),
        ("/agencies?region=xx", 404),
        ("/cases/123", 404),
        ("/nowhere", 404),
    ],
)
def test_every_error_is_a_problem_document(lin: ResidentRows, address: str, status: int) -> None:
    reply = as_program(lin).get(f"{V1}{address}")
    assert reply.status_code == status
    assert reply["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= reply.json().keys()


def test_too_many_requests_are_told_to_wait(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PerAddress, "timer", staticmethod(lambda: 1000.0))  # within the minute
    replies = [client.get(f"{V1}/regions") for _ in range(121)]
    assert replies[-1].status_code == 429
    assert int(replies[-1]["Retry-After"]) >= 1
    assert replies[-1]["Content-Type"] == "application/problem+json"


def test_a_list_costs_the_same_however_long(
    client: Client, offering: Offering, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        make_offering(offering.agency)
    with django_assert_max_num_queries(3):
        client.get(f"{V1}/items")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_documentation_names_every_operation(client: Client, prefix: str) -> None:
    page = client.get(f"{prefix}/api/").content.decode()
    schema = client.get(f"{V1}/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    for path in schema["paths"]:
        assert path in page
