"""`feed_search`: tell the search engine that the settings name what it does not know yet."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongban.search import opensearch


class Command(BaseCommand):
    requires_system_checks: tuple[str, ...] = ()
    help = "Send what changed to OpenSearch or Elasticsearch; with --all, every document anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="make the index, send everything")

    def handle(self, *args: Any, **options: Any) -> None:
        engine = opensearch.configured()
        if engine is None:
            raise CommandError("TONGBAN_SEARCH_URL names no engine: PostgreSQL searches by itself.")
        try:
            if options["all"]:
                engine.prepare()
                opensearch.note_all()
            self.stdout.write(f"{engine.feed():,} documents sent.")
        except opensearch.Unreachable as error:
            raise CommandError(f"The search engine does not take them: {error}") from error
