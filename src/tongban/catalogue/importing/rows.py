"""One row under examination: its columns read and checked, its problems noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tongban.catalogue.guide import Limits, LimitUnit
from tongban.catalogue.importing.problems import Notes, Problem, Severity
from tongban.catalogue.importing.reading import SourceRow

# Nothing in the law takes longer; a larger number is a slip of the hand.
LONGEST_DAYS = 3650
_UNITS = {"工作日": LimitUnit.WORKING_DAYS, "自然日": LimitUnit.CALENDAR_DAYS}


@dataclass
class Row:
    """A row and what has been found wrong with it so far."""

    source: SourceRow
    problems: Notes
    code: str = ""  # how reports name the row
    failed: bool = False
    warned: bool = False

    def __getitem__(self, column: str) -> str:
        return self.source.values[column]

    def get(self, column: str) -> str:
        """A column that older files may lack."""
        return self.source.values.get(column, "")

    def error(self, field: str, reason: str, *, sort: str = "") -> None:
        """Note that the row cannot be imported."""
        self.failed = True
        self._add(Severity.ERROR, field, reason, sort)

    def warn(self, field: str, reason: str, *, sort: str = "") -> None:
        """Note something to look at."""
        self.warned = True
        self._add(Severity.WARNING, field, reason, sort)

    def text(self, column: str, longest: int = 4000) -> str:
        """A text that must be there, on one line."""
        text = " ".join(self[column].split())
        if not text:
            self.error(column, "is empty")
        elif len(text) > longest:
            self.error(column, f"is longer than {longest} characters")
        return text

    def number(self, column: str, most: int) -> int | None:
        """A whole number from 0 to `most`, or None if the field is empty."""
        text = self[column]
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            what = "is negative" if text[1:].isdigit() and text[0] in "-−" else "is not a number"
            self.error(column, f"{what}: {text[:40]!r}", sort=what)
            return None
        if len(text) > 9 or int(text) > most:
            what = f"is more than {most}"
            self.error(column, f"{what}: {text[:40]}", sort=what)
            return None
        return int(text)

    def yes(self, column: str) -> bool:
        """A flag that must be there: 1 or 0, 是 or 否."""
        if self[column] not in ("1", "0", "是", "否"):
            self.error(
                column, f"is neither 1 nor 0: {self[column][:40]!r}", sort="is neither 1 nor 0"
            )
        return self[column] in ("1", "是")

    def limits(self, statutory: str, promised: str, unit: str) -> Limits:
        """Limits from three columns. Many real rows lack one or both; that is no mistake."""
        law, promise = self.number(statutory, LONGEST_DAYS), self.number(promised, LONGEST_DAYS)
        counted_in = _UNITS.get(self[unit])
        if law is not None or promise is not None:
            if self[unit] and counted_in is None:
                what = "is neither 工作日 nor 自然日"
                self.error(unit, f"{what}: {self[unit][:40]!r}", sort=what)
            elif not self[unit]:
                # 行政许可法 §82: limits are in working days.
                self.warn(unit, "is empty though there is a limit; taken as working days")
        if law is not None and promise is not None and promise > law:
            what = "is longer than the statutory limit"
            self.warn(promised, f"{what} ({promise} > {law})", sort=what)
        return _limits(law, promise, counted_in or LimitUnit.WORKING_DAYS)

    def list(self, column: str) -> tuple[str, ...]:
        """The parts of a list joined with "|", without empty ones and repetitions."""
        return _parts(self[column])

    def kept(self, columns: Mapping[str, str]) -> dict[str, str]:
        """Columns kept as they came, for `Guide.extra`, by the names given; empty ones left out."""
        return {
            name: self[column].replace("|", "、")
            for column, name in columns.items()
            if self.get(column)
        }

    def _add(self, severity: Severity, field: str, reason: str, sort: str) -> None:
        self.problems.add(
            Problem(
                severity,
                self.source.number,
                self.source.line,
                self.code,
                field,
                self.get(field) if field else "",
                reason,
            ),
            sort,
        )


@lru_cache(maxsize=20_000)
def _parts(listed: str) -> tuple[str, ...]:
    """Lists are the same in many rows."""
    parts = (part.strip() for part in listed.split("|"))
    return tuple(dict.fromkeys(part for part in parts if part))


@lru_cache(maxsize=5_000)
def _limits(statutory: int | None, promised: int | None, unit: LimitUnit) -> Limits:
    """The same in many rows."""
    return Limits(statutory=statutory, promised=promised, unit=unit)
