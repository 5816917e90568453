"""Centres: open when their door is open, by the official calendar."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.factories import make_agency, make_calendar, make_region
from tongban.directory.api import (
    CentreEntry,
    CentreSummary,
    NoSuchAgency,
    NoSuchRegion,
    SpecialDay,
    centres_of,
    closes_at,
    next_opening,
    open_now,
    register_centre,
    set_day,
)
from tongban.directory.centres import read_hours
from tongban.kernel import clock

pytestmark = pytest.mark.django_db

HERE = ZoneInfo("Asia/Shanghai")
HOURS = {
    day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A local moment of November 2026; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=HERE)


@pytest.fixture
def centre() -> CentreSummary:
    make_calendar()
    make_region("990100", parent=make_region())
    return register_centre(
        CentreEntry("c", {"zh": "中心"}, "990100", {"zh": "一号路"}, hours=HOURS)
    )


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        (at(2, 8, 59), False, at(2, 9)),
        (at(2, 9), True, at(2, 13)),
        (at(2, 12), False, at(2, 13)),
        (at(2, 16, 59), True, at(3, 9)),
        (at(2, 17), False, at(3, 9)),
        (at(6, 18), False, at(9, 9)),  # Friday evening: Monday
        (at(7, 10), False, at(9, 9)),
    ],
)
def test_open_and_opens_next(
    centre: CentreSummary, moment: datetime, is_open: bool, opens: datetime
) -> None:
    with clock.freeze(moment):
        assert open_now(centre) is is_open
        assert next_opening(centre) == opens
        assert (closes_at(centre) is not None) is is_open


def test_holidays_are_closed_and_made_up_weekends_keep_mondays_hours(centre: CentreSummary) -> None:
    set_day("cn", SpecialDay(date(2026, 11, 3), "holiday", {}))
    set_day("cn", SpecialDay(date(2026, 11, 7), "makeup", {}))
    with clock.freeze(at(3, 10)):
        assert not open_now(centre)
        assert next_opening(centre) == at(4, 9)
    with clock.freeze(at(7, 10)):
        assert open_now(centre)
        assert closes_at(centre) == at(7, 12)


def test_a_centre_that_never_closes_for_holidays_and_one_that_never_opens() -> None:
    make_calendar()
    make_region("990100", parent=make_region())
    entry = CentreEntry("h", {}, "990100", {}, hours={**HOURS, "holidays": True})
    set_day("cn", SpecialDay(date(2026, 11, 3), "holiday", {}))
    with clock.freeze(at(3, 10)):
        assert open_now(register_centre(entry))
        assert next_opening(register_centre(CentreEntry("n", {}, "990100", {}))) is None


@pytest.mark.parametrize(
    "hours",
    [
        {"monday": []},
        {"mon": "09:00-17:00"},
        {"mon": [["17:00", "09:00"]]},
        {"mon": [["09:00", "12:00"], ["11:00", "17:00"]]},
        {"mon": [["9", "12"]]},
    ],
)
def test_hours_that_are_none_are_refused(hours: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words differ, the refusal counts
        read_hours(hours)


def test_centres_are_found_by_region_and_agency() -> None:
    make_calendar()
    city = make_region("990100", parent=make_region())
    make_region("990102", parent=city)
    police = make_agency(city)
    register_centre(CentreEntry("d", {}, "990102", {}, agency_codes=(police.code,)))
    register_centre(CentreEntry("c", {}, "990100", {}))
    assert [one.code for one in centres_of(city.path)] == ["c", "d"]
    assert [one.code for one in centres_of(city.path, agency_id=police.pk)] == ["d"]
    with pytest.raises(NoSuchRegion):
        register_centre(CentreEntry("x", {}, "nowhere", {}))
    with pytest.raises(NoSuchAgency):
        register_centre(CentreEntry("x", {}, "990100", {}, agency_codes=("none",)))
