"""./tongban manage remove_topic CODE [--into OTHER]"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from tongban.catalogue.topics import remove_topic
from tongban.kernel.errors import Refused


class Command(BaseCommand):
    help = "Take a topic out of the lists; services under it move to another, in one transaction."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the topic to remove")
        parser.add_argument("--into", default="", metavar="CODE", help="where its services move to")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            try:
                moved = remove_topic(options["code"], into=options["into"])
            except Refused as refusal:
                raise CommandError(str(refusal.message)) from None
        self.stdout.write(f"Removed; {moved.items} items, {moved.offerings} services moved.")
