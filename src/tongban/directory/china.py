"""The Chinese calendar from 2004 on, out of the library `chinesecalendar`.

The library holds the State Council's yearly notices on public holidays, and nothing after the last
of them: it only seeds our table (`./tongban manage seed_calendar`), which editors carry on. A new
release of the library adds its new year when the command runs again.
"""

from __future__ import annotations

from datetime import date

from chinese_calendar import constants

from tongban.directory.calendars import CHINA, DayKind, SpecialDay, put_calendar

SOURCE = "chinesecalendar"
_WEEKEND = (5, 6)
_CHINESE = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def seed_calendar() -> int:
    """Create the calendar "cn" or bring it up to date; returns how many days changed.

    Every public holiday gets a row, also on a weekend, because a deadline's explanation names it.
    """
    days: dict[date, SpecialDay] = {}
    for day, name in constants.holidays.items():
        days[day] = _special(day, "holiday", _CHINESE.get(name, name), name)
    for day, name in constants.workdays.items():
        days[day] = _special(
            day, "makeup", f"{_CHINESE.get(name, name)}调休上班", f"Worked for {name}"
        )
    years = [day.year for day in days]
    return put_calendar(
        CHINA,
        name={"zh": "中国法定工作日历", "en": "China's official working-day calendar"},
        weekend=_WEEKEND,
        days=days,
        covered=(date(min(years), 1, 1), date(max(years), 12, 31)),
        source=SOURCE,
    )


def _special(day: date, kind: DayKind, chinese: str, english: str) -> SpecialDay:
    return SpecialDay(day, kind, {"zh": chinese, "en": english}, SOURCE)
