"""A task in the workbench: where it stands, its history, and what this officer may do with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tongban.identity.api import Officer, OfficerRequest, officer_required
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.files import open_file
from tongban.kernel.localized import Localized, pick
from tongban.look.api import Entry as Shown
from tongban.look.api import Text, day
from tongban.supervision.api import (
    EntryView,
    Evidence,
    Ground,
    Observation,
    Plan,
    Task,
    assess,
    close,
    drop,
    history,
    is_of_unit,
    is_programme,
    live_figure,
    reopen,
    said_on,
    send_back,
    take_back,
)
from tongban.workbench.lists.common import (
    ROLES,
    GroundForm,
    Words,
    clocks,
    figure_words,
    in_both,
    kept_as,
    own_plan,
    page,
    plan_for,
    report_rows,
    reports_to_judge,
    sent_back,
    task_for,
    task_rows,
    text_field,
    unit_task,
)
from tongban.workbench.lists.words import ENTRIES, changed_fields

# Of a long history and of what people said, so much is on the page; all of it is public.
MOST = 50


class ReasonsForm(Words):
    """Why, for everybody to read."""

    reasons_zh = text_field(
        gettext_lazy("Reasons, in Chinese"),
        rows=4,
        hint=gettext_lazy("Everybody sees them beside what the unit says."),
    )
    reasons_en = text_field(gettext_lazy("Reasons, in English"), rows=4, required=False)


class LevelForm(ReasonsForm):
    """How far a task is, and why one thinks so."""

    level = forms.ChoiceField(
        label=gettext_lazy("How far is it?"),
        choices=Task.Level.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how far the task is.")},
    )
    field_order = ("level", "reasons_zh", "reasons_en")


class TakeBackForm(Words):
    """Why a claim is taken back."""

    text_zh = text_field(gettext_lazy("Why, in Chinese"),
                         hint=gettext_lazy("Everybody sees it."))  # fmt: skip
    text_en = text_field(gettext_lazy("Why, in English"), required=False)


@dataclass(frozen=True)
class Verdict:
    """The page of one act of the programme office."""

    title: Text
    lead: Text
    form: type[Words]
    run: Callable[[Task, Mapping[str, Any], Officer], object]
    told: Text
    fits: Callable[[Task], bool]
    is_grave: bool = False


def _ground(given: Mapping[str, Any]) -> Ground:
    return Ground(in_both(given, "reason"), given["legal_basis"].strip())


VERDICTS: Mapping[str, Verdict] = {
    "assess": Verdict(
        gettext_lazy("Assess"),
        gettext_lazy(
            "What you find stands beside what the unit claims, for everybody to see. The task "
            "stays open."
        ),
        LevelForm,
        lambda task, given, by: assess(
            task.pk, level=given["level"], reasons=in_both(given, "reasons"), by=by
        ),
        gettext_lazy("The assessment is on the task’s page. The unit has been told."),
        lambda task: task.state in (Task.State.OPEN, Task.State.CLAIMED),
    ),
    "close": Verdict(
        gettext_lazy("Close the task"),
        gettext_lazy(
            "You find it complete. The task is over; it can be opened again if that proves wrong."
        ),
        ReasonsForm,
        lambda task, given, by: close(task.pk, reasons=in_both(given, "reasons"), by=by),
        gettext_lazy("The task is closed. The unit and everybody who follows it have been told."),
        lambda task: task.state == Task.State.CLAIMED,
    ),
    "send-back": Verdict(
        gettext_lazy("Send back"),
        gettext_lazy(
            "You do not accept the claim. The task is open again, and its clock runs as if it had "
            "never been claimed."
        ),
        LevelForm,
        lambda task, given, by: send_back(
            task.pk, level=given["level"], reasons=in_both(given, "reasons"), by=by
        ),
        gettext_lazy("Sent back. The unit and everybody who follows the task have been told."),
        lambda task: task.state == Task.State.CLAIMED,
    ),
    "reopen": Verdict(
        gettext_lazy("Open again"),
        gettext_lazy("It turned out not to be done. Everybody sees that it was opened again."),
        LevelForm,
        lambda task, given, by: reopen(
            task.pk, level=given["level"], reasons=in_both(given, "reasons"), by=by
        ),
        gettext_lazy("The task is open again. The unit and everybody who follows it were told."),
        lambda task: task.state == Task.State.CLOSED,
    ),
    "drop": Verdict(
        gettext_lazy("Drop the task"),
        gettext_lazy(
            "Nobody has to do it any more. It stays on the list, marked as dropped, with your "
            "reason."
        ),
        GroundForm,
        lambda task, given, by: drop(task.pk, ground=_ground(given), by=by),
        gettext_lazy("The task is dropped. Everybody who follows it has been told."),
        lambda task: task.state in (Task.State.OPEN, Task.State.CLAIMED),
        is_grave=True,
    ),
}


@officer_required(*ROLES)
def task_page(request: OfficerRequest, slug: str, task_id: int) -> HttpResponse:
    """One task, as this officer works on it."""
    plan = plan_for(request.officer, slug)
    task = task_for(plan, task_id)
    office, unit = is_programme(request.officer, plan), is_of_unit(request.officer, task)
    if plan.state == Plan.State.DRAFT:
        return redirect("workbench:edit_list_task", plan.slug, task.pk)
    said = task.said.prefetch_related("replies__agency").order_by("-at")
    if not office:
        said = said_on(task).order_by("-at")
    working = plan.state == Plan.State.PUBLISHED
    context = {
        "plan": plan,
        "task": task,
        "row": task_rows([task])[0],
        "co_units": task.co_units.order_by("position"),
        "milestones": task.milestones.order_by("position"),
        "indicators": [
            (one, figure_words(one.actual), figure_words(one.target))
            for one in task.indicators.order_by("position")
        ],
        "reports": report_rows(
            task.reports.select_related("agency")
            .prefetch_related("evidence__file")
            .order_by("-at")[:MOST]
        ),
        "said": clocks(said[:MOST]),
        "live": live_figure(task),
        "back": sent_back(task),
        "is_programme": office,
        "is_unit": unit,
        "can_report": working and unit and task.state in (Task.State.OPEN, Task.State.CLAIMED),
        "can_answer": working and (office or unit),
        "verdicts": [
            (name, verdict.title)
            for name, verdict in VERDICTS.items()
            if working and office and verdict.fits(task)
        ],
        "can_change": working and office,
        "blocked": why_not_closed(task) if office else "",
        "timeline": [_shown(one) for one in reversed(history(task)[-MOST:])],
    }
    return page(request, "task.html", context)


@officer_required(*ROLES)
def task_by_code(request: OfficerRequest, slug: str, code: str) -> HttpResponse:
    """Where a notice leads: lists number their tasks as they like."""
    plan = plan_for(request.officer, slug)
    found = plan.tasks.filter(code=code).first()
    if found is None:
        raise Http404
    return redirect("workbench:list_task", plan.slug, found.pk)


@officer_required(*ROLES)
@require_http_methods(["GET", "POST"])
def judge(request: OfficerRequest, slug: str, task_id: int, name: str) -> HttpResponse:
    """Assess, close, send back, open again, drop: one page for each, with reasons."""
    verdict = VERDICTS.get(name)
    if verdict is None:
        raise Http404
    plan = own_plan(request.officer, slug)
    task = task_for(plan, task_id)
    if plan.state == Plan.State.DRAFT:
        raise Http404
    form = verdict.form(request.POST if request.method == "POST" else None)
    if name == "reopen":
        _without_complete(form)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                verdict.run(task, form.cleaned_data, request.officer)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                kept = kept_as(request, name, plan, task)
                messages.success(request, str(verdict.told), extra_tags=kept)
                return redirect("workbench:list_task", plan.slug, task.pk)
    context = {
        "plan": plan,
        "task": task,
        "title": verdict.title,
        "lead": verdict.lead,
        "form": form,
        "is_grave": verdict.is_grave,
        "blocked": why_not_closed(task) if name == "close" else "",
        "reports": reports_to_judge(task),
        "live": live_figure(task),
        "keep": kept_as(request, name, plan, task),
        "unsaved": request.method == "POST",
    }
    return page(request, "judge.html", context, status=status)


@officer_required("reporter")
@require_http_methods(["GET", "POST"])
def take_claim_back(request: OfficerRequest, slug: str, task_id: int) -> HttpResponse:
    """The unit was too early: the task is open again."""
    task = unit_task(request.officer, slug, task_id)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                take_back(task.pk, text=in_both(form.cleaned_data, "text"), by=request.officer)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("The claim is taken back. The task is open again."))
                return redirect("workbench:list_task", slug, task.pk)
    context = {
        "plan": task.plan,
        "task": task,
        "title": gettext_lazy("Take the claim back"),
        "lead": gettext_lazy(
            "The task is open again, and its clock runs as if it had never been claimed. "
            "Everybody who follows the task is told."
        ),
        "form": form,
    }
    return page(request, "judge.html", context, status=status)


@officer_required(*ROLES)
def evidence_file(request: OfficerRequest, slug: str, file_id: UUID) -> HttpResponseBase:
    """A file that a report of this list rests on, or a picture of an observation."""
    plan = plan_for(request.officer, slug)
    evidence = (
        Evidence.objects.filter(report__task__plan=plan, file_id=file_id)
        .select_related("file")
        .first()
    )
    stored = evidence.file if evidence else None
    if stored is None:
        said = Observation.objects.filter(task__plan=plan, picture_id=file_id)
        if not is_programme(request.officer, plan):
            said = said.filter(state=Observation.State.SHOWN)
        found = said.select_related("picture").first()
        stored = found.picture if found else None
    if stored is None:
        raise Http404
    try:
        content = open_file(stored)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content, as_attachment=True, filename=stored.name, content_type=stored.content_type
    )
    # Somebody else made this file: it may not run, load or be framed, whatever is in it.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def why_not_closed(task: Task) -> str:
    """Why a claimed task cannot be closed yet; "" if it can, or is not claimed."""
    if task.state != Task.State.CLAIMED or task.window_until is None:
        return ""
    if clock.today() <= task.window_until:
        return _(
            "Everybody may look at the evidence until %(day)s. It can be closed after that."
        ) % {"day": day(task.window_until)}
    open_ = task.said.filter(
        kind=Observation.Kind.OBJECTION, state=Observation.State.SHOWN, answered_at__isnull=True
    ).count()
    if open_:
        return _("An objection to this claim has no answer yet. It can be closed after that.")
    return ""


def _without_complete(form: Words) -> None:
    """A task that is complete is not opened again."""
    field = form.fields["level"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [one for one in Task.Level.choices if one[0] != Task.Level.COMPLETE]


def _shown(entry: EntryView) -> Shown:
    """An entry of the ledger, for the timeline."""
    title, tone = ENTRIES.get(entry.kind, (entry.kind, "neutral"))
    parts = [*changed_words(entry)]
    level = entry.data.get("level")
    if isinstance(level, dict) and level.get("new"):
        parts.append(str(Task.Level(str(level["new"])).label))
    for words in (entry.data.get("text"), entry.data.get("reasons"), entry.reason):
        if isinstance(words, str):
            parts.append(words)
        elif isinstance(words, dict) and not {"old", "new"} & set(words):
            parts.append(pick(_texts(words)))
    if entry.basis:
        parts.append(entry.basis)
    return Shown(
        title, entry.at, "\n\n".join(part for part in parts if part), pick(entry.unit), tone
    )


def changed_words(entry: EntryView) -> list[str]:
    """What a change changed, a line for each field."""
    return [
        _("%(what)s: %(old)s → %(new)s") % {"what": label, "old": old, "new": new}
        for label, old, new in changed_fields(entry.data)
    ]


def _texts(value: Mapping[str, object]) -> Localized:
    return {key: str(text) for key, text in value.items() if text}
