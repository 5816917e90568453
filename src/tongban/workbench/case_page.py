"""One case: all an officer needs to handle it. Every look at it is recorded for the applicant."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.cases.api import Case, is_own, open_stage
from tongban.identity.api import (
    OfficerRequest,
    officer_required,
    record_access,
    reveal_id_number,
)
from tongban.kernel.files import open_file
from tongban.workbench.pages import CASE_ROLES, own_case, show, visible_case
from tongban.workbench.possible import ONWARD, possible_for
from tongban.workbench.views_of_case import case_view, file_of
from tongban.workbench.words import ACTS, CHANNELS


@officer_required(*CASE_ROLES)
def case_page(request: OfficerRequest, number: str) -> HttpResponse:
    """A case within reach; 404 for any other. One's own case is not opened here."""
    return _page(request, visible_case(request.officer, number))


@officer_required(*CASE_ROLES)
@require_POST
def reveal(request: OfficerRequest, number: str) -> HttpResponse:
    """The case's page with the identity number in full, this once; the applicant sees who asked."""
    case = visible_case(request.officer, number)
    if is_own(case, request.officer):
        return own_case(request, case)
    shown = reveal_id_number(
        request.officer,
        party_id=case.party_id,
        agency_id=case.agency_id,
        case_number=case.number,
    )
    return _page(request, case, id_number=shown)


@officer_required(*CASE_ROLES)
def file(request: OfficerRequest, number: str, file_id: UUID) -> HttpResponseBase:
    """A file of the case: to be saved, or (`?look`, pictures only) shown within the page."""
    case = visible_case(request.officer, number)
    if is_own(case, request.officer):
        return own_case(request, case)
    stored = file_of(case, file_id)
    if stored is None:
        raise Http404
    try:
        content = open_file(stored)
    except FileNotFoundError:
        messages.error(
            request,
            _("The file “%(name)s” cannot be read just now. Please tell your administrator.")
            % {"name": stored.name},
        )
        return redirect("workbench:case", case.number)
    record_access(
        request.officer,
        party_id=case.party_id,
        agency_id=case.agency_id,
        what="file",
        case_number=case.number,
    )
    inline = "look" in request.GET and stored.kind in ("jpg", "png")
    response = FileResponse(
        content, as_attachment=not inline, filename=stored.name, content_type=stored.content_type
    )
    # Somebody else made this file: it may not run, load or be framed, whatever is in it.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def _page(request: OfficerRequest, case: Case, *, id_number: str = "") -> HttpResponse:
    if is_own(case, request.officer):
        return own_case(request, case)
    stage = open_stage(case)
    record_access(
        request.officer,
        party_id=case.party_id,
        agency_id=stage.agency_id if stage else case.agency_id,
        case_number=case.number,
    )
    view = case_view(case, stage)
    may = possible_for(request.officer, case, stage, view.assignee)
    context = {
        "view": view,
        "may": may,
        "acts": [
            (reverse("workbench:act", args=[case.number, slug]), ACTS[slug], slug in ONWARD)
            for slug in (*may.acts, *(["assign"] if may.can_assign else []))
        ],
        "channel": CHANNELS.get(view.channel, view.channel),
        "is_mine": bool(stage and stage.assignee_id == request.officer.account_id),
        "id_number": id_number,
        "layout_wide": False,
    }
    return show(request, "case.html", context, active="workbench:queue")
