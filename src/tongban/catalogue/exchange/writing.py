"""Guides as files: an XLSX workbook, a ZIP of CSV tables, JSON lines."""

from __future__ import annotations

import csv
import json
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from tongban.catalogue.editing import IN_WORK
from tongban.catalogue.exchange.tables import (
    ABOUT,
    GUIDES,
    KEY_COLUMNS,
    LANGUAGES,
    Cells,
    headings,
    meant,
    rows_of,
    shapes,
)
from tongban.catalogue.exchange.xml_text import CELL, escaped
from tongban.catalogue.models import GuideVersion
from tongban.catalogue.publishing import guide_of

# A workbook holds at most so many guides: a spreadsheet cannot work with more.
MOST_IN_XLSX = 20_000
_BATCH = 500
CODES = "codes"
NUMBER = "nr"


@dataclass(frozen=True)
class Exported:
    """A guide as it is written: whose it is, and what it says."""

    about: Cells
    version: GuideVersion


def exported(offering_ids: Iterable[int]) -> Iterator[Exported]:
    """The guides of offerings, what is in work before what is published, a batch at a time."""
    ids = list(offering_ids)
    for start in range(0, len(ids), _BATCH):
        wanted = ids[start : start + _BATCH]
        rows = (
            GuideVersion.objects.filter(offering_id__in=wanted)
            .filter(state__in=[*IN_WORK, GuideVersion.State.PUBLISHED])
            .select_related("offering__agency")
            .order_by("offering_id", "number")
        )
        newest = {one.offering_id: one for one in rows}
        for pk in wanted:
            if pk in newest:
                yield Exported(_about(newest[pk]), newest[pk])


def _about(version: GuideVersion) -> Cells:
    offering = version.offering
    return {
        "catalogue": meant(offering.source),
        "code": meant(offering.code),
        **{f"name.{key}": meant(text) for key, text in offering.name.items()},
        "agency": meant(
            offering.agency.name.get("zh") or next(iter(offering.agency.name.values()))
        ),
        "region": offering.region_id,
        "state": version.state,
        "version": str(version.number),
        "revision": str(version.revision),
    }


def write_json(guides: Iterable[Exported]) -> Iterator[bytes]:
    """A line of JSON a guide."""
    for one in guides:
        offering = one.version.offering
        line = {
            "source": offering.source,
            "code": offering.code,
            "name": offering.name,
            "state": one.version.state,
            "version": one.version.number,
            "revision": one.version.revision,
            "guide": one.version.content,
        }
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"


Guides = Callable[[], Iterable[Exported]]


def write_csv(guides: Guides, path: Path) -> None:
    """A ZIP of CSV tables. `guides` is read again if a column turns up that few guides have."""
    _with_layout(guides, path, _write_csv, longest=None)


def write_xlsx(guides: Guides, path: Path) -> None:
    """A workbook with a sheet a table, and one that says which codes may stand where.

    Never whole in memory. `guides` is read again as for CSV, or if a text is longer than a cell.
    """
    _with_layout(guides, path, _write_xlsx, longest=CELL)


def _with_layout(
    guides: Guides, path: Path, write: Callable[[Guides, Path, _Layout], None], longest: int | None
) -> None:
    try:
        write(guides, path, _Layout.usual(longest))
    except _Unforeseen:
        write(guides, path, _Layout.of(guides(), longest))


def _write_csv(guides: Guides, path: Path, layout: _Layout) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as files:
        tables = {}
        for name in (*shapes(), CODES):
            file = files.enter_context(
                (Path(folder) / f"{name}.csv").open("w", encoding="utf-8-sig", newline="")
            )
            tables[name] = csv.writer(file)
        for name in shapes():
            tables[name].writerow(layout.columns[name])
        for one in guides():
            for name, row in layout.rows(one):
                tables[name].writerow(row)
        tables[CODES].writerows(_codes())
        files.close()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in (*shapes(), CODES):
                archive.write(Path(folder) / f"{name}.csv", f"{name}.csv")


