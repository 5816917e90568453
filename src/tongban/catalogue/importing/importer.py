"""The act: import a file. One transaction; a second time changes nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal, TypeGuard

from django.db import transaction

from tongban.catalogue.importing.canada import Canada
from tongban.catalogue.importing.general_form import code_for, general_form, general_sample
from tongban.catalogue.importing.guangdong import Guangdong
from tongban.catalogue.importing.netherlands import Netherlands
from tongban.catalogue.importing.places import Place, Places
from tongban.catalogue.importing.problems import Problem, Problems, Severity
from tongban.catalogue.importing.reading import BadFile, BadRow, SourceRow, Table, open_table
from tongban.catalogue.importing.recognising import NUL, Recogniser, text_of
from tongban.catalogue.importing.rows import Row
from tongban.catalogue.importing.sichuan import Sichuan
from tongban.catalogue.importing.sources import Body, Entry, ForeignSource, Source, slug_of
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

# Objects made, less those freed, between two collections of garbage.
_BETWEEN_COLLECTIONS = 200_000

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
    with _collecting_rarely(), suppress(_Undo), transaction.atomic():
        _Import(table, source, problems, options, outcome, progress or (lambda *_: None)).run()
        outcome.done = True
    return outcome


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Rows make few cycles and very many objects: looking for cycles cost a sixteenth and more."""
    before = gc.get_threshold()
    gc.set_threshold(_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(frozen=True, slots=True)
class _Looked:
    """A row with what must be known of it before it is checked."""

    row: Row
    line: int
    body: Body | None = None
    place: Place | None = None
    read: str | None = None  # by which it may be known; None: it must be checked


def _has_shape(found: SourceRow | BadRow) -> TypeGuard[SourceRow]:
    return isinstance(found, SourceRow)


@dataclass
class _Import:
    table: Table
    source: Source
    problems: Problems
    options: Options
    outcome: Outcome
    progress: Callable[[Step, int, int], None]
    forms: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.recogniser = Recogniser(
            self.source.code, self.table.columns, general_form=self.options.general_form
        )

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
        """The second reading: stage the good rows, checked unless known. The topics they name."""
        themes: set[str] = set()
        bad: list[str] = []
        rows = self.table.rows()
        done = 0
        while batch := list(islice(rows, _BATCH)):
            self._check(batch, places, stage, themes, bad)
            done += len(batch)
            self.progress("checking", done, self.outcome.rows)
        stage.add_bad(bad)
        known_themes, known_forms = stage.of_known()
        self.outcome.forms = len(known_forms.union(self.forms.values()))
        self.progress("checking", self.outcome.rows, self.outcome.rows)
        return themes | known_themes

    def _check(
        self,
        batch: list[SourceRow | BadRow],
        places: Places,
        stage: Stage,
        themes: set[str],
        bad: list[str],
    ) -> None:
        """A batch of rows; adds to `themes`, and to `bad` the codes of rows with errors."""
        looked = {one.number: self._look(one, places) for one in batch if _has_shape(one)}
        known = stage.take_known(
            [(number, one.line, one.read) for number, one in looked.items() if one.read]
        )
        good: list[tuple[_Looked, Entry, str]] = []
        for found in batch:
            if isinstance(found, BadRow):
                self._add(Severity.ERROR, found.number, found.line, "", found.reason)
                self.problems.bad_rows += 1
                continue
            if found.number in known:
                continue
            one = looked[found.number]
            checked = self._checked(one)
            self.problems.bad_rows += one.row.failed
            self.problems.warned_rows += one.row.warned
            if one.row.failed:
                bad.append(one.row.code)
            elif checked:
                themes.update(checked[0].themes)
                good.append((one, *checked))
        self._stage(good, stage)

    def _look(self, found: SourceRow, places: Places) -> _Looked:
        text = text_of(found)
        row = Row(found, self.problems)
        if text.count(NUL) >= len(found.values):  # a value holds one
            return _Looked(row, found.line)
        body = self.source.body(row)
        place = places.of(body) if body else None
        read = None
        # What lies beside a foreign file says more of its rows.
        if place and self._within(place.region_path) and not isinstance(self.source, ForeignSource):
            read = self.recogniser.digest(text, place)
        return _Looked(row, found.line, body, place, read)

    def _checked(self, one: _Looked) -> tuple[Entry, str] | None:
        """The entry of a row and its address; None if there is nothing to import."""
        row = one.row
        for column, value in row.source.values.items() if one.body is None else ():
            if NUL in value:
                row.error(column, "holds a NUL character, which no text may")
        if not row.failed and one.body is None:
            row.error("", "does not say which body of which region offers the item")
        entry = self.source.entry(row, one.body) if one.body else None
        slug = slug_of(self.source.code, entry.code) if entry else None
        if entry and slug is None:
            row.error("", f"the code {entry.code!r} makes no page address")
        if entry and one.place and not self._within(one.place.region_path):
            row.error("", f"lies outside region {self.options.region}")
        return (entry, slug) if entry and slug else None

    def _within(self, region_path: str) -> bool:
        if not self.options.region:
            return True
        return f"/{self.options.region}/" in f"/{region_path}"

    def _stage(self, good: list[tuple[_Looked, Entry, str]], stage: Stage) -> None:
        forms = self._form_ids([entry for _one, entry, _slug in good])
        staged = []
        for (one, entry, slug), form_id in zip(good, forms, strict=True):
            assert one.place is not None  # else it would not be good
            # Known rows are not checked: who warns must stay unknown, to warn again.
            read = None if one.row.warned else one.read
            staged.append(
                Staged(one.row.source.number, one.line, slug, entry, one.place, form_id, read)
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
