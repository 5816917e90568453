"""Service centres, and when they are open.

Hours are local times of the installation by weekday. A centre keeps them on working days: it is
closed on a public holiday, and on a make-up day (调休) at a weekend it keeps the hours of the
weekday it is worked for, taken as its Monday's unless the weekend day has hours of its own. A
centre whose hours say "holidays": true keeps them every day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from tongban.directory.agencies import NoSuchAgency
from tongban.directory.calendars import CHINA, workdays
from tongban.directory.models import Agency, Centre, Region
from tongban.directory.regions import NoSuchRegion, subtree
from tongban.kernel import clock
from tongban.kernel.localized import Localized
from tongban.kernel.workdays import Workdays

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# How far `next_opening` looks: longer than any run of holidays, so None means "never open".
_HORIZON = 30


class NoSuchCentre(LookupError):
    """No centre has that code."""


@dataclass(frozen=True)
class Interval:
    """Open from one local time to another, on one day."""

    opens: time
    closes: time


@dataclass(frozen=True)
class CentreWindow:
    """A window or desk of a centre."""

    code: str
    name: Localized


@dataclass(frozen=True)
class CentreSummary:
    """A centre as other packages see it.

    `hours` has the seven days, Monday first; `access` says in words, by topic ("lift", "ramp",
    "sign_language", …), what helps; `always` means holidays make no difference.
    """

    code: str
    name: Localized
    region_code: str
    region_path: str
    address: Localized
    directions: Localized
    phone: str
    hours: tuple[tuple[Interval, ...], ...]
    always: bool
    access: Mapping[str, Localized]
    windows: tuple[CentreWindow, ...]
    agency_ids: frozenset[int]


@dataclass(frozen=True)
class CentreEntry:
    """A centre to register. `hours` as in the database: {"mon": [["09:00", "17:00"]]}."""

    code: str
    name: Localized
    region_code: str
    address: Localized
    directions: Localized = field(default_factory=dict)
    phone: str = ""
    hours: Mapping[str, object] = field(default_factory=dict)
    access: Mapping[str, Localized] = field(default_factory=dict)
    windows: tuple[CentreWindow, ...] = ()
    agency_codes: tuple[str, ...] = ()


@transaction.atomic
def register_centre(entry: CentreEntry) -> CentreSummary:
    """Add a centre or bring it up to date by its code.

    Raises NoSuchRegion, NoSuchAgency, and ValueError for hours that are none.
    """
    read_hours(entry.hours)
    if not Region.objects.filter(pk=entry.region_code).exists():
        raise NoSuchRegion(entry.region_code)
    agencies = list(Agency.objects.filter(code__in=entry.agency_codes))
    if missing := set(entry.agency_codes) - {row.code for row in agencies}:
        raise NoSuchAgency(", ".join(sorted(missing)))
    row, _created = Centre.objects.update_or_create(
        code=entry.code,
        defaults={
            "name": dict(entry.name),
            "region_id": entry.region_code,
            "address": dict(entry.address),
            "directions": dict(entry.directions),
            "phone": entry.phone,
            "hours": dict(entry.hours),
            "access": {topic: dict(text) for topic, text in entry.access.items()},
            "windows": [{"code": w.code, "name": dict(w.name)} for w in entry.windows],
        },
    )
    row.agencies.set(agencies)
    return centre(entry.code)


def centre(code: str) -> CentreSummary:
    """The centre with that code. Raises NoSuchCentre."""
    found = centres([code]).get(code)
    if found is None:
        raise NoSuchCentre(code)
    return found


def centres(codes: Iterable[str]) -> dict[str, CentreSummary]:
    """Those of the centres that exist, by code."""
    rows = Centre.objects.filter(code__in=set(codes))
    return {
        row.code: _summary(row)
        for row in rows.select_related("region").prefetch_related("agencies")
    }


def centres_of(region_path: str, *, agency_id: int | None = None) -> list[CentreSummary]:
    """The centres in a region and below, those of the region itself first.

    With `agency_id`, those where that agency has a window.
    """
    rows = Centre.objects.filter(subtree(region_path, "region__path"))
    if agency_id is not None:
        rows = rows.filter(agencies=agency_id)
    rows = rows.select_related("region").prefetch_related("agencies")
    return [_summary(row) for row in rows.order_by("region__path", "code")]


def open_now(centre: CentreSummary, calendar: str | Workdays = CHINA) -> bool:
    """Whether the centre is open at this moment."""
    local = timezone.localtime(clock.now())
    return any(
        interval.opens <= local.time() < interval.closes
        for interval in hours_on(centre, local.date(), _known(calendar))
    )


def closes_at(centre: CentreSummary, calendar: str | Workdays = CHINA) -> datetime | None:
    """When the present opening ends (for lunch or the day), or None if it is closed now."""
    local = timezone.localtime(clock.now())
    for interval in hours_on(centre, local.date(), _known(calendar)):
        if interval.opens <= local.time() < interval.closes:
            return _moment(local.date(), interval.closes)
    return None


def next_opening(centre: CentreSummary, calendar: str | Workdays = CHINA) -> datetime | None:
    """When it opens next, after this moment; None if it does not within 30 days."""
    local = timezone.localtime(clock.now())
    known = _known(calendar)
    for ahead in range(_HORIZON):
        day = local.date() + timedelta(days=ahead)
        for interval in hours_on(centre, day, known):
            opening = _moment(day, interval.opens)
            if opening > local:
                return opening
    return None


def hours_on(centre: CentreSummary, day: date, known: Workdays) -> tuple[Interval, ...]:
    """The openings of a day, in order."""
    usual = centre.hours[day.weekday()]
    if centre.always:
        return usual
    if day in known.holidays and day not in known.makeup_days:
        return ()
    if day in known.makeup_days:
        return usual or centre.hours[0]
    return usual


def read_hours(hours: Mapping[str, object]) -> tuple[tuple[Interval, ...], ...]:
    """Hours as written in data, as seven days. Raises ValueError with what is wrong."""
    if unknown := hours.keys() - {*WEEKDAYS, "holidays"}:
        raise ValueError(f"hours: unknown days {', '.join(sorted(unknown))}")
    week = []
    for name in WEEKDAYS:
        written = hours.get(name, [])
        if not isinstance(written, list):
            raise ValueError(f"hours: {name} needs a list of [from, to]")
        day: list[Interval] = []
        for pair in written:
            opens, closes = (time.fromisoformat(str(part)) for part in pair)
            if opens >= closes or (day and day[-1].closes > opens):
                raise ValueError(f"hours: {name} {pair} does not run forwards")
            day.append(Interval(opens, closes))
        week.append(tuple(day))
    return tuple(week)


def _known(calendar: str | Workdays) -> Workdays:
    """A calendar's days. A page about several centres reads them once and passes them on."""
    return calendar if isinstance(calendar, Workdays) else workdays(calendar)


def _moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def _summary(row: Centre) -> CentreSummary:
    return CentreSummary(
        code=row.code,
        name=row.name,
        region_code=row.region_id,
        region_path=row.region.path,
        address=row.address,
        directions=row.directions,
        phone=row.phone,
        hours=read_hours(row.hours),
        always=bool(row.hours.get("holidays")),
        access=row.access,
        windows=tuple(CentreWindow(one["code"], one["name"]) for one in row.windows),
        agency_ids=frozenset(one.pk for one in row.agencies.all()),
    )
