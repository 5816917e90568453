"""Fill in every published form with its sample answers, as the nightly robot does."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tongban.catalogue.rehearsing import Outcome, rehearse
from tongban.forms.api import form_code
from tongban.kernel.localized import pick


class Command(BaseCommand):
    help = "Rehearse the forms of all published guides. Exit status 1 if any fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="drafts' and earlier versions' forms too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        tally = rehearse(every=options["all"], told=self._tell)
        seconds = time.monotonic() - started
        if self.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
        self.stdout.write(
            f"{tally.all} forms: {tally.passed} passed, {tally.failed} failed, "
            f"{tally.untried} without sample answers ({seconds:.1f} s, "
            f"{tally.all / max(seconds, 0.001):.1f} forms/s)"
        )
        if tally.failed:
            sys.exit(1)

    def _tell(self, outcome: Outcome, number: int, total: int) -> None:
        problem = outcome.problem
        if problem is not None:
            where = " / ".join(filter(None, (problem.step, problem.path)))
            why = (
                "cannot be rehearsed: no sample answers"
                if problem.kind == "no_sample"
                else f"fails at {where or 'an unknown place'}: {pick(problem.message, 'en')}"
            )
            self.stdout.write(f"{form_code(outcome.form_id)}: {why}")
        if self.stderr.isatty():
            self.stderr.write(f"\r\033[K  {number}/{total}", ending="")
