"""Applications begun and not sent: the list, going on where one stopped, throwing one away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.cases.api import (
    Draft,
    discard_draft,
    draft_answers,
    draft_form,
    drafts_of,
    find_draft,
)
from tongban.forms.api import asked_steps, finished_steps, first_unfinished
from tongban.identity.api import ResidentRequest, resident_required
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized

MOST_DRAFTS = 50  # one account's open drafts on one page; nobody has more by hand


@dataclass(frozen=True)
class DraftCard:
    """A draft in the list: how far it is, and whether its service has changed meanwhile."""

    id: UUID
    name: Localized
    party: str
    saved_at: datetime
    finished: int
    total: int
    notice: str  # "", "changed", "withdrawn"


def own_draft(request: ResidentRequest, draft_id: UUID) -> Draft:
    """The resident's draft, sent or not; the 404 page for anything else."""
    try:
        return find_draft(request.resident, draft_id)
    except Refused as refusal:
        raise Http404(refusal.code) from None


def notice_on(draft: Draft) -> str:
    """Whether the service was withdrawn, or its guide replaced, since the draft was begun."""
    if draft.offering.current_id is None:
        return "withdrawn"
    return "changed" if draft.offering.current_id != draft.guide_version_id else ""


@resident_required
@require_safe
def drafts(request: ResidentRequest) -> HttpResponse:
    """What one has begun, newest first."""
    cards = [_card(draft) for draft in drafts_of(request.resident)[:MOST_DRAFTS]]
    return render(
        request,
        "portal/personal/drafts.html",
        {"drafts": cards, "nav_active": "portal:cases"},
    )


@resident_required
@require_safe
def resume(request: ResidentRequest, draft_id: UUID) -> HttpResponse:
    """Go to the first page with something missing, or to the review; once sent, to the case."""
    draft = own_draft(request, draft_id)
    if draft.case is not None:
        return redirect("portal:case", draft.case.number)
    step = first_unfinished(draft_form(draft), draft_answers(draft))
    if step is None:
        return redirect("portal:apply_review", draft.pk)
    return redirect("portal:apply_step", draft.pk, step.key)


@resident_required
@require_http_methods(["GET", "POST"])
def discard(request: ResidentRequest, draft_id: UUID) -> HttpResponse:
    """Ask, then throw the draft away; `?again=1` leads on to a new one of the same service."""
    draft = own_draft(request, draft_id)
    if draft.case is not None:
        return redirect("portal:case", draft.case.number)
    again = request.GET.get("again") == "1"
    if request.method == "POST":
        try:
            discard_draft(request.resident, draft.pk)
        except Refused as refusal:  # it was sent, in another tab, a moment ago
            messages.warning(request, refusal.message)
            return redirect("portal:draft", draft.pk)
        messages.success(request, _("Your unfinished application has been deleted."))
        if again:
            return redirect("portal:apply", draft.offering.slug)
        return redirect("portal:drafts")
    before = reverse("portal:apply", args=[draft.offering.slug])
    return render(
        request,
        "portal/personal/discard.html",
        {
            "draft": _card(draft),
            "again": again,
            "back": before if again else reverse("portal:drafts"),
            "nav_active": "portal:cases",
        },
    )


def _card(draft: Draft) -> DraftCard:
    definition, answers = draft_form(draft), draft_answers(draft)
    return DraftCard(
        id=draft.pk,
        name=draft.offering.name,
        party=draft.party.name,
        saved_at=draft.updated_at,
        finished=len(finished_steps(definition, answers)),
        total=len(asked_steps(definition, answers)),
        notice=notice_on(draft),
    )
