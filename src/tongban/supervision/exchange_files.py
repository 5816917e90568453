"""The tables of a list as files: workbook, archive of CSV, JSON. Nothing in a file is ever run, and
no file can fill the memory."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import PurePath

from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from tongban.kernel.cells import FORMULA
from tongban.kernel.errors import Refused
from tongban.supervision.exchange_tables import (
    LANGUAGES,
    TABLES,
    Kind,
    Line,
    document_of,
    tables_of,
)

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
MOST_UNPACKED = 120 * MEGABYTE
MOST_ROWS = 20_000  # of a table
MOST_COLUMNS = 120
MOST_IN_CELL = 32_767  # characters of a workbook's cell; what is longer would be cut off
# Sheets of the empty template that tell how to fill it in.
HELP = frozenset({"填写说明", "机构代码", "how to fill in", "agency codes"})
# What a spreadsheet would take for a formula; and the apostrophe that keeps it from doing so.
_RISKY = (*FORMULA, "'")
# Characters a workbook's XML cannot hold as they are, and what would be read as one of them.
_ESCAPED = re.compile(r"\r|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}[0-9]{1,7}"'
)

Tables = Mapping[str, Sequence[Line]]


def write(tables: Tables, kind: str) -> bytes:
    """A list as "xlsx", "csv" (an archive) or "json". The same list gives the same JSON and CSV
    bytes."""
    if kind == "json":
        return (json.dumps(document_of(tables), ensure_ascii=False, indent=1) + "\n").encode()
    return _workbook(tables) if kind == "xlsx" else _archive(tables)


def read(content: bytes, name: str) -> dict[str, list[Line]]:
    """The tables of a file. Raises Refused (`file.…`) if it is no list at all."""
    if len(content) > MOST_BYTES:
        raise Refused("file.too_large", _("This file is larger than 20 MB. A list is smaller."))
    if not content.strip():
        raise Refused("file.empty", _("This file is empty. Choose the file again."))
    if content.startswith(b"PK"):
        return _packed(content)
    if PurePath(name).suffix.lower() == ".json":
        try:
            return tables_of(json.loads(content.decode("utf-8-sig")))
        except (ValueError, RecursionError):
            raise Refused(
                "file.no_list",
                _("This JSON file is not a to-do list. Export one to see what it looks like."),
            ) from None
    if PurePath(name).suffix.lower() == ".csv":
        return _one_table(content, PurePath(name).stem.strip().lower())
    raise Refused(
        "file.kind",
        _("This file cannot be read here. Bring an XLSX workbook, a ZIP of CSV tables, or JSON."),
    )


def _headings(name: str, lines: Sequence[Line]) -> list[str]:
    """A table's columns: every language that its texts have, Chinese and English always."""
    used = {column for line in lines for column in line.cells}
    headings: list[str] = []
    for column in TABLES[name]:
        if column.kind is not Kind.TEXT:
            headings.append(column.name)
            continue
        others = {one.partition(":")[2] for one in used if one.startswith(f"{column.name}:")}
        order = (*LANGUAGES, *sorted(others - set(LANGUAGES)))
        headings += [f"{column.name}:{language}" for language in order]
    return headings


