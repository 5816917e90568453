"""A case's clock as people read it: by when, why that day, and how it stands today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongban.cases.deadlines import Day, Limit, TimeState, Unit, days_of, time_state
from tongban.cases.lifecycle import FINAL, WAITING_FOR_APPLICANT
from tongban.cases.models import Case
from tongban.cases.records import pauses_of
from tongban.directory.api import workdays
from tongban.kernel import clock


@dataclass(frozen=True)
class ClockView:
    """The legal clock of one case. `days` explains each day up to the due one."""

    started_on: date | None
    limit: Limit | None
    due_on: date | None
    provisional: bool
    standing: bool
    state: TimeState
    days_left: int | None  # working days after today up to the due day; negative when late
    days: tuple[Day, ...]


def clock_of(case: Case) -> ClockView:
    """The clock of a case, each day explained. Empty before acceptance or without a limit."""
    limit = Limit(case.limit_days, Unit(case.limit_unit)) if case.limit_days is not None else None
    standing = case.state in WAITING_FOR_APPLICANT
    calendar = workdays()
    days: tuple[Day, ...] = ()
    started = clock.local_date(case.accepted_at) if case.accepted_at else None
    if started and limit and not standing:
        days = tuple(days_of(started, limit, calendar, pauses_of(case)) or ())
    today = clock.today()
    return ClockView(
        started_on=started,
        limit=limit,
        due_on=case.due_on,
        provisional=case.due_provisional,
        standing=standing,
        state=TimeState.NONE
        if case.state in FINAL
        else time_state(case.due_on, today, calendar, standing=standing),
        days_left=calendar.count(today, case.due_on) if case.due_on else None,
        days=days,
    )
