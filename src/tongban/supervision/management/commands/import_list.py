"""Make a draft list of a file: XLSX, CSV in a ZIP, JSON, or an array of tasks from documents."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from tongban.identity.api import Officer, holders, officer_of, resident_named
from tongban.kernel.errors import Refused
from tongban.supervision.exchange import REASONS, Reading, import_list, take
from tongban.supervision.exchange_policy import documents_in, tables_by_document


class Command(BaseCommand):
    requires_system_checks: tuple[str, ...] = ()
    help = "Make a draft to-do list of a file; whatever is wrong with it is named, cell by cell."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check only")
        parser.add_argument("--slug", default="", help="another address than the file's")
        parser.add_argument("--by", default="", help="user name of the programme officer")
        parser.add_argument("--region", default="", help="of lists made of documents' tasks")
        parser.add_argument("--office", default="", help="agency code, for documents' tasks")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        by = _officer(options["by"])
        try:
            with transaction.atomic():
                readings = self._readings(content, file.name, by, options)
                if any(reading.problems for reading in readings):
                    transaction.set_rollback(True)
        except Refused as error:
            raise CommandError(f"{file.name}: {error.message}") from error
        wrong = sum(self._say(reading) for reading in readings)
        if wrong:
            raise CommandError(f"{wrong} cells are wrong; nothing was taken in.")
        for reading in readings:
            what = f"draft “{reading.plan.slug}”" if reading.plan else "nothing is wrong"
            self.stdout.write(f"{reading.tasks} tasks: {what}")

    def _readings(
        self, content: bytes, name: str, by: Officer, options: dict[str, Any]
    ) -> list[Reading]:
        dry_run = options["dry_run"]
        tasks = documents_in(content, name)
        if tasks is None:
            slug = options["slug"]
            return [import_list(content, name, by=by, dry_run=dry_run, slug=slug)]
        if not options["region"] or not options["office"]:
            raise CommandError("Tasks of documents need --region and --office.")
        try:
            lists = tables_by_document(tasks, region=options["region"], office=options["office"])
        except (ValueError, AttributeError) as error:
            raise CommandError(f"{name}: a task names no document ({error})") from error
        return [take(tables, by=by, dry_run=dry_run) for tables in lists]

    def _say(self, reading: Reading) -> int:
        for one in reading.problems:
            row = f" row {one.row}" if one.row else ""
            column = f", {one.column}" if one.column else ""
            value = f" ({one.value})" if one.value else ""
            self.stdout.write(f"{one.table}{row}{column}: {REASONS[one.code]}{value}")
        return len(reading.problems)


def _officer(username: str) -> Officer:
    """Who it is done for: the one named, else the first of all programme officers."""
    try:
        accounts = (
            [resident_named(username).account_id]
            if username
            else [account for account, _post in holders("programme")]
        )
    except ObjectDoesNotExist as error:
        raise CommandError(f"There is no account “{username}”.") from error
    found = (officer_of(account) for account in accounts)
    officer = next((one for one in found if one and one.has_role("programme")), None)
    if officer is None:
        raise CommandError("Appoint a programme officer first: role “programme”.")
    return officer
