"""Check a ledger with the same program that anybody can run without this platform."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongban.supervision import verify_ledger
from tongban.supervision.digests import lines
from tongban.supervision.models import Plan


class Command(BaseCommand):
    requires_system_checks: tuple[str, ...] = ()
    help = "Check a list's ledger: one in this database, by its address, or an exported file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ledger", help="a list's address (slug), or a .jsonl file")
        parser.add_argument("digests", nargs="*", help="daily digests (.json)")
        parser.add_argument("--key", default="", help="the public key, in hexadecimal")

    def handle(self, *args: Any, ledger: str, digests: list[str], key: str, **options: Any) -> None:
        with_key = ["--key", key] if key else []
        if Path(ledger).is_file():
            status = verify_ledger.main([ledger, *digests, *with_key])
        else:
            plan = Plan.objects.filter(slug=ledger).first()
            if plan is None:
                raise CommandError(f"“{ledger}” is neither a file nor a list of this platform.")
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as file:
                file.writelines(lines(plan))
                file.flush()
                status = verify_ledger.main([file.name, *digests, *with_key])
        if status:
            sys.exit(status)
