"""My cases: the list, finding one by its number, a case's page, taking one back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.cases.api import (
    FINAL,
    Act,
    Actor,
    Case,
    CaseEvent,
    Decision,
    Stage,
    State,
    SupplementRequest,
    case_attachments,
    cases_of,
    clock_of,
    drafts_of,
    find_case,
    grouped,
    open_request,
    open_stage,
    possible,
    withdraw,
)
from tongban.catalogue.api import Guide, guide_of
from tongban.directory.api import day_names
from tongban.identity.api import (
    AccessEntry,
    ResidentRequest,
    access_records,
    account_names,
    resident_required,
)
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick
from tongban.portal.paging import page_of
from tongban.portal.views_of_cases import (
    SHOWN_ACTS,
    CaseCard,
    due_story,
    next_of,
    role_word,
    short_next,
    steps_of,
    timeline_of,
)
from tongban.ratings.api import LEVEL_NAMES, Level, may_rate, rating_of

PAGE = 20  # cases on a page of the list
MOST_LOOKS = 20  # of "who looked" on a case's page


def own_case(request: ResidentRequest, number: str) -> Case:
    """The resident's case with that number, however it is written; else the 404 page."""
    try:
        return find_case(cases_of(request.resident), number)
    except Refused as refusal:
        raise Http404(refusal.code) from None


@resident_required
@require_safe
def cases(request: ResidentRequest) -> HttpResponse:
    """The list, newest first: those still running, closed ones, or all."""
    shown = request.GET.get("show", "")
    found = cases_of(request.resident)
    if shown == "open":
        found = found.exclude(state__in=[state.value for state in FINAL])
    elif shown == "closed":
        found = found.filter(state__in=[state.value for state in FINAL])
    else:
        shown = ""
    page = page_of(
        request,
        found.select_related("offering", "agency", "party", "decision").prefetch_related(
            Prefetch("stages", Stage.objects.filter(closed_at__isnull=True), "open_stages"),
            Prefetch(
                "supplement_requests",
                SupplementRequest.objects.filter(answered_at__isnull=True),
                "open_requests",
            ),
        ),
        by=("-id",),
        size=PAGE,
    )
    return render(
        request,
        "portal/personal/cases.html",
        {
            "cases": [_card(row) for row in page.rows],
            "shown": shown,
            "filters": [
                ("", _("All"), reverse("portal:cases")),
                ("open", _("Running"), reverse("portal:cases") + "?show=open"),
                ("closed", _("Closed"), reverse("portal:cases") + "?show=closed"),
            ],
            "previous_url": page.previous_url,
            "next_url": page.next_url,
            "drafts": drafts_of(request.resident).count(),
            "nav_active": "portal:cases",
        },
    )


def _card(case: Case) -> CaseCard:
    # Put there by the prefetches above.
    stages: list[Stage] = case.open_stages  # type: ignore[attr-defined]
    requests: list[SupplementRequest] = case.open_requests  # type: ignore[attr-defined]
    upcoming = short_next(case, stages, requests)
    return CaseCard(
        number=case.number,
        grouped=grouped(case.number),
        name=case.offering.name,
        party=case.party.name,
        agency=case.agency.name,
        state=case.state,
        refused=case.state in (State.COMPLETED, State.DELIVERED)
        and case.decision.outcome == "refused",
        sent_at=case.submitted_at,
        text=upcoming.text,
        yours=upcoming.yours,
        late=upcoming.late,
    )


@resident_required
@require_safe
def case_search(request: ResidentRequest) -> HttpResponse:
    """Find a case by a number that was typed or dictated, with spaces or without."""
    typed = request.GET.get("number", "").strip()
    error = ""
    if typed:
        try:
            found = find_case(cases_of(request.resident), typed)
        except Refused as refusal:
            error = str(refusal.message)
        else:
            return redirect("portal:case", found.number)
    return render(
        request,
        "portal/personal/case_search.html",
        {
            "typed": typed,
            "error": error,
            "problems": [("number", error)] if error else [],
            "nav_active": "portal:cases",
        },
    )


@dataclass(frozen=True)
class FileLink:
    """An uploaded file."""

    href: str
    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class Sending:
    """One thing the applicant sent: the application, or a supplement."""

    number: int
    is_first: bool
    at: datetime
    note: str


@dataclass(frozen=True)
class Look:
    """Somebody of the office looked at the case's data."""

    at: datetime
    who: str
    what: str
    case_number: str
    shown_number: str


