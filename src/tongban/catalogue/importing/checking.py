"""Rows of a file checked and made ready, a batch at a time. Touches no database.

What only the database knows is asked for in between: `Checker.batch` is a generator that yields
`AskKnown` and `AskForms`, is sent the answers, and returns a `Checked`. So the same code runs in
the process that imports and in others beside it (`workers`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import Any

from tongban.catalogue.guide import Material
from tongban.catalogue.importing.general_form import code_for
from tongban.catalogue.importing.guide_texts import GuideWriter
from tongban.catalogue.importing.places import Place, Places
from tongban.catalogue.importing.preparing import Staged, prepared, staged_line
from tongban.catalogue.importing.problems import Noted, Problem, Severity
from tongban.catalogue.importing.reading import BadRow, RawRow, SourceRow, Table
from tongban.catalogue.importing.recognising import NUL, Recogniser, text_of
from tongban.catalogue.importing.rows import Row
from tongban.catalogue.importing.sources import Body, Entry, ForeignSource, Source, slug_of
from tongban.catalogue.importing.spooling import Spool

# Forms remembered by code: an item's documents recur with each agency that offers it.
_MOST_FORMS = 100_000
_MOST_CODES = 10_000
_MOST_BODIES = 50_000

# The longest value of any real row seen has 2,349 characters.
LONGEST_VALUE = 100_000
# What stands where a spreadsheet could not work out a formula.
_BROKEN = frozenset(["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"])

Batch = Sequence[RawRow | BadRow]


@dataclass(frozen=True)
class AskKnown:
    """Which of these rows (row, line, `Prepared.read`) changed nothing? Answer: their numbers."""

    rows: list[tuple[int, int, str]]


@dataclass(frozen=True)
class AskForms:
    """The ids of the general applications for these documents and applicants, by code."""

    wanted: dict[str, tuple[tuple[Material, ...], tuple[str, ...]]]


@dataclass
class Checked:
    """What became of a batch. `lines`: where those of the good rows stand in the spool."""

    rows: int
    problems: list[tuple[Problem, str]]
    bad_rows: int = 0
    warned_rows: int = 0
    bad: list[str] = field(default_factory=list)  # codes of rows with errors
    themes: set[str] = field(default_factory=set)
    lines: tuple[int, int] = (0, 0)


Steps = Generator[AskKnown | AskForms, Any, Checked]


@dataclass(frozen=True)
class Ways:
    """How rows are checked."""

    region: str = ""  # the file is the whole catalogue of this region: code
    general_form: bool = True
    ask_known: bool = True  # False: nothing of this source was imported before


@dataclass(frozen=True, slots=True)
class _Looked:
    """A row with what must be known of it before it is checked."""

    row: Row
    body: Body | None = None
    place: Place | None = None
    read: str | None = None  # by which it may be known; None: it must be checked


class Bodies:
    """The bodies that rows name, made once from the columns that say so."""

    def __init__(self, source: Source, table: Table) -> None:
        self._source, self._table = source, table
        columns = [table.columns.index(name) for name in source.body_columns]
        self._key = itemgetter(*columns)
        self._known: dict[Any, Body | None] = {}

    def of(self, raw: RawRow) -> Body | None:
        """The body of a row; None if it does not say."""
        key = self._key(raw[2])
        try:
            return self._known[key]
        except KeyError:
            body = self._source.body(Row(self._table.row(raw), Noted()))
            if len(self._known) >= _MOST_BODIES:
                self._known.clear()
            self._known[key] = body
            return body


class Checker:
    """Checks the rows of a file, once it is known where its bodies belong."""

    def __init__(self, source: Source, table: Table, places: Places, ways: Ways) -> None:
        self.source, self.table, self.places, self.ways = source, table, places, ways
        self.is_foreign = isinstance(source, ForeignSource)
        self._bodies = Bodies(source, table)
        self._forms: dict[str, int] = {}
        self._codes: dict[tuple[int, tuple[str, ...]], tuple[object, str]] = {}
        self._writer = GuideWriter()
        # What lies beside a foreign file says more of its rows.
        self._recogniser = (
            None
            if self.is_foreign
            else Recogniser(source.code, table.columns, general_form=ways.general_form)
        )

    def batch(self, batch: Batch, spool: Spool) -> Steps:
        """Check a batch; good rows go to the spool."""
        noted = Noted()
        checked = Checked(len(batch), noted.all)
        looked = {raw[0]: self._look(raw, noted) for raw in batch if not isinstance(raw, BadRow)}
        known: set[int] = set()
        if self.ways.ask_known:
            asked = [(number, one.row.source.line, one.read) for number, one in looked.items()
                     if one.read]  # fmt: skip
            if asked:
                known = yield AskKnown(asked)
        good: list[tuple[_Looked, Entry, str]] = []
        for found in batch:
            if isinstance(found, BadRow):
                error = Severity.ERROR
                noted.add(Problem(error, found.number, found.line, "", "", "", found.reason))
                checked.bad_rows += 1
                continue
            if found[0] in known:
                continue
            one = looked[found[0]]
            entry = self._entry(one)
            checked.bad_rows += one.row.failed
            checked.warned_rows += one.row.warned
            if one.row.failed:
                checked.bad.append(one.row.code)
            elif entry:
                checked.themes.update(entry[0].themes)
                good.append((one, *entry))
        if good:
            forms = yield from self._form_ids([entry for _one, entry, _slug in good])
            lines = [self._line(one, entry, slug, form, spool)
                     for (one, entry, slug), form in zip(good, forms, strict=True)]  # fmt: skip
            checked.lines = spool.add_bytes("\n".join(lines).encode())
            spool.flush()
        return checked

    def _look(self, raw: RawRow, noted: Noted) -> _Looked:
        found = self.table.row(raw)
        text = text_of(found)
        row = Row(found, noted)
        if text.count(NUL) >= len(found.values):  # a value holds one
            return _Looked(row)
        body = self._bodies.of(raw)
        place = self.places.of(body) if body else None
        read = None
        if place and self._recogniser and self._within(place.region_path):
            read = self._recogniser.digest(text, place)
        return _Looked(row, body, place, read)

    def _entry(self, one: _Looked) -> tuple[Entry, str] | None:
        """The entry of a row and its address; None if there is nothing to import."""
        row = one.row
        _check_values(row)
        if not row.failed and one.body is None:
            row.error("", "does not say which body of which region offers the item")
        entry = self.source.entry(row, one.body) if one.body else None
        slug = slug_of(self.source.code, entry.code) if entry else None
        if entry and slug is None:
            row.error("", f"the code {entry.code!r} makes no page address")
        if entry and one.place and not self._within(one.place.region_path):
            row.error("", f"lies outside region {self.ways.region}")
        return (entry, slug) if entry and slug else None

    def _within(self, region_path: str) -> bool:
        if not self.ways.region:
            return True
        return f"/{self.ways.region}/" in f"/{region_path}"

    def _form_ids(
        self, entries: Sequence[Entry]
    ) -> Generator[AskForms, Mapping[str, int], list[int | None]]:
        """The general application for each; nobody applies abroad."""
        if not self.ways.general_form or self.is_foreign:
            return [None] * len(entries)
        codes = [self._form_code(entry) for entry in entries]
        new = {
            code: (entry.guide.materials, entry.audiences)
            for code, entry in zip(codes, entries, strict=True)
            if code not in self._forms
        }
        if new:
            if len(self._forms) > _MOST_FORMS:
                self._forms = {code: self._forms[code] for code in codes if code in self._forms}
            self._forms |= yield AskForms(new)
        return [self._forms[code] for code in codes]

    def _form_code(self, entry: Entry) -> str:
        """By the list of documents itself, which many entries share."""
        materials = entry.guide.materials
        key = (id(materials), entry.audiences)
        known = self._codes.get(key)
        if known is None:
            if len(self._codes) >= _MOST_CODES:
                self._codes.clear()
            # With the list, so that no other takes its place.
            known = self._codes[key] = (materials, code_for(entry.guide, entry.audiences))
        return known[1]

    def _line(
        self, one: _Looked, entry: Entry, slug: str, form_id: int | None, spool: Spool
    ) -> str:
        assert one.place is not None  # else it would not be good
        source: SourceRow = one.row.source
        # Known rows are not checked: who warns must stay unknown, to warn again.
        read = None if one.row.warned else one.read
        staged = Staged(source.number, source.line, slug, entry, one.place, form_id, read)
        return staged_line(self.source.code, prepared(staged, self._writer), spool)


def _check_values(row: Row) -> None:
    """What no value of any column may be."""
    for column, value in row.source.values.items():
        if NUL in value:
            row.error(column, "holds a NUL character, which no text may")
        elif len(value) > LONGEST_VALUE:
            row.error(column, f"is longer than {LONGEST_VALUE:,} characters")
        elif value[:1] == "#" and value in _BROKEN:
            row.error(column, "holds a spreadsheet's error; mend the formula and save values")


def batches(rows: Iterable[RawRow | BadRow], size: int) -> Iterable[Batch]:
    """Rows, so many at once."""
    waiting = iter(rows)
    while batch := list(islice(waiting, size)):
        yield batch
