"""Agencies that contradict each other on the same item: found in sets, in the database.

Compared are offerings of one item with one name, so that the cases of an item (业务办理项) are not
taken for each other. What the law sets must be the same wherever the item is offered: whoever
differs from most is told. What agencies set for themselves must be the same within a region.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tongban.catalogue.guide import Guide
from tongban.catalogue.linting.facts import Conflict
from tongban.kernel.localized import Localized, pick

_BY_LAW = """
INSERT INTO lint_conflict
WITH offered AS (
    SELECT o.id, o.item_id, o.name, o.agency_id, v.statutory_days AS law, v.limit_unit AS unit
    FROM catalogue_offering o JOIN catalogue_guideversion v ON v.id = o.current_id
    WHERE v.statutory_days IS NOT NULL),
usual AS (
    SELECT item_id, name, unit, mode() WITHIN GROUP (ORDER BY law) AS law
    FROM offered GROUP BY item_id, name, unit
    HAVING min(law) < max(law) AND count(DISTINCT agency_id) > 1)
SELECT o.id, 'limits.statutory', (
        SELECT agency_id FROM offered p
        WHERE (p.item_id, p.name, p.unit, p.law) = (u.item_id, u.name, u.unit, u.law)
        ORDER BY p.id LIMIT 1),
    o.law || ' ' || o.unit, u.law || ' ' || u.unit
FROM offered o JOIN usual u USING (item_id, name, unit) WHERE o.law <> u.law
"""

# Fees as "name amount", documents by name; each in an order of its own, for comparing.
_BY_REGION = """
INSERT INTO lint_conflict
WITH shared AS (
    SELECT item_id, name, region_id FROM catalogue_offering WHERE current_id IS NOT NULL
    GROUP BY item_id, name, region_id HAVING count(DISTINCT agency_id) > 1),
facts AS (
    SELECT o.id, o.item_id, o.name, o.region_id, o.agency_id,
        v.promised_days || ' ' || v.limit_unit AS promise,
        (SELECT coalesce(string_agg(
            concat(coalesce(f->'name'->>'zh', f->'name'->>'en'), ' ', f->>'amount'),
            '; ' ORDER BY f->'name'->>'zh', f->>'amount'), '')
         FROM jsonb_array_elements(v.content->'fees') f) AS fees,
        (SELECT coalesce(string_agg(coalesce(m->'name'->>'zh', m->'name'->>'en'),
            '; ' ORDER BY m->'name'->>'zh'), '')
         FROM jsonb_array_elements(v.content->'materials') m) AS materials
    FROM catalogue_offering o JOIN shared USING (item_id, name, region_id)
    JOIN catalogue_guideversion v ON v.id = o.current_id)
SELECT a.id, d.about, d.agency_id, d.ours, d.theirs FROM facts a
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (c.about) c.about, b.agency_id, c.ours, c.theirs FROM facts b
    CROSS JOIN LATERAL (VALUES
        ('limits.promised', a.promise, b.promise),
        ('fees', a.fees, b.fees),
        ('materials', a.materials, b.materials)) c (about, ours, theirs)
    WHERE (b.item_id, b.name, b.region_id) = (a.item_id, a.name, a.region_id)
    AND b.agency_id <> a.agency_id AND c.ours <> c.theirs
    ORDER BY c.about, b.id) d
"""


_DROP = "DROP TABLE IF EXISTS pg_temp.lint_conflict"


@contextmanager
def all_conflicts() -> Iterator[None]:
    """Find the contradictions of the whole catalogue once; `conflicts_of` reads them within."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        cursor.execute(
            "CREATE TEMP TABLE lint_conflict"
            " (offering_id bigint, about text, other_id bigint, ours text, theirs text)"
        )
        for statement in (_BY_LAW, _BY_REGION):
            cursor.execute(statement)
        cursor.execute("CREATE INDEX ON lint_conflict (offering_id)")
        cursor.execute("ANALYZE lint_conflict")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(_DROP)