def _write_xlsx(guides: Guides, path: Path, layout: _Layout) -> None:
    book = Workbook(write_only=True)
    sheets = {}
    for name in shapes():
        sheets[name] = sheet = book.create_sheet(name)
        sheet.freeze_panes = "C2"
        sheet.append([_text(sheet, heading) for heading in layout.columns[name]])
    try:
        for one in guides():
            for name, row in layout.rows(one):
                sheets[name].append([_text(sheets[name], cell) if cell else None for cell in row])
    except _Unforeseen:
        for sheet in sheets.values():  # else each complains, later, of its closed file
            sheet.close()
        raise
    sheet = book.create_sheet(CODES)
    for codes in _codes():
        sheet.append([_text(sheet, cell) for cell in codes])
    book.save(path)


def _text(sheet: Any, text: str) -> Any:
    """A cell that is text whatever it looks like: no formula, no number, no date."""
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _codes() -> Iterator[tuple[str, str, str, str]]:
    yield ("table", "column", "kind", "values")
    for name, shape in shapes().items():
        for column in shape.columns:
            yield (name, column.name, column.element.kind, " | ".join(column.element.choices))


class _Unforeseen(Exception):
    """A guide needs a column that the layout does not have."""


@dataclass(frozen=True)
class _Layout:
    """Which columns each table has. `longest`: characters a cell holds, None: any number."""

    columns: dict[str, list[str]]
    longest: int | None

    @classmethod
    def usual(cls, longest: int | None) -> _Layout:
        """For guides in the usual languages, without texts longer than a cell."""
        return cls._with({}, longest)

    @classmethod
    def of(cls, guides: Iterable[Exported], longest: int | None) -> _Layout:
        """For just these guides."""
        more: dict[str, dict[str, int]] = defaultdict(dict)
        for one in guides:
            for name, rows in rows_of(guide_of(one.version)).items():
                for row in rows:
                    for column, cell in row.items():
                        parts = -(-len(escaped(cell)) // longest) if longest else 1
                        if more[name].get(column, 0) < parts:
                            more[name][column] = parts
        return cls._with(more, longest)

    @classmethod
    def _with(cls, more: Mapping[str, Mapping[str, int]], longest: int | None) -> _Layout:
        columns = {}
        for name, shape in shapes().items():
            fixed, found = headings(shape, LANGUAGES), more.get(name, {})
            names = [*fixed, *sorted(set(found) - set(fixed))]
            split = [part for column in names for part in _parts(column, found.get(column, 1))]
            first = [*KEY_COLUMNS, *ABOUT] if name == GUIDES else [*KEY_COLUMNS, NUMBER]
            columns[name] = [*first, *split]
        return cls(columns, longest)

    def rows(self, one: Exported) -> Iterator[tuple[str, list[str]]]:
        """The rows of a guide, each with its table. Raises _Unforeseen."""
        key = {name: one.about[name] for name in KEY_COLUMNS}
        for table, rows in rows_of(guide_of(one.version)).items():
            columns, known = self.columns[table], self._known[table]
            for number, row in enumerate(rows, start=1):
                cells = (one.about if table == GUIDES else key | {NUMBER: str(number)}) | row
                if self.longest:
                    whole = {name: escaped(cell) for name, cell in cells.items()}
                    cells = _split(whole, self.longest)
                if not known.issuperset(cells.keys() - one.about.keys()):
                    raise _Unforeseen
                yield table, [cells.get(column, "") for column in columns]

    @cached_property
    def _known(self) -> dict[str, frozenset[str]]:
        return {name: frozenset(columns) for name, columns in self.columns.items()}


def _parts(column: str, parts: int) -> list[str]:
    return [column, *(f"{column}+{at}" for at in range(2, parts + 1))]


def _split(cells: Cells, longest: int) -> Cells:
    """A cell holds 32,767 characters in a workbook: what is longer goes on in "column+2"."""
    long = {column: cell for column, cell in cells.items() if len(cell) > longest}
    for column, cell in long.items():
        pieces = [cell[at : at + longest] for at in range(0, len(cell), longest)]
        cells |= dict(zip(_parts(column, len(pieces)), pieces, strict=True))
    return cells
