"""What editors see of the catalogue: the offerings they look after, published or not."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q, QuerySet

from tongban.catalogue.models import GuideVersion, Offering
from tongban.catalogue.publishing import folded
from tongban.identity.api import Officer


def editable(officer: Officer, words: str = "") -> QuerySet[Offering]:
    """The offerings within an officer's posts as editor. Page them by ("sort_key", "id")."""
    reach = Q(pk__in=[])
    for post in officer.posts_as("editor"):
        one = Q(region_path__startswith=post.region_path)
        if post.agency_id is not None:
            one &= Q(agency_id=post.agency_id)
        reach |= one
    found = Offering.objects.filter(reach).select_related("agency", "current")
    if words:
        # The text for searching is written when a guide is published; names are there before.
        found = found.filter(Q(search_text__icontains=folded(words)) | Q(name__icontains=words))
    return found.defer("current__content", "search_text")


def with_drafts(offering_ids: Iterable[int]) -> set[int]:
    """Those of the offerings with a draft newer than the current version. One query."""
    newer = Q(offering__current__isnull=True) | Q(number__gt=F("offering__current__number"))
    drafts = GuideVersion.objects.filter(
        newer, state=GuideVersion.State.DRAFT, offering_id__in=list(offering_ids)
    )
    return set(drafts.values_list("offering_id", flat=True))
