"""./tongban manage import_items FILE --source gd|sc"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongban.catalogue.importing.importer import SOURCES, Options, Outcome, import_items
from tongban.catalogue.importing.problems import Problems, Severity, collecting
from tongban.catalogue.importing.reading import BadFile
from tongban.catalogue.importing.sources import Source
from tongban.catalogue.importing.workers import WorkerLost

_WIDTH = 30
_GONE_SHOWN = 20


class Command(BaseCommand):
    help = "Import the items of a catalogue that others keep. A second import changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="a CSV or JSON file")
        parser.add_argument(
            "--source",
            choices=sorted(SOURCES),
            required=True,
            help="whose catalogue: " + "; ".join(f"{s.code} {s.title}" for s in SOURCES.values()),
        )
        parser.add_argument(
            "--mapping", action="store_true", help="print where each column goes, and stop"
        )
        parser.add_argument("--dry-run", action="store_true", help="check and count, keep nothing")
        parser.add_argument(
            "--allow-bad-rows", action="store_true", help="import the good rows all the same"
        )
        parser.add_argument(
            "--withdraw-missing",
            action="store_true",
            help="withdraw offerings of this source that the file no longer has",
        )
        parser.add_argument(
            "--region",
            default="",
            metavar="CODE",
            help="the file is the catalogue of this region: rows elsewhere are errors, and only"
            " offerings there can be missing",
        )
        parser.add_argument(
            "--with-form",
            choices=["general", "none"],
            default="general",
            help="general: offerings get the general application and can be applied for online",
        )
        parser.add_argument(
            "--report", type=Path, metavar="FILE.csv", help="write every problem to a CSV file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source = SOURCES[options["source"]]
        if options["mapping"]:
            self._show_mapping(source)
            return
        if options["file"] is None:
            raise CommandError("Name a file, or ask for the --mapping.")
        chosen = Options(
            dry_run=options["dry_run"],
            allow_bad_rows=options["allow_bad_rows"],
            withdraw_missing=options["withdraw_missing"],
            general_form=options["with_form"] == "general",
            region=options["region"],
        )
        started = time.monotonic()
        try:
            with collecting(options["report"]) as problems:
                outcome = import_items(options["file"], source, problems, chosen, self._progress)
        except BadFile as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        except WorkerLost as error:
            raise CommandError(f"{error} Nothing was changed. Import the file again.") from error
        except OSError as error:
            raise CommandError(f"Cannot read or write: {error}. Nothing was changed.") from error
        except KeyboardInterrupt as error:
            raise CommandError("Stopped. Nothing was changed.") from error
        self._show_problems(problems)
        if options["report"]:
            self.stdout.write(f"Every problem is in {options['report']}.")
        self._show_outcome(outcome, chosen, problems, time.monotonic() - started)
        if problems.bad_rows and not chosen.allow_bad_rows:
            raise CommandError(
                f"{_n(problems.bad_rows, 'row')} cannot be imported. Nothing was changed. Mend the"
                " file, or leave these rows out with --allow-bad-rows."
            )

    def _show_mapping(self, source: Source) -> None:
        self.stdout.write(f"{source.title}: {_n(len(source.columns), 'column')}\n")
        width = max(len(name) for name in source.columns)
        for name, column in source.columns.items():
            mark = " " if column.kept else "–"
            self.stdout.write(f"{mark} {name:{width}}  {column.goes_to}  [{column.meaning}]")
        self.stdout.write("\n– not kept: it only repeats what stands elsewhere")

    def _show_problems(self, problems: Problems) -> None:
        order = sorted(problems.kinds.values(), key=lambda kind: (kind.severity, -kind.count))
        for kind in order:
            rows = ", ".join(f"{row:,}" for row in kind.rows)
            more = ", …" if kind.count > len(kind.rows) else ""
            where = f"{kind.column}: " if kind.column else ""
            style = self.style.ERROR if kind.severity is Severity.ERROR else self.style.WARNING
            word = style(kind.severity.value)
            self.stdout.write(f"{word} {kind.count:,} × {where}{kind.reason} (row {rows}{more})")

    def _show_outcome(
        self, outcome: Outcome, chosen: Options, problems: Problems, seconds: float
    ) -> None:
        say = self.stdout.write
        for remark in outcome.remarks:
            say(f"note {remark}")
        if outcome.unknown_columns:
            names = ", ".join(outcome.unknown_columns)
            say(f"note columns this source does not know, left out: {names}")
        if outcome.encoding not in ("utf-8", "utf-8-sig"):
            say(f"note the file is not UTF-8; read as {outcome.encoding.upper()}")
        say(
            f"{_n(outcome.rows, 'row')} read: {problems.bad_rows:,} with errors,"
            f" {problems.warned_rows:,} with warnings"
        )
        if problems.bad_rows and not chosen.allow_bad_rows:
            return
        counts = outcome.counts
        words = [f"{counts.new:,} new", f"{counts.changed:,} changed"]
        words += [f"{counts.returned:,} back again"] if counts.returned else []
        words += [f"{counts.unchanged:,} unchanged"]
        words += [f"{counts.withdrawn:,} withdrawn"] if chosen.withdraw_missing else []
        say("offerings: " + ", ".join(words))
        made = [
            _n(len(outcome.new_regions), "region"),
            _n(outcome.new_agencies, "agency", "agencies"),
            _n(outcome.new_themes, "topic"),
        ]
        say(f"made: {', '.join(made)}; forms in use: {outcome.forms:,}")
        self._show_gone(outcome, chosen)
        rate = f"{outcome.rows / seconds:,.0f} rows/s" if seconds else ""
        done = "Dry run: nothing was changed." if not outcome.done else "Imported."
        say(f"{done} {seconds:.1f} s, {rate}")

    def _show_gone(self, outcome: Outcome, chosen: Options) -> None:
        if not outcome.gone:
            return
        verb = "withdrawn" if chosen.withdraw_missing else "no longer in the file, left as they are"
        self.stdout.write(f"{_n(len(outcome.gone), 'offering')} {verb}:")
        for gone in outcome.gone[:_GONE_SHOWN]:
            self.stdout.write(f"  {gone.code} {gone.name.get('zh', '')}")
        if len(outcome.gone) > _GONE_SHOWN:
            self.stdout.write(f"  … and {len(outcome.gone) - _GONE_SHOWN:,} more")

    def _progress(self, step: str, done: int, total: int) -> None:
        if not self.stderr.isatty():
            return
        if step == "waiting":
            self.stderr.write("\r\033[Kwaiting for another import to end", ending="")
            self.stderr.flush()
            return
        filled = _WIDTH * done // total if total else 0
        bar = "█" * filled + "░" * (_WIDTH - filled)
        of = f"{done:,} of {total:,}" if total else f"{done:,}"
        end = "\n" if total and done >= total else ""
        self.stderr.write(f"\r\033[K{step:9} {bar} {of}", ending=end)
        self.stderr.flush()


def _n(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
