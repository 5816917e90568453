"""A page for each act: what it does, what it needs, what the applicant will be told.

The acts check everything again under lock. What they refuse comes back at the field with all that
was typed; if the case moved on meanwhile, a page says so and keeps the typed words to copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tongban.cases import api as cases
from tongban.cases.api import Case, Stage, grouped, open_stage
from tongban.catalogue.api import guide_of
from tongban.identity.api import Officer, OfficerRequest, colleagues, officer_of, officer_required
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick
from tongban.look.api import LookRenderer, Text, day
from tongban.workbench import words
from tongban.workbench.pages import CASE_ROLES, WORKERS, own_case, show, visible_case
from tongban.workbench.possible import may_ever, possible_for
from tongban.workbench.queue import next_for

LONGEST = 4000
# Refusals that mean: what the officer looked at is no longer so.
OVERTAKEN = ("case.moved_on", "case.claimed")


class ActForm(forms.Form):
    """What an act needs. `case` and `officer` let a form ask for what fits them."""

    default_renderer = LookRenderer()

    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None, case: Case, officer: Officer) -> None:
        super().__init__(data)


def _words(label: Text, help_text: Text = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]  # stubs know only their own lazy text
        help_text=help_text,  # type: ignore[arg-type]
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class NoteForm(ActForm):
    note = _words(
        gettext_lazy("A word to the applicant"),
        gettext_lazy("They read it on the case’s page."),
        required=False,
    )


class ReasonForm(ActForm):
    reason = _words(
        pgettext_lazy("act", "Why?"),
        gettext_lazy("The applicant reads this word for word. Name the rule it rests on."),
    )


class ExamineForm(ActForm):
    opinion = _words(
        gettext_lazy("What you examined, and what you found"),
        gettext_lazy("Colleagues read this; the applicant does not."),
    )


class DecideForm(ActForm):
    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("granted", pgettext_lazy("decision", "Grant")),
            ("refused", pgettext_lazy("decision", "Refuse")),
        ],
        widget=forms.RadioSelect,
    )
    reason = _words(
        gettext_lazy("Reason"),
        gettext_lazy(
            "Needed for a refusal: the facts, and the clause it rests on. The applicant reads it."
        ),
        required=False,
    )


class DeliverForm(ActForm):
    way = forms.ChoiceField(
        label=gettext_lazy("How did the applicant get the result?"),
        choices=list(words.WAYS.items()),
        widget=forms.RadioSelect,
    )
    reference = forms.CharField(
        label=gettext_lazy("Courier’s parcel number"),
        help_text=gettext_lazy("Only for delivery by courier."),
        required=False,
        max_length=60,
    )


class AssignForm(ActForm):
    to = forms.ChoiceField(label=gettext_lazy("Who takes the case?"))

    def __init__(self, data: Mapping[str, Any] | None, case: Case, officer: Officer) -> None:
        super().__init__(data, case, officer)
        stage = open_stage(case)
        people: dict[int, list[str]] = {}
        names: dict[int, str] = {}
        for post in colleagues(stage.agency_id) if stage else ():
            names[post.account_id] = post.name
            people.setdefault(post.account_id, []).append(str(words.ROLES[post.role]))
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Choose a colleague")),
            ("queue", _("Nobody: back to the queue")),
            *((str(pk), f"{names[pk]} – {', '.join(roles)}") for pk, roles in people.items()),
        ]


@dataclass(frozen=True)
class ActPage:
    """One act's page. `run` does it; `told` says, afterwards, what the applicant now knows."""

    lead: Text
    form: type[ActForm]
    run: Callable[[Case, Officer, dict[str, Any]], Case]
    told: Callable[[Case], str]
    is_grave: bool = False


def _decide(case: Case, by: Officer, given: dict[str, Any]) -> Case:
    granted = given["outcome"] == "granted"
    return cases.decide(case.pk, by=by, granted=granted, reason=given["reason"])


def _assign(case: Case, by: Officer, given: dict[str, Any]) -> Case:
    to = None if given["to"] == "queue" else officer_of(int(given["to"]))
    if to is None and given["to"] != "queue":
        raise Refused("assign.not_theirs", _("That colleague holds no post for this case."), "to")
    return cases.assign(case.pk, to=to, by=by)


