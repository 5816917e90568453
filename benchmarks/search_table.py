"""What the benchmark of search found, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.figures import median, percentile, table


@dataclass(frozen=True)
class Figures:
    """An engine at a size."""

    engine: str
    size: int
    build: float  # seconds
    megabytes: float
    alone: tuple[float, ...]  # milliseconds
    crowd: tuple[float, ...]  # with eight clients
    rate: float  # answers a second of eight clients
    changes: tuple[float, ...]


def table_of(found: Sequence[Figures], ours_name: str, clients: int) -> str:
    ours = {one.size: one for one in found if one.engine == ours_name}
    smallest = min(ours)
    rows = []
    for one in found:
        own = ours[one.size]
        rows.append(
            [
                f"{one.size:,}", one.engine, f"{one.build:.0f} s", f"{one.megabytes:,.0f} MB",
                f"{median(one.alone):.1f} / {percentile(one.alone, 0.99):.1f} ms",
                f"{median(one.alone) / median(own.alone):.2f}",
                f"{median(one.crowd):.1f} / {percentile(one.crowd, 0.99):.1f} ms",
                f"{one.rate:,.0f}", f"{one.rate / own.rate:.2f}",
                f"{median(one.changes):.1f} / {max(one.changes):.1f} ms",
            ]
        )  # fmt: skip
    head = [
        "documents", "engine", "built", "on disk", "one client, p50 / p99", "÷ ours",
        f"{clients} clients, p50 / p99", "answers/s", "÷ ours", "a change is found, p50 / most",
    ]  # fmt: skip
    base = {one.engine: one for one in found if one.size == smallest}
    growth = "".join(
        f"\n- {one.engine}, {one.size:,}: {_ratio(one, base[one.engine], 0.5):.2f} (p50), "
        f"{_ratio(one, base[one.engine], 0.99):.2f} (p99)"
        for one in found
        if one.size != smallest
    )
    return f"{table(head, rows)}\n\nGrown from {smallest:,} documents:\n{growth or 'one size only'}"


def _ratio(one: Figures, other: Figures, share: float) -> float:
    return percentile(one.alone, share) / percentile(other.alone, share)
