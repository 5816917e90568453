"""The legal clock against laws that any right clock keeps, on real calendars 2004-2026."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
import pytest
from chinese_calendar import constants
from hypothesis import given
from hypothesis import strategies as st

from tongban.cases.deadlines import (
    SOON,
    Limit,
    Pause,
    TimeState,
    Unit,
    Why,
    course,
    days_of,
    due_date,
    soon_until,
    time_state,
)
from tongban.kernel.workdays import Workdays

FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)


@lru_cache
def china() -> Workdays:
    return Workdays(
        holidays=frozenset(day for day in constants.holidays if day <= LAST),
        makeup_days=frozenset(day for day in constants.workdays if day <= LAST),
        covered=(FIRST, LAST),
    )


days = st.dates(FIRST, date(2026, 6, 30))
limits = st.builds(Limit, st.integers(0, 60), st.sampled_from(Unit))
working = st.builds(Limit, st.integers(1, 60), st.just(Unit.WORKING_DAYS))


@st.composite
def starts_and_pauses(draw: st.DrawFn) -> tuple[date, list[Pause]]:
    start = draw(st.dates(FIRST, date(2025, 12, 31)))
    pauses: list[Pause] = []
    day = start
    for _ in range(draw(st.integers(0, 3))):
        asked = day + timedelta(days=draw(st.integers(0, 10)))
        answered = asked + timedelta(days=draw(st.integers(0, 30)))
        pauses.append(Pause(asked, answered))
        day = answered
    return start, pauses


@given(days)
def test_a_calendar_agrees_with_the_officially_published_days(day: date) -> None:
    assert china().is_workday(day) == chinese_calendar.is_workday(day)


@given(days, limits)
def test_the_due_day_is_worked_and_not_before_the_start(start: date, limit: Limit) -> None:
    due = due_date(start, limit, china())
    assert due is not None
    assert china().is_workday(due.day)
    assert due.day >= start
    assert due.day > start or limit.days == 0


@given(days, working)
def test_working_days_are_counted_exactly(start: date, limit: Limit) -> None:
    due = due_date(start, limit, china())
    assert due is not None
    counted = sum(
        chinese_calendar.is_workday(start + timedelta(days=n))
        for n in range(1, (due.day - start).days + 1)
    )
    assert counted == limit.days


@given(days, st.integers(1, 90))
def test_calendar_days_end_on_the_day_or_the_next_worked_one(start: date, count: int) -> None:
    due = due_date(start, Limit(count, Unit.CALENDAR_DAYS), china())
    assert due is not None
    nominal = start + timedelta(days=count)
    assert due.day == china().next_workday(nominal)


@given(starts_and_pauses(), limits)
def test_a_pause_never_makes_a_case_due_earlier(
    case: tuple[date, list[Pause]], limit: Limit
) -> None:
    start, pauses = case
    plain, paused = due_date(start, limit, china()), due_date(start, limit, china(), pauses)
    assert plain is not None
    assert paused is not None
    assert paused.day >= plain.day


@given(starts_and_pauses(), working)
def test_paused_days_are_not_counted_and_all_others_are(
    case: tuple[date, list[Pause]], limit: Limit
) -> None:
    start, pauses = case
    due = due_date(start, limit, china(), pauses)
    assert due is not None
    counted = [
        day
        for n in range(1, (due.day - start).days + 1)
        if china().is_workday(day := start + timedelta(days=n))
        and not any(pause.covers(day) for pause in pauses)
    ]
    assert len(counted) == limit.days
    assert counted[-1] == due.day


@given(starts_and_pauses(), limits)
def test_every_day_up_to_the_due_day_is_explained_once(
    case: tuple[date, list[Pause]], limit: Limit
) -> None:
    start, pauses = case
    explained = days_of(start, limit, china(), pauses)
    assert explained is not None
    first = start if limit.days == 0 else start + timedelta(days=1)
    assert [day.date for day in explained] == [
        first + timedelta(days=n) for n in range(len(explained))
    ]
    numbers = [day.number for day in explained if day.number is not None]
    assert numbers == ([0] if limit.days == 0 else list(range(1, limit.days + 1)))
    assert explained[-1].date == due_date(start, limit, china(), pauses).day  # type: ignore[union-attr]


@given(days, limits)
def test_an_open_pause_stops_the_clock(start: date, limit: Limit) -> None:
    assert due_date(start, limit, china(), [Pause(start, None)]) is None


@given(days, working)
def test_a_longer_limit_is_never_due_earlier(start: date, limit: Limit) -> None:
    longer = Limit(limit.days + 1, limit.unit)
    due, later = due_date(start, limit, china()), due_date(start, longer, china())
    assert due is not None
    assert later is not None
    assert later.day > due.day


def test_past_the_published_calendar_the_clock_says_so() -> None:
    sure = due_date(date(2026, 12, 1), Limit(10), china())
    guess = due_date(date(2026, 12, 25), Limit(10), china())
    assert sure is not None
    assert not sure.provisional
    assert guess is not None
    assert guess.provisional
    begun_before = due_date(date(2003, 12, 25), Limit(10), china())
    assert begun_before is not None
    assert begun_before.day > FIRST
    assert begun_before.provisional


def test_a_holiday_published_late_moves_the_deadline() -> None:
    start = date(2027, 1, 25)
    before = due_date(start, Limit(10), china())
    spring = frozenset(date(2027, 2, 5) + timedelta(days=n) for n in range(7))
    published = Workdays(
        china().holidays | spring, china().makeup_days, (FIRST, date(2027, 12, 31))
    )
    after = due_date(start, Limit(10), published)
    assert before is not None
    assert after is not None
    assert (before.day, before.provisional) == (date(2027, 2, 8), True)
    assert (after.day, after.provisional) == (date(2027, 2, 15), False)


def test_national_day_2025_with_its_make_up_days() -> None:
    # 28 September and 11 October were worked; 1 to 8 October were not.
    assert due_date(date(2025, 9, 26), Limit(5), china()).day == date(2025, 10, 10)  # type: ignore[union-attr]
    counted = days_of(date(2025, 9, 26), Limit(5), china())
    assert counted is not None
    assert [day.date.day for day in counted if day.makeup] == [28]
    assert sum(day.why is Why.HOLIDAY for day in counted) == 8


def test_a_same_day_answer_on_a_day_off_is_due_on_the_next_worked_day() -> None:
    assert due_date(date(2026, 11, 20), Limit(0), china()).day == date(2026, 11, 20)  # type: ignore[union-attr]
    assert due_date(date(2026, 11, 21), Limit(0), china()).day == date(2026, 11, 23)  # type: ignore[union-attr]


def test_a_supplement_answered_the_same_day_costs_nothing() -> None:
    start, day = date(2026, 11, 2), date(2026, 11, 4)
    assert due_date(start, Limit(5), china(), [Pause(day, day)]) == due_date(
        start, Limit(5), china()
    )


def test_a_same_day_answer_waits_for_the_applicant() -> None:
    sent, answered = date(2026, 11, 19), date(2026, 11, 24)
    assert due_date(sent, Limit(0), china(), [Pause(sent, answered)]).day == answered  # type: ignore[union-attr]


def test_the_course_of_a_case_is_one_stage_after_the_other() -> None:
    ahead = course(date(2026, 11, 2), Limit(5), Limit(20, Unit.CALENDAR_DAYS), china())
    assert ahead.acceptance.day == date(2026, 11, 9)
    assert ahead.decision is not None
    assert ahead.decision.day == date(2026, 11, 30)  # the 29th is a Sunday
    assert ahead.delivery is not None
    assert ahead.delivery.day == date(2026, 12, 14)  # ten working days, §44
    unlimited = course(date(2026, 11, 2), Limit(5), None, china())
    assert (unlimited.decision, unlimited.delivery) == (None, None)


@pytest.mark.parametrize(
    ("due", "state"),
    [(20, TimeState.DUE_TODAY), (23, TimeState.DUE_SOON), (24, TimeState.DUE_SOON),
     (25, TimeState.ON_TRACK)],
)  # fmt: skip
def test_soon_is_two_working_days(due: int, state: TimeState) -> None:
    friday = date(2026, 11, 20)
    assert time_state(date(2026, 11, due), friday, china(), standing=False) is state


@given(days, st.integers(-30, 30))
def test_urgency_follows_the_calendar(today: date, ahead: int) -> None:
    due = today + timedelta(days=ahead)
    state = time_state(due, today, china(), standing=False)
    soon = soon_until(today, china())
    assert (state is TimeState.OVERDUE) == (due < today)
    assert (state is TimeState.DUE_TODAY) == (due == today)
    assert (state is TimeState.DUE_SOON) == (today < due <= soon)
    assert china().count(today, soon) == SOON


def test_standing_and_limitless_clocks() -> None:
    today = date(2026, 11, 22)
    assert time_state(None, today, china(), standing=True) is TimeState.STANDING
    assert time_state(None, today, china(), standing=False) is TimeState.NONE


def test_limits_and_pauses_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="negative"):
        Limit(-1)
    with pytest.raises(ValueError, match="before it starts"):
        Pause(date(2026, 1, 2), date(2026, 1, 1))
