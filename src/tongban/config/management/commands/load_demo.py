"""Load the demo: a fictional province, its agencies, services, people, and cases in every state."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tongban.catalogue.api import BadContent, load_items, load_themes
from tongban.config.demo_cases import load_cases
from tongban.directory.api import load_demo_directory, seed_calendar
from tongban.identity.api import load_demo_people
from tongban.supervision.api import BadList, load_lists


class Command(BaseCommand):
    requires_system_checks: tuple[str, ...] = ()
    help = "Load the demo content. Loading again changes only what changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.ROOT / "demo")
        parser.add_argument("--no-cases", action="store_true", help="no cases, only the services")

    def handle(self, *args: Any, folder: Path, no_cases: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo content has known passwords: not in production.")
        started = time.monotonic()
        try:
            seed_calendar()
            load_demo_directory(folder)
            self._say("regions, agencies, centres, working days")
            load_demo_people(folder)
            self._say("people, firms, accounts")
            load_themes(folder / "themes.yaml")
            paths = sorted((folder / "items").glob("*.yaml"))
            for done, loaded in enumerate(load_items(paths), start=1):
                self._say(f"services {done}/{len(paths)} {loaded.name}", last=done == len(paths))
            if not no_cases:
                for done, total in load_cases(folder):
                    self._say(f"cases {done}/{total}", last=done == total)
                load_lists(folder / "lists")
                self._say("to-do lists")
        except (BadContent, BadList) as error:
            raise CommandError(str(error)) from error
        self._say(f"demo content is there ({time.monotonic() - started:.1f} s)")

    def _say(self, words: str, *, last: bool = True) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r\033[K  {words}", ending="\n" if last else "")
            self.stdout.flush()
        elif last:
            self.stdout.write(f"  {words}")
