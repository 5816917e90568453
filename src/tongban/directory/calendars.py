"""Working-day calendars: an editable table, seeded from a library, read by every deadline.

The law's clock counts working days on the official calendar, with public holidays and the weekend
days worked in exchange for them (调休). The State Council publishes a year in the November before,
so the table reaches about a year ahead; beyond `covered_until` answers are guesses by weekday, and
say so (`Workdays.is_known`). A day published late moves running deadlines: every edit announces
`calendar.changed` with {"calendar", "since"}, the earliest day that changed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.directory.models import Calendar, CalendarDay
from tongban.kernel.announcements import announce
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized
from tongban.kernel.workdays import Workdays

CHINA = "cn"
DayKind = Literal["holiday", "makeup"]

_remembered: dict[str, tuple[uuid.UUID, Workdays]] = {}


class NoSuchCalendar(LookupError):
    """No calendar has that code."""


@dataclass(frozen=True)
class CalendarCoverage:
    """The first and last day the calendar's authority has published; None: nothing yet."""

    calendar: str
    first: date | None
    last: date | None
    holidays: int
    makeup_days: int


@dataclass(frozen=True)
class SpecialDay:
    """A day that departs from the weekend rule. `source`: what published it, in words."""

    date: date
    kind: DayKind
    name: Localized
    source: str = ""


def workdays(calendar: str = CHINA) -> Workdays:
    """The calendar's days, for arithmetic. Raises NoSuchCalendar.

    Built once per process and revision. Each call asks the database for the revision (one row by
    its key), so an edit in any process counts from the next call on; keep the result while
    working through a list of cases.
    """
    row = (
        Calendar.objects.filter(pk=calendar)
        .values_list("revision", "weekend", "covered_from", "covered_until")
        .first()
    )
    if row is None:
        raise NoSuchCalendar(calendar)
    revision, weekend, first, last = row
    known = _remembered.get(calendar)
    if known is not None and known[0] == revision:
        return known[1]
    days = list(CalendarDay.objects.filter(calendar=calendar).values_list("date", "kind"))
    built = Workdays(
        holidays=frozenset(day for day, kind in days if kind == CalendarDay.Kind.HOLIDAY),
        makeup_days=frozenset(day for day, kind in days if kind == CalendarDay.Kind.MAKEUP),
        covered=(first, last) if first and last else None,
        weekend=frozenset(weekend),
    )
    _remembered[calendar] = (revision, built)
    return built


def calendar_coverage(calendar: str = CHINA) -> CalendarCoverage:
    """How far the calendar reaches. Raises NoSuchCalendar."""
    known = workdays(calendar)
    first, last = known.covered or (None, None)
    return CalendarCoverage(calendar, first, last, len(known.holidays), len(known.makeup_days))


def special_days(first: date, last: date, calendar: str = CHINA) -> list[SpecialDay]:
    """The holidays and make-up days from `first` to `last`, in order."""
    rows = CalendarDay.objects.filter(calendar=calendar, date__range=(first, last))
    return [_special(row) for row in rows.order_by("date")]


def day_names(days: Iterable[date], calendar: str = CHINA) -> dict[date, SpecialDay]:
    """Those of the days that have a row, by date: to explain a deadline day by day."""
    rows = CalendarDay.objects.filter(calendar=calendar, date__in=set(days))
    return {row.date: _special(row) for row in rows}


def set_day(calendar: str, day: SpecialDay) -> None:
    """Make a day a holiday or a make-up day, or correct one. Raises NoSuchCalendar.

    Raises Refused where the day already is what it would become by the weekend rule alone: a
    make-up day on an ordinary working day is a slip of the pen.
    """
    with transaction.atomic():
        row = _locked(calendar)
        if day.kind == "makeup" and day.date.weekday() not in row.weekend:
            raise Refused(
                "calendar.makeup_on_weekday",
                _("That day is worked anyway. A make-up day falls on a weekend."),
                field="date",
            )
        columns = {"kind": day.kind, "name": dict(day.name), "source": day.source}
        found = CalendarDay.objects.filter(calendar=row, date=day.date).first()
        if found and all(getattr(found, name) == value for name, value in columns.items()):
            return
        CalendarDay.objects.update_or_create(calendar=row, date=day.date, defaults=columns)
        _changed(calendar, day.date)


def remove_day(calendar: str, day: date) -> None:
    """Give a day back to the weekend rule; nothing happens if it followed it already."""
    with transaction.atomic():
        _locked(calendar)
        deleted, _rows = CalendarDay.objects.filter(calendar_id=calendar, date=day).delete()
        if deleted:
            _changed(calendar, day)


def extend_coverage(calendar: str, last: date) -> None:
    """Say that the authority has published every day up to `last`. Raises NoSuchCalendar."""
    with transaction.atomic():
        row = _locked(calendar)
        before = row.covered_until
        if before == last:
            return
        row.covered_from = min(row.covered_from or last, last)
        row.covered_until = last
        row.revision = uuid.uuid4()
        row.save(update_fields=["covered_from", "covered_until", "revision"])
        _changed(calendar, min(before, last) if before else last)


def put_calendar(
    calendar: str,
    *,
    name: Localized,
    weekend: Iterable[int],
    days: Mapping[date, SpecialDay],
    covered: tuple[date, date],
    source: str,
) -> int:
    """Create a calendar or bring it up to date from a library; returns how many days changed.

    An editor's word beats the library's: of the days covered before, only rows that still name
    `source` are corrected; what an editor added, changed or removed stays. Coverage only grows.
    """
    with transaction.atomic():
        Calendar.objects.get_or_create(
            pk=calendar, defaults={"name": dict(name), "weekend": sorted(weekend)}
        )
        row = _locked(calendar)
        before = {known.date: known for known in row.days.all()}
        stale = {
            known.date: known
            for known in before.values()
            if known.source == source
            and covered[0] <= known.date <= covered[1]
            and days.get(known.date) != _special(known)
        }
        first, last = row.covered_from or covered[0], row.covered_until
        added = [
            CalendarDay(
                calendar=row, date=day.date, kind=day.kind, name=dict(day.name), source=day.source
            )
            for day in days.values()
            if day.date in stale
            or (day.date not in before and (last is None or not first <= day.date <= last))
        ]
        if stale:
            CalendarDay.objects.filter(pk__in=[known.pk for known in stale.values()]).delete()
        if added:
            CalendarDay.objects.bulk_create(added)
        moved = {day.date for day in added} | stale.keys()
        grown = (min(first, covered[0]), max(last or covered[1], covered[1]))
        if grown != (row.covered_from, last):
            moved.add(last or grown[0])
            row.covered_from, row.covered_until = grown
            row.revision = uuid.uuid4()
            row.save(update_fields=["covered_from", "covered_until", "revision"])
        if moved:
            _changed(calendar, min(moved))
        return len({day.date for day in added} | stale.keys())


def _locked(calendar: str) -> Calendar:
    row = Calendar.objects.select_for_update().filter(pk=calendar).first()
    if row is None:
        raise NoSuchCalendar(calendar)
    return row


def _changed(calendar: str, since: date) -> None:
    announce("calendar.changed", {"calendar": calendar, "since": since.isoformat()})


def _special(row: CalendarDay) -> SpecialDay:
    kind: DayKind = "makeup" if row.kind == CalendarDay.Kind.MAKEUP else "holiday"
    return SpecialDay(row.date, kind, row.name, row.source)