def _told_accept(case: Case) -> str:
    if case.due_on is None:
        return _("Accepted. The applicant has been told.")
    return _("Accepted. The applicant has been told, and that the decision comes by %(day)s.") % {
        "day": day(case.due_on)
    }


def _told_decide(case: Case) -> str:
    if case.state == "granted":
        return _(
            "Granted. The applicant has been told. Complete the case when the result is ready."
        )
    return _("Refused. The applicant has been told why, and how to object.")


PAGES: dict[str, ActPage] = {
    "accept": ActPage(
        gettext_lazy(
            "The application is complete and belongs here. The legal clock starts today; the "
            "applicant is told the day by which you decide."
        ),
        NoteForm,
        lambda case, by, given: cases.accept(case.pk, by=by, note=given["note"]),
        _told_accept,
    ),
    "refuse-acceptance": ActPage(
        gettext_lazy(
            "Only if the matter is not this agency’s, or needs no application. If something is "
            "missing, ask for a supplement instead."
        ),
        ReasonForm,
        lambda case, by, given: cases.refuse_acceptance(case.pk, by=by, reason=given["reason"]),
        lambda case: _("Not accepted. The applicant has been told the reason you wrote."),
        is_grave=True,
    ),
    "examine": ActPage(
        gettext_lazy(
            "Check each condition of the guide. The decision follows as a step of its own."
        ),
        ExamineForm,
        lambda case, by, given: cases.examine(case.pk, by=by, opinion=given["opinion"]),
        lambda case: _("Examination recorded. The case now waits for the decision."),
    ),
    "decide": ActPage(
        gettext_lazy(
            "A decision is final here; it can be changed only by reconsideration or a court."
        ),
        DecideForm,
        _decide,
        _told_decide,
    ),
    "complete": ActPage(
        gettext_lazy(
            "The result is ready: the certificate is made, the entry written. The clock stops."
        ),
        NoteForm,
        lambda case, by, given: cases.complete(case.pk, by=by, note=given["note"]),
        lambda case: _("Completed. The applicant has been told, and asked to rate the service."),
    ),
    "deliver": ActPage(
        gettext_lazy("The applicant has the result. The law allows ten working days for this."),
        DeliverForm,
        lambda case, by, given: cases.deliver(
            case.pk, by=by, way=given["way"], reference=given["reference"]
        ),
        lambda case: _("Delivery recorded. The case is closed."),
    ),
    "terminate": ActPage(
        gettext_lazy(
            "For cases that can no longer be decided: the applicant never answered, has died, or "
            "the matter has lapsed."
        ),
        ReasonForm,
        lambda case, by, given: cases.terminate(case.pk, by=by, reason=given["reason"]),
        lambda case: _("Ended. The applicant has been told the reason you wrote."),
        is_grave=True,
    ),
    "assign": ActPage(
        gettext_lazy("The deadline stays as it is. The colleague finds the case in their queue."),
        AssignForm,
        _assign,
        lambda case: _("Handed over. The applicant is not told of this."),
    ),
}


@officer_required(*CASE_ROLES)
@require_http_methods(["GET", "POST"])
def act(request: OfficerRequest, number: str, slug: str) -> HttpResponse:
    """The page of one act, and the act itself. 403 if it is no part of the officer's role."""
    page = PAGES.get(slug)
    if page is None:
        raise Http404
    case = visible_case(request.officer, number)
    stage, early = ready(request, case, slug)
    if early is not None:
        return early
    form = page.form(request.POST if request.method == "POST" else None, case, request.officer)
    if request.method == "POST" and form.is_valid():
        if seen_of(case) != request.POST.get("seen"):
            return overtaken(request, case, typed_in(form))
        try:
            case = page.run(case, request.officer, form.cleaned_data)
        except Refused as refusal:
            answer = refused(request, case, refusal, form)
            if answer is not None:
                return answer
        else:
            return done(request, case, page.told(case))
    guide = guide_of(case.guide_version)
    context = {
        "page": page,
        "title": words.ACTS[slug],
        "slug": slug,
        "case": case,
        "shown_number": grouped(case.number),
        "seen": seen_of(case),
        "form": form,
        "stage": stage,
        "conditions": guide.conditions if slug in ("examine", "decide") else (),
        "remedies": pick(guide.remedies) if slug == "decide" else "",
        "basis": guide.basis if slug == "decide" else (),
    }
    status = 422 if form.errors else 200
    return show(request, "act.html", context, active="workbench:queue", status=status)


