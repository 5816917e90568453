"""A list with its tasks as five tables of texts: their columns, and what is wrong with rows. Pure.

Every form of a list (workbook, CSV, JSON) is these tables, so that one check names every bad cell
by table, row and column, and what was exported is read back exactly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum

FORMAT = "tongban-list/1"
LANGUAGES = ("zh", "en")
LONGEST = 20_000  # characters of a cell; a workbook holds 32,767
MOST_SHOWN = 5_000  # problems

Cells = Mapping[str, str]


class Kind(Enum):
    WORD = "word"
    TEXT = "text"  # a column for each language: title:zh, title:en
    DAY = "day"
    COUNT = "count"
    NUMBER = "number"
    JSON = "json"


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind = Kind.WORD
    required: bool = False
    most: int = 0  # of characters, or the highest count


_TASK = Column("task", required=True, most=20)
TABLES: Mapping[str, Sequence[Column]] = {
    "list": (
        Column("slug", required=True, most=60),
        Column("level", required=True),
        Column("region", required=True, most=20),
        Column("office", required=True, most=40),  # an agency's code
        Column("title", Kind.TEXT, required=True),
        Column("summary", Kind.TEXT),
        Column("basis", Kind.TEXT),
        Column("source_url", most=500),
        *(
            Column(name, Kind.COUNT, most=366)
            for name in ("evidence_days", "reply_days", "soon_days", "very_late_days")
        ),
        Column("unanswered_most", Kind.COUNT, most=1000),
    ),
    "tasks": (
        Column("code", required=True, most=20),
        Column("section", Kind.TEXT),
        Column("title", Kind.TEXT, required=True),
        Column("text", Kind.TEXT),
        Column("deliverable", Kind.TEXT),
        Column("basis", Kind.TEXT),
        Column("lead", Kind.TEXT, required=True),
        Column("lead_agency", most=40),
        Column("start", Kind.DAY),
        Column("due", Kind.DAY),
        Column("evidence", Kind.JSON),
    ),
    "co_units": (_TASK, Column("name", Kind.TEXT, required=True), Column("agency", most=40)),
    "milestones": (_TASK, Column("title", Kind.TEXT, required=True), Column("due", Kind.DAY)),
    "indicators": (
        _TASK,
        Column("name", Kind.TEXT, required=True),
        Column("unit", Kind.TEXT),
        Column("baseline", Kind.NUMBER),
        Column("target", Kind.NUMBER),
    ),
}
PARTS = ("co_units", "milestones", "indicators")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LEVELS = ("national", "province", "city", "county")


@dataclass(frozen=True)
class Line:
    """A row as it stands in the file; empty cells are left out. `formulas`: columns that hold
    one instead of a value; `merged`: those in which a merged cell begins."""

    number: int
    cells: Cells
    formulas: frozenset[str] = frozenset()
    merged: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: the code of a reason (`exchange.REASONS`) and what stands there."""

    table: str
    row: int
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True)
class Row:
    """A checked row: texts as dicts by language, days, numbers."""

    number: int
    words: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]
    days: Mapping[str, date]
    numbers: Mapping[str, Decimal]
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Checked:
    """The tables of one list, checked."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def check(tables: Mapping[str, Sequence[Line]]) -> Checked:
    """Check every cell of every table, and what the tables say of each other."""
    found = Checked()
    for name in TABLES:
        found.rows[name] = list(_rows(name, tables.get(name, ()), found.problems))
    for name in tables:
        if name not in TABLES:
            found.problems.append(Problem(name, 0, "", "unknown_table"))
    lists = tables.get("list", ())
    if len(lists) != 1:
        found.problems.append(Problem("list", 0, "", "one_list", str(len(lists))))
    if not tables.get("tasks"):
        found.problems.append(Problem("tasks", 0, "", "no_tasks"))
    _across(found, tables)
    return found


def _rows(table: str, lines: Sequence[Line], problems: list[Problem]) -> Iterator[Row]:
    strange: set[str] = set()
    for line in lines:
        before = len(problems)
        row = _row(table, line, problems, strange)
        told = {problem.column.partition(":")[0] for problem in problems[before:]}
        for column in TABLES[table]:
            if column.required and column.name not in told and not _has(column, row):
                problems.append(Problem(table, line.number, column.name, "missing"))
        _sense(table, row, problems)
        if len(problems) == before:
            yield row


def _row(table: str, line: Line, problems: list[Problem], strange: set[str]) -> Row:
    """A row with the cells that are right; an unknown column is told once for the table."""
    columns = {column.name: column for column in TABLES[table]}
    words, texts = dict[str, str](), dict[str, dict[str, str]]()
    days, numbers = dict[str, date](), dict[str, Decimal]()
    evidence: Mapping[str, object] = {}
    for name, value in line.cells.items():
        base, _colon, language = name.partition(":")
        column = columns.get(base)
        if column is None or not _names(column, language):
            if name not in strange:
                strange.add(name)
                problems.append(Problem(table, line.number, name, "unknown_column"))
            continue
        code = _wrong(column, value)
        code = "merged" if name in line.merged else code
        code = "formula" if name in line.formulas else code
        if code:
            problems.append(Problem(table, line.number, name, code, value[:80]))
        elif column.kind is Kind.TEXT:
            texts.setdefault(base, {})[language] = value
        elif column.kind is Kind.DAY:
            days[base] = _day(value)
        elif column.kind in (Kind.NUMBER, Kind.COUNT):
            numbers[base] = Decimal(value.strip())
        elif column.kind is Kind.JSON:
            evidence = json.loads(value)
        else:
            words[base] = value.strip()
    return Row(line.number, words, texts, days, numbers, evidence)


def _names(column: Column, language: str) -> bool:
    """Whether a heading with that language may name the column: texts have one, others none."""
    if column.kind is Kind.TEXT:
        return _LANGUAGE.fullmatch(language) is not None
    return not language


def _has(column: Column, row: Row) -> bool:
    if column.kind is Kind.TEXT:
        return any(text.strip() for text in row.texts.get(column.name, {}).values())
    return bool(row.words.get(column.name))


def _wrong(column: Column, value: str) -> str:
    """The code of what is wrong with a cell, "" if nothing is."""
    if _CONTROL.search(value):
        return "control"
    if len(value) > (column.most if column.kind is Kind.WORD and column.most else LONGEST):
        return "long"
    if column.kind is Kind.DAY:
        try:
            _day(value)
        except ValueError:
            return "no_day"
    if column.kind in (Kind.NUMBER, Kind.COUNT):
        try:
            number = Decimal(value.strip())
        except InvalidOperation:
            return "no_number"
        if column.kind is Kind.COUNT:
            whole = number.is_finite() and number == int(number) and 0 <= number <= column.most
            return "" if whole else "no_count"
        exponent = number.as_tuple().exponent
        fits = isinstance(exponent, int) and exponent >= -4 and abs(number) < Decimal(10) ** 14
        return "" if fits else "no_number"
    if column.kind is Kind.JSON:
        try:
            return "" if isinstance(json.loads(value), dict) else "no_json"
        except (ValueError, RecursionError):
            return "no_json"
    return ""


def _sense(table: str, row: Row, problems: list[Problem]) -> None:
    if table == "tasks" and row.days.get("start", date.min) > row.days.get("due", date.max):
        due = row.days["due"].isoformat()
        problems.append(Problem(table, row.number, "due", "due_before_start", due))
    slug, level = row.words.get("slug"), row.words.get("level")
    if slug and not _SLUG.fullmatch(slug):
        problems.append(Problem(table, row.number, "slug", "no_slug", slug))
    if level and level not in LEVELS:
        problems.append(Problem(table, row.number, "level", "no_level", level))
    address = row.words.get("source_url", "")
    if address and not re.match(r"https?://\S+$", address):
        problems.append(Problem(table, row.number, "source_url", "no_address", address[:80]))


def _across(found: Checked, tables: Mapping[str, Sequence[Line]]) -> None:
    codes: dict[str, int] = {}
    for line in tables.get("tasks", ()):
        code = line.cells.get("code", "").strip()
        if code and codes.setdefault(code, line.number) != line.number:
            found.problems.append(Problem("tasks", line.number, "code", "code_twice", code))
    for part in PARTS:
        for row in found.rows[part]:
            if row.words["task"] not in codes:
                found.problems.append(
                    Problem(part, row.number, "task", "no_such_task", row.words["task"])
                )


def _day(value: str) -> date:
    """A day as offices write it: 2027-06-30, 2027/6/30, 2027年6月30日. Raises ValueError."""
    match = _DAY.fullmatch(value.strip())
    if match is None:
        raise ValueError(value)
    return date(*(int(part) for part in match.groups()))


# --- JSON -----------------------------------------------------------------------------------------
def tables_of(document: object) -> dict[str, list[Line]]:
    """The tables of a list as JSON; rows are counted from 1. Raises ValueError if it is none."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise ValueError("format")
    head, tasks = document.get("list"), document.get("tasks")
    if not isinstance(head, Mapping) or not isinstance(tasks, list):
        raise ValueError("list, tasks")
    tables: dict[str, list[Line]] = {name: [] for name in TABLES}
    tables["list"].append(Line(1, dict(_cells(head))))
    for task in tasks:
        if not isinstance(task, Mapping):
            raise ValueError("tasks")
        own = {name: value for name, value in task.items() if name not in PARTS}
        tables["tasks"].append(Line(len(tables["tasks"]) + 1, dict(_cells(own))))
        for part in PARTS:
            rows = task.get(part, [])
            if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
                raise ValueError(part)
            for row in rows:
                cells = {"task": str(task.get("code", "")), **dict(_cells(row))}
                tables[part].append(Line(len(tables[part]) + 1, cells))
    return tables


