"""Change tasks of a published list: what would change first, then one reason for all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from tongban.directory.api import agency, workdays
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized, pick
from tongban.look.api import Text, Tone
from tongban.supervision.api import (
    TIMES,
    Change,
    Effect,
    Ground,
    IndicatorEntry,
    MilestoneEntry,
    Plan,
    Task,
    UnitEntry,
    change,
    effects,
    entries_by_position,
    entry_of,
    followers,
    moved,
)
from tongban.workbench.fields import DayField
from tongban.workbench.lists.common import GroundForm, Words, in_both, own_plan, page
from tongban.workbench.lists.draft import asks_more
from tongban.workbench.lists.parts import unit_names
from tongban.workbench.lists.task_form import TaskForm, digests, merged, overtaken, unit_choices
from tongban.workbench.lists.words import changed_fields
from tongban.workbench.pages import number_in

# A list has some hundreds of tasks; a change of more is several changes.
MOST = 500
KINDS: Mapping[str, Text] = {
    "shift": pgettext_lazy("change", "Shift the dates by some days"),
    "due": pgettext_lazy("change", "Set one due date"),
    "lead": pgettext_lazy("change", "Change the lead unit"),
    "replace": pgettext_lazy("change", "Put one unit in another’s place everywhere"),
    "target": pgettext_lazy("change", "Change the target of a figure"),
    "task": pgettext_lazy("change", "Change words, dates, units, steps and figures"),  # of one task
}
# What of a POST is not the wish itself.
_OWN = ("csrfmiddlewaretoken", "step", "task", "kind", "reason_zh", "reason_en", "legal_basis")


@dataclass(frozen=True)
class EffectRow:
    """What would become of a task. `time`: where it stands in time before and after, if that
    changes."""

    task: Task
    changes: Sequence[tuple[Text, str, str]]  # which, before, after
    loosens: bool
    time: tuple[tuple[Text, Tone], tuple[Text, Tone]] | None


class ShiftForm(Words):
    days = forms.IntegerField(
        label=gettext_lazy("By how many days"),
        help_text=gettext_lazy("With a minus sign: earlier."),
        min_value=-3650,
        max_value=3650,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-5"}),
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Which days"),
        choices=[
            ("workdays", gettext_lazy("Working days")),
            ("days", gettext_lazy("Calendar days")),
        ],
        initial="workdays",
        required=False,
    )
    starts = forms.BooleanField(label=gettext_lazy("The start dates too"), required=False)
    steps = forms.BooleanField(
        label=gettext_lazy("The dates of steps that are not reached yet too"), required=False
    )

    def __init__(self, plan: Plan, tasks: Sequence[Task], data: Any) -> None:
        super().__init__(data)

    def values(self, task: Task) -> dict[str, object]:
        given, days = self.cleaned_data, workdays()

        def shifted(day: date) -> date:
            if given["unit"] == "days":
                return day + timedelta(days=given["days"])
            return moved(day, given["days"], days)

        values: dict[str, object] = {"due": shifted(task.due)} if task.due else {}
        if given["starts"] and task.start:
            values["start"] = shifted(task.start)
        if given["steps"]:
            reached = {one.position for one in task.milestones.all() if one.done_on}
            values["milestones"] = {
                place: replace(one, due=shifted(one.due))
                if isinstance(one, MilestoneEntry) and one.due and place not in reached
                else one
                for place, one in entries_by_position(task)["milestones"].items()
            }
        return values


class DueForm(Words):
    due = DayField(
        label=gettext_lazy("Due date"),
        help_text=gettext_lazy("Leave empty for no due date."),
        required=False,
    )

    def __init__(self, plan: Plan, tasks: Sequence[Task], data: Any) -> None:
        super().__init__(data)

    def values(self, task: Task) -> dict[str, object]:
        return {"due": self.cleaned_data["due"]}


class LeadForm(Words):
    lead = forms.ChoiceField(label=gettext_lazy("Lead unit"))

    def __init__(self, plan: Plan, tasks: Sequence[Task], data: Any) -> None:
        super().__init__(data)
        _choose(self, "lead", unit_choices(plan))

    def values(self, task: Task) -> dict[str, object]:
        unit = agency(int(self.cleaned_data["lead"]))
        return {"lead_id": unit.id, "lead_name": dict(unit.name)}


class ReplaceForm(Words):
    """One unit in the place of another, as lead and as co-responsible unit."""

    old = forms.ChoiceField(label=gettext_lazy("Instead of"))
    new = forms.ChoiceField(label=gettext_lazy("From now on"))

    def __init__(self, plan: Plan, tasks: Sequence[Task], data: Any) -> None:
        super().__init__(data)
        units: dict[str, Localized] = {}
        for task in tasks:
            units.setdefault(_key(task.lead_id, task.lead_name), task.lead_name)
            for one in task.co_units.all():
                units.setdefault(_key(one.agency_id, one.name), one.name)
        _choose(self, "old", [("", ""), *((key, pick(name)) for key, name in units.items())])
        _choose(self, "new", unit_choices(plan))

    def values(self, task: Task) -> dict[str, object]:
        old, unit = self.cleaned_data["old"], agency(int(self.cleaned_data["new"]))
        values: dict[str, object] = {}
        lead_id = task.lead_id
        if _key(task.lead_id, task.lead_name) == old:
            values = {"lead_id": unit.id, "lead_name": dict(unit.name)}
            lead_id = unit.id
        now = entry_of(task).co_units
        new: list[UnitEntry] = []
        for one in now:
            kept = UnitEntry(unit.name, unit.id) if _key(one.agency_id, one.name) == old else one
            # Nobody shares in a task twice, or with itself.
            if kept.agency_id is None or kept.agency_id not in (
                lead_id,
                *(other.agency_id for other in new),
            ):
                new.append(kept)
        touched = any(_key(one.agency_id, one.name) == old for one in now)
        if touched or (values and len(new) != len(now)):
            values["co_units"] = new
        return values


class TargetForm(Words):
    """A new target for a figure of that name, wherever it stands."""

    figure = forms.ChoiceField(label=gettext_lazy("What is counted"))
    target = forms.DecimalField(
        label=gettext_lazy("Target"), max_digits=17, decimal_places=4,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "inputmode": "decimal"}),
    )  # fmt: skip

    def __init__(self, plan: Plan, tasks: Sequence[Task], data: Any) -> None:
        super().__init__(data)
        names = {
            _key(None, one.name): pick(one.name) for task in tasks for one in task.indicators.all()
        }
        _choose(self, "figure", [("", ""), *names.items()])

    def values(self, task: Task) -> dict[str, object]:
        wanted = self.cleaned_data["figure"]
        found = entries_by_position(task)["indicators"]
        new = {
            place: replace(one, target=self.cleaned_data["target"])
            if isinstance(one, IndicatorEntry) and _key(None, one.name) == wanted
            else one
            for place, one in found.items()
        }
        return {"indicators": new} if new != found else {}


FORMS: Mapping[str, Callable[[Plan, Sequence[Task], Any], Any]] = {
    "shift": ShiftForm,
    "due": DueForm,
    "lead": LeadForm,
    "replace": ReplaceForm,
    "target": TargetForm,
    "task": lambda plan, tasks, data: TaskForm(plan, data, task=tasks[0]),
}


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def change_tasks(request: OfficerRequest, slug: str) -> HttpResponse:
    """Choose what changes, look at what it does, say why, do it."""
    plan = own_plan(request.officer, slug)
    if plan.state != Plan.State.PUBLISHED:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    tasks = _chosen(plan, given)
    kind = given.get("kind", "")
    if not tasks:
        messages.warning(request, _("Tick the tasks that are to change first."))
        return redirect("workbench:list", plan.slug)
    if kind not in KINDS or (kind == "task" and len(tasks) > 1):
        kind = "task" if len(tasks) == 1 else "shift"
    form = FORMS[kind](plan, tasks, request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _page(request, plan, tasks, kind, form)
    if kind == "task" and asks_more(request.POST):
        fresh = form.unjudged(request.POST.get("more", ""))
        return _page(request, plan, tasks, kind, fresh, base=request.POST.get("base", ""))
    does = request.POST.get("step") == "do"
    said = {name: request.POST.get(name, "") for name in GroundForm.base_fields}
    ground = GroundForm(request.POST if does else None, initial=said)
    base = request.POST.get("base", "")
    if not form.is_valid():
        return _page(request, plan, tasks, kind, form, status=422, ground=ground, base=base)
    changes = _changes(form, tasks, request.POST)
    try:
        found = [one for one in effects(plan, changes) if one.changes]
        if not found:
            raise Refused("change.nothing", _("Nothing would change."))
        if does and ground.is_valid():
            return _do(request, plan, changes, ground)
    except Refused as refusal:
        if overtaken(refusal):
            return _conflict(request, plan, tasks, kind, form, GroundForm(initial=said))
        if refusal.field == "reason":
            ground.refuse(refusal)
        else:
            form.refuse(refusal)
        return _page(request, plan, tasks, kind, form, status=422, ground=ground, base=base)
    return _page(
        request, plan, tasks, kind, form, found=found, status=422 if does else 200, ground=ground,
        base=base,
    )  # fmt: skip


def _conflict(
    request: OfficerRequest,
    plan: Plan,
    tasks: Sequence[Task],
    kind: str,
    form: Any,
    ground: GroundForm,
) -> HttpResponse:
    """Somebody was quicker: what stands there now beside what this officer wants."""
    base = ""
    if isinstance(form, TaskForm):
        (task,) = tasks
        theirs = entry_of(task)
        mine = merged(form.entry(), request.POST.get("base", ""), theirs)
        base = digests(theirs)
        changes = [Change(task.pk, task.revision, form.values(task, mine))]
        form = TaskForm(plan, task=task, entry=mine)
    else:
        changes = _changes(form, tasks, {})
    try:
        found = [one for one in effects(plan, changes) if one.changes]
    except Refused as refusal:
        found = []
        if not isinstance(form, TaskForm):
            form.refuse(refusal)
    return _page(
        request, plan, tasks, kind, form, found=found, status=409, ground=ground, base=base,
        overtaken=True,
    )  # fmt: skip


def _page(
    request: OfficerRequest,
    plan: Plan,
    tasks: Sequence[Task],
    kind: str,
    form: Any,
    *,
    found: Sequence[Effect] = (),
    status: int = 200,
    ground: GroundForm | None = None,
    base: str = "",
    overtaken: bool = False,
) -> HttpResponse:
    rows = _rows(tasks, found)
    whole = isinstance(form, TaskForm)
    problems = form.problems() if whole and status == 422 else ()
    ground = ground or GroundForm()
    # After a conflict nothing is done before the officer has looked at the form again.
    ready = bool(rows) and not (overtaken and whole)
    context = {
        "plan": plan,
        "tasks": tasks,
        "kind": kind,
        "kinds": [
            (name, words, name == kind)
            for name, words in KINDS.items()
            if (name != "task" or len(tasks) == 1)
            and (name != "target" or any(task.indicators.all() for task in tasks))
        ],
        "form": form,
        "whole": whole,
        "problems": problems,
        "figure": form.figure() if whole else None,
        "unit_names": unit_names(plan) if whole else (),
        "base": base or (digests(entry_of(tasks[0])) if whole else ""),
        "ground": ground,
        "rows": rows,
        "ready": ready,
        "said": [(one.html_name, one.value()) for one in ground if one.value()],
        "overtaken": overtaken,
        "left_out": len(tasks) - len(rows) if rows else 0,
        "loosened": sum(row.loosens for row in rows),
        "later": sum(row.time is not None for row in rows),
        "told": len(followers(plan, [row.task for row in rows])) if rows else 0,
        "hidden": _hidden(request.POST) if ready else (),
        "revisions": [
            (task.pk, task.revision if overtaken else _revision(task, request.POST))
            for task in tasks
        ],
    }
    return page(request, "change.html", context, status=status)


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


def _chosen(plan: Plan, given: QueryDict) -> list[Task]:
    """The ticked tasks of this list that are not over; all of them with `all`."""
    found = plan.tasks.filter(state__in=[Task.State.OPEN, Task.State.CLAIMED])
    if "all" not in given:
        ids = given.getlist("task")
        wanted = [one for text in ids[:MOST] if (one := number_in(text)) is not None]
        found = found.filter(pk__in=wanted)
    return list(
        found.select_related("section", "adopted_from")
        .prefetch_related("co_units", "milestones", "indicators")
        .order_by("position", "pk")[:MOST]
    )


def _changes(form: Any, tasks: Sequence[Task], posted: Any) -> list[Change]:
    found = []
    for task in tasks:
        if isinstance(form, TaskForm):
            values = form.values(task, form.entry())
        else:
            values = form.values(task)
        if values or isinstance(form, TaskForm):
            found.append(Change(task.pk, _revision(task, posted), values))
    return found


def _revision(task: Task, posted: Any) -> int:
    """Of the task as the officer has looked at it."""
    seen = number_in(posted.get(f"revision_{task.pk}"))
    return task.revision if seen is None else seen


def _rows(tasks: Sequence[Task], found: Sequence[Effect]) -> list[EffectRow]:
    by_id = {task.pk: task for task in tasks}
    return [
        EffectRow(
            by_id[effect.task_id],
            changed_fields(effect.changes),
            effect.loosens,
            (TIMES[effect.before], TIMES[effect.after]) if effect.before != effect.after else None,
        )
        for effect in found
        if effect.changes
    ]


def _hidden(posted: QueryDict) -> list[tuple[str, str]]:
    """What was chosen, to be sent again with the reason."""
    return [
        (name, value)
        for name, values in posted.lists()
        if name not in _OWN and not name.startswith("revision_")
        for value in values
    ]


def _choose(form: Words, name: str, choices: Sequence[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def _key(agency_id: int | None, name: Localized) -> str:
    """A unit, as the directory knows it, or as the document names it."""
    return f"#{agency_id}" if agency_id else "|".join(f"{key}={name[key]}" for key in sorted(name))