# --- workbooks ------------------------------------------------------------------------------------
def _workbook(tables: Tables) -> bytes:
    cells = (text for lines in tables.values() for line in lines for text in line.cells.values())
    if any(len(_escaped(text)) > MOST_IN_CELL for text in cells):
        raise Refused(
            "file.long_cell",
            _(
                "A text of this list is longer than a cell of a workbook holds. Take CSV or JSON: "
                "they hold all of it."
            ),
        )
    book = Workbook(write_only=True)
    for name in TABLES:
        lines = tables.get(name, ())
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        headings = _headings(name, lines)
        head = []
        for heading in headings:
            cell = WriteOnlyCell(sheet, heading)
            cell.font = Font(bold=True)
            head.append(cell)
        sheet.append(head)
        for line in lines:
            row = []
            for heading in headings:
                text = line.cells.get(heading, "")
                escaped = _escaped(text)
                cell = WriteOnlyCell(sheet, escaped or None)
                if escaped:
                    cell.data_type, cell.number_format = "s", "@"  # text, whatever it looks like
                row.append(cell)
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _packed(content: bytes) -> dict[str, list[Line]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
        if sum(one.file_size for one in members) > MOST_UNPACKED or len(members) > 200:
            raise Refused(
                "file.bomb", _("This file unpacks to far more than a list holds: not opened.")
            )
        names = {one.filename for one in members}
        if any("vbaproject" in name.lower() for name in names):
            raise Refused(
                "file.macros",
                _("This workbook contains macros. Save it as an ordinary .xlsx without them."),
            )
        if "[Content_Types].xml" in names:
            return _sheets(content)
        return _tables_in(archive, members)
    except Refused:
        raise
    except Exception as error:  # openpyxl and zipfile raise whatever a broken file makes them
        raise Refused(
            "file.broken", _("This file is damaged. Save it again, or export the list once more.")
        ) from error


def _sheets(content: bytes) -> dict[str, list[Line]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    tables: dict[str, list[Line]] = {}
    for sheet in book.worksheets:
        name = sheet.title.strip().lower()
        if name in HELP:
            continue
        merged = _merged(content, str(getattr(sheet, "_worksheet_path", "")))
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # the size a file claims may be a lie
        headings: list[str] | None = None
        lines: list[Line] = []
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
            if number > MOST_ROWS:
                raise Refused("file.rows", _("A table of a list has at most 20,000 rows."))
            if headings is None:
                headings = [str(cell.value or "").strip() for cell in row]
                continue
            cells, formulas = {}, set()
            covers = {headings[one] for one in merged.get(number, ()) if one < len(headings)}
            for heading, cell in zip(headings, row, strict=False):
                text = _text(cell.value)
                if not text:
                    continue
                cells[heading] = text
                if cell.data_type == "f":
                    formulas.add(heading)
            if any(text.strip() for text in cells.values()):
                lines.append(Line(number, cells, frozenset(formulas), frozenset(covers)))
        if name in TABLES or lines:
            tables[name] = lines
    book.close()
    return tables


def _merged(content: bytes, path: str) -> dict[int, list[int]]:
    """The first cells of merged ones in a sheet's file: row → columns from 0. The other cells that
    they cover are empty for a reader: what an officer sees in those rows would be lost."""
    found: dict[int, list[int]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read(path) if path in archive.namelist() else b""
    for letters, row in _MERGED.findall(sheet):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        found.setdefault(int(row), []).append(column - 1)
    return found


def _text(value: object) -> str:
    """What somebody sees in a cell; days as days, whole numbers without a fraction."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute) else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str):
        return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value)
    return str(value)


# --- CSV ------------------------------------------------------------------------------------------
def _archive(tables: Tables) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in TABLES:
            lines = tables.get(name, ())
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            headings = _headings(name, lines)
            writer.writerow(headings)
            for line in lines:
                values = (line.cells.get(heading, "") for heading in headings)
                writer.writerow("'" + one if one.startswith(_RISKY) else one for one in values)
            # The mark tells spreadsheets that it is UTF-8. A fixed day: the same list, same bytes.
            member = zipfile.ZipInfo(f"{name}.csv", (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, "\ufeff" + text.getvalue())
    return written.getvalue()


def _tables_in(
    archive: zipfile.ZipFile, members: Iterable[zipfile.ZipInfo]
) -> dict[str, list[Line]]:
    tables: dict[str, list[Line]] = {}
    for member in members:
        path = PurePath(member.filename)
        if path.suffix.lower() != ".csv" or path.name.startswith("."):
            continue
        with archive.open(member) as file:
            content = file.read(MOST_UNPACKED)
        _columns, tables[path.stem.strip().lower()] = _csv_lines(content)
    if not tables:
        raise Refused(
            "file.no_tables",
            _("This archive holds no table of a list. Export a list to see their names."),
        )
    return tables


def _one_table(content: bytes, name: str) -> dict[str, list[Line]]:
    """A CSV file alone is one table: that of its name, or else the one with its columns."""
    try:
        headings, lines = _csv_lines(content)
    except (UnicodeDecodeError, csv.Error):
        raise Refused(
            "file.broken", _("This file is damaged. Save it again, or export the list once more.")
        ) from None
    if name in TABLES:
        return {name: lines}
    named = {heading.partition(":")[0] for heading in headings}
    for table, columns in TABLES.items():
        if {column.name for column in columns if column.required} <= named:
            return {table: lines}
    raise Refused(
        "file.no_tables",
        _("This file holds no table of a list. Export a list to see how its columns are named."),
    )


def _csv_lines(content: bytes) -> tuple[list[str], list[Line]]:
    """Headings and rows. Spreadsheets in China write GBK unless told otherwise."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    rows = csv.reader(io.StringIO(text, newline=""))
    headings = [one.strip() for one in next(rows, [])][:MOST_COLUMNS]
    lines: list[Line] = []
    for number, row in enumerate(rows, start=2):
        if number > MOST_ROWS:
            raise Refused("file.rows", _("A table of a list has at most 20,000 rows."))
        cells = {
            heading: value[1:] if value[:1] == "'" and value[1:].startswith(_RISKY) else value
            for heading, value in zip(headings, row, strict=False)
            if value
        }
        if any(value.strip() for value in cells.values()):
            lines.append(Line(number, cells))
    return headings, lines
