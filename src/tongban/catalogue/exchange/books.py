"""Open the files that editors bring, whatever state they are in: tables of rows, or a refusal that
says what to do. Nothing in a file is ever run, and no file can fill the memory."""

from __future__ import annotations

import codecs
import csv
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath
from typing import Any
from xml.etree import ElementTree

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from tongban.catalogue.exchange.problems import Problems
from tongban.catalogue.exchange.tables import GUIDES, Cells, shapes
from tongban.catalogue.exchange.writing import CODES
from tongban.catalogue.exchange.xml_text import has_document_type, unescaped
from tongban.kernel.errors import Refused

MEGABYTE = 1024 * 1024
MOST_BYTES = 60 * MEGABYTE  # of a file
MOST_UNPACKED = 400 * MEGABYTE
MOST_RATIO = 200  # unpacked to packed: real workbooks stay below 30
MOST_MEMBERS = 500
MOST_ROWS = 500_000
MOST_COLUMNS = 600
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_LONGEST_FIELD = MEGABYTE
_JSON = (".json", ".jsonl", ".ndjson")
_CONTINUED = re.compile(r"^(.+)\+(\d{1,3})$")


@dataclass(frozen=True)
class Line:
    """A row of a table as it stands in the file: empty cells are left out."""

    number: int
    cells: Cells


@dataclass
class Book:
    """What a file holds: its tables, or (JSON lines) whole guides, as JSON with their rows: ten
    thousand of them, read, would take gigabytes."""

    tables: dict[str, list[Line]] = field(default_factory=dict)
    columns: dict[str, set[str]] = field(default_factory=dict)
    guides: list[tuple[int, str]] = field(default_factory=list)


def open_book(content: bytes, name: str, problems: Problems) -> Book:
    """Read a file. What is wrong with its rows goes to `problems`; raises Refused (`file.…`)."""
    if len(content) > MOST_BYTES:
        raise Refused(
            "file.too_large",
            _("This file is larger than %(limit)s MB. Export fewer guides at once.")
            % {"limit": MOST_BYTES // MEGABYTE},
        )
    if not content.strip():
        raise Refused("file.empty", _("This file is empty. Choose the file again."))
    if content.startswith(_OLD_OFFICE):
        raise Refused(
            "file.old",
            _("This is an old .xls file, or it has a password. Save it as .xlsx without one."),
        )
    if content.startswith(b"PK"):
        try:
            return _archive(content, problems)
        except _DAMAGED as error:
            raise _broken() from error
    suffix = PurePath(name).suffix.lower()
    if suffix in _JSON:
        book = Book()
        _json(book, _decoded(content, name, problems), problems)
        return book
    if suffix in (".csv", ".txt", ".tsv"):
        table = PurePath(name).stem.lower()
        table = table if table in shapes() else GUIDES
        book = Book()
        _csv(book, table, _decoded(content, table, problems), problems)
        return book
    raise Refused(
        "file.kind",
        _("This file cannot be read here. Bring an XLSX workbook, CSV tables (one, or a ZIP of "
          "several), or JSON lines (a ZIP of them, if there are many)."),
    )  # fmt: skip


# --- archives -------------------------------------------------------------------------------------
def _archive(content: bytes, problems: Problems) -> Book:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except zipfile.BadZipFile:
        raise _broken() from None
    unpacked = sum(one.file_size for one in members)
    if (
        len(members) > MOST_MEMBERS
        or unpacked > MOST_UNPACKED
        or unpacked > MOST_RATIO * max(len(content), 100_000)
    ):
        raise Refused(
            "file.bomb",
            _("This file unpacks to far more than such a file holds, and is not opened."),
        )
    names = [one.filename for one in members]
    if any("vbaproject" in name.lower() or "macrosheet" in name.lower() for name in names):
        raise Refused(
            "file.macros",
            _("This workbook contains macros. Save it as an ordinary .xlsx without them."),
        )
    if any(one.flag_bits & 1 for one in members):
        raise Refused("file.password", _("This file has a password. Save it without one."))
    if "[Content_Types].xml" in names:
        return _workbook(content, archive, problems)
    return _tables(archive, members, problems)


def _tables(
    archive: zipfile.ZipFile, members: Iterable[zipfile.ZipInfo], problems: Problems
) -> Book:
    book = Book()
    for one in members:
        path = PurePath(one.filename)
        suffix = path.suffix.lower()
        if suffix not in (".csv", *_JSON) or path.name.startswith("."):
            continue
        table = path.stem.lower()
        if table == CODES:
            continue
        if table not in shapes() and suffix not in _JSON:
            problems.say("unknown_table", path.name, is_error=False)
            continue
        with archive.open(one) as file:
            # The sizes that an archive names may be lies.
            content = file.read(MOST_UNPACKED + 1)
        if len(content) > MOST_UNPACKED:
            raise Refused(
                "file.bomb",
                _("This file unpacks to far more than such a file holds, and is not opened."),
            )
        if suffix in _JSON:
            _json(book, _decoded(content, path.name, problems), problems)
        else:
            _csv(book, table, _decoded(content, table, problems), problems)
    if not book.tables and not book.guides and not problems.errors:
        raise Refused(
            "file.no_tables",
            _("This archive holds no table of guides. Export once to see the names of the tables."),
        )
    return book


# What the libraries raise somewhere within an archive of which a part was lost or changed.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, ElementTree.ParseError, NotImplementedError,
    EOFError, KeyError, ValueError, OSError,
)  # fmt: skip


