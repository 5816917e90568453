"""./tongban manage seed_calendar"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tongban.directory.api import calendar_coverage, seed_calendar


class Command(BaseCommand):
    help = "Creates the Chinese working-day calendar, or adds what a newer library release knows."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = seed_calendar()
        known = calendar_coverage()
        self.stdout.write(
            f"{changed} days changed. The calendar covers {known.first} to {known.last}: "
            f"{known.holidays} holidays, {known.makeup_days} make-up days."
        )
