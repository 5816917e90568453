"""Where a task stands in time: always worked out from dates and events, never typed. Pure.

A task is late from the first working day after its due date. What counts is the day its unit
claimed it done, once the programme office has confirmed it; a claim that was sent back counts for
nothing, so the clock runs on as if it had not been made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tongban.kernel.workdays import Workdays


class TimeState(StrEnum):
    """Exactly one applies to a task on a day."""

    NOT_STARTED = "not_started"
    NO_DATE = "no_date"  # begun, without a due date
    ON_TRACK = "on_track"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    VERY_OVERDUE = "very_overdue"
    DONE_IN_TIME = "done_in_time"
    DONE_LATE = "done_late"
    DONE = "done"  # without a due date, neither in time nor late
    DROPPED = "dropped"


# The worst first: what a roll-up shows, and what a list is sorted by.
BY_URGENCY: Sequence[TimeState] = (
    TimeState.VERY_OVERDUE,
    TimeState.OVERDUE,
    TimeState.DUE_SOON,
    TimeState.ON_TRACK,
    TimeState.NO_DATE,
    TimeState.NOT_STARTED,
    TimeState.DONE_LATE,
    TimeState.DONE_IN_TIME,
    TimeState.DONE,
    TimeState.DROPPED,
)
OPEN = frozenset(
    {
        TimeState.NOT_STARTED,
        TimeState.NO_DATE,
        TimeState.ON_TRACK,
        TimeState.DUE_SOON,
        TimeState.OVERDUE,
        TimeState.VERY_OVERDUE,
    }
)


@dataclass(frozen=True)
class Schedule:
    """What a task's place in time is worked out from."""

    start: date | None
    due: date | None
    claimed_on: date | None = None  # the claim that stands, if any
    closed_on: date | None = None
    dropped: bool = False

    def __post_init__(self) -> None:
        if self.start and self.due and self.due < self.start:
            raise ValueError("a task is not due before it starts")


@dataclass(frozen=True)
class Patience:
    """A list's rules: working days before the due date that are "soon", after it "very" late."""

    soon: int = 10
    very: int = 20


def time_state(
    schedule: Schedule, today: date, days: Workdays, patience: Patience = Patience()
) -> TimeState:
    """Where the task stands on `today`."""
    if schedule.dropped:
        return TimeState.DROPPED
    if schedule.closed_on is not None:
        if schedule.due is None:
            return TimeState.DONE
        done_on = schedule.claimed_on or schedule.closed_on
        return TimeState.DONE_IN_TIME if done_on <= schedule.due else TimeState.DONE_LATE
    # While the public looks at the evidence, the clock stands at the day of the claim.
    at = min(schedule.claimed_on, today) if schedule.claimed_on else today
    if schedule.start is not None and at < schedule.start:
        return TimeState.NOT_STARTED
    if schedule.due is None:
        return TimeState.NO_DATE
    late = days_late(schedule.due, at, days)
    if late > patience.very:
        return TimeState.VERY_OVERDUE
    if late > 0 or at > schedule.due:
        return TimeState.OVERDUE
    if days.count(at, schedule.due) <= patience.soon:
        return TimeState.DUE_SOON
    return TimeState.ON_TRACK


def days_late(due: date, on: date, days: Workdays) -> int:
    """Working days after the due date up to and with `on`; 0 if it is not late."""
    return max(0, days.count(due, on)) if on > due else 0


def slip(first_due: date | None, due: date | None) -> int:
    """Calendar days by which a due date has moved since it was published; negative: brought
    forward. 0 without dates."""
    return (due - first_due).days if first_due and due else 0


def loosens(above: date | None, below: date | None) -> bool:
    """Whether a task taken over from another list is due later than there, or never."""
    return above is not None and (below is None or below > above)


def after_workdays(start: date, count: int, days: Workdays) -> date:
    """The `count`-th working day after `start`: when a window closes, when an answer is due."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= days.is_workday(day)
    return day


def moved(day: date, count: int, days: Workdays) -> date:
    """The day so many working days later; earlier for a negative count."""
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left > 0:
        day += step
        left -= days.is_workday(day)
    return day
