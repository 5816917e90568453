"""`embed_services`: give vectors to all services that have none, now and in the foreground."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongban.search import meaning
from tongban.search.meaning_embedders import Busy, Packaged, chosen


class Command(BaseCommand):
    requires_system_checks: tuple[str, ...] = ()
    help = (
        "Make the vectors that search by meaning needs, after a large import: 30 to 60 services a "
        "second on each core. What is done stays; it can be interrupted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=1, help="cores of the packaged model")

    def handle(self, *args: Any, **options: Any) -> None:
        embedder = chosen()
        if embedder is None:
            raise CommandError(
                "There is no embedder: everything is searched by words. ./tongban meaning installs "
                "one, or set TONGBAN_MEANING (docs/howto/search-at-scale.md)."
            )
        if isinstance(embedder, Packaged) and options["threads"] > 1:
            embedder = Packaged(threads=options["threads"])
        began = time.monotonic()

        def told(done: int, of: int) -> None:
            left = (time.monotonic() - began) / done * (of - done)
            self.stderr.write(f"\r{done:,} of {of:,} services, {left:,.0f} s left ", ending="")
            self.stderr.flush()

        try:
            done = meaning.embed_missing(embedder, told)
        except Busy as busy:
            raise CommandError(f"{embedder.name} does not answer: {busy}") from busy
        if done:
            self.stderr.write("")
        self.stdout.write(f"{done:,} services were given vectors by {embedder.name}.")
