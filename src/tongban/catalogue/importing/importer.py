"""The act: import a file. One transaction; a second time changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from django.db import transaction

from tongban.catalogue.importing.canada import Canada
from tongban.catalogue.importing.general_form import code_for, general_form, general_sample
from tongban.catalogue.importing.guangdong import Guangdong
from tongban.catalogue.importing.netherlands import Netherlands
from tongban.catalogue.importing.places import Places
from tongban.catalogue.importing.problems import Problem, Problems, Severity
from tongban.catalogue.importing.reading import BadFile, BadRow, Table, open_table
from tongban.catalogue.importing.rows import Row
from tongban.catalogue.importing.sichuan import Sichuan
from tongban.catalogue.importing.sources import Entry, ForeignSource, Source, slug_of
from tongban.catalogue.importing.topics import add_missing_themes
from tongban.catalogue.importing.unitedkingdom import UnitedKingdom
from tongban.catalogue.importing.writing import Counts, Gone, Stage, Staged
from tongban.directory.api import find_region
from tongban.forms.api import FormDefinition, publish_forms
from tongban.kernel.announcements import announce

SOURCES: dict[str, Source] = {
    source.code: source
    for source in (Guangdong(), Sichuan(), UnitedKingdom(), Canada(), Netherlands())
}

# Rows held in memory at once.
_BATCH = 2000
# Forms remembered by code: an item's documents recur with each agency that offers it.
_MOST_FORMS = 200_000

_EDIT_LOST = "an editor's version gives way to this row"

Step = Literal["reading", "checking", "writing"]


@dataclass(frozen=True)
class Options:
    """How to import."""

    dry_run: bool = False  # do everything, then undo it
    allow_bad_rows: bool = False  # import the good rows although there are bad ones
    withdraw_missing: bool = False  # withdraw what the file no longer has
    general_form: bool = True  # give offerings the general application, so they can be applied for
    region: str = ""  # the file is the whole catalogue of this region: code


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

    `progress` is told (what is done, how many rows, of how many). Raises BadFile; any trouble in a
    row goes to `problems` instead.
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
    with suppress(_Undo), transaction.atomic():
        _Import(table, source, problems, options, outcome, progress or (lambda *_: None)).run()
        outcome.done = True
    return outcome


@dataclass
class _Import:
    table: Table
    source: Source
    problems: Problems
    options: Options
    outcome: Outcome
    progress: Callable[[Step, int, int], None]
    forms: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """All of it, within the caller's transaction. Raises _Undo if nothing is to be kept."""
        scope = self._scope()
        places = self._look_through()
        with Stage(self.source.code) as stage:
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
        stage.tidy()
        self.progress("writing", total, total)
        if self.options.dry_run:
            raise _Undo
        counts = outcome.counts
        if counts.new or counts.changed or counts.returned or withdrawn:
            announce("catalogue.imported", {"source": self.source.code})

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
        unheard = Problems()
        for row in self.table.rows():
            self.outcome.rows += 1
            if self.outcome.rows % _BATCH == 0:
                self.progress("reading", self.outcome.rows, 0)
            if isinstance(row, BadRow):
                continue
            body = self.source.body(Row(row, unheard))
            if body is not None:
                places.note(body)
        self.progress("reading", self.outcome.rows, self.outcome.rows)
        places.settle()
        self.outcome.new_regions = places.made_regions
        self.outcome.new_agencies = places.made_agencies
        self.outcome.remarks = places.remarks
        return places

    def _check_rows(self, places: Places, stage: Stage) -> set[str]:
        """The second reading: check each row and stage the good ones. The topics they name."""
        themes: set[str] = set()
        batch: list[tuple[Row, Entry, str]] = []
        bad: list[str] = []
        for done, row in enumerate(self._rows(), start=1):
            body = None if row.failed else self.source.body(row)
            if not row.failed and body is None:
                row.error("", "does not say which body of which region offers the item")
            found = self.source.entry(row, body) if body is not None else None
            slug = slug_of(self.source.code, found.code) if found else None
            if found and slug is None:
                row.error("", f"the code {found.code!r} makes no page address")
            if found and body and not self._within(places.of(body).region_path):
                row.error("", f"lies outside region {self.options.region}")
            self.problems.bad_rows += row.failed
            self.problems.warned_rows += row.warned
            if row.failed:
                bad.append(row.code)
            elif found and slug:
                themes.update(found.themes)
                batch.append((row, found, slug))
            if len(batch) == _BATCH:
                self._stage(batch, places, stage)
                batch.clear()
            if done % 500 == 0:
                self.progress("checking", done, self.outcome.rows)
        self._stage(batch, places, stage)
        stage.add_bad(bad)
        self.outcome.forms = len(set(self.forms.values()))
        self.progress("checking", self.outcome.rows, self.outcome.rows)
        return themes

    def _rows(self) -> Iterator[Row]:
        for found in self.table.rows():
            if isinstance(found, BadRow):
                self._add(Severity.ERROR, found.number, found.line, "", found.reason)
                self.problems.bad_rows += 1
                continue
            row = Row(found, self.problems)
            for column, value in found.values.items():
                if "\0" in value:
                    row.error(column, "holds a NUL character, which no text may")
            yield row

    def _within(self, region_path: str) -> bool:
        if not self.options.region:
            return True
        return f"/{self.options.region}/" in f"/{region_path}"

    def _stage(self, batch: list[tuple[Row, Entry, str]], places: Places, stage: Stage) -> None:
        forms = self._form_ids([entry for _row, entry, _slug in batch])
        staged = []
        for (row, entry, slug), form_id in zip(batch, forms, strict=True):
            body = self.source.body(row)
            assert body is not None  # it was there when the row was checked
            staged.append(
                Staged(row.source.number, row.source.line, slug, entry, places.of(body), form_id)
            )
        stage.add(staged)

    def _form_ids(self, entries: list[Entry]) -> list[int | None]:
        """The general application for each, published if it is new; nobody applies abroad."""
        if not self.options.general_form or isinstance(self.source, ForeignSource):
            return [None] * len(entries)
        codes = [code_for(entry.guide, entry.audiences) for entry in entries]
        new: dict[str, FormDefinition] = {}
        samples: dict[str, dict[str, object]] = {}
        for code, entry in zip(codes, entries, strict=True):
            if code not in self.forms and code not in new:
                new[code] = general_form(entry.guide.materials, entry.audiences)
                samples[code] = general_sample(entry.guide.materials, entry.audiences)
        if new:
            if len(self.forms) > _MOST_FORMS:
                self.forms = {code: self.forms[code] for code in codes if code in self.forms}
            self.forms |= publish_forms(new, samples)
        return [self.forms[code] for code in codes]

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
