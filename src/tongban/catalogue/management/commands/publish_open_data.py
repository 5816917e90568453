"""./tongban manage publish_open_data"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand

from tongban.catalogue.publications import folder, publish_files


class Command(BaseCommand):
    help = "Make the files of the whole catalogue anew, as every night."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        made = publish_files()
        for file in made.files:
            self.stdout.write(f"{file.size:>14,}  {file.name}")
        self.stdout.write(
            f"{made.services:,} services up to change {made.position} in {folder()},"
            f" {time.monotonic() - started:.1f} s"
        )
