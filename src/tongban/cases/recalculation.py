"""When a calendar changes, the deadlines of running cases move with it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from tongban.cases.lifecycle import STAGE_OF, State
from tongban.cases.models import NO_DAY, Case
from tongban.cases.queries import open_states
from tongban.cases.records import set_clock, stage_due, write_event

BATCH = 500


def on_calendar_changed(payload: dict[str, Any]) -> None:
    """Listener of `calendar.changed`."""
    recalculate()


def recalculate() -> int:
    """Derive every running deadline anew; how many moved. Each that moves leaves an event.

    Works in batches, each a transaction, so that millions of cases do not stand locked.
    """
    moved = 0
    last = None
    while True:
        with transaction.atomic():
            cases = Case.objects.filter(state__in=open_states()).order_by("id")
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
