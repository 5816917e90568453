"""When a calendar changes, the deadlines of running cases move with it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from tongban.cases.lifecycle import STAGE_OF, State
from tongban.cases.models import NO_DAY, Case, Stage
from tongban.cases.records import set_clock, stage_due, write_event
from tongban.kernel.workdays import Workdays

BATCH = 500


def on_calendar_changed(payload: dict[str, Any]) -> None:
    """Listener of `calendar.changed`."""
    recalculate(date.fromisoformat(payload["since"]))


def recalculate(since: date = date.min) -> int:
    """Derive the running deadlines from `since` on anew; how many cases moved, each with an event.

    Works in batches, each a transaction, so that millions of cases do not stand locked. Clocks that
    stand are derived when they run again.
    """
    moved = 0
    last = None
    while True:
        with transaction.atomic():
            cases = _running(since)
            if last is not None:
                cases = cases.filter(id__gt=last)
            batch = list(
                cases.select_for_update(of=("self",)).select_related("guide_version", "offering")[
                    :BATCH
                ]
            )
            for case in batch:
                moved += _again(case)
        if len(batch) < BATCH:
            return moved
        last = batch[-1].pk


def would_move(calendar: Workdays, since: date = date.min) -> int:
    """How many cases `recalculate` would move if `calendar` came into force; changes nothing.

    Three queries for every BATCH cases.
    """
    moving = 0
    cases = (
        _running(since)
        .select_related("guide_version")
        .defer("guide_version__content")
        .annotate(last_sent=Max("submissions__made_at"))
        .prefetch_related("pauses", "stages")
    )
    for case in cases.iterator(chunk_size=BATCH):
        before = case.due_on
        set_clock(case, calendar)
        moved = case.due_on != before
        kind = STAGE_OF[State(case.state)]
        for stage in case.stages.all():
            if stage.closed_at is None and kind is not None:
                moved |= stage_due(case, kind, calendar, case.last_sent) != stage.due_on
        moving += moved
    return moving


def _running(since: date) -> QuerySet[Case]:
    """Cases with a deadline on `since` or later, in the order of their ids."""
    running = Stage.objects.filter(
        case=OuterRef("pk"), closed_at__isnull=True, sort_day__gte=since, sort_day__lt=NO_DAY
    )
    return Case.objects.filter(Exists(running)).order_by("id")


def _again(case: Case) -> bool:
    before = (case.due_on, case.due_provisional)
    set_clock(case)
    changed = case.due_on != before[0]
    if (case.due_on, case.due_provisional) != before:
        case.save(update_fields=["due_on", "due_provisional"])
    for stage in case.stages.filter(closed_at__isnull=True):
        kind = STAGE_OF[State(case.state)]
        due = stage_due(case, kind) if kind else None
        if due != stage.due_on:
            stage.due_on, stage.sort_day = due, due or NO_DAY
            stage.save(update_fields=["due_on", "sort_day"])
            changed = True
    if changed:
        write_event(
            case,
            "recalculate",
            by=None,
            actor="system",
            data={"from": before[0].isoformat() if before[0] else None},
        )
    return changed
