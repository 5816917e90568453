"""Working-day arithmetic. Pure: the days themselves are in `directory.calendars`.

A calendar is the weekend rule plus exceptions: public holidays on weekdays, and weekend days
worked in exchange (调休 make-up days). Outside the days its authority has published, a calendar
still answers, by weekday alone, and says that the answer is provisional.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Workdays:
    """Which days are worked. `covered` is the first and last day the authority has published."""

    holidays: frozenset[date] = field(default_factory=frozenset)
    makeup_days: frozenset[date] = field(default_factory=frozenset)
    covered: tuple[date, date] | None = None
    weekend: frozenset[int] = frozenset({5, 6})

    def is_workday(self, day: date) -> bool:
        """Whether offices work on `day`: a make-up day beats a holiday beats the weekend rule."""
        if day in self.makeup_days:
            return True
        return day not in self.holidays and day.weekday() not in self.weekend

    def is_known(self, day: date) -> bool:
        """Whether the calendar's authority has published `day`; otherwise it is a guess."""
        return self.covered is not None and self.covered[0] <= day <= self.covered[1]

    def days_after(self, start: date) -> Iterator[date]:
        """Every day after `start`, in order, without end."""
        day = start
        while True:
            day += ONE_DAY
            yield day

    def next_workday(self, day: date) -> date:
        """`day` if it is worked, else the first worked day after it."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def count(self, after: date, until: date) -> int:
        """Working days after `after` up to and with `until`; negative if `until` lies before."""
        if until < after:
            return -self.count(until, after)
        weeks, rest = divmod((until - after).days, 7)
        last = until.weekday()
        usual = weeks * sum(one not in self.weekend for one in range(7))
        usual += sum((last - n) % 7 not in self.weekend for n in range(rest))
        days, sums = self._exceptions
        return usual + sums[bisect_right(days, until)] - sums[bisect_right(days, after)]

    @cached_property
    def _exceptions(self) -> tuple[list[date], list[int]]:
        """The days that depart from the weekend rule; how many days more are worked up to each."""
        days = sorted(
            day
            for day in self.holidays | self.makeup_days
            if self.is_workday(day) is (day.weekday() in self.weekend)
        )
        return days, [0, *accumulate(1 if self.is_workday(day) else -1 for day in days)]
