"""A guide as rows of tables, and back: exactly. Pure.

The table "guides" has a row a guide; each list of parts ("materials", "limits.special") is a table
with a row a part. A column is an element by its dotted name; a text has a column a language. An
empty cell is what is not there. A backslash at the beginning of a cell only says that the rest is
meant as it stands: a text that is there and empty, that begins with a backslash, or that a
spreadsheet would take for a formula.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from tongban.catalogue.anatomy import Element, elements
from tongban.catalogue.guide import Guide
from tongban.kernel.cells import FORMULA

Cells = dict[str, str]  # column → cell; empty cells may be missing
Rows = dict[str, list[Cells]]  # table → its rows of one guide

GUIDES = "guides"
LANGUAGES = ("zh", "en")
_YES = {"true": True, "1": True, "yes": True, "是": True, "有": True}
_NO = {"false": False, "0": False, "no": False, "否": False, "无": False}


@dataclass(frozen=True)
class Column:
    """A column of a table, without its language."""

    name: str  # dotted, from the guide or from the part
    element: Element


@dataclass(frozen=True)
class TableShape:
    """A table: its name, its columns; `model` of its rows is a guide or a part."""

    name: str
    columns: tuple[Column, ...]
    model: type[BaseModel] | None


@lru_cache(maxsize=1)
def shapes() -> dict[str, TableShape]:
    """All tables of a guide, the guides first."""
    columns, lists, pairs = _columns(Guide, "", True)
    found = {GUIDES: TableShape(GUIDES, tuple(columns), Guide)}
    for name, model in lists:
        found[name] = TableShape(name, tuple(_columns(model, "", False)[0]), model)
    for name in pairs:
        found[name] = TableShape(name, (), None)
    return found


def _columns(
    model: type[BaseModel], prefix: str, top: bool
) -> tuple[list[Column], list[tuple[str, type[BaseModel]]], list[str]]:
    columns: list[Column] = []
    lists: list[tuple[str, type[BaseModel]]] = []
    pairs: list[str] = []
    for one in elements(model):
        name = f"{prefix}{one.name}"
        if one.kind == "one" and one.model is not None:
            below = _columns(one.model, f"{name}.", top)
            columns += below[0]
            lists += below[1]
        elif one.kind == "many" and one.model is not None and top:
            lists.append((name, one.model))
        elif one.kind == "pairs" and top:
            pairs.append(name)
        else:
            columns.append(Column(name, one))
    return columns, lists, pairs


# --- cells ---------------------------------------------------------------------------------------
def meant(text: str) -> str:
    """A text as a cell."""
    if not text or text.startswith(("\\", "#", *FORMULA)):
        return "\\" + text
    return text


def said(cell: str) -> str:
    """The text of a cell that is not empty."""
    return cell[1:] if cell.startswith("\\") else cell


# --- from a guide to rows ------------------------------------------------------------------------
def rows_of(guide: Guide) -> Rows:
    """The rows of a guide in every table."""
    rows: Rows = {name: [] for name in shapes()}
    rows[GUIDES] = [{}]
    _fill(guide, "", rows[GUIDES][0], rows)
    return rows


def _fill(part: BaseModel, prefix: str, cells: Cells, rows: Rows | None) -> None:
    for one in elements(type(part)):
        value, name = getattr(part, one.name), f"{prefix}{one.name}"
        if one.kind == "one":
            if value is not None:
                _fill(value, f"{name}.", cells, rows)
        elif one.kind == "many" and rows is not None:
            for below in value:
                row: Cells = {}
                _fill(below, "", row, None)
                rows[name].append(row)
        elif one.kind == "pairs" and rows is not None:
            rows[name] = [{"name": meant(key), "value": meant(text)} for key, text in value.items()]
        elif one.kind == "localized":
            cells |= {f"{name}.{language}": meant(text) for language, text in value.items()}
        else:
            cell = _cell(one, value)
            if cell:
                cells[name] = cell


def _cell(one: Element, value: Any) -> str:
    if value is None:
        return ""
    if one.kind == "text":
        return meant(value) if value or one.nullable else ""
    if one.kind == "choices":
        return "|".join(map(str, value))
    if one.kind in ("words", "json", "many", "pairs"):
        return meant(json.dumps(_plain(value), ensure_ascii=False, sort_keys=True))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(getattr(value, "value", value))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


# --- from rows to a guide's content --------------------------------------------------------------
def content_of(rows: Rows) -> dict[str, Any]:
    """A guide's JSON from its rows, for pydantic to check. Values that do not fit stay as typed."""
    content = _read(shapes()[GUIDES], rows.get(GUIDES, [{}])[0], Guide)
    for name, shape in shapes().items():
        if name == GUIDES:
            continue
        found = rows.get(name, [])
        if shape.model is None:
            value: Any = {said(row.get("name", "")): said(row.get("value", "")) for row in found}
        else:
            value = [_read(shape, row, shape.model) for row in found]
            _give_keys(value, shape.model)
        _put(content, name.split("."), value)
    return content


