"""Published lists change in the open: what a change would do first, then an entry with its reason
for each task that it touches. Tasks may be added later; none leaves otherwise than by `drop`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.directory.api import workdays
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.supervision import ledger
from tongban.supervision.models import CoUnit, Indicator, Milestone, Plan, Task
from tongban.supervision.planning import (
    IndicatorEntry,
    MilestoneEntry,
    TaskEntry,
    UnitEntry,
    check_dates,
    in_order,
    put_tasks,
    stands,
)
from tongban.supervision.records import (
    Ground,
    difference,
    enter,
    lock_plan,
    plain,
    require_programme,
)
from tongban.supervision.timing import Patience, Schedule, TimeState, loosens, time_state

# What of a task may change once its list is published, each time with a reason.
COLUMNS = ("title", "text", "deliverable", "basis", "start", "due", "lead_name", "lead_id",
           "evidence")  # fmt: skip
CHANGEABLE = (*COLUMNS, "co_units", "milestones", "indicators")


@dataclass(frozen=True)
class Change:
    """New values of a task's columns and parts (`CHANGEABLE`).

    "co_units": all of them, UnitEntry each. "milestones", "indicators": all of them by position, so
    that what was reported of one stays with it; a new one takes a position not used yet.
    `revision`: of the task as it was read.
    """

    task_id: int
    revision: int
    values: Mapping[str, object]


@dataclass(frozen=True)
class Effect:
    """What a change would do. `loosens`: it sets a date later than in the list that the task was
    taken over from, or none; `before`, `after`: where the task stands in time today."""

    task_id: int
    code: str
    changes: Mapping[str, ledger.Value]
    loosens: bool
    before: TimeState
    after: TimeState


def effects(plan: Plan, changes: Sequence[Change]) -> list[Effect]:
    """What changes would do, to be looked at before they are made. Raises Refused as `change`."""
    tasks = _tasks(plan, changes)
    today, days = clock.today(), workdays()
    patience = Patience(plan.soon_days, plan.very_late_days)
    found = []
    for one in changes:
        task = tasks.get(one.task_id)
        if task is None or not set(one.values) <= set(CHANGEABLE):
            raise Refused("task.not_found", _("There is no such task."))
        if task.revision != one.revision:
            raise Refused(
                "task.changed_meanwhile",
                _("A colleague has changed task %(code)s meanwhile. Look at it again.")
                % {"code": task.code},
            )
        if task.state in (Task.State.CLOSED, Task.State.DROPPED):
            # Or a date moved afterwards would make what was done late look as if done in time.
            raise Refused("task.over", _("Task %(code)s is over already.") % {"code": task.code})
        start, due = (_day(one.values.get(name, getattr(task, name))) for name in ("start", "due"))
        check_dates(task.code, start, due)
        _keep_what_is_reached(task, one.values)
        moved = differences(task, one.values)
        found.append(
            Effect(
                task.pk,
                task.code,
                moved,
                "due" in moved
                and task.adopted_from is not None
                and loosens(task.adopted_from.due, due),
                time_state(Schedule(task.start, task.due, task.claimed_on), today, days, patience),
                time_state(Schedule(start, due, task.claimed_on), today, days, patience),
            )
        )
    return found


@transaction.atomic
def change(plan_id: int, changes: Sequence[Change], *, ground: Ground, by: Officer) -> list[Effect]:
    """Change tasks of a published list: one reason, an entry for each task. Raises Refused."""
    plan = _published(plan_id, ground, by)
    done = [effect for effect in effects(plan, changes) if effect.changes]
    if not done:
        raise Refused("change.nothing", _("Nothing would change."))
    wanted = {one.task_id: one for one in changes}
    by_id = {one.task_id: one for one in done}
    for task in plan.tasks.select_for_update().filter(pk__in=by_id).order_by("position", "pk"):
        effect, values = by_id[task.pk], wanted[task.pk].values
        for name in COLUMNS:
            if name in values:
                value = values[name]
                setattr(task, name, dict(value) if isinstance(value, Mapping) else value)
        task.revision += 1
        task.save()
        _put_parts(task, values)
        data: dict[str, ledger.Value] = dict(effect.changes)
        if effect.loosens:
            data["loosens_source"] = True
        enter(plan, "task_changed", data, task=task, ground=ground)
    return done


@transaction.atomic
def add_to_published(
    plan_id: int, entries: Sequence[TaskEntry], *, ground: Ground, by: Officer
) -> list[Task]:
    """Put tasks on a list that is published already, at its end, with a reason. Raises Refused."""
    plan = _published(plan_id, ground, by)
    made = put_tasks(plan, entries)
    for task in made:
        task.first_due = task.due
        task.save(update_fields=["first_due"])
        enter(plan, "task_published", stands(task), task=task, ground=ground)
    return made


def differences(task: Task, values: Mapping[str, object]) -> dict[str, ledger.Value]:
    """What would become otherwise: field → {"old", "new"}, as the ledger would say it."""
    return difference(_before(task, values), _after(values))


def entries_by_position(task: Task) -> dict[str, dict[int, MilestoneEntry | IndicatorEntry]]:
    """The milestones and indicators of a task as a Change holds them."""
    return {
        "milestones": {
            one.position: MilestoneEntry(one.title, one.due) for one in task.milestones.all()
        },
        "indicators": {
            one.position: IndicatorEntry(one.name, one.unit, one.baseline, one.target)
            for one in task.indicators.all()
        },
    }


def _published(plan_id: int, ground: Ground, by: Officer) -> Plan:
    plan = lock_plan(plan_id)
    require_programme(by, plan)
    if plan.state != Plan.State.PUBLISHED:
        raise Refused("plan.not_published", _("This list is not published, or closed."))
    if not any(text.strip() for text in ground.reason.values()):
        raise Refused(
            "change.no_reason", _("Say why. Everybody who reads the list sees it."), field="reason"
        )
    return plan


def _tasks(plan: Plan, changes: Sequence[Change]) -> dict[int, Task]:
    found = plan.tasks.select_related("adopted_from").filter(
        pk__in=[change.task_id for change in changes]
    )
    return {
        task.pk: task for task in found.prefetch_related("co_units", "milestones", "indicators")
    }


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _before(task: Task, values: Mapping[str, object]) -> dict[str, object]:
    now: dict[str, object] = {name: getattr(task, name) for name in COLUMNS if name in values}
    if "co_units" in values:
        now["co_units"] = [one.name for one in in_order(task.co_units.all())]
        units = [one.agency_id for one in in_order(task.co_units.all())]
        now["co_unit_ids"] = units
    parts = entries_by_position(task)
    return now | {name: _written(parts[name]) for name in parts if name in values}


def _after(values: Mapping[str, object]) -> dict[str, object]:
    new = {name: value for name, value in values.items() if name in COLUMNS}
    for name, value in values.items():
        if name == "co_units":
            units = _units(value)
            new["co_units"] = [one.name for one in units]
            new["co_unit_ids"] = [one.agency_id for one in units]
        elif name not in COLUMNS:
            new[name] = _written(_placed(value))
    return new


def _units(value: object) -> list[UnitEntry]:
    rows = value if isinstance(value, Sequence) else ()
    return [one for one in rows if isinstance(one, UnitEntry)]


def _placed(value: object) -> dict[int, MilestoneEntry | IndicatorEntry]:
    rows = value if isinstance(value, Mapping) else {}
    return {
        int(place): one
        for place, one in sorted(rows.items())
        if isinstance(one, MilestoneEntry | IndicatorEntry)
    }


def _written(rows: Mapping[int, MilestoneEntry | IndicatorEntry]) -> list[ledger.Value]:
    """Parts as a ledger holds them, in order."""
    found: list[ledger.Value] = []
    for _place, one in sorted(rows.items()):
        if isinstance(one, MilestoneEntry):
            found.append({"title": plain(one.title), "due": plain(one.due)})
        else:
            found.append(
                {
                    "name": plain(one.name),
                    "unit": plain(one.unit),
                    "baseline": plain(one.baseline),
                    "target": plain(one.target),
                }
            )
    return found


def _keep_what_is_reached(task: Task, values: Mapping[str, object]) -> None:
    """A step that is reached keeps its day: what was done late stays late."""
    if "milestones" not in values:
        return
    wanted = _placed(values["milestones"])
    for one in task.milestones.all():
        new = wanted.get(one.position)
        due = new.due if isinstance(new, MilestoneEntry) else None
        if one.done_on is not None and (new is None or due != one.due):
            raise Refused(
                "task.step_reached",
                _("A step of task %(code)s is reached already: it stays, with its day.")
                % {"code": task.code},
                field="milestones",
            )


def _put_parts(task: Task, values: Mapping[str, object]) -> None:
    if "co_units" in values:
        task.co_units.all().delete()
        CoUnit.objects.bulk_create(
            CoUnit(task=task, position=place, name=dict(one.name), agency_id=one.agency_id)
            for place, one in enumerate(_units(values["co_units"]))
        )
    if "milestones" in values:
        wanted = _placed(values["milestones"])
        task.milestones.exclude(position__in=wanted).delete()
        for place, one in wanted.items():
            if isinstance(one, MilestoneEntry):
                Milestone.objects.update_or_create(
                    task=task,
                    position=place,
                    defaults={"title": dict(one.title), "due": one.due},
                )
    if "indicators" in values:
        wanted = _placed(values["indicators"])
        task.indicators.exclude(position__in=wanted).delete()
        for place, one in wanted.items():
            if isinstance(one, IndicatorEntry):
                Indicator.objects.update_or_create(
                    task=task,
                    position=place,
                    defaults={
                        "name": dict(one.name),
                        "unit": dict(one.unit),
                        "baseline": one.baseline,
                        "target": one.target,
                    },
                )