def document_of(tables: Mapping[str, Sequence[Line]]) -> dict[str, object]:
    """The same as JSON; the tables must be ones that `check` finds nothing wrong with."""
    by_task: dict[str, dict[str, list[dict[str, object]]]] = {}
    for part in PARTS:
        for line in tables.get(part, ()):
            parts = by_task.setdefault(line.cells["task"], {name: [] for name in PARTS})
            parts[part].append(_object(part, line.cells, without="task"))
    empty: dict[str, list[dict[str, object]]] = {name: [] for name in PARTS}
    return {
        "format": FORMAT,
        "list": _object("list", tables["list"][0].cells),
        "tasks": [
            {**_object("tasks", line.cells), **by_task.get(line.cells["code"], empty)}
            for line in tables["tasks"]
        ],
    }


def _cells(written: Mapping[object, object]) -> Iterator[tuple[str, str]]:
    for name, value in written.items():
        if name != "evidence" and isinstance(value, Mapping):
            yield from ((f"{name}:{key}", str(text)) for key, text in value.items() if text)
        elif isinstance(value, Mapping | list):
            if value:
                yield str(name), json.dumps(value, ensure_ascii=False, sort_keys=True)
        elif value is not None and value != "":
            yield str(name), str(value)


def _object(table: str, cells: Cells, without: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for column in TABLES[table]:
        if column.name == without:
            continue
        value = cells.get(column.name, "")
        if column.kind is Kind.TEXT:
            found[column.name] = {
                name.partition(":")[2]: text
                for name, text in sorted(cells.items())
                if name.startswith(f"{column.name}:")
            }
        elif column.kind is Kind.JSON:
            found[column.name] = json.loads(value) if value else {}
        elif column.kind is Kind.COUNT:
            found[column.name] = int(value) if value else None
        else:
            found[column.name] = value
    return found
