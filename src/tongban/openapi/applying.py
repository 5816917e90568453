"""Cases, for programs that act for a person or firm with a token."""

from __future__ import annotations

from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse
from ninja import File, Header, Query, Router, UploadedFile
from ninja.responses import Status

from tongban.cases.api import Case, cases_of, find_case, submit_answers
from tongban.catalogue.api import offering_by_slug
from tongban.identity.api import TokenBearer, parties_of
from tongban.kernel import files
from tongban.kernel.keyset import paginate
from tongban.openapi.access import Sending, Token
from tongban.openapi.reading import next_address
from tongban.openapi.shapes import (
    ApplicationIn,
    CaseDetailOut,
    CaseOut,
    EventOut,
    FileOut,
    Page,
    PartyOut,
)

router = Router(tags=["cases"])
READ = Token("cases:read")
WRITE = Token("cases:write")

# What colleagues write for colleagues, and how they share the work, is not told outside.
_INTERNAL = {"claim", "release", "assign"}


class TokenRequest(HttpRequest):
    """A request that came with a valid token."""

    auth: TokenBearer


@router.get("/parties", response=list[PartyOut], auth=READ, summary="For whom you may act")
def parties(request: TokenRequest) -> list[PartyOut]:
    return [
        PartyOut(id=party.id, kind=party.kind, name=party.name, capacity=party.capacity)
        for party in parties_of(request.auth.resident)
    ]


@router.post(
    "/files",
    response={201: FileOut},
    auth=WRITE,
    throttle=Sending(),
    summary="Upload a file for an answer",
)
def upload(request: TokenRequest, file: File[UploadedFile]) -> Status[FileOut]:
    """PDF, JPEG or PNG, at most 10 MB. A file that no application names is gone after a week."""
    stored = files.store(file, owner_id=request.auth.resident.account_id)
    return Status(201, FileOut(id=stored.pk, name=stored.name, size=stored.size))


@router.get("/cases", response=Page[CaseOut], auth=READ, summary="Cases, newest first")
def cases(
    request: TokenRequest,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Page[CaseOut]:
    rows = cases_of(request.auth.resident).select_related("offering", "agency", "decision")
    page = paginate(rows, by=("-id",), cursor=cursor, size=limit)
    return Page[CaseOut](
        items=[_case(case) for case in page.rows], next=next_address(request, page)
    )


@router.get("/cases/{number}", response=CaseDetailOut, auth=READ, summary="One case")
def one_case(request: TokenRequest, number: str) -> CaseDetailOut:
    return _detail(find_case(cases_of(request.auth.resident), number))


@router.post(
    "/cases",
    response={200: CaseDetailOut, 201: CaseDetailOut},
    auth=WRITE,
    throttle=Sending(),
    summary="Send an application",
)
def send(
    request: TokenRequest,
    response: HttpResponse,
    application: ApplicationIn,
    idempotency_key: Annotated[str, Header(min_length=8, max_length=100)],
) -> Status[CaseDetailOut]:
    """201 with the new case; 200 with the same case if this key was used before."""
    offering = offering_by_slug(application.item)
    if offering is None:
        raise Http404
    resident = request.auth.resident
    party = application.party or resident.own_party_id
    case, new = submit_answers(
        offering.pk, party or 0, application.answers, by=resident, key=f"api/{idempotency_key}"
    )
    response["Location"] = f"{request.path}/{case.number}"
    found = find_case(cases_of(resident), case.number)
    return Status(201 if new else 200, _detail(found))


def _case(case: Case) -> CaseOut:
    decision = getattr(case, "decision", None)
    return CaseOut(
        number=case.number,
        item=case.offering.slug,
        name=case.offering.name,
        agency=case.agency.code,
        party=case.party_id,
        state=case.state,
        submitted_at=case.submitted_at,
        accepted_at=case.accepted_at,
        decided_at=case.decided_at,
        completed_at=case.completed_at,
        due_on=case.due_on,
        due_provisional=case.due_provisional,
        outcome=decision.outcome if decision else None,
    )


def _detail(case: Case) -> CaseDetailOut:
    events = [
        EventOut(act=event.act, state=event.state, at=event.at, note=event.note)
        for event in case.events.order_by("id")
        if event.act not in _INTERNAL
    ]
    return CaseDetailOut(**_case(case).model_dump(), events=events)
