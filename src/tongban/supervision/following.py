"""Who wants to hear of what."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from tongban.directory.api import region
from tongban.identity.api import Resident
from tongban.kernel import clock
from tongban.supervision.models import CoUnit, Follow, Plan, Task

KINDS = ("plan", "task", "unit", "region")


@transaction.atomic
def follow(kind: str, key: int | str, *, by: Resident) -> None:
    """Follow a list, a task, a unit (agency) or a region. Doing it twice is doing it once."""
    if kind not in KINDS:
        raise ValueError(kind)
    Follow.objects.get_or_create(
        account_id=by.account_id, **{f"{kind}_id": key}, defaults={"at": clock.now()}
    )


def unfollow(kind: str, key: int | str, *, by: Resident) -> None:
    """Stop following."""
    if kind not in KINDS:
        raise ValueError(kind)
    Follow.objects.filter(account_id=by.account_id, **{f"{kind}_id": key}).delete()


def follows(kind: str, key: int | str, *, by: Resident) -> bool:
    """Whether the person follows it."""
    return Follow.objects.filter(account_id=by.account_id, **{f"{kind}_id": key}).exists()


def followed(by: Resident) -> list[Follow]:
    """What a person follows, newest first."""
    rows = Follow.objects.filter(account_id=by.account_id).select_related(
        "plan", "task__plan", "unit", "region"
    )
    return list(rows.order_by("-at", "-pk"))


def followers(plan: Plan, tasks: Iterable[Task]) -> set[int]:
    """The accounts that follow a list, any of its tasks named, the units that lead them or share in
    them, or a region above."""
    tasks = list(tasks)
    path = region(plan.region_id).path
    above = [code for code in path.split("/") if code]
    shares = CoUnit.objects.filter(task__in=[task.pk for task in tasks], agency__isnull=False)
    units = {task.lead_id for task in tasks if task.lead_id}
    units |= set(shares.values_list("agency_id", flat=True))
    found = Follow.objects.filter(
        Q(plan=plan)
        | Q(task__in=[task.pk for task in tasks])
        | Q(unit__in=units)
        | Q(region__in=above)
    )
    return set(found.values_list("account_id", flat=True))
