"""Rows on their way to PostgreSQL: as lines of COPY's text form, kept in a file in between.

What an import found is written once, when it is known which rows are new: until then it waits in
a temporary file, so memory does not grow with the import and nothing is sent twice.
"""

from __future__ import annotations

import marshal
import tempfile
from collections.abc import Iterable, Sequence

from django.db import connection

_CHUNK = 1 << 16
Cell = str | int | bool | None
Plain = Cell | tuple[str, ...]


def cell(value: Cell) -> str:
    """A value as COPY writes it."""
    if value is None:
        return r"\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, int):
        return str(value)
    return escaped(value)


def escaped(text: str) -> str:
    """Text without what COPY takes for its own marks."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\t" in text:
        text = text.replace("\t", "\\t")
    if "\r" in text:
        text = text.replace("\r", "\\r")
    return text


def array(values: Iterable[str]) -> str:
    """A text array as PostgreSQL writes it, not yet escaped."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def copy_lines(table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """COPY lines, each a row with tabs between its cells, into a table."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        waiting: list[str] = []
        size = 0
        for line in lines:
            waiting.append(line)
            size += len(line)
            if size > _CHUNK:
                waiting.append("")
                copy.write("\n".join(waiting))
                waiting, size = [], 0
        if waiting:
            waiting.append("")
            copy.write("\n".join(waiting))


class Spool:
    """Records in a temporary file, found again by where they begin."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=1 << 20)  # noqa: SIM115  # until `close`
        self._end = 0

    def close(self) -> None:
        """Throw it away."""
        self._file.close()

    def add(self, record: tuple[Plain, ...]) -> tuple[int, int]:
        """Keep a record of plain values; where it begins and how long it is."""
        data = marshal.dumps(record)
        start = self._end
        self._file.write(data)
        self._end += len(data)
        return start, len(data)

    def read(self, start: int, length: int) -> tuple[object, ...]:
        """A record kept before."""
        self._file.seek(start)
        record: tuple[object, ...] = marshal.loads(self._file.read(length))  # noqa: S302  # our own
        return record
