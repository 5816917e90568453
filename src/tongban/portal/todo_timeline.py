"""Geometry of a list's timeline: a bar for each task, from its start to its due date.

Lengths are in the units of the viewBox. The table below the drawing says the same in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from tongban.kernel.localized import language, pick
from tongban.look.api import Tone, day
from tongban.portal.todo_views import TaskRow
from tongban.supervision.api import Task

WIDTH = 960
_TOP, _ROW, _BAR = 36, 46, 12
_MARGIN = 12
# A label is cut to what fits into the width: so many Latin letters, or half as many Han ones.
_LABEL = 92


@dataclass(frozen=True)
class Tick:
    """The first day of a quarter, or of a year on long timelines."""

    x: float
    words: str


@dataclass(frozen=True)
class Diamond:
    """A milestone."""

    path: str
    is_done: bool


@dataclass(frozen=True)
class Band:
    """A task: its bar; the bar as first promised (`ghost`), if its date was moved."""

    row: TaskRow
    label: str
    label_y: float
    y: float
    x: float
    width: float
    is_open_ended: bool
    tone: Tone
    ghost_x: float
    ghost_width: float
    ghost_y: float
    diamonds: Sequence[Diamond]


@dataclass(frozen=True)
class Timeline:
    bands: Sequence[Band]
    ticks: Sequence[Tick]
    today_x: float | None
    today_words: str
    height: int
    width: int = WIDTH
    top: int = _TOP
    bar: int = _BAR


def timeline_of(
    rows: Sequence[TaskRow], milestones: Mapping[int, Sequence[tuple[date, bool]]],
    published: date, today: date,
) -> Timeline:  # fmt: skip
    """The drawing. A task without a start begins when the list was published; one without a due
    date goes on to the right edge."""
    days = [today, published]
    for row in rows:
        days += [one for one in (row.task.start, row.task.due, row.task.first_due) if one]
        days += [one for one, _done in milestones.get(row.task.pk, ())]
    first, last = min(days) - timedelta(days=7), max(days) + timedelta(days=14)
    scale = (WIDTH - 2 * _MARGIN) / max((last - first).days, 1)

    def x(at: date) -> float:
        return round(_MARGIN + (at - first).days * scale, 1)

    bands = []
    for index, row in enumerate(rows):
        y = _TOP + index * _ROW + 22
        bands.append(_band(row, y, x, published, last, milestones.get(row.task.pk, ())))
    return Timeline(
        bands=bands,
        ticks=_ticks(first, last, x),
        today_x=x(today),
        today_words=_("Today, %(day)s") % {"day": day(today)},
        height=_TOP + len(rows) * _ROW + 8,
    )


def _band(
    row: TaskRow, y: float, x: Callable[[date], float], published: date, last: date,
    milestones: Sequence[tuple[date, bool]],
) -> Band:  # fmt: skip
    task: Task = row.task
    start = task.start or min(published, task.due or published)
    left = x(start)
    ghost = task.first_due if row.view.slip else None
    return Band(
        row=row,
        label=_cut(f"{task.code}  {pick(task.title)}"),
        label_y=y - 6,
        y=y,
        x=left,
        width=max(round(x(task.due or last) - left, 1), 4),
        is_open_ended=task.due is None,
        tone=row.time_tone,
        ghost_x=left,
        ghost_width=max(round(x(ghost) - left, 1), 4) if ghost else 0,
        ghost_y=y + _BAR + 3,
        diamonds=[Diamond(f"M{x(at)} {y - 1} l7 7 -7 7 -7 -7z", done) for at, done in milestones],
    )


def _ticks(first: date, last: date, x: Callable[[date], float]) -> list[Tick]:
    step = 3 if (last - first).days < 800 else 12
    found, year, month = [], first.year, 1
    while date(year, month, 1) <= last:
        at = date(year, month, 1)
        if at >= first:
            if language() == "zh":
                words = f"{year}年{month}月" if step == 3 else f"{year}年"
            else:
                words = at.strftime("%b %Y") if step == 3 else str(year)
            found.append(Tick(x(at), words))
        month += step
        if month > 12:
            year, month = year + 1, 1
    return found


def _cut(text: str) -> str:
    room = _LABEL
    for index, letter in enumerate(text):
        room -= 2 if ord(letter) > 0x2E80 else 1
        if room < 0:
            return f"{text[:index].rstrip()}…"
    return text
