"""Print the demo's accounts, for whoever tries things out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tongban.catalogue.api import read_yaml


class Command(BaseCommand):
    requires_system_checks: tuple[str, ...] = ()
    help = "Print the demo's accounts and what to try with each."

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = settings.ROOT / "demo"
        written = read_yaml(folder / "accounts.yaml")
        shown = [entry for entry in written["accounts"] if "note" in entry]
        width = max(len(entry["username"]) for entry in shown) + 2
        self.stdout.write(f"Demo accounts 演示账号 (password 密码: {written['password']})")
        for entry in shown:
            self.stdout.write(f"  {entry['username']:<{width}}{entry['note']['en']}")
            self.stdout.write(f"  {'':<{width}}{entry['note']['zh']}")
