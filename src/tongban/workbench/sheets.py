"""Tables for spreadsheets, as CSV that is made while it is sent."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

from tongban.kernel import clock
from tongban.kernel.cells import safe_cell


class _Echo:
    """What csv writes into: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The lines, after a byte order mark: without it spreadsheets do not see that it is UTF-8."""
    writer: Any = csv.writer(_Echo())
    mark = "\ufeff"
    for row in rows:
        yield mark + writer.writerow([plain(cell) for cell in row])
        mark = ""


def plain(cell: str) -> str:
    """A cell no spreadsheet takes for a formula; a negative number stays one."""
    is_number = cell.removeprefix("-").isdigit()
    return cell if is_number else safe_cell(cell)


def csv_response(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    """The download; `name` without its ending, today's date is added."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    file_name = f"{name}-{clock.today().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response["Cache-Control"] = "private, no-store"
    return response
