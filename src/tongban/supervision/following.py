"""Who wants to hear of what."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from tongban.directory.api import region
from tongban.identity.api import Resident
from tongban.kernel import clock
from tongban.supervision.models import CoUnit, Follow, Plan, Task
from tongban.supervision.rollups import unit_of_task

# What can be followed, and the column that says which. "named" is a unit that is only a name.
KINDS = {
    "plan": "plan_id",
    "task": "task_id",
    "unit": "unit_id",
    "region": "region_id",
    "named": "named",
}


@transaction.atomic
def follow(kind: str, key: int | str, *, by: Resident) -> None:
    """Follow a list, a task, a unit (an agency, or a name) or a region. Doing it twice is doing it
    once. Raises KeyError for any other kind."""
    Follow.objects.get_or_create(
        account_id=by.account_id, **{KINDS[kind]: key}, defaults={"at": clock.now()}
    )


def unfollow(kind: str, key: int | str, *, by: Resident) -> None:
    """Stop following."""
    Follow.objects.filter(account_id=by.account_id, **{KINDS[kind]: key}).delete()


def follows(kind: str, key: int | str, *, by: Resident) -> bool:
    """Whether the person follows it."""
    return Follow.objects.filter(account_id=by.account_id, **{KINDS[kind]: key}).exists()


def followed(by: Resident) -> list[Follow]:
    """What a person follows, newest first."""
    rows = Follow.objects.filter(account_id=by.account_id).select_related(
        "plan", "task__plan", "unit", "region"
    )
    return list(rows.order_by("-at", "-pk"))


def followers(plan: Plan, tasks: Iterable[Task]) -> set[int]:
    """The accounts that follow a list, any of its tasks named, the units that lead them or share in
    them, or a region above. A unit that is only a name is heard of where it leads."""
    tasks = list(tasks)
    path = region(plan.region_id).path
    above = [code for code in path.split("/") if code]
    shares = CoUnit.objects.filter(task__in=[task.pk for task in tasks], agency__isnull=False)
    units = {task.lead_id for task in tasks if task.lead_id}
    units |= set(shares.values_list("agency_id", flat=True))
    names = {unit_of_task(task).key for task in tasks if task.lead_id is None}
    found = Follow.objects.filter(
        Q(plan=plan)
        | Q(task__in=[task.pk for task in tasks])
        | Q(unit__in=units)
        | Q(named__in=names - {""})
        | Q(region__in=above)
    )
    return set(found.values_list("account_id", flat=True))
