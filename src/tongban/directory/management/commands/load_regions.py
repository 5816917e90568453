"""./tongban manage load_regions FILE_OR_FOLDER --scheme nbs|csv"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.directory.region_files import SCHEMES, read_regions
from tongban.directory.regions import BadTree, load_regions


class Command(BaseCommand):
    help = (
        "Adds a tree of regions or brings it up to date, all or nothing. Others stay as they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="a file (csv) or a folder (nbs)")
        parser.add_argument("--scheme", choices=SCHEMES, default="csv")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = read_regions(options["source"], options["scheme"])
            loaded = load_regions(rows, self._show)
        except (OSError, ValueError) as error:  # BadTree is a ValueError
            kind = "The regions make no tree" if isinstance(error, BadTree) else "Cannot read that"
            raise CommandError(f"{kind}: {error}. Nothing was changed.") from error
        self.stdout.write(
            f"{loaded.added} added, {loaded.changed} changed, {loaded.unchanged} unchanged."
        )

    def _show(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done} of {total}", ending="" if done < total else "\n")