def _give_keys(parts: list[dict[str, Any]], model: type[BaseModel]) -> None:
    """New materials may come without their short name."""
    if "key" not in model.model_fields:
        return
    taken, number = {one.get("key") for one in parts}, 1
    for one in parts:
        if not one.get("key"):
            while f"m{number}" in taken:
                number += 1
            one["key"] = f"m{number}"
            taken.add(one["key"])


def _read(shape: TableShape, cells: Cells, model: type[BaseModel]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for column in shape.columns:
        value = _value(column, cells)
        if value is not _ABSENT:
            _put(content, column.name.split("."), value)
    return _without_empty(content, model)


_ABSENT = object()


def _value(column: Column, cells: Cells) -> Any:
    one = column.element
    if one.kind == "localized":
        start = column.name + "."
        return {
            name.removeprefix(start): said(cell)
            for name, cell in cells.items()
            if name.startswith(start) and "." not in name.removeprefix(start) and cell
        }
    cell = cells.get(column.name, "")
    if one.kind == "text":
        if not cell:
            return None if one.nullable else ""
        return said(cell)
    if one.kind == "choices":
        return [part.strip() for part in cell.split("|") if part.strip()]
    if not cell.strip():
        return None if one.nullable else _ABSENT
    cell = cell.strip()
    if one.kind in ("words", "json", "many", "pairs"):
        try:
            return json.loads(said(cell))
        except ValueError:
            return cell
    if one.kind == "boolean":
        folded = cell.casefold()
        return _YES.get(folded, _NO.get(folded, cell))
    return said(cell)


def _without_empty(content: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """None for parts that may lack and say nothing."""
    for one in elements(model):
        if one.kind == "one" and one.nullable and not _says(content.get(one.name)):
            content[one.name] = None
    return content


def _says(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_says, value.values()))
    return value not in (None, "", [], {})


def _put(content: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        below = content.setdefault(part, {})
        if not isinstance(below, dict):
            return
        content = below
    content[path[-1]] = value


# --- columns as they stand in a file -------------------------------------------------------------
KEY_COLUMNS = ("catalogue", "code")
ABOUT = ("name.zh", "name.en", "agency", "region", "state", "version", "revision")


def headings(shape: TableShape, languages: Iterable[str] = LANGUAGES) -> list[str]:
    """The columns of a table after those that say whose row it is."""
    if shape.model is None:
        return ["name", "value"]
    return [name for column in shape.columns for name in _names(column, languages)]


def _names(column: Column, languages: Iterable[str]) -> Iterator[str]:
    if column.element.kind == "localized":
        yield from (f"{column.name}.{language}" for language in languages)
    else:
        yield column.name


def is_known(shape: TableShape, heading: str) -> bool:
    """Whether a column belongs to the table: any language may occur."""
    if heading in headings(shape):
        return True
    stem, _dot, language = heading.rpartition(".")
    texts = {one.name for one in shape.columns if one.element.kind == "localized"}
    return stem in texts and language.isalpha() and 2 <= len(language) <= 3


def laid_over(
    base: Rows, given: Mapping[str, list[Cells]], columns: Mapping[str, set[str]]
) -> Rows:
    """A guide's rows with those of a file laid over them.

    Columns that the file does not have stay as they are: for the guide itself, for a material by
    its short name, for other parts by their place. A table that the file lacks stays whole.
    """
    result = dict(base)
    for name, rows in given.items():
        kept = base.get(name, [])
        by_key = {row.get("key"): row for row in kept if row.get("key")}
        merged = []
        for at, row in enumerate(rows):
            old = (
                by_key.get(row["key"], {})
                if row.get("key")
                else (kept[at] if at < len(kept) and not by_key else {})
            )
            merged.append(
                {key: cell for key, cell in old.items() if key not in columns[name]} | row
            )
        result[name] = merged
    return result
