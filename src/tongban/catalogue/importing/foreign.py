"""What the catalogues of other countries have in common."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from tongban.catalogue.importing.reading import BadFile, BadRow, open_table

_ADDRESS = re.compile(r'https?://[^\s<>"\\]+')
_BARE = re.compile(r"www\.[^\s<>\"\\]+")
_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-ZÀ-Ý0-9«“\"(])")
_LONGEST_SUMMARY = 300


def table_beside(path: Path, name: str, columns: Collection[str]) -> Iterator[Mapping[str, str]]:
    """The rows of a CSV that lies in the same folder. Raises BadFile.

    A row that is no row is refused: other rows lean on it.
    """
    table = open_table(path.with_name(name))
    if missing := set(columns) - set(table.columns):
        raise BadFile(f"{table.path} lacks the columns {', '.join(sorted(missing))}.")
    for row in table.rows():
        if isinstance(row, BadRow):
            raise BadFile(f"{table.path}, row {row.number}: {row.reason}.")
        yield table.row(row).values


def web_addresses(text: str) -> list[str]:
    """The addresses in a field that may hold several, words, or one without its "https://"."""
    found: list[str] = []
    for part in re.split(r"[\s<>|]+", text):
        if _ADDRESS.fullmatch(part):
            found.append(part)
        elif _BARE.fullmatch(part):
            found.append(f"https://{part}")
    return list(dict.fromkeys(one for one in found if len(one) <= 2000))


def first_sentence(text: str) -> str:
    """A summary of a longer text: its first sentence, or as many words as fit."""
    text = " ".join(text.split())
    if end := _SENTENCE_END.search(text):
        text = text[: end.end()]
    if len(text) <= _LONGEST_SUMMARY:
        return text
    return text[:_LONGEST_SUMMARY].rsplit(" ", 1)[0] + " …"
