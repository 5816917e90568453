"""`manage rebuild_search`: make the search index anew from the catalogue."""

from __future__ import annotations

from time import monotonic

from django.core.management.base import BaseCommand

from tongban.catalogue.api import rebuild_index


class Command(BaseCommand):
    help = (
        "Make the search index anew from the catalogue. Searches go on with the old one until it"
        " is done; who publishes meanwhile waits."
    )

    def handle(self, *args: object, **options: object) -> None:
        began = monotonic()
        number = rebuild_index()
        self.stdout.write(f"{number} services indexed in {monotonic() - began:.1f} s.")
