"""Which guides there are and when each last changed, in portions for site maps.

Portion n holds the offerings whose ids begin there, so that one new guide changes one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max
from django.db.models.functions import Floor

from tongban.catalogue.models import Offering
from tongban.kernel.counted import counted

# What a site map may hold; each guide has an address in each of the two languages.
ADDRESSES_PER_FILE = 50_000
_PER_FILE = ADDRESSES_PER_FILE // 2
# The list of files may be this old (seconds): it counts the whole catalogue.
_FRESH = 3600
_LARGE = 5000  # offerings; fewer are counted faster than remembered


@dataclass(frozen=True)
class SiteMapFile:
    """One portion: its number, how many guides, when the youngest changed."""

    number: int
    guides: int
    changed_at: datetime | None


def site_maps() -> list[SiteMapFile]:
    """The portions that hold anything, by number; of a large catalogue up to an hour old."""
    return counted(
        "site-maps",
        _site_maps,
        fresh=_FRESH,
        worth=lambda found: sum(one.guides for one in found) > _LARGE,
    )


def _site_maps() -> list[SiteMapFile]:
    rows = (
        Offering.objects.filter(current__isnull=False)
        .values(number=Floor(F("pk") / _PER_FILE))
        .annotate(guides=Count("pk"), changed_at=Max("current__published_at"))
        .order_by("number")
    )
    return [SiteMapFile(int(row["number"]), row["guides"], row["changed_at"]) for row in rows]


def site_map(number: int) -> Iterator[tuple[str, datetime | None]]:
    """The guides of a portion: last part of the address, and when it changed."""
    start = number * _PER_FILE
    rows = (
        Offering.objects.filter(pk__gte=start, pk__lt=start + _PER_FILE, current__isnull=False)
        .order_by("pk")
        .values_list("slug", "current__published_at")
    )
    yield from rows
