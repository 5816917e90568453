"""Change tasks of a published list: what would change first, then one reason for all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from tongban.directory.api import agencies_of, agency, region
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick
from tongban.look.api import Text
from tongban.supervision.api import (
    Change,
    Effect,
    Ground,
    Plan,
    Task,
    change,
    effects,
    followers,
)
from tongban.workbench.fields import DayField
from tongban.workbench.lists.common import GroundForm, Words, in_both, own_plan, page, text_field
from tongban.workbench.lists.task import spoken
from tongban.workbench.lists.words import FIELDS
from tongban.workbench.pages import number_in

# A list has some hundreds of tasks; a change of more is several changes.
MOST = 500
TEXTS = ("title", "text", "deliverable", "basis")
KINDS: Mapping[str, Text] = {
    "shift": pgettext_lazy("change", "Shift the due dates by some days"),
    "due": pgettext_lazy("change", "Set one due date"),
    "lead": pgettext_lazy("change", "Change the lead unit"),
    "task": pgettext_lazy("change", "Change words and dates"),  # of one task
}


@dataclass(frozen=True)
class EffectRow:
    """What would become of a task."""

    task: Task
    changes: Sequence[tuple[Text, str, str]]  # which, before, after
    loosens: bool


class ShiftForm(Words):
    days = forms.IntegerField(
        label=gettext_lazy("By how many days"),
        help_text=gettext_lazy("Calendar days. With a minus sign: earlier."),
        min_value=-3650,
        max_value=3650,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-5"}),
    )


class DueForm(Words):
    due = DayField(
        label=gettext_lazy("Due date"),
        help_text=gettext_lazy("Leave empty for no due date."),
        required=False,
    )


class LeadForm(Words):
    lead = forms.ChoiceField(label=gettext_lazy("Lead unit"))

    def __init__(self, data: Any, plan: Plan) -> None:
        super().__init__(data)
        field = self.fields["lead"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = unit_choices(plan)


class TaskWords(Words):
    """The words and dates of one task."""

    title_zh = text_field(gettext_lazy("Title, in Chinese"), rows=2, longest=500)
    title_en = text_field(gettext_lazy("Title, in English"), rows=2, longest=500, required=False)
    text_zh = text_field(gettext_lazy("Description, in Chinese"), required=False)
    text_en = text_field(gettext_lazy("Description, in English"), required=False)
    deliverable_zh = text_field(gettext_lazy("What is to come out of it, in Chinese"), rows=2,
                                required=False)  # fmt: skip
    deliverable_en = text_field(gettext_lazy("What is to come out of it, in English"), rows=2,
                                required=False)  # fmt: skip
    basis_zh = text_field(gettext_lazy("Legal basis, in Chinese"), rows=2, required=False)
    basis_en = text_field(gettext_lazy("Legal basis, in English"), rows=2, required=False)
    start = DayField(label=pgettext_lazy("task", "Start"), required=False)
    due = DayField(label=pgettext_lazy("task", "Due date"), required=False)


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def change_tasks(request: OfficerRequest, slug: str) -> HttpResponse:
    """Choose what changes, look at what it does, say why, do it."""
    plan = own_plan(request.officer, slug)
    if plan.state != Plan.State.PUBLISHED:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    tasks = _chosen(plan, given.getlist("task"))
    kind = given.get("kind", "")
    if not tasks:
        messages.warning(request, _("Tick the tasks that are to change first."))
        return redirect("workbench:list", plan.slug)
    if kind not in KINDS or (kind == "task" and len(tasks) > 1):
        kind = "task" if len(tasks) == 1 else "shift"
    looks = request.method == "POST"
    form = _form(kind, plan, tasks, given if looks else None)
    ground = GroundForm(request.POST if request.POST.get("step") == "do" else None)
    rows: list[EffectRow] = []
    status = 200
    if looks:
        status = 422
        if form.is_valid():
            changes = _changes(kind, form, tasks, request.POST)
            try:
                rows = _rows(plan, tasks, effects(plan, changes))
                if not rows:
                    raise Refused("change.nothing", _("Nothing would change."))
                status = 200
                if request.POST.get("step") == "do":
                    status = 422
                    if ground.is_valid():
                        return _do(request, plan, changes, ground)
            except Refused as refusal:
                status = 422
                # Somebody was quicker: what stands there now is looked at anew.
                overtaken = refusal.code == "task.changed_meanwhile"
                _refuse(form, ground, refusal)
                rows = [] if overtaken or form.errors else rows
                tasks = _chosen(plan, given.getlist("task")) if overtaken else tasks
    context = {
        "plan": plan,
        "tasks": tasks,
        "kind": kind,
        "kinds": [
            (name, words, name == kind)
            for name, words in KINDS.items()
            if name != "task" or len(tasks) == 1
        ],
        "form": form,
        "ground": ground,
        "rows": rows,
        "left_out": len(tasks) - len(rows) if rows else 0,
        "loosened": sum(row.loosens for row in rows),
        "told": len(followers(plan, [row.task for row in rows])) if rows else 0,
        "hidden": _hidden(form) if rows else (),
        "revisions": [(task.pk, _revision(task, request.POST)) for task in tasks] if rows else (),
    }
    return page(request, "change.html", context, status=status)


def unit_choices(plan: Plan) -> list[tuple[str, Any]]:
    """The directory's agencies in the list's region and below, by region."""
    own = region(plan.region_id)
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in agencies_of(own.path, below=True):
        name = pick(region(one.region_code).name)
        groups.setdefault(name, []).append((str(one.id), pick(one.name)))
    return [("", ""), *groups.items()]


def _do(
    request: OfficerRequest, plan: Plan, changes: Sequence[Change], ground: GroundForm
) -> HttpResponse:
    given = ground.cleaned_data
    done = change(
        plan.pk,
        changes,
        ground=Ground(in_both(given, "reason"), given["legal_basis"].strip()),
        by=request.officer,
    )
    messages.success(
        request,
        ngettext(
            "%(count)d task is changed, with your reason. Who follows it is told.",
            "%(count)d tasks are changed, with your reason. Who follows them is told.",
            len(done),
        )
        % {"count": len(done)},
    )
    if len(done) == 1:
        return redirect("workbench:list_task", plan.slug, done[0].task_id)
    return redirect("workbench:list", plan.slug)


def _refuse(form: Words, ground: GroundForm, refusal: Refused) -> None:
    if refusal.field == "reason":
        ground.refuse(refusal)
    else:
        form.refuse(refusal)


def _chosen(plan: Plan, ids: Sequence[str]) -> list[Task]:
    """The ticked tasks of this list that are not over."""
    wanted = [found for one in ids[:MOST] if (found := number_in(one)) is not None]
    return list(
        plan.tasks.filter(pk__in=wanted, state__in=[Task.State.OPEN, Task.State.CLAIMED]).order_by(
            "position"
        )
    )


def _form(kind: str, plan: Plan, tasks: Sequence[Task], data: Any) -> Words:
    if kind == "shift":
        return ShiftForm(data)
    if kind == "due":
        return DueForm(data)
    if kind == "lead":
        return LeadForm(data, plan)
    (task,) = tasks
    now: dict[str, Any] = {"start": task.start, "due": task.due}
    for name in TEXTS:
        for language in ("zh", "en"):
            now[f"{name}_{language}"] = getattr(task, name).get(language, "")
    return TaskWords(data, initial=now)


def _changes(kind: str, form: Words, tasks: Sequence[Task], posted: Any) -> list[Change]:
    given = form.cleaned_data
    found = []
    for task in tasks:
        values: dict[str, object] = {}
        if kind == "shift":
            if task.due is not None:
                values = {"due": task.due + timedelta(days=given["days"])}
        elif kind == "due":
            values = {"due": given["due"]}
        elif kind == "lead":
            unit = agency(int(given["lead"]))
            values = {"lead_id": unit.id, "lead_name": dict(unit.name)}
        else:
            values = {"start": given["start"], "due": given["due"]}
            for name in TEXTS:
                # Languages that this page does not show stay as they are.
                others = {
                    key: text
                    for key, text in getattr(task, name).items()
                    if key not in ("zh", "en")
                }
                values[name] = {**in_both(given, name), **others}
            values = {name: value for name, value in values.items() if _differs(task, name, value)}
        if values:
            found.append(Change(task.pk, _revision(task, posted), values))
    return found


def _differs(task: Task, name: str, value: object) -> bool:
    now = getattr(task, name)
    if isinstance(now, dict):
        return {key: text for key, text in now.items() if text} != value
    return bool(now != value)


def _revision(task: Task, posted: Any) -> int:
    """Of the task as the officer has looked at it."""
    seen = number_in(posted.get(f"revision_{task.pk}"))
    return task.revision if seen is None else seen


def _rows(plan: Plan, tasks: Sequence[Task], found: Sequence[Effect]) -> list[EffectRow]:
    by_id = {task.pk: task for task in tasks}
    rows = []
    for effect in found:
        if not effect.changes:
            continue
        changes = [
            (label, spoken(value["old"]), spoken(value["new"]))
            for name, label in FIELDS.items()
            if isinstance(value := effect.changes.get(name), dict)
        ]
        rows.append(EffectRow(by_id[effect.task_id], changes, effect.loosens))
    return rows


def _hidden(form: Words) -> list[tuple[str, str]]:
    """What was chosen, to be sent again with the reason."""
    found = []
    for name in form.fields:
        value = form[name].value()
        text = value.isoformat() if isinstance(value, date) else str(value or "")
        found.append((name, "0" if value == 0 else text))
    return found
