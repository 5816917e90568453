"""What the public says, in the workbench: answered by units, moderated by the programme office."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.supervision.api import (
    RULES,
    Observation,
    Plan,
    is_of_unit,
    is_programme,
    remove,
    reply,
    show,
)
from tongban.workbench.lists.common import ROLES, Words, clocks, page


class AnswerForm(Words):
    """An answer, for everybody to read."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        help_text=gettext_lazy("Everybody reads it, under the name of your unit."),
        max_length=4000,
        error_messages={"required": gettext_lazy("Write an answer.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class RuleForm(Words):
    """Which published rule words break."""

    rule = forms.ChoiceField(
        label=gettext_lazy("Which rule do the words break?"),
        choices=list(RULES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the rule that the words break.")},
    )


@officer_required(*ROLES)
@require_http_methods(["GET", "POST"])
def observation(request: OfficerRequest, said_id: UUID) -> HttpResponse:
    """One observation: its words, its clock, its answers; answer it, remove it, show it."""
    said = (
        Observation.objects.filter(pk=said_id)
        .select_related("task__plan", "task__lead", "picture")
        .prefetch_related("replies__agency")
        .first()
    )
    if said is None or said.task.plan.state == Plan.State.DRAFT:
        raise Http404
    task, plan = said.task, said.task.plan
    office, unit = is_programme(request.officer, plan), is_of_unit(request.officer, task)
    if said.state != Observation.State.SHOWN and not office:
        raise Http404
    answer, rule = AnswerForm(), RuleForm()
    status = 200
    if request.method == "POST":
        act = request.POST.get("act", "")
        if not (office or (unit and act == "answer")):
            raise PermissionDenied
        answer, rule, done = _done(request, said, act)
        if done is not None:
            return done
        status = 422
    working = plan.state == Plan.State.PUBLISHED
    context = {
        "plan": plan,
        "task": task,
        "said": said,
        "clock": clocks([said])[0],
        "answer": answer,
        "rule": rule,
        "rule_words": RULES.get(said.rule, ""),
        "problem_form": answer if answer.errors else rule,
        "can_answer": working and (office or unit) and said.state == Observation.State.SHOWN,
        "can_remove": working
        and office
        and said.state in (Observation.State.SHOWN, Observation.State.HELD),
        "can_show": working
        and office
        and said.state in (Observation.State.HELD, Observation.State.REMOVED),
        "is_programme": office,
    }
    return page(request, "observation.html", context, status=status)


def _done(
    request: OfficerRequest, said: Observation, act: str
) -> tuple[AnswerForm, RuleForm, HttpResponse | None]:
    """Do it; the forms with what was wrong, or the answer."""
    answer = AnswerForm(request.POST if act == "answer" else None)
    rule = RuleForm(request.POST if act == "remove" else None)
    form: Words = rule if act == "remove" else answer
    if act != "show" and not form.is_valid():
        return answer, rule, None
    try:
        if act == "answer":
            reply(said.pk, form.cleaned_data["text"], by=request.officer)
            told = _("Your answer is on the task’s page. The person has been told.")
        elif act == "remove":
            remove(said.pk, rule=form.cleaned_data["rule"], by=request.officer)
            told = _("Removed. That something was said here, and the rule, stay on the page.")
        elif act == "show":
            show(said.pk, by=request.officer)
            told = _("Everybody sees it now.")
        else:
            raise Http404
    except Refused as refusal:
        if act == "show":
            messages.error(request, str(refusal.message))
            return answer, rule, redirect("workbench:observation", said.pk)
        form.refuse(refusal)
        return answer, rule, None
    messages.success(request, told)
    return answer, rule, redirect("workbench:observation", said.pk)
