"""A centre's doors and an agency's telephones, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from tongban.directory.api import CentreSummary, Interval, closes_at, next_opening
from tongban.kernel import clock
from tongban.kernel.localized import Localized
from tongban.kernel.workdays import Workdays
from tongban.look.api import clock_time, day_short


@dataclass(frozen=True)
class OpeningView:
    """A centre's doors at this moment, in words."""

    is_open: bool
    words: str


@dataclass(frozen=True)
class DayHours:
    """A day of a centre's week, or a day ahead that departs from it."""

    day: date
    hours: tuple[Interval, ...]
    is_today: bool = False
    why: Localized | None = None


@dataclass(frozen=True)
class PhoneView:
    """A telephone number: as written, and as it is dialled."""

    text: str
    href: str


def opening(centre: CentreSummary, known: Workdays) -> OpeningView:
    """Open until when, or closed until when."""
    if closes := closes_at(centre, known):
        return OpeningView(True, _("Open now, until %(time)s") % {"time": clock_time(closes)})
    opens = next_opening(centre, known)
    if opens is None:
        return OpeningView(False, _("Closed; please phone before you go"))
    today = clock.today()
    on = clock.local_date(opens)
    if on == today:
        words = _("Closed now; opens today at %(time)s") % {"time": clock_time(opens)}
    elif on == today + timedelta(days=1):
        words = _("Closed now; opens tomorrow at %(time)s") % {"time": clock_time(opens)}
    else:
        words = _("Closed now; opens %(day)s at %(time)s") % {
            "day": day_short(on),
            "time": clock_time(opens),
        }
    return OpeningView(False, words)


def phones(written: str) -> list[PhoneView]:
    """The numbers in what an agency wrote: "0990-5551000、12345转2"; extensions after a pause."""
    found = []
    for part in re.split(r"[、,，;；/\s]+", written):
        digits = re.sub(r"[^\d+,]", "", part.replace("转", ","))
        if len(digits) >= 3:
            found.append(PhoneView(part, f"tel:{digits}"))
    return found
