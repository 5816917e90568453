"""Which services are applied for most: counted nightly from the cases of the last year."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count

from tongban.cases.models import Case
from tongban.catalogue.api import note_applications
from tongban.kernel import clock

COUNTED = timedelta(days=365)


def count_applications() -> int:
    """Tell the catalogue how often each offering was applied for; of how many it changed."""
    since = clock.now() - COUNTED
    counts = Case.objects.filter(submitted_at__gte=since).values_list("offering_id")
    return note_applications(dict(counts.annotate(number=Count("id"))))
