"""Geometry of small charts. The templates draw it as inline SVG with a table of the same numbers.

Lengths are in the units of the viewBox, which scales to the width of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from tongban.look.components import Bar

WIDTH, HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 16, 36
_TICKS = 4
_LABELS = 12


@dataclass(frozen=True)
class Tick:
    """A line across the chart at a round value."""

    y: float
    value: float


@dataclass(frozen=True)
class Mark:
    """One value: a column from `top` of `height`, or the point (`x`, `top`) of a line."""

    x: float
    left: float
    top: float
    width: float
    height: float
    bar: Bar
    has_label: bool


@dataclass(frozen=True)
class Plot:
    ticks: list[Tick]
    marks: list[Mark]
    path: str
    baseline: float
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    width: int = WIDTH
    height: int = HEIGHT
    label_y: float = HEIGHT - 12


def plot(bars: Sequence[Bar]) -> Plot:
    """Columns or a line over equal steps, from zero up. Negative values count as zero."""
    top = _ceiling(max((bar.value for bar in bars), default=0))
    inner = HEIGHT - _TOP - _BOTTOM
    baseline = float(HEIGHT - _BOTTOM)

    def y(value: float) -> float:
        return round(baseline - inner * max(value, 0) / top, 1)

    pitch = (WIDTH - _LEFT - _RIGHT) / max(len(bars), 1)
    every = ceil(len(bars) / _LABELS) or 1
    marks = []
    for index, bar in enumerate(bars):
        x = _LEFT + pitch * (index + 0.5)
        width = min(pitch * 0.7, 56)
        marks.append(
            Mark(
                x=round(x, 1),
                left=round(x - width / 2, 1),
                top=y(bar.value),
                width=round(width, 1),
                height=round(baseline - y(bar.value), 1),
                bar=bar,
                has_label=index % every == 0,
            )
        )
    return Plot(
        ticks=[Tick(y(top * step / _TICKS), top * step / _TICKS) for step in range(_TICKS + 1)],
        marks=marks,
        path="M" + " L".join(f"{mark.x} {mark.top}" for mark in marks) if marks else "",
        baseline=baseline,
    )


def shares(bars: Sequence[Bar]) -> list[tuple[Bar, float]]:
    """Each bar with its length in percent of the longest (0 to 100)."""
    longest = max((bar.value for bar in bars), default=0)
    return [
        (bar, round(100 * max(bar.value, 0) / longest, 1) if longest > 0 else 0.0) for bar in bars
    ]


def _ceiling(value: float) -> float:
    """The next value that divides into four round steps: 4, 8, 12, 20, 40, 60, 80, 100, …"""
    if value <= _TICKS:
        return float(_TICKS)
    magnitude: float = 10.0 ** floor(log10(value))
    for factor in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10):
        if value <= factor * magnitude:
            return max(factor * magnitude, float(_TICKS))
    return 10 * magnitude
