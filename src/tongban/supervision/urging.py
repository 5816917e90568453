"""The chain before and after a due date (督办): remind, warn, tell the superior, mark publicly.

Each step once for each due date; moving the date begins the chain anew. Run every night.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.db.models import Q

from tongban.directory.api import workdays
from tongban.kernel import clock
from tongban.kernel.workdays import Workdays
from tongban.supervision.models import Observation, Plan, Task, Urging
from tongban.supervision.records import enter, lock_plan
from tongban.supervision.timing import Patience, days_late

Step = Urging.Step


def steps_on(due: date, today: date, days: Workdays, patience: Patience) -> tuple[Step, ...]:
    """The steps whose time has come by `today`, in order. Pure.

    Reminded when the date is near, never after it; warned on the first working day after it; the
    superior told after a quarter of the list's patience; marked for everybody when it is very late.
    """
    if today <= due:
        return (Step.REMIND,) if days.count(today, due) <= patience.soon else ()
    late = days_late(due, today, days)
    found = [Step.WARN] if late > 0 else []
    if late > patience.very // 4:
        found.append(Step.SUPERIOR)
    if late > patience.very:
        found.append(Step.MARK)
    return tuple(found)


def warn_all() -> int:
    """Take every step whose time has come; how many. A transaction for each list."""
    today, days = clock.today(), workdays()
    return sum(warn_plan(plan, today, days) for plan in _plans())


def tell_superiors() -> list[Observation]:
    """Observations whose answer is late on tasks with too many such: the superior hears of each
    once. Those of accounts without a verified name do not count: anybody can open many."""
    told = []
    today = clock.today()
    for plan in _plans():
        late = Observation.objects.filter(
            task__plan=plan,
            state=Observation.State.SHOWN,
            answered_at__isnull=True,
            is_verified=True,
            reply_due__lt=today,
        )
        by_task: dict[int, list[Observation]] = {}
        for one in late.select_related("task").order_by("at"):
            by_task.setdefault(one.task_id, []).append(one)
        for waiting in by_task.values():
            fresh = [one for one in waiting if one.superior_told_at is None]
            if len(waiting) < plan.unanswered_most or not fresh:
                continue
            with transaction.atomic():
                locked = lock_plan(plan.pk)
                enter(
                    locked,
                    "superior_told",
                    {"unanswered": len(waiting)},
                    task=fresh[0].task,
                    role="platform",
                )
                Observation.objects.filter(pk__in=[one.pk for one in fresh]).update(
                    superior_told_at=clock.now()
                )
            told += fresh
    return told


def _plans() -> Iterator[Plan]:
    return Plan.objects.filter(state=Plan.State.PUBLISHED).order_by("pk").iterator()


@transaction.atomic
def warn_plan(plan: Plan, today: date, days: Workdays) -> int:
    """Take every step of one list whose time has come; how many."""
    plan = lock_plan(plan.pk)
    patience = Patience(plan.soon_days, plan.very_late_days)
    tasks = plan.tasks.filter(Q(start__isnull=True) | Q(start__lte=today), due__isnull=False)
    taken = set(Urging.objects.filter(task__plan=plan).values_list("task_id", "step", "due"))
    count = 0
    for task in tasks.filter(state=Task.State.OPEN).order_by("position"):
        assert task.due is not None
        for step in steps_on(task.due, today, days, patience):
            if (task.pk, step.value, task.due) in taken:
                continue
            Urging.objects.create(task=task, step=step, due=task.due, at=clock.now())
            enter(
                plan,
                f"step_{step.value}",
                {"due": task.due.isoformat(), "days_late": days_late(task.due, today, days)},
                task=task,
                role="platform",
            )
            count += 1
    return count
