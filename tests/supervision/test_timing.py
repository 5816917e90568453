"""Time states follow from dates alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.kernel.workdays import Workdays
from tongban.supervision.timing import (
    OPEN,
    Patience,
    Schedule,
    TimeState,
    after_workdays,
    days_late,
    loosens,
    slip,
    time_state,
)

DAYS = Workdays(holidays=frozenset({date(2027, 10, 1), date(2027, 10, 4), date(2027, 10, 5)}))
DATES = st.dates(date(2027, 1, 1), date(2028, 12, 31))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    start = draw(st.none() | DATES)
    due = draw(st.none() | DATES)
    if start and due and due < start:
        start, due = due, start
    claimed = draw(st.none() | DATES)
    closed = draw(st.none() | DATES) if claimed else None
    return Schedule(start, due, claimed, max(closed, claimed) if closed and claimed else None)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2027, 8, 31), TimeState.NOT_STARTED),
        (date(2027, 9, 1), TimeState.ON_TRACK),
        (date(2027, 9, 15), TimeState.ON_TRACK),  # 11 working days left
        (date(2027, 9, 16), TimeState.DUE_SOON),  # 10 left
        (date(2027, 9, 30), TimeState.DUE_SOON),  # the day itself
        (date(2027, 10, 1), TimeState.OVERDUE),  # a holiday, but past the day
        (date(2027, 11, 2), TimeState.OVERDUE),  # 20 working days late
        (date(2027, 11, 3), TimeState.VERY_OVERDUE),
    ],
)
def test_a_task_ages(today: date, state: TimeState) -> None:
    schedule = Schedule(date(2027, 9, 1), date(2027, 9, 30))
    assert time_state(schedule, today, DAYS) is state


def test_what_was_claimed_in_time_is_not_late_while_it_is_looked_at() -> None:
    claimed = Schedule(None, date(2027, 9, 30), claimed_on=date(2027, 9, 28))
    assert time_state(claimed, date(2027, 12, 1), DAYS) is TimeState.DUE_SOON
    sent_back = Schedule(None, date(2027, 9, 30))
    assert time_state(sent_back, date(2027, 12, 1), DAYS) is TimeState.VERY_OVERDUE


def test_done_is_judged_by_the_day_of_the_claim() -> None:
    due, closed = date(2027, 9, 30), date(2027, 10, 20)
    in_time = Schedule(None, due, claimed_on=due, closed_on=closed)
    late = Schedule(None, due, claimed_on=due + timedelta(days=1), closed_on=closed)
    assert time_state(in_time, closed, DAYS) is TimeState.DONE_IN_TIME
    assert time_state(late, closed, DAYS) is TimeState.DONE_LATE
    assert time_state(Schedule(None, None, due, closed), closed, DAYS) is TimeState.DONE


@given(schedules(), DATES)
def test_closed_and_open_never_mix(schedule: Schedule, today: date) -> None:
    assert (time_state(schedule, today, DAYS) in OPEN) == (schedule.closed_on is None)


@given(schedules(), DATES, st.integers(0, 400))
def test_an_open_task_only_ages(schedule: Schedule, today: date, more: int) -> None:
    order = [
        TimeState.NOT_STARTED,
        TimeState.NO_DATE,
        TimeState.ON_TRACK,
        TimeState.DUE_SOON,
        TimeState.OVERDUE,
        TimeState.VERY_OVERDUE,
    ]
    if schedule.closed_on is None:
        now = time_state(schedule, today, DAYS)
        later = time_state(schedule, today + timedelta(days=more), DAYS)
        assert order.index(now) <= order.index(later)


@given(DATES, st.integers(0, 30))
def test_windows_close_on_working_days(start: date, count: int) -> None:
    end = after_workdays(start, count, DAYS)
    assert DAYS.count(start, end) == count
    assert end == start or DAYS.is_workday(end)


@given(DATES, st.integers(0, 60))
def test_late_is_counted_in_working_days(due: date, later: int) -> None:
    on = due + timedelta(days=later)
    assert days_late(due, on, DAYS) == sum(
        DAYS.is_workday(due + timedelta(days=n)) for n in range(1, later + 1)
    )


def test_slips_and_loosening() -> None:
    first, later = date(2027, 9, 30), date(2027, 12, 31)
    assert slip(first, later) == 92
    assert slip(later, first) == -92
    assert slip(None, later) == 0
    assert loosens(first, later)
    assert loosens(first, None)
    assert not loosens(first, first)
    assert not loosens(None, later)


def test_a_list_may_be_more_patient() -> None:
    schedule = Schedule(None, date(2027, 9, 30))
    assert time_state(schedule, date(2027, 9, 1), DAYS, Patience(soon=40)) is TimeState.DUE_SOON


def test_a_due_date_before_its_start_is_refused() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Schedule(date(2027, 9, 30), date(2027, 9, 1))
