"""Calendars: seeded, edited, remembered no longer than they hold."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories import make_calendar
from tongban.directory import china
from tongban.directory.api import (
    NoSuchCalendar,
    SpecialDay,
    calendar_coverage,
    day_names,
    extend_coverage,
    remove_day,
    seed_calendar,
    set_day,
    special_days,
    workdays,
)
from tongban.directory.models import CalendarDay
from tongban.kernel import announcements
from tongban.kernel.errors import Refused

pytestmark = pytest.mark.django_db

NATIONAL_DAY = date(2026, 10, 1)
MADE_UP = date(2026, 10, 10)


def listener(payload: dict[str, Any]) -> None:
    """Named in the jobs that announcing makes."""


@pytest.fixture
def told() -> Iterator[CaptureQueriesContext]:
    """Queries of a test with somebody listening; `announced` finds the jobs in the database."""
    before = dict(announcements._listeners)
    announcements.subscribe({"calendar.changed": [listener]})
    yield CaptureQueriesContext(connection)
    announcements._listeners.clear()
    announcements._listeners.update(before)


def announced() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs ORDER BY id")
        rows = [json.loads(row[0]) for row in cursor.fetchall()]
    return [row["payload"] for row in rows if row.get("announcement") == "calendar.changed"]


def test_seeding_knows_holidays_and_make_up_days_and_how_far_it_reaches() -> None:
    call_command("seed_calendar")
    known = workdays()
    assert not known.is_workday(NATIONAL_DAY)
    assert known.is_workday(MADE_UP)
    assert MADE_UP.weekday() == 5
    assert known.is_known(date(2026, 12, 31))
    assert not known.is_known(date(2027, 1, 1))
    assert day_names([NATIONAL_DAY, date(2026, 11, 3)]).keys() == {NATIONAL_DAY}
    assert calendar_coverage().first == date(2004, 1, 1)
    assert seed_calendar() == 0


def test_no_make_up_day_falls_on_an_ordinary_working_day() -> None:
    seed_calendar()
    made_up = CalendarDay.objects.filter(kind="makeup").values_list("date", flat=True)
    assert {day.weekday() for day in made_up} == {5, 6}


@pytest.mark.shared_data
def test_the_calendar_agrees_with_the_published_one_on_every_day(shared_data: Path) -> None:
    seed_calendar()
    known = workdays()
    with (shared_data / "cn_calendar" / "cn_holidays_2004_2026.csv").open(newline="") as lines:
        rows = [(date.fromisoformat(r["date"]), r["type"]) for r in csv.DictReader(lines)]
    off = {day for day, kind in rows if kind in ("holiday", "in_lieu_day")}
    worked = {day for day, kind in rows if kind == "makeup_workday"}
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        expected = day in worked or (day.weekday() < 5 and day not in off)
        assert known.is_workday(day) is expected, day
        day += timedelta(days=1)


def test_an_editor_beats_the_library_when_it_is_seeded_again() -> None:
    seed_calendar()
    set_day("cn", SpecialDay(date(2026, 11, 3), "holiday", {"zh": "省运会"}, "省府令"))
    remove_day("cn", NATIONAL_DAY)
    assert seed_calendar() == 0
    assert not workdays().is_workday(date(2026, 11, 3))
    assert workdays().is_workday(NATIONAL_DAY)


def test_a_newer_library_adds_its_year(monkeypatch: pytest.MonkeyPatch) -> None:
    seed_calendar()
    later = {**china.constants.holidays, date(2027, 1, 1): "New Year's Day"}
    monkeypatch.setattr(china.constants, "holidays", later)
    assert seed_calendar() == 1
    assert calendar_coverage().last == date(2027, 12, 31)
    assert not workdays().is_workday(date(2027, 1, 1))


def test_every_edit_counts_from_the_next_call_on() -> None:
    make_calendar()
    day = date(2026, 11, 3)
    assert workdays().is_workday(day)
    set_day("cn", SpecialDay(day, "holiday", {"zh": "停课"}))
    assert not workdays().is_workday(day)
    remove_day("cn", day)
    assert workdays().is_workday(day)
    # By hand, past our functions: the trigger gives the calendar a new revision.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO directory_calendarday (calendar_id, date, kind, name, source)"
            " VALUES ('cn', %s, 'holiday', '{}', '')",
            [day],
        )
    assert not workdays().is_workday(day)
    extend_coverage("cn", date(2100, 12, 31))
    assert workdays().is_known(date(2100, 6, 1))


def test_an_edit_that_is_rolled_back_is_forgotten() -> None:
    make_calendar()
    day = date(2026, 11, 3)
    with transaction.atomic():
        set_day("cn", SpecialDay(day, "holiday", {}))
        assert not workdays().is_workday(day)
        transaction.set_rollback(True)
    assert workdays().is_workday(day)


def test_a_remembered_calendar_costs_one_small_query(told: CaptureQueriesContext) -> None:
    seed_calendar()
    workdays()
    with told as queries:
        workdays()
    assert len(queries) == 1


def test_edits_are_announced_with_the_first_day_that_changed(told: CaptureQueriesContext) -> None:
    make_calendar()
    day = SpecialDay(date(2026, 11, 3), "holiday", {"zh": "停课"})
    set_day("cn", day)
    set_day("cn", day)  # nothing new, nothing announced
    remove_day("cn", day.date)
    remove_day("cn", day.date)
    extend_coverage("cn", date(2101, 12, 31))
    assert announced() == [
        {"calendar": "cn", "since": "2026-11-03"},
        {"calendar": "cn", "since": "2026-11-03"},
        {"calendar": "cn", "since": "2099-12-31"},
    ]


def test_a_make_up_day_on_a_working_day_is_refused() -> None:
    make_calendar()
    with pytest.raises(Refused, match="makeup_on_weekday"):
        set_day("cn", SpecialDay(date(2026, 11, 3), "makeup", {}))
    assert special_days(date(2026, 1, 1), date(2026, 12, 31)) == []
    with pytest.raises(NoSuchCalendar):
        set_day("xx", SpecialDay(date(2026, 11, 3), "holiday", {}))
    with pytest.raises(NoSuchCalendar):
        workdays("xx")
