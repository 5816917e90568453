"""What changed in the catalogue, in an order that followers can rely on.

A follower asks for what came after the last position it saw. Ids or times will not do for that: of
two transactions the later one may commit first, and the follower would pass over the other. So a
change is written without a position, and gets one only when it can be seen, from one numberer at a
time: whatever has no position yet will get a higher one than all that anybody has read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from tongban.catalogue.models import Change, Offering
from tongban.kernel import clock
from tongban.kernel.announcements import app
from tongban.kernel.localized import Localized

# Changes told at once.
MOST = 1000
# Numbered at once by a reader, who has to wait for it, and by the job, for which nobody waits.
_NUMBERED_AT_ONCE = 2000
_NUMBERED_BY_JOB = 20_000
_LOCK = "catalogue changes"


@dataclass(frozen=True)
class ChangeEntry:
    """One change. Names, agency and region are the service's present ones; `at` is aware."""

    position: int
    kind: Change.Kind
    at: datetime
    slug: str
    code: str
    source: str
    name: Localized
    agency_code: str
    agency_name: Localized
    region_code: str
    version: int | None  # number of the guide's version; None: withdrawn
    why: Localized  # of a withdrawal


def changes(after: int = 0, *, most: int = MOST, region_path: str = "") -> list[ChangeEntry]:
    """The changes after a position, oldest first. Nothing is ever passed over.

    With a region those in it and below; their positions have gaps.
    """
    number_changes()
    rows = _rows(region_path).filter(position__gt=after).order_by("position")[:most]
    return [_entry(row) for row in rows]


def latest_changes(most: int = 100, *, region_path: str = "") -> list[ChangeEntry]:
    """The latest changes, newest first."""
    number_changes()
    rows = _rows(region_path).filter(position__isnull=False).order_by("-position")[:most]
    return [_entry(row) for row in rows]


def last_position() -> int:
    """The highest position; 0 in an empty catalogue. What a copy of the catalogue made after this
    call lacks comes after it."""
    number_changes()
    top: int | None = Change.objects.aggregate(top=Max("position"))["top"]
    return top or 0


def last_changed_at() -> datetime | None:
    """When the change with the highest position happened."""
    return (
        Change.objects.filter(position__isnull=False)
        .order_by("-position")
        .values_list("at", flat=True)
        .first()
    )


@transaction.atomic
def number_changes(most: int = _NUMBERED_AT_ONCE) -> int:
    """Give positions to the changes that have become visible, the first `most`; how many.

    One numberer at a time, so that a position, once read, is higher than all that were there
    before. Of one service, the order is that of its changes: the second waited for the first.
    """
    if not Change.objects.filter(position__isnull=True).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])
        cursor.execute(_NUMBER, {"now": clock.now(), "most": most})
        return int(cursor.rowcount)


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", queueing_lock="number_changes", pass_context=False)
def number_all(timestamp: int) -> None:
    """Number what no reader has asked for yet: a large import leaves much."""
    while number_changes(_NUMBERED_BY_JOB):
        pass


_NUMBER = """
WITH waiting AS (
    SELECT c.id, row_number() OVER (ORDER BY c.id) AS place,
           coalesce(c.at, v.published_at, %(now)s) AS at
    FROM (SELECT * FROM catalogue_change WHERE position IS NULL ORDER BY id LIMIT %(most)s) c
    LEFT JOIN catalogue_guideversion v ON v.id = c.version_id)
UPDATE catalogue_change c SET position = last.position + waiting.place, at = waiting.at
FROM waiting, (SELECT coalesce(max(position), 0) AS position FROM catalogue_change) last
WHERE c.id = waiting.id
"""


def _rows(region_path: str) -> QuerySet[Change]:
    rows = Change.objects.select_related("offering__agency", "version").defer("version__content")
    return rows.filter(offering__region_path__startswith=region_path) if region_path else rows


def _entry(row: Change) -> ChangeEntry:
    offering: Offering = row.offering
    assert row.position is not None
    assert row.at is not None  # numbered changes have both
    withdrawn = row.kind == Change.Kind.WITHDRAWN
    return ChangeEntry(
        position=row.position,
        kind=Change.Kind(row.kind),
        at=row.at,
        slug=offering.slug,
        code=offering.code,
        source=offering.source,
        name=offering.name,
        agency_code=offering.agency.code,
        agency_name=offering.agency.name,
        region_code=offering.region_id,
        version=row.version.number if row.version else None,
        why=offering.withdrawn_why if withdrawn else {},
    )