def conflicts_of(offering_ids: Iterable[int]) -> dict[int, tuple[Conflict, ...]]:
    """The contradictions of some offerings. Only within `all_conflicts`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.offering_id, c.about, a.name::text, c.ours, c.theirs"
            " FROM lint_conflict c JOIN directory_agency a ON a.id = c.other_id"
            " WHERE c.offering_id = ANY(%s) ORDER BY c.offering_id, c.about",
            [list(offering_ids)],
        )
        found: dict[int, tuple[Conflict, ...]] = {}
        for pk, about, name, ours, theirs in cursor.fetchall():
            conflict = _conflict(about, json.loads(name), ours, theirs)
            found[pk] = (*found.get(pk, ()), conflict)
        return found


_OTHERS = """
SELECT mine.id, other.* FROM catalogue_offering mine
CROSS JOIN LATERAL (
    SELECT o.region_id = mine.region_id, a.name::text, v.statutory_days, v.promised_days,
        v.limit_unit, (v.content->'fees')::text, (v.content->'materials')::text
    FROM catalogue_offering o JOIN catalogue_guideversion v ON v.id = o.current_id
    JOIN directory_agency a ON a.id = o.agency_id
    WHERE o.item_id = mine.item_id AND o.name = mine.name AND o.agency_id <> mine.agency_id
    ORDER BY o.region_id = mine.region_id DESC, o.id LIMIT %(most)s) other
WHERE mine.id = ANY(%(ids)s)
"""
MOST_OTHERS = 50

# What another guide says: whether it is of the same region, its agency, and what is compared.
Other = tuple[bool, str, int | None, int | None, str, str, str]


def others_of(offering_ids: Iterable[int]) -> dict[int, list[Other]]:
    """The public guides that each offering is compared with: the same item under the same name.

    One query, however many; of many others the first are asked.
    """
    found: dict[int, list[Other]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS, {"ids": list(offering_ids), "most": MOST_OTHERS})
        for pk, *other in cursor.fetchall():
            found.setdefault(pk, []).append(tuple(other))
    return found


def conflicts_with(guide: Guide, rows: Iterable[Other]) -> tuple[Conflict, ...]:
    """What `others_of` its offering say otherwise than this guide, published or not."""
    rows = list(rows)
    found: dict[str, Conflict] = {}
    limits, unit = guide.limits, guide.limits.unit.value
    laws = [row[2] for row in rows if row[2] is not None and row[4] == unit]
    usual = max(laws, key=laws.count, default=None)
    own = guide.model_dump(mode="json", include={"fees", "materials"})
    ours = _sayings(limits.promised, unit, own["fees"], own["materials"])
    for near, name_text, law, promise, their_unit, fees, materials in rows:
        name = json.loads(name_text)
        if limits.statutory is not None and law == usual != limits.statutory and usual is not None:
            ours_by_law = f"{limits.statutory} {unit}"
            conflict = _conflict("limits.statutory", name, ours_by_law, f"{usual} {unit}")
            found.setdefault(conflict.about, conflict)
        if not near:
            continue
        theirs = _sayings(
            promise, their_unit, json.loads(fees or "[]"), json.loads(materials or "[]")
        )
        for about, said in theirs.items():
            if about in ours and ours[about] != said:
                found.setdefault(about, _conflict(about, name, ours[about], said))
    return tuple(found.values())


def _sayings(
    promise: int | None,
    unit: str,
    fees: list[dict[str, Any]],
    materials: list[dict[str, Any]],
) -> dict[str, str]:
    """What is compared within a region, as text; without a promise where there is none."""
    said = {} if promise is None else {"limits.promised": f"{promise} {unit}"}
    said["fees"] = "; ".join(sorted(f"{_first(fee['name'])} {fee['amount']}" for fee in fees))
    said["materials"] = "; ".join(sorted(_first(one["name"]) for one in materials))
    return said


def _first(name: Localized) -> str:
    return pick(name, "zh")


def _conflict(about: str, name: Localized, ours: str, theirs: str) -> Conflict:
    """Of lists, only what the other has not."""
    if about in ("fees", "materials"):
        here, there = ours.split("; "), theirs.split("; ")
        ours = "; ".join(one for one in here if one not in there)
        theirs = "; ".join(one for one in there if one not in here)
    return Conflict(about, pick(name, "zh"), pick(name, "en"), ours, theirs)
