"""Counts for the report, folded: those that triggers added (`models.counting`) become one a place.

Reading sums up, so that folding changes nothing anybody sees, but for findings of offerings that
moved to another agency.
"""

from __future__ import annotations

from django.db import connection, transaction

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('quality counts', 0))"
# One statement, so that it deletes and counts the same moment's rows; what is written meanwhile
# is added by triggers and stays.
RECOUNT = """
WITH gone AS (DELETE FROM catalogue_qualitycount)
INSERT INTO catalogue_qualitycount
    (agency_id, region_path, rule, guides, places, checked, with_errors, without_findings, points)
SELECT agency_id, region_path, '', count(*), 0, count(score),
    count(*) FILTER (WHERE error_count > 0),
    count(*) FILTER (WHERE score IS NOT NULL AND error_count + warning_count = 0),
    coalesce(sum(score), 0)
FROM catalogue_offering WHERE current_id IS NOT NULL GROUP BY agency_id, region_path
UNION ALL
SELECT o.agency_id, o.region_path, f.rule, count(DISTINCT f.offering_id), count(*), 0, 0, 0, 0
FROM catalogue_finding f JOIN catalogue_offering o ON o.id = f.offering_id
WHERE o.current_id IS NOT NULL GROUP BY o.agency_id, o.region_path, f.rule
"""


@transaction.atomic
def recount() -> None:
    """Count everything anew. Two at once wait for each other, else both would add."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(RECOUNT)
