"""Applying: what one needs, the form page by page, the review, sending, the receipt.

Every POST of a page keeps what was typed: what is valid is saved, what is not is shown again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.cases.api import (
    Draft,
    InvalidAnswers,
    draft_answers,
    draft_form,
    drafts_of,
    grouped,
    open_stage,
    page_mark,
    save_draft,
    start_draft,
    submit,
)
from tongban.catalogue.api import Guide, Offering, guide_of
from tongban.forms.api import (
    FieldError,
    FormDefinition,
    asked_steps,
    check_all,
    first_unfinished,
    form,
    next_step,
    parse_step,
    previous_step,
    render_review,
    render_step,
    review_sections,
    sources,
)
from tongban.guidepage.api import days_in_words
from tongban.identity.api import (
    PartySummary,
    ResidentRequest,
    known_answers,
    parties_of,
    resident_required,
)
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized
from tongban.portal.cases import own_case
from tongban.portal.drafts import notice_on, own_draft


@dataclass(frozen=True)
class Beginning:
    """One of the parties that can apply, and the draft that is open for it."""

    party: PartySummary
    draft_id: UUID | None
    saved_at: datetime | None


@dataclass(frozen=True)
class Need:
    """A document to have at hand."""

    name: Localized
    when: Localized  # empty: always
    notes: Localized


@resident_required
@require_http_methods(["GET", "POST"])
def apply(request: ResidentRequest, slug: str) -> HttpResponse:
    """Before one begins: what is needed, for whom it is, and a draft that is there already."""
    offering = (
        Offering.objects.filter(slug=slug)
        .select_related("agency", "current")
        .exclude(current__isnull=True, withdrawn_at__isnull=True)  # never published
        .first()
    )
    if offering is None:
        raise Http404("no such service")
    open_drafts = {
        draft.party_id: draft for draft in drafts_of(request.resident).filter(offering=offering)
    }
    suitable = _suitable(offering, parties_of(request.resident))
    error = ""
    if request.method == "POST":
        chosen = request.POST.get("party", "")
        if chosen not in {str(party.id) for party in suitable}:
            error = _("Choose for whom you apply.")
        else:
            try:
                draft = start_draft(request.resident, offering.pk, int(chosen))
            except Refused as refusal:
                error = str(refusal.message)
            else:
                return redirect("portal:draft", draft.pk)
    version = offering.current
    guide = guide_of(version) if version else None
    beginnings = [_beginning(party, open_drafts) for party in suitable]
    return render(
        request,
        "portal/personal/apply.html",
        {
            "offering": offering,
            "online": offering.online,
            "beginnings": beginnings,
            "new": [one for one in beginnings if one.draft_id is None],
            "only_firms": set(offering.audiences) == {"firm"},
            "needs": _needs(guide),
            "known": _known_to_government(guide),
            "pages": len(form(version.form_id).steps) if version and version.form_id else 0,
            "acceptance_days": version.acceptance_days if version else None,
            "decided_within": days_in_words(guide.limits.binding, guide.limits.unit)
            if guide
            else "",
            "fees": bool(guide and guide.fees),
            "problems": [("party", error)] if error else [],
            "error": error,
        },
    )


def _suitable(offering: Offering, parties: Sequence[PartySummary]) -> list[PartySummary]:
    """Those of the parties that the service is meant for; all, where it does not say."""
    kinds = {"person", "firm"} & set(offering.audiences)
    return [party for party in parties if not kinds or party.kind in kinds]


def _beginning(party: PartySummary, drafts: dict[int, Draft]) -> Beginning:
    draft = drafts.get(party.id)
    return Beginning(party, draft.pk if draft else None, draft.updated_at if draft else None)


def _needs(guide: Guide | None) -> list[Need]:
    return [
        Need(material.name, material.condition, material.notes)
        for material in (guide.materials if guide else ())
        if not material.is_form and material.source != "government"
    ]


def _known_to_government(guide: Guide | None) -> list[Localized]:
    return [
        material.name
        for material in (guide.materials if guide else ())
        if material.source == "government"
    ]


@resident_required
@require_http_methods(["GET", "POST"])
def apply_step(request: ResidentRequest, draft_id: UUID, step: str) -> HttpResponse:
    """One page of the form. Buttons: go on, back, save for later, and those within the page."""
    draft = own_draft(request, draft_id)
    if draft.case is not None:
        return redirect("portal:case", draft.case.number)
    definition, answers = draft_form(draft), draft_answers(draft)
    if step not in {one.key for one in definition.steps}:
        raise Http404("no such page")
    result = None
    if request.method == "POST":
        result = parse_step(
            definition, step, request.POST, request.FILES, answers, owner_id=draft.account_id
        )
        try:
            saved = save_draft(
                request.resident,
                draft.pk,
                result.answers,
                step=step,
                base=answers,
                seen=request.POST.get("_seen", "")[:40],
            )
        except Refused as refusal:  # sent in another tab, or not theirs any more
            messages.warning(request, refusal.message)
            return redirect("portal:draft", draft.pk)
        draft.answers, answers = saved.draft.answers, draft_answers(saved.draft)
        result = replace(result, answers=answers)
        if request.headers.get("X-Requested-With") == "autosave":
            return HttpResponse(status=204)
        if saved.overwrote:
            messages.warning(
                request,
                _(
                    "This page had been changed in another tab or on another device since you "
                    "opened it. What you have just sent counts."
                ),
            )
        if "_later" in request.POST:
            messages.success(request, _("Saved. You can go on at any time, on any device."))
            return redirect("portal:drafts")
        if "_back" in request.POST:
            return redirect(_way_back(draft, definition, step, answers))
        if not result.errors and not result.stays:
            return redirect(_way_on(request, draft, definition, step, answers))
    elif step not in {one.key for one in asked_steps(definition, answers)}:
        return redirect("portal:draft", draft.pk)
    page = render_step(
        definition,
        step,
        answers,
        result=result,
        sources=sources(definition, answers, known_answers(request.resident, draft.party_id)),
    )
    return render(
        request,
        "portal/personal/step.html",
        {
            "page": page,
            "offering": draft.offering,
            "party": draft.party.name,
            "notice": notice_on(draft),
            "back": _way_back(draft, definition, step, answers),
            "autosave": request.get_full_path(),
            "seen": page_mark(draft, step),
        },
    )


def _way_on(
    request: ResidentRequest,
    draft: Draft,
    definition: FormDefinition,
    step: str,
    answers: dict[str, object],
) -> str:
    """The next page; who came from the review goes back there unless something is missing now."""
    if request.GET.get("to") == "review":
        unfinished = first_unfinished(definition, answers)
        if unfinished is not None:
            return _step_url(draft, unfinished.key) + "?to=review"
        return reverse("portal:apply_review", args=[draft.pk])
    following = next_step(definition, step, answers)
    if following is None:
        return reverse("portal:apply_review", args=[draft.pk])
    return _step_url(draft, following.key)


def _way_back(
    draft: Draft, definition: FormDefinition, step: str, answers: dict[str, object]
) -> str:
    before = previous_step(definition, step, answers)
    if before is None:
        return reverse("portal:apply", args=[draft.offering.slug])
    return _step_url(draft, before.key)


def _step_url(draft: Draft, step: str) -> str:
    return reverse("portal:apply_step", args=[draft.pk, step])


@resident_required
@require_safe
def apply_review(request: ResidentRequest, draft_id: UUID) -> HttpResponse:
    """All answers once more, with links to change them, and the button that sends."""
    draft = own_draft(request, draft_id)
    if draft.case is not None:
        return redirect("portal:sent", draft.case.number)
    kept = draft.attachments.values_list("file_id", flat=True)
    known = {str(file_id) for file_id in kept}
    errors = check_all(draft_form(draft), draft_answers(draft), known_files=known)
    return _review(request, draft, errors)


@resident_required
@require_POST
def apply_send(request: ResidentRequest, draft_id: UUID) -> HttpResponse:
    """Send. Twice is once: the second click, tab or retry ends at the same case."""
    draft = own_draft(request, draft_id)
    try:
        case = submit(draft.pk, by=request.resident)
    except InvalidAnswers as invalid:
        return _review(request, draft, invalid.errors)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("portal:apply_review", draft.pk)
    return redirect("portal:sent", case.number)


def _review(request: ResidentRequest, draft: Draft, errors: Sequence[FieldError]) -> HttpResponse:
    definition, answers = draft_form(draft), draft_answers(draft)
    sections = review_sections(
        definition, answers, change_url=lambda step: _step_url(draft, step) + "?to=review"
    )
    last = asked_steps(definition, answers)[-1]
    return render(
        request,
        "portal/personal/review.html",
        {
            "draft": draft,
            "offering": draft.offering,
            "party": draft.party.name,
            "notice": notice_on(draft),
            "review": render_review(
                sections, file_url=lambda file_id: reverse("portal:file", args=[file_id])
            ),
            "missing": [
                (f"{_step_url(draft, error.step)}?to=review#{error.id}", error.summary)
                for error in errors
            ],
            "back": _step_url(draft, last.key),
            "agency": draft.offering.agency.name,
        },
    )


@dataclass(frozen=True)
class Receipt:
    """What one takes home after sending."""

    number: str
    grouped: str
    name: Localized
    agency: Localized
    agency_phone: str
    party: str
    sent_at: datetime
    answer_by: date | None


@resident_required
@require_safe
def sent(request: ResidentRequest, number: str) -> HttpResponse:
    """The confirmation: the number, what happens next and by when; can be printed."""
    case = own_case(request, number)
    stage = open_stage(case)
    is_new = case.accepted_at is None and case.ended_at is None
    receipt = Receipt(
        number=case.number,
        grouped=grouped(case.number),
        name=case.offering.name,
        agency=case.agency.name,
        agency_phone=case.agency.phone,
        party=case.party.name,
        sent_at=case.submitted_at,
        answer_by=stage.due_on if stage and is_new else None,
    )
    return render(
        request,
        "portal/personal/sent.html",
        {
            "receipt": receipt,
            "limit_days": case.limit_days,
            "limit_unit": case.limit_unit,
            "nav_active": "portal:cases",
        },
    )