def _broken() -> Refused:
    return Refused("file.broken", _("This file is damaged or incomplete. Save it again and retry."))


# --- workbooks ------------------------------------------------------------------------------------
def _workbook(content: bytes, archive: zipfile.ZipFile, problems: Problems) -> Book:
    for one in archive.infolist():
        with archive.open(one) as file:
            if has_document_type(file):
                raise _broken()
    try:
        values = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile, OSError) as error:
        raise _broken() from error
    book = Book()
    try:
        for sheet in values.worksheets:
            table = sheet.title.strip().lower()
            if table == CODES:
                continue
            if table not in shapes():
                problems.say("unknown_table", sheet.title, is_error=False)
                continue
            path = sheet._worksheet_path  # type: ignore[attr-defined]  # where openpyxl found it
            formulas = _oddities(archive, path, table, problems)
            _sheet(book, table, sheet.iter_rows(values_only=True), formulas, problems)
    except (KeyError, ValueError, ElementTree.ParseError, zipfile.BadZipFile) as error:
        raise _broken() from error
    finally:
        values.close()
    if not book.tables:
        raise Refused(
            "file.no_tables",
            _("This workbook has no sheet of guides. Export once to see the names of the sheets."),
        )
    return book


def _oddities(
    archive: zipfile.ZipFile, path: str, table: str, problems: Problems
) -> set[tuple[int, int]]:
    """Names merged cells; where formulas stand: (row, column), from 1."""
    with archive.open(path) as file:
        odd = any(
            mark in chunk for chunk in _overlapping(file) for mark in (b"<f>", b"<f ", b"mergeCell")
        )
    found: set[tuple[int, int]] = set()
    merged: set[int] = set()
    if not odd:
        return found
    with archive.open(path) as file:
        # A workbook with a document type was refused: no entities can grow here.
        for _event, node in ElementTree.iterparse(file):  # noqa: S314
            tag = node.tag.rpartition("}")[2]
            if tag == "mergeCell":
                area = node.get("ref", "")
                first, last = (_place(one)[0] for one in (area.split(":") * 2)[:2])
                # Every row of it: what stands in the first may belong to any.
                for row in range(first, min(last, first + MOST_ROWS) + 1):
                    if len(merged) < MOST_ROWS and row not in merged:
                        merged.add(row)
                        problems.say("merged", table, row, value=area)
            elif tag == "c":
                if any(below.tag.rpartition("}")[2] == "f" for below in node):
                    found.add(_place(node.get("r", "A1")))
                node.clear()
    return found


def _overlapping(file: Any) -> Iterator[bytes]:
    rest = b""
    while chunk := file.read(MEGABYTE):
        yield rest + chunk
        rest = chunk[-16:]


def _place(ref: str) -> tuple[int, int]:
    letters = "".join(sign for sign in ref if sign.isalpha())
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    digits = "".join(sign for sign in ref if sign.isdigit())
    return int(digits or 0), column


def _letters(column: int) -> str:
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _sheet(
    book: Book,
    table: str,
    rows: Iterable[tuple[Any, ...]],
    formulas: set[tuple[int, int]],
    problems: Problems,
) -> None:
    reader = enumerate(rows, start=1)
    _number, header = next(reader, (1, ()))
    names = [str(cell).strip() if cell is not None else "" for cell in header[:MOST_COLUMNS]]
    if not _head(book, table, names, problems):
        return
    for number, row in reader:
        cells: Cells = {}
        for at, value in enumerate(row[: len(names)]):
            place = (number, at + 1)
            where = f"{_letters(at + 1)}{number}"
            if place in formulas:
                kind = "formula" if value is not None else "no_value"
                problems.say(kind, table, number, names[at], value=where, is_error=value is None)
            if value is None or not names[at]:
                continue
            if names[at] == "code" and isinstance(value, float | int) and abs(value) >= 10**15:
                problems.say("number_code", table, number, "code")
                continue
            text = _as_text(value)
            if text.startswith("#") and text.rstrip("!?").upper() in _ERRORS:
                problems.say("error_value", table, number, names[at], value=where)
                continue
            cells[names[at]] = text
        _line(book, table, number, cells, problems, unescape=True)


