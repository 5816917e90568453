"""Answering what an office asks for: its points, the form once more, and sending.

What is changed is kept with the draft the case came from until it is sent; the office sees it
only then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.cases.api import (
    Case,
    InvalidAnswers,
    SupplementRequest,
    grouped,
    open_request,
    save_supplement,
    supplement,
    supplement_answers,
)
from tongban.forms.api import (
    FieldError,
    FormDefinition,
    StepResult,
    asked_steps,
    form,
    parse_step,
    render_review,
    render_step,
    review_sections,
)
from tongban.identity.api import ResidentRequest, resident_required
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick
from tongban.portal.cases import own_case

MOST_WORDS = 1000  # of the note to the office


@dataclass(frozen=True)
class PointView:
    """One thing the office asks for; `href` leads to its question, if it names one."""

    what: str
    label: str
    href: str


@resident_required
@require_http_methods(["GET", "POST"])
def supplement_case(request: ResidentRequest, number: str) -> HttpResponse:
    """The points, the answers with links to change them, a note, and the button that sends."""
    found, asked, definition = _open(request, number)
    if asked is None:
        return _too_late(request, found)
    note = request.POST.get("note", "")
    errors: Sequence[FieldError] = ()
    refused = ""
    if request.method == "POST":
        try:
            if len(note) > MOST_WORDS:
                raise Refused("supplement.note", _("Please keep your note to 1,000 characters."))
            supplement(found.pk, by=request.resident, answers=supplement_answers(found), note=note)
        except InvalidAnswers as invalid:
            errors = invalid.errors
        except Refused as refusal:
            if refusal.code != "supplement.note":
                messages.warning(request, refusal.message)
                return redirect("portal:case", found.number)
            refused = str(refusal.message)
        else:
            messages.success(request, _("Sent. The office goes on with your case."))
            return redirect("portal:case", found.number)
    on = clock.local_date(found.submitted_at)
    answers = supplement_answers(found)
    sections = review_sections(
        definition, answers, change_url=lambda step: _step_url(found, step), on=on
    )
    steps = {step.key for step in asked_steps(definition, answers, on=on)}
    return render(
        request,
        "portal/personal/supplement.html",
        {
            "case": found,
            "grouped": grouped(found.number),
            "asked": asked,
            "points": [_point(found, definition, point, steps) for point in asked.points],
            "review": render_review(
                sections, file_url=lambda file_id: reverse("portal:file", args=[file_id])
            ),
            "missing": [
                (f"{_step_url(found, error.step)}#{error.id}", error.summary) for error in errors
            ]
            + ([("#note", refused)] if refused else []),
            "note": note,
            "note_error": refused,
            "most_words": MOST_WORDS,
            "nav_active": "portal:cases",
        },
    )


@resident_required
@require_http_methods(["GET", "POST"])
def supplement_step(request: ResidentRequest, number: str, step: str) -> HttpResponse:
    """One page of the form once more, the office's points at the questions they name."""
    found, asked, definition = _open(request, number)
    if asked is None:
        return _too_late(request, found)
    if step not in {one.key for one in definition.steps}:
        raise Http404("no such page")
    on = clock.local_date(found.submitted_at)
    answers = supplement_answers(found)
    if request.method == "POST":
        result = parse_step(
            definition,
            step,
            request.POST,
            request.FILES,
            answers,
            # New files join those of the application, whoever of the applicant's people adds them.
            owner_id=found.filed_by_id,
            on=on,
        )
        answers = result.answers
        try:
            save_supplement(request.resident, found.pk, answers)
        except Refused as refusal:
            messages.warning(request, refusal.message)
            return redirect("portal:case", found.number)
        if request.headers.get("X-Requested-With") == "autosave":
            return HttpResponse(status=204)
        if "_later" in request.POST or not (result.errors or result.stays):
            messages.success(request, _("Saved. Send it when everything is ready."))
            return redirect("portal:supplement", found.number)
    else:
        if step not in {one.key for one in asked_steps(definition, answers, on=on)}:
            return redirect("portal:supplement", found.number)
        result = StepResult(answers, tuple(_at_fields(definition, asked, step)))
    page = render_step(definition, step, answers, result=result, on=on)
    return render(
        request,
        "portal/personal/supplement_step.html",
        {
            "case": found,
            "grouped": grouped(found.number),
            "page": page,
            "step": step,
            "asked": asked,
            "points": [
                point["what"] for point in asked.points if not _step_of(definition, point["field"])
            ],
            "nav_active": "portal:cases",
        },
    )


def _open(
    request: ResidentRequest, number: str
) -> tuple[Case, SupplementRequest | None, FormDefinition]:
    found = own_case(request, number)
    form_id = found.guide_version.form_id
    if form_id is None:
        raise Http404("this case has no form")
    return found, open_request(found), form(form_id)


def _too_late(request: ResidentRequest, found: Case) -> HttpResponse:
    messages.info(request, _("Nothing is asked of you on this case now."))
    return redirect("portal:case", found.number)


def _step_url(found: Case, step: str) -> str:
    return reverse("portal:supplement_step", args=[found.number, step])


def _step_of(definition: FormDefinition, key: str) -> str:
    """The page on which a question stands; "" if there is no such question."""
    for step in definition.steps:
        if any(field.key == key for field in step.fields):
            return step.key
    return ""


def _point(
    found: Case, definition: FormDefinition, point: dict[str, str], asked: set[str]
) -> PointView:
    field = definition.field(point["field"])
    step = _step_of(definition, point["field"])
    if field is None or step not in asked:
        return PointView(point["what"], "", "")
    return PointView(point["what"], pick(field.label), f"{_step_url(found, step)}#f-{field.key}")


def _at_fields(definition: FormDefinition, asked: SupplementRequest, step: str) -> list[FieldError]:
    """The points that name a question of this page, drawn where an error would stand."""
    found = []
    for point in asked.points:
        field = definition.field(point["field"])
        if field is not None and _step_of(definition, field.key) == step:
            message = _("The office asks: %(what)s") % {"what": point["what"]}
            found.append(FieldError((field.key,), message, step))
    return found
