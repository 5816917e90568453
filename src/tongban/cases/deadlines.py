"""The legal clock. Pure: deadlines are derived from start, limit, pauses and calendar.

Rules, after the Administrative Licensing Law (行政许可法 §32, §42, §44, §45) and the Civil Code
(民法典 §201, §203):

- The day something starts is not counted; counting begins the day after.
- Limits of the law on licences are working days on the official calendar, make-up days included.
- A limit in calendar days that ends on a day off ends on the next working day.
- Days spent waiting for the applicant do not count: from the day after a supplement was asked for
  up to the day it arrived.
- A limit of 0 means the same day (即办), or the next working day if that day is off.

A clock that runs past what the calendar's authority has published says so: `provisional`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tongban.kernel.workdays import Workdays


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


@dataclass(frozen=True)
class Limit:
    """How many days, of which kind."""

    days: int
    unit: Unit = Unit.WORKING_DAYS

    def __post_init__(self) -> None:
        if self.days < 0:
            raise ValueError("a limit is not negative")


# 行政许可法 §44: a decision is delivered within 10 working days.
DELIVERY_LIMIT = Limit(10)


@dataclass(frozen=True)
class Pause:
    """The clock stood from the day after `asked` up to and with `answered` (None: still stands)."""

    asked: date
    answered: date | None

    def __post_init__(self) -> None:
        if self.answered is not None and self.answered < self.asked:
            raise ValueError("a pause does not end before it starts")

    def covers(self, day: date) -> bool:
        return self.asked < day and (self.answered is None or day <= self.answered)


@dataclass(frozen=True)
class Due:
    """The last day in time, and whether an unpublished calendar may still move it."""

    day: date
    provisional: bool


class Why(StrEnum):
    """Why a day counts or not."""

    COUNTED = "counted"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSED = "paused"
    MOVED = "moved"  # the limit ended on a day off, so it ends on the next working day


@dataclass(frozen=True)
class Day:
    """One day of a clock: its number if it counts, and why it does or not."""

    date: date
    number: int | None
    why: Why
    makeup: bool = False
    known: bool = True


def days_of(
    start: date, limit: Limit, calendar: Workdays, pauses: Sequence[Pause] = ()
) -> list[Day] | None:
    """Every day from the day after `start` to the due day, each explained; None if a pause is open.

    The last entry is the due day. A limit of 0 gives one entry.
    """
    open_pauses = [pause for pause in pauses if pause.answered is None]
    if open_pauses:
        return None
    days: list[Day] = []
    number = 0
    if limit.days == 0:
        for day in _from(start):
            # Waiting for the applicant moves even a same-day answer to the day they answered.
            if any(pause.asked <= day < _answered(pause) for pause in pauses):
                days.append(_off(day, Why.PAUSED, calendar))
            elif calendar.is_workday(day):
                return [*days, _counted(day, 0, calendar)]
            else:
                days.append(_off(day, _off_reason(day, calendar), calendar))
    for day in calendar.days_after(start):
        if any(pause.covers(day) for pause in pauses):
            days.append(_off(day, Why.PAUSED, calendar))
        elif number == limit.days:  # calendar days ran out on a day off
            moved = calendar.is_workday(day)
            days.append(_off(day, Why.MOVED if moved else _off_reason(day, calendar), calendar))
            if moved:
                return days
        elif limit.unit is Unit.CALENDAR_DAYS or calendar.is_workday(day):
            number += 1
            days.append(_counted(day, number, calendar))
            if number == limit.days and calendar.is_workday(day):
                return days
        else:
            days.append(_off(day, _off_reason(day, calendar), calendar))
    raise AssertionError("days_after has no end")


def due_date(
    start: date, limit: Limit, calendar: Workdays, pauses: Sequence[Pause] = ()
) -> Due | None:
    """The last day in time; None while the clock stands.

    `start` is the day of the act that starts the clock. Provisional if any day from `start` to the
    due day lies outside the calendar's published range.
    """
    days = days_of(start, limit, calendar, pauses)
    if days is None:
        return None
    last = days[-1].date
    return Due(last, provisional=not (calendar.is_known(start) and calendar.is_known(last)))


@dataclass(frozen=True)
class Course:
    """The last days by which a case passes its stages if nothing is missing; None: no limit."""

    acceptance: Due
    decision: Due | None
    delivery: Due | None


def course(sent: date, acceptance: Limit, decision: Limit | None, calendar: Workdays) -> Course:
    """What lies before an application sent on that day, each stage taking all its time."""
    accepted = _due(sent, acceptance, calendar)
    decided = _due(accepted.day, decision, calendar) if decision else None
    delivered = _due(decided.day, DELIVERY_LIMIT, calendar) if decided else None
    return Course(accepted, decided, delivered)


def _due(start: date, limit: Limit, calendar: Workdays) -> Due:
    due = due_date(start, limit, calendar)
    assert due is not None  # without pauses the clock always runs
    return due


class TimeState(StrEnum):
    """Where a running deadline stands today. Derived, never stored."""

    ON_TRACK = "on_track"
    DUE_SOON = "due_soon"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    STANDING = "standing"  # the clock stands
    NONE = "none"  # no limit


# "Soon" is this many working days or fewer.
SOON = 2


def time_state(due: date | None, today: date, calendar: Workdays, *, standing: bool) -> TimeState:
    """How urgent a deadline is on `today`."""
    if standing:
        return TimeState.STANDING
    if due is None:
        return TimeState.NONE
    if due < today:
        return TimeState.OVERDUE
    if due == today:
        return TimeState.DUE_TODAY
    return TimeState.DUE_SOON if calendar.count(today, due) <= SOON else TimeState.ON_TRACK


def soon_until(today: date, calendar: Workdays) -> date:
    """The last day that is still "due soon" as seen from `today`."""
    day = today
    for day in calendar.days_after(today):
        if calendar.count(today, day) > SOON:
            return day - timedelta(days=1)
    return day


def _from(start: date) -> Iterable[date]:
    day = start
    while True:
        yield day
        day += timedelta(days=1)


def _answered(pause: Pause) -> date:
    return pause.answered or date.max


def _counted(day: date, number: int, calendar: Workdays) -> Day:
    return Day(day, number, Why.COUNTED, day in calendar.makeup_days, calendar.is_known(day))


def _off(day: date, why: Why, calendar: Workdays) -> Day:
    return Day(day, None, why, day in calendar.makeup_days, calendar.is_known(day))


def _off_reason(day: date, calendar: Workdays) -> Why:
    return Why.HOLIDAY if day in calendar.holidays else Why.WEEKEND
