"""What editors see of the catalogue: the offerings they look after, published or not."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongban.catalogue.models import GuideVersion, Offering
from tongban.catalogue.publishing import folded
from tongban.identity.api import Officer


def editable(officer: Officer, words: str = "") -> QuerySet[Offering]:
    """The offerings within an officer's posts as editor. Page them by ("sort_key", "id").

    Each has its agency, its current version, and `has_draft`: a version newer than the current one
    waits to be published.
    """
    reach = Q(pk__in=[])
    for post in officer.posts_as("editor"):
        one = Q(region_path__startswith=post.region_path)
        if post.agency_id is not None:
            one &= Q(agency_id=post.agency_id)
        reach |= one
    drafts = GuideVersion.objects.filter(
        offering=OuterRef("pk"), state=GuideVersion.State.DRAFT
    ).filter(Q(offering__current__isnull=True) | Q(number__gt=OuterRef("current__number")))
    found = Offering.objects.filter(reach).select_related("agency", "current")
    if words:
        found = found.filter(Q(search_text__icontains=folded(words)) | Q(name__icontains=words))
    return found.annotate(has_draft=Exists(drafts)).defer("current__content", "search_text")
