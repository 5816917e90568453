"""What else to look for: the everyday words of a query, in the words of guides.

Two sources, both asked at every search, so that a change has effect at once and everywhere:
`vocabulary.yaml`, which everybody has, and the table that editors fill (`synonyms.py`). One way and
one step: who types the everyday words is also shown what has the official ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml
from django.db import connection

from tongban.search.tokens import LONGEST_QUERY, is_han, normal

# Characters of words in the table, and of Chinese words in either.
LONGEST_WORDS = 40
_LONGEST_HAN = 12


def expand(query: str) -> tuple[str, ...]:
    """What else to look for when somebody types `query`; the longest words that are known count."""
    text = " ".join(normal(query[:LONGEST_QUERY]).split())
    spans = _spans(text)
    if not spans:
        return ()
    known = _of_editors(sorted({text[start:end] for start, end in spans}))
    general = vocabulary()
    found: dict[str, None] = {}
    used: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        words = text[start:end]
        means = [*known.get(words, ()), *general.get(words, ())]
        if means and not any(first <= start and end <= last for first, last in used):
            used.append((start, end))
            found |= dict.fromkeys(means)
    return tuple(found)


@cache
def vocabulary() -> Mapping[str, tuple[str, ...]]:
    """The general vocabulary: everyday words → what guides say, as normal text."""
    path = Path(__file__).with_name("vocabulary.yaml")
    written: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    found: dict[str, dict[str, None]] = {}
    for ways, means in written.items():
        for way in str(ways).split(" | "):
            words = normal(way.strip())
            others = (normal(one) for one in means)
            found.setdefault(words, {}).update({one: None for one in others if one != words})
    return {words: tuple(means) for words, means in found.items() if means}


def _of_editors(candidates: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT words, means FROM search_synonym"
            " WHERE words = ANY(%s) AND removed_at IS NULL ORDER BY id",
            [list(candidates)],
        )
        for words, means in cursor.fetchall():
            found.setdefault(words, []).append(means)
    return found


def _spans(text: str) -> list[tuple[int, int]]:
    """Where words may stand in a text: from one boundary to another, as long as words are.

    Between two Han characters there may always be one, within a Latin word never.
    """
    ends = [
        place
        for place in range(len(text) + 1)
        if place in (0, len(text)) or _may_part(text[place - 1], text[place])
    ]
    spans = []
    for index, start in enumerate(ends):
        if start < len(text) and text[start] == " ":
            continue
        for end in ends[index + 1 :]:
            longest = _LONGEST_HAN if is_han(text[start]) else LONGEST_WORDS
            if end - start > longest:
                break
            if end - start >= 2 and text[end - 1] != " ":
                spans.append((start, end))
    return spans


def _may_part(before: str, after: str) -> bool:
    return not (before.isalnum() and after.isalnum()) or is_han(before) or is_han(after)
