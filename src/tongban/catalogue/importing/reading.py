"""Read a table from a CSV or JSON file, row by row, whatever its encoding.

Memory does not grow with the file. JSON is one array of flat objects; numbers become text and
lists are joined with "|", so that a source sees the same row either way.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20
_LONGEST_FIELD = 1 << 20  # characters; what is longer is a quotation mark that was never closed
_BETWEEN_COLUMNS = (",", "\t", ";")
_OTHER_KINDS = {
    b"PK\x03\x04": "a workbook (XLSX) or another ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old workbook (XLS) or another Office file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
}


class BadFile(ValueError):
    """A file that cannot be read as a table. The message says why and what to do."""


# Its number as a spreadsheet shows it (the header is row 1), the line of the text where it ends
# (which differs once a field holds a line break), its fields.
RawRow = tuple[int, int, list[str]]


@dataclass(frozen=True)
class SourceRow:
    """One row as it stands in the file, without spaces around its values."""

    number: int
    line: int
    values: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A file that can be read as a table, from the start as often as needed."""

    path: Path
    encoding: str
    columns: tuple[str, ...]
    between: str = ","  # columns

    def rows(self) -> Iterator[RawRow | BadRow]:
        """All rows. Raises BadFile where the file breaks off or its structure fails."""
        return _json_rows(self) if self.path.suffix.lower() == ".json" else _csv_rows(self)

    def row(self, raw: RawRow) -> SourceRow:
        """A row by the names of its columns."""
        number, line, fields = raw
        return SourceRow(number, line, dict(zip(self.columns, map(str.strip, fields), strict=True)))


@dataclass(frozen=True)
class BadRow:
    """A row without the shape of a row."""

    number: int
    line: int
    reason: str


def open_table(path: Path) -> Table:
    """Find out encoding, columns and what is between them. Raises BadFile."""
    between = ","
    try:
        _refuse_other_kinds(path)
        encoding = _encoding(path)
        if path.suffix.lower() == ".json":
            first = next(_json_objects(path, encoding), None)
            columns = tuple(first[1]) if first else ()
        else:
            with path.open(newline="", encoding=encoding) as text:
                line = text.readline()
                # Spreadsheets of some countries save semicolons, "Unicode text" has tabs.
                between = max(_BETWEEN_COLUMNS, key=line.count)
                text.seek(0)
                header = next(csv.reader(text, strict=True, delimiter=between), [])
            columns = tuple(name.strip() for name in header)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror or error}.") from error
    except csv.Error as error:
        raise BadFile(f"{path}: the header cannot be read: {error}") from error
    if not columns:
        raise BadFile(f"{path} is empty.")
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise BadFile(f"{path}: the header names a column twice: {', '.join(twice)}.")
    return Table(path, encoding, columns, between)


def _refuse_other_kinds(path: Path) -> None:
    """Files that people take for tables, known by how they begin."""
    with path.open("rb") as file:
        beginning = file.read(8)
    for mark, what in _OTHER_KINDS.items():
        if beginning.startswith(mark):
            raise BadFile(
                f"{path} is {what}, not a table as text. Open it in a spreadsheet, take merged"
                ' cells apart, and save the sheet as "CSV UTF-8".'
            )


def _encoding(path: Path) -> str:
    """UTF-8 if the whole file is; else UTF-16 by its mark; else GB 18030 (which includes GBK)."""
    with path.open("rb") as file:
        marked = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise BadFile(
        f"{path} is neither UTF-8 nor GB 18030 (GBK). Save it as CSV UTF-8 and try again."
    )


def _csv_rows(table: Table) -> Iterator[RawRow | BadRow]:
    width = len(table.columns)
    with table.path.open(newline="", encoding=table.encoding) as text:
        csv.field_size_limit(_LONGEST_FIELD)
        reader = csv.reader(text, strict=True, delimiter=table.between)
        next(reader, None)
        number = 1
        while True:
            number += 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                # After a broken quotation the rest cannot be told apart: stop here.
                raise BadFile(
                    f"{table.path}, row {number} (before line {reader.line_num + 1}): {error}."
                    " Probably a quotation mark is missing or one too many before that place."
                ) from error
            if not fields:
                continue  # an empty line
            if len(fields) != width:
                yield BadRow(
                    number, reader.line_num, f"has {len(fields)} fields; the header has {width}"
                )
                continue
            yield number, reader.line_num, fields


def _json_rows(table: Table) -> Iterator[RawRow | BadRow]:
    for number, (line, found) in enumerate(_json_objects(table.path, table.encoding), start=2):
        try:
            fields = [_as_text(found.get(column)) for column in table.columns]
        except (TypeError, RecursionError) as error:
            yield BadRow(number, line, str(error))
            continue
        yield number, line, fields


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "|".join(_as_text(part) for part in value)
    if isinstance(value, int | float):
        return str(value)
    raise TypeError("holds an object within the object; rows are flat")


_BETWEEN = re.compile(r"[ \t\r\n,]*")


def _json_objects(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, object]]]:
    """The objects of a JSON array, one at a time, with the line each ends on."""
    decoder = json.JSONDecoder()
    with path.open(encoding=encoding) as text:
        buffer, at, line = text.read(_CHUNK), 0, 1
        if not buffer.lstrip().startswith("["):
            raise BadFile(f"{path} is not a JSON array of objects.")
        at = buffer.index("[") + 1
        while True:
            start = at
            at = _BETWEEN.match(buffer, at).end()  # type: ignore[union-attr]  # it matches nothing too
            if buffer.startswith("]", at):
                return
            broken = "it breaks off"
            try:
                found, at = decoder.raw_decode(buffer, at) if at < len(buffer) else (None, at)
            except json.JSONDecodeError as error:
                found, broken = None, error.msg
            except RecursionError:
                raise BadFile(
                    f"{path}, after line {line}: lists within lists, too deep to read."
                ) from None
            line += buffer.count("\n", start, at)
            if isinstance(found, dict):
                yield line, found
                continue
            if found is not None:
                raise BadFile(f"{path}, line {line}: not an object in the array.")
            # Perhaps the object goes on beyond what has been read.
            more = text.read(_CHUNK)
            if not more or len(buffer) - at > 4 * _LONGEST_FIELD:
                raise BadFile(f"{path}, after line {line}: not valid JSON: {broken}.")
            buffer, at = buffer[at:] + more, 0