_ERRORS = {"#REF", "#NAME", "#VALUE", "#DIV/0", "#N/A", "#NUM", "#NULL"}


def _as_text(value: Any) -> str:
    """A cell's value as it was meant: numbers without a false ".0", days as 2026-12-31."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if not value.time().hour else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


# --- tables as text -------------------------------------------------------------------------------
def _decoded(content: bytes, table: str, problems: Problems) -> str:
    """UTF-8, with or without its mark; UTF-16 by its mark; else GB 18030, which includes GBK."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8-sig":
            problems.say("encoding", table, value=encoding.upper(), is_error=False)
        return text
    raise Refused(
        "file.encoding",
        _("This file is neither UTF-8 nor GBK. Save it as “CSV UTF-8” and try again."),
    )


def _csv(book: Book, table: str, text: str, problems: Problems) -> None:
    csv.field_size_limit(_LONGEST_FIELD)
    first = text.partition("\n")[0]
    mark = max((",", ";", "\t"), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        names = [name.strip() for name in next(reader, [])[:MOST_COLUMNS]]
        if not _head(book, table, names, problems):
            return
        for number, row in enumerate(reader, start=2):
            if len(row) > len(names) and any(row[len(names) :]):
                problems.say("wrong_shape", table, number, value=len(row))
                continue
            cells = {name: cell for name, cell in zip(names, row, strict=False) if name and cell}
            _line(book, table, number, cells, problems, unescape=False)
    except csv.Error as error:
        raise Refused(
            "file.csv",
            _("Table “%(table)s” cannot be read from line %(line)s on: a quotation mark is "
              "probably missing.") % {"table": table, "line": reader.line_num},
        ) from error  # fmt: skip


def _head(book: Book, table: str, names: list[str], problems: Problems) -> bool:
    """Take in a table's header; False if its rows cannot be read."""
    if not any(names):
        problems.say("empty_table", table, is_error=False)
        return False
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        problems.say("twice_column", table, 1, name)
    if "code" not in names:
        problems.say("no_code_column", table, 1)
        return False
    book.tables.setdefault(table, [])
    book.columns.setdefault(table, set()).update(
        stem[1] if (stem := _CONTINUED.match(name)) else name for name in names if name
    )
    return True


def _line(
    book: Book, table: str, number: int, cells: Cells, problems: Problems, *, unescape: bool
) -> None:
    if not any(cell.strip() for cell in cells.values()):
        return
    rows = book.tables[table]
    if len(rows) >= MOST_ROWS:
        if len(rows) == MOST_ROWS:
            problems.say("too_many", table, number, value=MOST_ROWS)
        return
    if unescape:
        cells = {name: unescaped(cell) for name, cell in _joined(cells).items()}
    rows.append(Line(number, {name: cell.replace("\0", "") for name, cell in cells.items()}))


def _joined(cells: Cells) -> Cells:
    """Long texts go on in "column+2"."""
    joined: Cells = {}
    for name, cell in cells.items():
        found = _CONTINUED.match(name)
        stem = found[1] if found else name
        joined[stem] = joined.get(stem, "") + cell
    return joined


# --- JSON lines -----------------------------------------------------------------------------------
def _json(book: Book, text: str, problems: Problems) -> None:
    lines: Iterable[tuple[int, Any, str]]
    if text.lstrip()[:1] == "[":
        try:
            lines = ((at, one, json.dumps(one)) for at, one in enumerate(json.loads(text), start=1))
        except (ValueError, RecursionError) as error:
            raise Refused(
                "file.json", _("This is not JSON: %(why)s") % {"why": str(error)[:200]}
            ) from error
    else:
        lines = _json_lines(text, problems)
    for number, one, line in lines:
        if not isinstance(one, dict) or not isinstance(one.get("guide"), dict):
            problems.say("no_guide", GUIDES, number)
        else:
            book.guides.append((number, line))


def _json_lines(text: str, problems: Problems) -> Iterator[tuple[int, Any, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line), line
        except (ValueError, RecursionError) as error:
            problems.say("not_json", GUIDES, number, value=str(error)[:200])