@resident_required
@require_safe
def case(request: ResidentRequest, number: str) -> HttpResponse:
    """A case's page: where it is, what comes next and by when, what was done, all its papers."""
    found = own_case(request, number)
    if found.number != number:
        return redirect("portal:case", found.number)
    state = State(found.state)
    stage, asked, view = open_stage(found), open_request(found), clock_of(found)
    decision = Decision.objects.filter(case=found).first()
    guide = guide_of(found.guide_version)
    events = list(found.events.filter(act__in=SHOWN_ACTS).select_related("agency").order_by("id"))
    names = account_names(event.by_id for event in events if event.by_id and not event.agency_id)
    rating = rating_of(found)
    special = day_names(one.date for one in view.days) if view.days else {}
    result_here = has_result_page(found, guide, decision)
    running = state not in FINAL and state is not State.COMPLETED
    context = {
        "case": found,
        "grouped": grouped(found.number),
        "agency": found.agency,
        "party": found.party.name,
        "next": next_of(found, stage, asked, decision, result_here=result_here),
        "due": found.due_on if running else None,
        "days_left": view.days_left,
        "clock": view,
        "story": due_story(view, special) if running else None,
        "steps": steps_of(found, stage, decision),
        "asked": asked,
        "decision": decision,
        "ended_why": _ending_note(events) if found.ended_at else "",
        "timeline": timeline_of(events, names, request.resident.account_id),
        "sendings": [
            Sending(sent.number, sent.number == 1, sent.made_at, sent.note)
            for sent in found.submissions.defer("answers").order_by("-number")
        ],
        "files": [
            FileLink(
                reverse("portal:file", args=[row.file_id]),
                row.file.name,
                row.file.get_kind_display(),
                row.file.size,
            )
            for row in case_attachments(found)
        ],
        "result_online": result_here,
        "result_ways": guide.result.delivery if guide.result else (),
        "result_name": guide.result.name if guide.result else {},
        "rating": rating,
        "rating_level": LEVEL_NAMES[Level(rating.level)] if rating else "",
        "may_rate": rating is None and may_rate(found),
        "may_apply_again": found.ended_at is not None
        or (state is State.DELIVERED and decision is not None and decision.outcome == "refused"),
        "may_withdraw": Act.WITHDRAW in possible(state, Actor.APPLICANT),
        "looks": _looks(request, found),
        "remedies": guide.remedies,
        "phone": guide.consult_phone or found.agency.phone,
        "complaint_phone": guide.complaint_phone or found.agency.complaint_phone,
        "nav_active": "portal:cases",
    }
    return render(request, "portal/personal/case.html", context)


def _ending_note(events: list[CaseEvent]) -> str:
    """The reason given when the case ended without a decision."""
    return events[-1].note if events else ""


def has_result_page(found: Case, guide: Guide, decision: Decision | None) -> bool:
    """Whether the result can be had on this site: granted, ready, and delivered online."""
    return (
        decision is not None
        and decision.outcome == "granted"
        and found.completed_at is not None
        and guide.result is not None
        and "online" in guide.result.delivery
    )


def _looks(request: ResidentRequest, found: Case) -> list[Look]:
    entries = access_records(
        request.resident, found.party_id, case_number=found.number, limit=MOST_LOOKS
    )
    return [look_of(entry) for entry in entries]


def look_of(entry: AccessEntry) -> Look:
    """A look in words. Residents are told agency and role; the record has the person as well."""
    words = {
        "case": _("the case"),
        "file": _("a file"),
        "identity_number": _("the identity number"),
        "party": _("name and contact"),
    }
    role = role_word(entry.role)
    who = role
    if entry.agency_name:
        who = _("%(agency)s, %(role)s") % {"agency": pick(entry.agency_name), "role": role}
    return Look(
        entry.at,
        who,
        words.get(entry.what, entry.what),
        entry.case_number,
        grouped(entry.case_number) if entry.case_number else "",
    )


@resident_required
@require_http_methods(["GET", "POST"])
def withdraw_case(request: ResidentRequest, number: str) -> HttpResponse:
    """Ask, then take an application back."""
    found = own_case(request, number)
    if request.method == "POST":
        try:
            withdraw(found.pk, by=request.resident, reason=request.POST.get("reason", "")[:1000])
        except Refused as refusal:
            messages.warning(request, refusal.message)
        else:
            messages.success(request, _("You have taken this application back."))
        return redirect("portal:case", found.number)
    if Act.WITHDRAW not in possible(State(found.state), Actor.APPLICANT):
        messages.warning(request, _("This case can no longer be taken back."))
        return redirect("portal:case", found.number)
    return render(
        request,
        "portal/personal/withdraw.html",
        {"case": found, "grouped": grouped(found.number), "nav_active": "portal:cases"},
    )
