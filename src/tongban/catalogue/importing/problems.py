"""What is wrong with a file: every problem of every row, counted, kept for a report."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TextIO

from tongban.kernel.cells import safe_cell

# Problems kept for the summary on the screen; the report file has them all.
_KEPT_ROWS = 8


class Severity(StrEnum):
    ERROR = "error"  # the row cannot be imported
    WARNING = "warning"  # it can, and somebody should look at it


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one row. `field` is the column, "" for the whole row."""

    severity: Severity
    row: int
    line: int
    code: str
    field: str
    value: str
    reason: str


class Notes(Protocol):
    """What takes problems."""

    def add(self, problem: Problem, sort: str = "") -> None:
        """`sort`: the reason without the row's own values."""


class Noted:
    """Problems in the order in which they were found."""

    def __init__(self) -> None:
        self.all: list[tuple[Problem, str]] = []

    def add(self, problem: Problem, sort: str = "") -> None:
        self.all.append((problem, sort))


@dataclass
class Kind:
    """All problems of one sort: how many, and the first rows that have it."""

    severity: Severity
    column: str
    reason: str
    count: int = 0
    rows: list[int] = field(default_factory=list)


class Problems:
    """Collects problems; writes each to the report as it comes."""

    def __init__(self, report: TextIO | None = None) -> None:
        self.kinds: dict[tuple[Severity, str, str], Kind] = {}
        self.bad_rows = 0
        self.warned_rows = 0
        self._report = csv.writer(report) if report else None
        if self._report:
            self._report.writerow(["severity", "row", "line", "code", "field", "value", "problem"])

    def add(self, problem: Problem, sort: str = "") -> None:
        """Count a problem. `sort` is its reason without the row's own values, for the summary."""
        key = (problem.severity, problem.field, sort or problem.reason)
        kind = self.kinds.setdefault(key, Kind(*key))
        kind.count += 1
        if len(kind.rows) < _KEPT_ROWS:
            kind.rows.append(problem.row)
        if self._report:
            self._report.writerow(
                [
                    problem.severity.value,
                    problem.row,
                    problem.line,
                    safe_cell(problem.code),
                    safe_cell(problem.field),
                    safe_cell(problem.value[:200]),
                    problem.reason,
                ]
            )

    def count(self, severity: Severity) -> int:
        """How many problems of that severity."""
        return sum(kind.count for kind in self.kinds.values() if kind.severity is severity)


@contextmanager
def collecting(report: Path | None) -> Iterator[Problems]:
    """Problems that also go to a CSV file, for as long as the block lasts.

    The file begins with a mark that tells Excel it is UTF-8.
    """
    if report is None:
        yield Problems()
        return
    with report.open("w", newline="", encoding="utf-8-sig") as file:
        yield Problems(file)
