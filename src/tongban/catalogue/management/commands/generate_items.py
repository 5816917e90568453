"""./tongban manage generate_items --items 104174"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from tongban.catalogue.generating.definitions import BadDefinition
from tongban.catalogue.generating.generator import (
    CannotGenerate,
    Generated,
    generate,
    remove,
)
from tongban.directory.api import BadTree, load_regions, read_regions

_WIDTH = 30


class Command(BaseCommand):
    help = (
        "Make a realistic province for demonstrations and benchmarks, from the definitions in"
        " demo/services. A second run changes nothing; --remove takes it all out again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--items", type=int, default=104_174, help="how many offerings, up to 3,000,000"
        )
        parser.add_argument(
            "--regions",
            type=Path,
            metavar="FILE",
            help="load this tree of regions first (as load_regions does: a CSV file, or a folder of"
            " China's statistical codes) and offer services in all of it",
        )
        parser.add_argument(
            "--province",
            metavar="CODE",
            help="offer services in this region and below; it is in the tree already."
            " Without --regions and --province a province is made up",
        )
        parser.add_argument("--seed", type=int, default=1, help="another number, another province")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what there would be, and write nothing"
        )
        parser.add_argument("--remove", action="store_true", help="take out what was generated")
        parser.add_argument("--folder", type=Path, default=settings.ROOT / "demo")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Made-up services have no place in production.")
        started = time.monotonic()
        try:
            if options["remove"]:
                count = remove(self._progress)
                self.stdout.write(f"{count:,} offerings removed. {self._since(started)}")
                return
            with transaction.atomic() if options["dry_run"] else nullcontext():
                made = self._make(options)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except (CannotGenerate, BadDefinition) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{made.services:,} services in {made.families:,} variants; {made.regions:,} regions,"
            f" {made.agencies:,} agencies."
        )
        if options["dry_run"]:
            done = "Nothing was written."
        else:
            done = f"{made.new:,} new, {made.changed:,} changed, {made.unchanged:,} unchanged."
        self.stdout.write(f"{made.offerings:,} offerings. {done} {self._since(started)}")
        if made.offerings < options["items"]:
            self.stdout.write("The tree offers no more than these. Load a larger one.")

    def _make(self, options: dict[str, Any]) -> Generated:
        top = options["province"]
        if options["regions"]:
            self._load(options["regions"])
            top = top or ""
        return generate(
            options["folder"],
            options["items"],
            top=top,
            seed=options["seed"],
            dry_run=options["dry_run"],
            progress=self._progress,
        )

    def _load(self, source: Path) -> None:
        try:
            load_regions(read_regions(source, "nbs" if source.is_dir() else "csv"))
        except (OSError, ValueError, BadTree) as error:
            raise CommandError(f"Cannot read these regions: {error}") from error

    def _since(self, started: float) -> str:
        return f"{time.monotonic() - started:.1f} s"

    def _progress(self, step: str, done: int, total: int) -> None:
        if not self.stderr.isatty():
            return
        filled = _WIDTH * done // total if total else 0
        bar = "█" * filled + "░" * (_WIDTH - filled)
        end = "\n" if done >= total else ""
        self.stderr.write(f"\r\033[K{step:9} {bar} {done:,} of {total:,}", ending=end)
        self.stderr.flush()
