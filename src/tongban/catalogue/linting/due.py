"""Which guides a bulk check has to examine: those of which something changed that rules look at.

All of it is made into one mark in the database, guide by guide, and compared with the mark of the
last check (`GuideCheck`). Not in the mark are days and links: a check says until which day the same
would be found, and how the addresses stood that the guide names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from django.db import connection

from tongban.catalogue.linting.alike import OWN, Own
from tongban.catalogue.linting.links import DEAD_AFTER
from tongban.kernel import clock

BATCH = 500
_CATALOGUE = Path(__file__).parents[1]
# Code that decides what is found. Another release may find something else.
_DECIDING = ("linting/*.py", "anatomy.py", "guide.py", "codes.py")


@dataclass(frozen=True)
class Due:
    """A guide to examine, but for its content: the digest of what it says beside its own words."""

    offering_id: int
    version_id: int
    mark: str
    common: str
    own: Own
    name: str  # JSON
    has_form: bool
    translated: str  # JSON
    item_type: str
    audiences: list[str]
    themes: list[str]

    @cached_property
    def translated_from(self) -> Mapping[str, str]:
        found: dict[str, str] = json.loads(self.translated)
        return found


_DROP = "DROP TABLE IF EXISTS pg_temp.lint_due"
# Guides of one item come together: many of them are alike.
_FIND = """
CREATE TEMP TABLE lint_due AS
SELECT row_number() OVER (ORDER BY o.item_id, o.id)::int AS at, o.id, known.mark
FROM catalogue_offering o
JOIN catalogue_item i ON i.id = o.item_id
JOIN catalogue_guideversion v ON v.id = o.current_id
LEFT JOIN (
    SELECT l.offering_id, md5(string_agg(
        concat_ws(' ', l.about, a.name::text, l.ours, l.theirs), ';' ORDER BY l.about)) AS said
    FROM lint_conflict l JOIN directory_agency a ON a.id = l.other_id GROUP BY l.offering_id
) others ON others.offering_id = o.id
CROSS JOIN LATERAL (SELECT md5(concat_ws('|', %(rules)s, v.id, v.form_id IS NOT NULL,
    v.translated_from::text, o.name::text, i.type, i.audiences::text, i.themes::text,
    others.said)) AS mark) known
LEFT JOIN catalogue_guidecheck c ON c.offering_id = o.id
LEFT JOIN LATERAL (
    SELECT md5(string_agg(k.digest || k.problem, ',' ORDER BY k.digest COLLATE "C")) AS links
    FROM catalogue_linkcheck k WHERE k.digest = ANY(c.links) AND k.failures >= %(dead)s
) dead ON c.links <> '{}'
WHERE (%(source)s = '' OR o.source = %(source)s) AND starts_with(o.region_path, %(region)s)
AND (%(whole)s OR o.score IS NULL OR c.mark IS DISTINCT FROM known.mark OR c.until < %(today)s
    OR coalesce(dead.links, '') <> c.dead)
"""
# The content is unpacked once (OFFSET 0), then cut in two.
_BATCH = """
SELECT o.id, v.id, d.mark, md5((t.content - %(own)s::text[])::text),
    jsonb_strip_nulls(jsonb_build_object({own}))::text,
    o.name::text, v.form_id IS NOT NULL, v.translated_from::text, i.type, i.audiences, i.themes
FROM lint_due d JOIN catalogue_offering o ON o.id = d.id
JOIN catalogue_item i ON i.id = o.item_id
JOIN catalogue_guideversion v ON v.id = o.current_id
CROSS JOIN LATERAL (SELECT v.content || '{{}}'::jsonb AS content OFFSET 0) t
WHERE d.at > %(after)s AND d.at <= %(to)s ORDER BY d.at
""".format(own=", ".join(f"'{name}', t.content->'{name}'" for name in OWN))


def due_guides(
    stack: ExitStack, *, source: str, region_path: str, whole: bool
) -> Iterator[list[Due]]:
    """The guides to examine, in batches; the table of them goes when `stack` ends.

    Only within `all_conflicts`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        stack.callback(_drop)
        cursor.execute(
            _FIND,
            {
                "rules": _rules(),
                "dead": DEAD_AFTER,
                "source": source,
                "region": region_path,
                "whole": whole,
                "today": clock.today(),
            },
        )
        cursor.execute("ALTER TABLE lint_due ADD PRIMARY KEY (at)")
        cursor.execute("ANALYZE lint_due")
        cursor.execute("SELECT count(*) FROM lint_due")
        row = cursor.fetchone()
    count = row[0] if row else 0
    return (_batch(after) for after in range(0, count, BATCH))


def digest_of_dead(dead: Mapping[str, str]) -> str:
    """As the database makes it of links that do not open: digest → problem. "" for none."""
    if not dead:
        return ""
    said = ",".join(key + problem for key, problem in sorted(dead.items()))
    return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()


def _batch(after: int) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(_BATCH, {"own": list(OWN), "after": after, "to": after + BATCH})
        return [
            Due(pk, version, mark, common, json.loads(own), *rest)
            for pk, version, mark, common, own, *rest in cursor.fetchall()
        ]


def _drop() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DROP)


def _rules() -> str:
    """A digest of the code of the rules and of the topics' audiences."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(code || ' ' || audience, ',' ORDER BY code))"
            " FROM catalogue_theme"
        )
        row = cursor.fetchone()
    return f"{_code()}{row[0] if row else ''}"


@lru_cache(maxsize=1)
def _code() -> str:
    found = hashlib.sha256()
    for pattern in _DECIDING:
        for path in sorted(_CATALOGUE.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()
