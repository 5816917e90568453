"""Triggers that keep `QualityCount` in step, whoever writes guides and findings.

Each statement adds rows that say by how much the counts of an agency in a region changed; readers
sum them up. Nobody waits for anybody: no row is changed twice. `linting.counting.recount` folds
them.
"""

from __future__ import annotations

import pgtrigger

# How guides stand: a row of before counts as less, one of after as more.
_STANDING = """
    INSERT INTO catalogue_qualitycount
        (agency_id, region_path, rule,
        guides, places, checked, with_errors, without_findings, points)
    SELECT * FROM (
        SELECT agency_id, region_path, '', sum(n) AS guides, 0,
            coalesce(sum(n) FILTER (WHERE score IS NOT NULL), 0) AS checked,
            coalesce(sum(n) FILTER (WHERE error_count > 0), 0) AS with_errors,
            coalesce(sum(n) FILTER (
                WHERE score IS NOT NULL AND error_count + warning_count = 0), 0) AS without,
            coalesce(sum(n * score), 0) AS points
        FROM ({rows}) AS moved GROUP BY agency_id, region_path) AS counted
    WHERE (guides, checked, with_errors, without, points) <> (0, 0, 0, 0, 0);
"""
_ROWS = """
    SELECT agency_id, region_path, score, error_count, warning_count, {sign} AS n
    FROM {table} WHERE current_id IS NOT NULL
"""
_AFTER, _BEFORE = _ROWS.format(table="after", sign=1), _ROWS.format(table="before", sign=-1)

_FOUND = """
    INSERT INTO catalogue_qualitycount
        (agency_id, region_path, rule,
        guides, places, checked, with_errors, without_findings, points)
    SELECT o.agency_id, o.region_path, f.rule, {sign} * count(DISTINCT f.offering_id),
        {sign} * count(*), 0, 0, 0, 0
    FROM {table} f JOIN catalogue_offering o ON o.id = f.offering_id
    GROUP BY o.agency_id, o.region_path, f.rule;
    RETURN NULL;
"""
# What was found in a guide goes with it.
_FORGET = """
    DELETE FROM catalogue_finding f USING before b, after a
    WHERE b.id = a.id AND b.current_id IS NOT NULL AND a.current_id IS NULL
    AND f.offering_id = a.id;
    RETURN NULL;
"""


def _trigger(
    name: str, operation: pgtrigger.Operation, func: str, *, old: bool = False, new: bool = False
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(  # type: ignore[no-untyped-call]
            old="before" if old else None, new="after" if new else None
        ),
        func=func,
    )


OF_OFFERINGS = [
    _trigger(
        "counts_new",
        pgtrigger.Insert,
        _STANDING.format(rows=_AFTER) + "RETURN NULL;",
        new=True,
    ),
    _trigger(
        "counts_changed",
        pgtrigger.Update,
        _STANDING.format(rows=f"{_AFTER} UNION ALL {_BEFORE}") + _FORGET,
        old=True,
        new=True,
    ),
    _trigger(
        "counts_gone",
        pgtrigger.Delete,
        _STANDING.format(rows=_BEFORE) + "RETURN NULL;",
        old=True,
    ),
]

OF_FINDINGS = [
    _trigger("counts_found", pgtrigger.Insert, _FOUND.format(table="after", sign="1"), new=True),
    _trigger("counts_mended", pgtrigger.Delete, _FOUND.format(table="before", sign="-1"), old=True),
]
