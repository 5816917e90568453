"""Suggestions while somebody types: titles by beginnings, in characters, pinyin or English."""

from __future__ import annotations

from itertools import pairwise

from django.db import connection

from tongban.search.finding import above, is_large, serving
from tongban.search.tokens import INITIALS, LONGEST_QUERY, SOUND, is_han, normal, runs, stem

_MOST_RUNS = 8
# So many services are looked at more closely.
_CANDIDATES = 60
_MOST_LETTERS = 24
_MOST_INITIALS = 8


def suggest(typed: str, *, region_path: str = "", n: int = 8) -> list[int]:
    """Documents whose titles or synonyms have all words of `typed`, the last as a beginning.

    One document of a service, the nearest; best first. [] for what has no letter or digit.
    """
    text = normal(typed[:LONGEST_QUERY])
    wanted = _tsquery(text)
    if not wanted:
        return []
    where, parameters = serving(region_path)
    begins = "".join(char if char.isalnum() or char == " " else "_" for char in text.strip())
    statement = (_LARGE_AREA if is_large(region_path) else _REGION) + _BEST
    somewhere = f"EXISTS (SELECT FROM search_document d WHERE d.entry_id = e.id AND {where})"
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(where=where, somewhere=somewhere if region_path else "true"),
            {
                **parameters,
                "wanted": wanted,
                "near": [region_path, *above(region_path)] if region_path else [],
                "begins": f"{begins}%",
                "candidates": _CANDIDATES,
                "n": n,
            },
        )
        return [document for (document,) in cursor.fetchall()]


def _tsquery(text: str) -> str:
    """All runs but the last as they are, the last as a beginning; "" without any."""
    found = runs(text)[:_MOST_RUNS]
    if not found:
        return ""
    is_open = text[-1:].isalnum()  # a space ends a word
    parts = []
    for place, run in enumerate(found):
        if is_han(run):
            pairs = [first + second for first, second in pairwise(run)]
            parts.append(" & ".join(f"'{one}':AB" for one in pairs or [run]))
        elif place == len(found) - 1 and is_open:
            parts.append(f"('{stem(run)}':AB | '{run}':*AB)")
        else:
            parts.append(f"'{stem(run)}':AB")
    wanted = " & ".join(parts)
    letters = "".join(found)
    if letters.isascii() and letters.isalpha():
        wanted = f"({wanted}) | '{SOUND}{letters[:_MOST_LETTERS]}':*"
        if 1 < len(letters) <= _MOST_INITIALS:
            wanted += f" | '{INITIALS}{letters}':*"
    return wanted


_REGION = """
WITH matching AS (
    SELECT DISTINCT ON (d.entry_id) d.id, d.entry_id, d.popularity, d.online,
        ts_rank('{{0,0,0.4,1}}'::float4[], d.tsv, %(wanted)s::tsquery) / (8 + d.han + d.latin)
            AS rank
    FROM search_document d WHERE {where} AND d.tsv @@ %(wanted)s::tsquery
    ORDER BY d.entry_id,
        coalesce(array_position(%(near)s::text[], d.region_path::text), 99), d.online DESC, d.id),
candidates AS (SELECT * FROM matching ORDER BY rank DESC, popularity DESC, id LIMIT %(candidates)s)
"""

_LARGE_AREA = """
WITH entries AS (
    SELECT e.id, ts_rank('{{0,0,0.4,1}}'::float4[], e.tsv, %(wanted)s::tsquery)
        / (8 + e.han + e.latin) AS rank
    FROM search_entry e WHERE e.tsv @@ %(wanted)s::tsquery AND {somewhere}
    ORDER BY rank DESC, e.id LIMIT %(candidates)s),
candidates AS (
    SELECT d.*, e.rank FROM entries e CROSS JOIN LATERAL (
        SELECT d.id, d.entry_id, d.popularity, d.online FROM search_document d
        WHERE d.entry_id = e.id AND {where}
        ORDER BY coalesce(array_position(%(near)s::text[], d.region_path::text), 99),
            d.popularity DESC, d.id LIMIT 1) d)
"""

# What begins with what was typed comes before what has it somewhere.
_BEST = """
SELECT c.id FROM candidates c JOIN search_entry e ON e.id = c.entry_id
ORDER BY EXISTS (SELECT FROM unnest(e.titles) title WHERE lower(title) LIKE %(begins)s) DESC,
    c.rank * (1 + 0.05 * ln(1 + c.popularity)) DESC, c.popularity DESC, c.id
LIMIT %(n)s
"""
