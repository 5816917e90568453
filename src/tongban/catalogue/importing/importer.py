"""The act: import a file. One transaction; a second time changes nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from django.db import connection, transaction

from tongban.catalogue.importing.canada import Canada
from tongban.catalogue.importing.checking import (
    AskForms,
    AskKnown,
    Bodies,
    Checked,
    Checker,
    Ways,
)
from tongban.catalogue.importing.general_form import general_form, general_sample
from tongban.catalogue.importing.guangdong import Guangdong
from tongban.catalogue.importing.netherlands import Netherlands
from tongban.catalogue.importing.places import Places
from tongban.catalogue.importing.problems import Problem, Problems, Severity
from tongban.catalogue.importing.reading import BadFile, BadRow, Table, open_table
from tongban.catalogue.importing.sichuan import Sichuan
from tongban.catalogue.importing.sources import ForeignSource, Source
from tongban.catalogue.importing.topics import add_missing_themes
from tongban.catalogue.importing.unitedkingdom import UnitedKingdom
from tongban.catalogue.importing.workers import checked_alone, checked_together, processes_for
from tongban.catalogue.importing.writing import Counts, Gone, Stage
from tongban.directory.api import find_region
from tongban.forms.api import FormDefinition, publish_forms
from tongban.kernel.announcements import announce

SOURCES: dict[str, Source] = {
    source.code: source
    for source in (Guangdong(), Sichuan(), UnitedKingdom(), Canada(), Netherlands())
}

# Rows read between two words about it.
_SHOWN = 5000
# Forms remembered by code: an item's documents recur with each agency that offers it.
_MOST_FORMS = 200_000

# Objects made, less those freed, between two collections of garbage.
_BETWEEN_COLLECTIONS = 200_000

_EDIT_LOST = "an editor's version gives way to this row"

Step = Literal["waiting", "reading", "checking", "writing"]


@dataclass(frozen=True)
class Options:
    """How to import."""

    dry_run: bool = False  # do everything, then undo it
    allow_bad_rows: bool = False  # import the good rows although there are bad ones
    withdraw_missing: bool = False  # withdraw what the file no longer has
    general_form: bool = True  # give offerings the general application, so they can be applied for
    region: str = ""  # the file is the whole catalogue of this region: code
    processes: int | None = None  # that check rows; None: as many as help


@dataclass
class Outcome:
    """What an import did, or would have done."""

    rows: int = 0
    counts: Counts = field(default_factory=Counts)
    gone: list[Gone] = field(default_factory=list)
    forms: int = 0
    new_regions: list[str] = field(default_factory=list)
    new_agencies: int = 0
    new_themes: int = 0
    remarks: list[str] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    encoding: str = "utf-8"
    done: bool = False  # False: nothing was changed


class _Undo(Exception):
    """Leaves the transaction without a trace."""


def import_items(
    path: Path,
    source: Source,
    problems: Problems,
    options: Options = Options(),
    progress: Callable[[Step, int, int], None] | None = None,
) -> Outcome:
    """Import a file of a source: all or nothing, unless bad rows are allowed.

    One import at a time, others wait. `progress` is told (what is done, how many rows, of how
    many). Raises BadFile, and WorkerLost if a process of ours was killed; any trouble in a row goes
    to `problems` instead.
    """
    table = open_table(path)
    missing = source.required - set(table.columns)
    if missing:
        raise BadFile(
            f"{path} lacks the columns {', '.join(sorted(missing))}."
            f" It has: {', '.join(table.columns)}. Is it a file of {source.title}?"
        )
    if isinstance(source, ForeignSource):
        source = source.beside(path)
    outcome = Outcome(
        encoding=table.encoding,
        unknown_columns=[name for name in table.columns if name not in source.columns],
    )
    with collecting_rarely(), suppress(_Undo), transaction.atomic():
        _Import(table, source, problems, options, outcome, progress or (lambda *_: None)).run()
        outcome.done = True
    return outcome


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Rows make few cycles and very many objects: looking for cycles cost a sixteenth and more."""
    before = gc.get_threshold()
    gc.set_threshold(_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass
class _Import:
    table: Table
    source: Source
    problems: Problems
    options: Options
    outcome: Outcome
    progress: Callable[[Step, int, int], None]
    forms: dict[str, int] = field(default_factory=dict)
    used_forms: set[int] = field(default_factory=set)

    def run(self) -> None:
        """All of it, within the caller's transaction. Raises _Undo if nothing is to be kept."""
        self._wait()
        scope = self._scope()
        places = self._look_through()
        count = self.options.processes or processes_for(self.table.path.stat().st_size)
        with Stage(self.source.code, count) as stage:
            self._run(stage, places, scope)

    def _run(self, stage: Stage, places: Places, scope: str) -> None:
        themes = self._check_rows(places, stage)
        self._refuse_repeated(stage)
        if self.problems.bad_rows and not self.options.allow_bad_rows:
            raise _Undo
        total = self.outcome.rows
        self.progress("writing", 0, total)
        outcome = self.outcome
        outcome.counts = stage.compare()
        for row, line, code in stage.edited():
            self._add(Severity.WARNING, row, line, code, _EDIT_LOST)
        outcome.new_themes = add_missing_themes(themes)
        stage.write()
        outcome.gone = stage.gone(scope)
        withdrawn = stage.withdraw_gone(scope) if self.options.withdraw_missing else 0
        outcome.counts = Counts(**{**vars(outcome.counts), "withdrawn": withdrawn})
        counts = outcome.counts
        is_changed = counts.new or counts.changed or counts.returned or withdrawn
        if is_changed:
            stage.sum_up()
        stage.drop_tables()
        self.progress("writing", total, total)
        if self.options.dry_run:
            raise _Undo
        if is_changed:
            announce("catalogue.imported", {"source": self.source.code})

    def _wait(self) -> None:
        """For another import to end: two would make the same regions and agencies."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('imports', 0))")
            if not cursor.fetchone()[0]:
                self.progress("waiting", 0, 0)
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('imports', 0))")

    def _scope(self) -> str:
        if not self.options.region:
            return ""
        region = find_region(self.options.region)
        if region is None:
            raise BadFile(
                f"There is no region {self.options.region}. manage load_regions loads a tree."
            )
        return region.path

    def _look_through(self) -> Places:
        """A first reading: how many rows, which bodies, which regions."""
        tree = self.source.regions if isinstance(self.source, ForeignSource) else {}
        places = Places(self.source.region_names, tree)
        bodies = Bodies(self.source, self.table)
        for row in self.table.rows():
            self.outcome.rows += 1
            if self.outcome.rows % _SHOWN == 0:
                self.progress("reading", self.outcome.rows, 0)
            body = None if isinstance(row, BadRow) else bodies.of(row)
            if body is not None:
                places.note(body)
        if not self.outcome.rows:
            raise BadFile(f"{self.table.path} has a header and no rows.")
        self.progress("reading", self.outcome.rows, self.outcome.rows)
        places.settle()
        self.outcome.new_regions = places.made_regions
        self.outcome.new_agencies = places.made_agencies
        self.outcome.remarks = places.remarks
        return places

    def _check_rows(self, places: Places, stage: Stage) -> set[str]:
        """The second reading: stage the good rows, checked unless known. The topics they name."""
        themes: set[str] = set()
        ways = Ways(self.options.region, self.options.general_form, stage.knows_any())
        checker = Checker(self.source, self.table, places, ways)
        spools = stage.spools.all

        def answer(asked: AskKnown | AskForms) -> set[int] | dict[str, int]:
            if isinstance(asked, AskKnown):
                return stage.take_known(asked.rows)
            return self._form_ids(asked)

        with closing(
            checked_together(checker, spools, answer)
            if len(spools) > 1
            else checked_alone(checker, spools[0], answer)
        ) as batches:
            done = 0
            for checked in batches:
                self._take(checked, stage, themes)
                done += checked.rows
                self.progress("checking", done, self.outcome.rows)
        known_themes, known_forms = stage.of_known()
        self.outcome.forms = len(known_forms.union(self.used_forms))
        self.progress("checking", self.outcome.rows, self.outcome.rows)
        return themes | known_themes

    def _take(self, checked: Checked, stage: Stage, themes: set[str]) -> None:
        """What became of a batch."""
        for problem, sort in checked.problems:
            self.problems.add(problem, sort)
        self.problems.bad_rows += checked.bad_rows
        self.problems.warned_rows += checked.warned_rows
        themes |= checked.themes
        stage.add_lines(*checked.lines)
        if checked.bad:
            stage.add_bad(checked.bad)

    def _form_ids(self, asked: AskForms) -> dict[str, int]:
        """The general applications, published where they are new."""
        new: dict[str, FormDefinition] = {}
        samples: dict[str, dict[str, object]] = {}
        for code, (materials, audiences) in asked.wanted.items():
            if code not in self.forms:
                new[code] = general_form(materials, audiences)
                samples[code] = general_sample(materials, audiences)
        if new:
            if len(self.forms) > _MOST_FORMS:
                self.forms = {}
            self.forms |= publish_forms(new, samples)
        found = {code: self.forms[code] for code in asked.wanted}
        self.used_forms.update(found.values())
        return found

    def _refuse_repeated(self, stage: Stage) -> None:
        repeated = stage.repeated()
        for row, line, code, first in repeated:
            self._add(
                Severity.ERROR,
                row,
                line,
                code,
                f"the code stands in row {first} already",
                "the code stands in an earlier row already",
            )
        stage.drop_repeated()
        taken = stage.taken_addresses()
        for row, line, code, slug in taken:
            self._add(
                Severity.ERROR,
                row,
                line,
                code,
                f"another offering has the page address {slug}",
                "another offering has its page address",
            )
        self.problems.bad_rows += len(repeated) + len(taken)
        if taken:
            stage.drop(code for _row, _line, code, _slug in taken)

    def _add(
        self, severity: Severity, row: int, line: int, code: str, reason: str, sort: str = ""
    ) -> None:
        self.problems.add(Problem(severity, row, line, code, "", "", reason), sort)
