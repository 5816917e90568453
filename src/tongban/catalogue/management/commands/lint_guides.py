"""./tongban manage lint_guides [--source gd] [--region CODE] [--links] [--all]"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongban.catalogue.linting.bulk import lint_all
from tongban.catalogue.linting.findings import SEVERITIES
from tongban.catalogue.linting.links import check_links
from tongban.catalogue.linting.words import title_of
from tongban.directory.api import find_region


class Command(BaseCommand):
    help = "Check the published guides and keep what is found, for the page “Mend first”."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", default="", help="only guides of this source: tongban, gd")
        parser.add_argument("--region", default="", metavar="CODE", help="only this region's")
        parser.add_argument("--links", action="store_true", help="try the web addresses first")
        parser.add_argument("--all", action="store_true", help="also what did not change")
        parser.add_argument("--dry-run", action="store_true", help="count, and keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path = ""
        if code := options["region"]:
            region = find_region(code)
            if region is None:
                raise CommandError(f"There is no region {code}.")
            path = region.path
        if options["links"]:
            tried, failed = check_links()
            self.stdout.write(f"{tried} addresses tried, {failed} did not open.")
        begun = time.perf_counter()
        tally = lint_all(
            source=options["source"], region_path=path, store=not options["dry_run"],
            whole=options["all"], progress=self._progress if self.stderr.isatty() else None,
        )  # fmt: skip
        seconds = max(time.perf_counter() - begun, 0.001)
        self.stdout.write(
            f"{tally.guides} guides in {seconds:.1f} s, {tally.examined} of them examined anew;"
            f" {tally.with_errors} with errors; mean score {tally.score:.1f}."
        )
        ranked = sorted(
            tally.by_rule.items(), key=lambda one: (SEVERITIES.index(one[0][0]), -one[1])
        )
        for (severity, rule), guides in ranked:
            self.stdout.write(f"{severity:8} {guides:7}  {title_of(rule)['en']} ({rule})")

    def _progress(self, guides: int) -> None:
        self.stderr.write(f"\r{guides} guides", ending="")
        self.stderr.flush()