@officer_required(*WORKERS)
@require_POST
def claim(request: OfficerRequest, number: str) -> HttpResponse:
    """Take a case on from its page."""
    case = visible_case(request.officer, number)
    stage = open_stage(case)
    claimed = cases.claim([stage.pk] if stage else [], by=request.officer)
    if claimed.taken:
        messages.success(request, _("You have taken on this case."))
    else:
        messages.warning(
            request, _("The case was not taken: a colleague has it, or it is your own.")
        )
    return redirect("workbench:case", case.number)


@officer_required(*WORKERS)
@require_POST
def release(request: OfficerRequest, number: str) -> HttpResponse:
    """Give a case back to the queue from its page."""
    case = visible_case(request.officer, number)
    stage = open_stage(case)
    if cases.release([stage.pk] if stage else [], by=request.officer):
        messages.success(request, _("The case is back in the queue."))
    return redirect("workbench:case", case.number)


def ready(
    request: OfficerRequest, case: Case, slug: str
) -> tuple[Stage | None, HttpResponse | None]:
    """The open stage, or the answer if the act cannot even begin. Raises PermissionDenied."""
    stage = open_stage(case)
    may = possible_for(request.officer, case, stage)
    if may.is_own:
        return stage, own_case(request, case)
    if stage is not None and not may_ever(request.officer, stage, slug):
        raise PermissionDenied
    offered = may.can_assign if slug == "assign" else slug in may.acts
    if offered:
        return stage, None
    if request.method == "POST":
        return stage, overtaken(request, case, dict(_posted(request)))
    messages.warning(request, _("That step is not possible now. This is where the case stands."))
    return stage, redirect("workbench:case", case.number)


def seen_of(case: Case) -> str:
    """What an officer has looked at: the state, and how often the applicant has written."""
    return f"{case.state}-{case.submissions.count()}"


def refused(
    request: OfficerRequest,
    case: Case,
    refusal: Refused,
    form: forms.Form,
    *,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse | None:
    """The answer to a refusal; None if it belongs at a field of the form, where it now stands."""
    if refusal.code in OVERTAKEN:
        return overtaken(request, case, typed_in(form) if typed is None else typed)
    if refusal.code == "case.not_your_role":
        raise PermissionDenied
    if refusal.code == "case.your_own":
        return own_case(request, case)
    if refusal.code == "case.not_found":
        raise Http404
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, str(refusal.message))
    return None


def overtaken(request: OfficerRequest, case: Case, typed: Mapping[str, str]) -> HttpResponse:
    """The case moved on meanwhile: where it stands now, and what was typed, to copy."""
    case.refresh_from_db()
    stage = open_stage(case)
    context = {
        "case": case,
        "shown_number": grouped(case.number),
        "stage": stage,
        "typed": [words for words in typed.values() if words.strip()],
    }
    return show(request, "overtaken.html", context, active="workbench:queue", status=409)


def typed_in(form: forms.Form) -> dict[str, str]:
    """The words in a form's long fields."""
    return {
        name: str(form[name].value() or "")
        for name, field in form.fields.items()
        if isinstance(field.widget, forms.Textarea)
    }


def _posted(request: OfficerRequest) -> list[tuple[str, str]]:
    hidden = ("csrfmiddlewaretoken", "seen")
    return [
        (name, str(value))
        for name, value in request.POST.items()
        if name not in hidden and len(str(value)) > 20
    ]


def done(request: OfficerRequest, case: Case, told: str) -> HttpResponse:
    """Back to the case, with what the applicant has been told and the way to the next one."""
    following = next_for(request.officer) if request.officer.has_role(*WORKERS) else None
    message = told
    if following is not None and following.case_id != case.pk:
        message = format_html(
            '{} <a class="govuk-link" href="{}">{}</a>',
            told,
            reverse("workbench:case", args=[following.case.number]),
            _("Next: case %(number)s") % {"number": grouped(following.case.number)},
        )
    messages.success(request, message)
    return redirect("workbench:case", case.number)
