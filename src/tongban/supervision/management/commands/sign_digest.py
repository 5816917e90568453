"""Sign today's digest of all ledgers, and print it as it is published."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from tongban.supervision.digests import make_digest, published


class Command(BaseCommand):
    requires_system_checks: tuple[str, ...] = ()
    help = "Sign today's digest of all ledgers (the worker does it every night) and print it."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(published(make_digest()), ensure_ascii=False, indent=1))
