"""Write entries in sets: compare in a temporary table, then COPY each new row once.

Row by row through `publishing` would be right too, and a hundred times slower. What must hold after
`publishing.publish` holds here: the newest version is published, the one before withdrawn, the
offering carries copies of what browsing reads, and the index what is searched. An import does not
count as an editor's check (`checked_on` stays empty). The caller's transaction is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db import connection

from tongban.catalogue.importing.preparing import Prepared, staged_line
from tongban.catalogue.importing.spooling import Spools
from tongban.catalogue.importing.statements import (
    ANALYSE,
    COMPARE,
    GONE,
    ITEMS_SUM_UP,
    REMEMBER,
    TAKE_KNOWN,
    TO_WRITE,
    WITHDRAW_GONE,
    WRITE_CHANGED,
    WRITE_ITEMS,
)
from tongban.catalogue.indexing import count_words, reindex
from tongban.kernel import clock
from tongban.kernel.copying import cell, copy_lines
from tongban.kernel.localized import Localized
from tongban.search.api import NewDocument, NewDocuments

# What is compared; the rest of a row waits in the spool, unless it is known: `take_known`.
_STAGED = (
    ("row", "integer"),
    ("line", "integer"),
    ("code", "varchar(80)"),
    ("slug", "varchar(90)"),
    ("digest", "varchar(64)"),
    ("region_path", "varchar(255)"),
    ("item_code", "varchar(60)"),
    ("item_name", "jsonb"),
    ("item_type", "varchar(4)"),
    ("parent_code", "varchar(60)"),
    ("parent_name", "jsonb"),
    ("start", "bigint"),
    ("length", "integer"),
    ("read", "uuid"),
)
_KNOWN = (("themes", "varchar[]"), ("form_id", "bigint"))
_OFFERING = (
    "agency_id", "region_id", "source", "code", "slug", "name", "level", "audiences", "themes",
    "online", "region_path", "sort_key",
)  # fmt: skip
_NEW_OFFERING = (
    "id", "item_id", "current_id", "withdrawn_why", "applications", "error_count", "warning_count",
    *_OFFERING,
)  # fmt: skip
_VERSION = (
    "content", "digest", "form_id", "statutory_days", "promised_days", "limit_unit",
    "acceptance_days",
)  # fmt: skip
_NEW_VERSION = (
    "id", "offering_id", "number", "state", "created_at", "published_at", "change_note",
    "revision", "review_note", "translated_from", *_VERSION,
)  # fmt: skip
_OF_KNOWN = "FROM import_row WHERE start IS NULL"
_DROP = "DROP TABLE IF EXISTS " + ", ".join(
    f"pg_temp.import_{name}" for name in ("row", "change", "bad", "gone", "offering")
)
# After so many changes, words are counted anew: how rare they are decides what is found first.
_MANY = 1000
# Rows written at once.
_BATCH = 2500
_Parameters = Sequence[str | list[str]] | Mapping[str, str | date] | None
_COLUMNS = [name for name, _type in _STAGED]


# Synonyms by item and titles, as far as they are known.
_Words = dict[tuple[str, tuple[str, ...]], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Lines:
    """A batch as it is written: lines for COPY, and what goes to the index."""

    new: list[str]
    changed: list[str]
    versions: list[str]
    documents: list[NewDocument]


@dataclass(frozen=True)
class Counts:
    """Offerings by what became of them."""

    new: int = 0
    changed: int = 0
    returned: int = 0  # had been withdrawn, and are in the file again
    unchanged: int = 0
    withdrawn: int = 0
    replaced_edits: int = 0  # changed ones whose newest version was an editor's


@dataclass(frozen=True)
class Gone:
    """An offering of the source that the file no longer has."""

    code: str
    name: Localized


class Stage:
    """The temporary tables of one import. Lives in the caller's transaction."""

    def __init__(self, source: str, processes: int = 1) -> None:
        """`processes`: how many prepare rows, each into a spool of its own."""
        self.source = source
        self.spools = Spools(processes)
        self._new = 0
        self._index = NewDocuments()
        with connection.cursor() as cursor:
            columns = ", ".join(f"{name} {kind}" for name, kind in (*_STAGED, *_KNOWN))
            cursor.execute(
                # One import of a source at a time.
                "SELECT pg_advisory_xact_lock(hashtextextended('import ' || %s, 0))",
                [source],
            )
            cursor.execute(_DROP)
            cursor.execute(f"CREATE TEMP TABLE import_row ({columns}) ON COMMIT DROP")
            cursor.execute("CREATE TEMP TABLE import_bad (code varchar(80)) ON COMMIT DROP")

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_what: object) -> None:
        self.spools.close()

    def add_prepared(self, batch: Iterable[Prepared]) -> None:
        """Take in rows."""
        spool = self.spools.all[0]
        copy_lines("import_row", _COLUMNS, (staged_line(self.source, one, spool) for one in batch))
        spool.flush()

    def add_lines(self, start: int, length: int) -> None:
        """Take in lines (`preparing.staged_line`) that stand in a spool."""
        if length:
            copy_lines("import_row", _COLUMNS, [self.spools.read(start, length).decode()])

    def knows_any(self) -> bool:
        """Whether `take_known` may find anything: whether the source was imported before."""
        found = _fetch(
            "SELECT EXISTS (SELECT FROM catalogue_offering WHERE source = %s)", [self.source]
        )
        return bool(found[0][0])

    def take_known(self, rows: Sequence[tuple[int, int, str]]) -> set[int]:
        """Take in those rows (row, line, `Prepared.read`) that changed nothing; their numbers.

        They are what the newest imported version of an offering was made from.
        """
        columns = [",".join(map(str, column)) for column in zip(*rows, strict=True)]
        if not columns:
            return set()
        _run("SET LOCAL enable_seqscan = off")  # as in `compare`
        found = _fetch(TAKE_KNOWN, [*columns, self.source])
        _run("SET LOCAL enable_seqscan = on")
        return {row for (row,) in found}

    def of_known(self) -> tuple[set[str], set[int]]:
        """The topics and the forms of known rows."""
        themes = _fetch(f"SELECT DISTINCT unnest(themes) {_OF_KNOWN}")
        forms = _fetch(f"SELECT DISTINCT form_id {_OF_KNOWN} AND form_id IS NOT NULL")
        return {theme for (theme,) in themes}, {form for (form,) in forms}

    def add_bad(self, codes: Iterable[str]) -> None:
        """Codes of rows that cannot be imported: their offerings stay as they are."""
        copy_lines("import_bad", ["code"], (cell(code[:80]) for code in codes))

    def repeated(self) -> list[tuple[int, int, str, int]]:
        """Rows whose code stood in an earlier row: (row, line, code, the earlier row)."""
        return _fetch(
            "SELECT row, line, code, first FROM"
            " (SELECT row, line, code, min(row) OVER (PARTITION BY code) AS first FROM import_row)"
            " AS x WHERE row <> first ORDER BY row"
        )

    def drop_repeated(self) -> None:
        """Leave the first row of each code."""
        _run(
            "DELETE FROM import_row r USING (SELECT code, min(row) AS first FROM import_row"
            " GROUP BY code HAVING count(*) > 1) d WHERE r.code = d.code AND r.row <> d.first"
        )

    def drop(self, codes: Iterable[str]) -> None:
        """Leave rows out; their offerings stay as they are."""
        wanted = list(codes)
        _run("DELETE FROM import_row WHERE code = ANY(%s)", [wanted])
        self.add_bad(wanted)

    def taken_addresses(self) -> list[tuple[int, int, str, str]]:
        """Rows whose page address another offering has: (row, line, code, address)."""
        return _fetch(
            "SELECT r.row, r.line, r.code, r.slug FROM import_row r JOIN catalogue_offering o"
            " ON o.slug = r.slug WHERE (o.source, o.code) <> (%s, r.code)"
            " UNION SELECT row, line, code, slug FROM (SELECT row, line, code, slug,"
            " min(code) OVER (PARTITION BY slug) AS first FROM import_row) x WHERE code <> first"
            " ORDER BY 1",
            [self.source],
        )

    def compare(self) -> Counts:
        """Compare with what is there. Nothing is written yet."""
        _run("CREATE UNIQUE INDEX ON import_row (code)")
        _run("ANALYZE import_row")
        # Each row is looked up by its code. What the planner knows may be from before a load or a
        # removal of a hundred thousand rows, and it would read the whole catalogue for each.
        _run("SET LOCAL enable_seqscan = off")
        _run(COMPARE, [self.source])
        _run("SET LOCAL enable_seqscan = on")
        kinds = dict(_fetch("SELECT kind, count(*) FROM import_change GROUP BY kind"))
        edited = _fetch("SELECT count(*) FROM import_change WHERE edited")
        known = _fetch(f"SELECT count(*) {_OF_KNOWN}")
        return Counts(
            new=kinds.get("new", 0),
            changed=kinds.get("changed", 0),
            returned=kinds.get("returned", 0),
            unchanged=kinds.get("unchanged", 0) + known[0][0],
            replaced_edits=edited[0][0],
        )

    def edited(self) -> list[tuple[int, int, str]]:
        """Changed rows whose newest version was written by an editor: (row, line, code)."""
        return _fetch(
            "SELECT r.row, r.line, r.code FROM import_change c JOIN import_row r USING (code)"
            " WHERE c.edited ORDER BY r.row"
        )

    def write(self) -> None:
        """Write what `compare` found: items, offerings, versions, and what searches read."""
        moment = clock.now()
        parameters: dict[str, str | date] = {"source": self.source, "moment": moment}
        for statement in WRITE_ITEMS:
            _run(statement, parameters)
        items = self._items()
        words: _Words = {}
        compose = partial(self._compose, items, words, moment.isoformat())
        with connection.chunked_cursor() as rows, ThreadPoolExecutor(max_workers=1) as beside:
            # In the order of regions: lists and searches read region by region.
            rows.execute(TO_WRITE)
            # While PostgreSQL takes in a batch, the next is composed.
            ready = beside.submit(compose, rows.fetchmany(_BATCH))
            while (lines := ready.result()).versions:
                ready = beside.submit(compose, rows.fetchmany(_BATCH))
                self._send(lines)
        for statement in WRITE_CHANGED:
            _run(statement, parameters)
        _run(REMEMBER)
        changed = _fetch("SELECT id FROM import_offering ORDER BY region_path, id")
        reindex(offering for (offering,) in changed)
        if len(changed) + self._new > _MANY:
            count_words()
            _run(ANALYSE)

    def _items(self) -> dict[str, tuple[int, tuple[str, ...]]]:
        """The items of the rows by code: id, and what they are called besides their offerings."""
        rows = _fetch(
            "SELECT code, id, everyday_names, name::text FROM catalogue_item WHERE source = %s"
            " AND code IN (SELECT item_code FROM import_row)",
            [self.source],
        )
        return {
            code: (pk, (*everyday, *filter(None, json.loads(name).values())))
            for code, pk, everyday, name in rows
        }

    def _compose(
        self,
        items: Mapping[str, tuple[int, tuple[str, ...]]],
        words: _Words,
        moment: str,
        found: list[tuple[Any, ...]],
    ) -> _Lines:
        """A batch of rows as it is written. Touches no database."""
        lines = _Lines([], [], [], [])
        for kind, offering, version, number, item_code, start, length in found:
            record: Any = self.spools.record(start, length)
            columns, guide, titles, facets, online, region_path, said = record
            item, others = items[item_code]
            lines.versions.append(
                f"{version}\t{offering}\t{number}\tpublished\t{moment}\t{moment}\t{{}}\t0\t\t{{}}"
                f"\t{guide}"
            )
            line = f"{offering}\t{item}\t{version}\t{{}}\t0\t0\t0\t{columns}"
            if kind != "new":
                lines.changed.append(line)
                continue
            lines.new.append(line)
            synonyms = words.get((item_code, titles))
            if synonyms is None:
                synonyms = tuple(one for one in dict.fromkeys(others) if one not in titles)
                words[item_code, titles] = synonyms
            lines.documents.append(
                NewDocument(
                    id=offering, service=item, region_path=region_path, titles=titles,
                    synonyms=synonyms, said=said, facets=facets, online=online, stamp=version,
                )
            )  # fmt: skip
        return lines

    def _send(self, lines: _Lines) -> None:
        if lines.new:
            copy_lines("catalogue_offering", _NEW_OFFERING, lines.new)
        if lines.changed:
            copy_lines("import_offering", _NEW_OFFERING, lines.changed)
        copy_lines("catalogue_guideversion", _NEW_VERSION, lines.versions)
        if lines.documents:
            self._index.add(lines.documents)
        self._new += len(lines.new)

    def gone(self, region_path: str) -> list[Gone]:
        """Current offerings of the source, in that region and below, that the file lacks."""
        rows = _fetch(
            f"SELECT o.code, o.name {GONE} ORDER BY o.code",
            {"source": self.source, "within": f"{region_path}%"},
        )
        return [
            Gone(code, json.loads(name) if isinstance(name, str) else name) for code, name in rows
        ]

    def withdraw_gone(self, region_path: str) -> int:
        """Withdraw what `gone` lists; how many."""
        parameters: dict[str, str | date] = {
            "source": self.source,
            "within": f"{region_path}%",
            "moment": clock.now(),
            "why": json.dumps(
                {
                    "zh": "来源目录中已没有这个事项。",
                    "en": "The catalogue this came from no longer lists it.",
                }
            ),
        }
        done = [_run(statement, parameters) for statement in WITHDRAW_GONE]
        self._reindex("SELECT id FROM import_gone")
        return done[-1]

    def sum_up(self) -> None:
        """After changes: make the items' audiences and topics those of their offerings."""
        _run(ITEMS_SUM_UP, {"source": self.source})

    def drop_tables(self) -> None:
        """Another import may follow in the same transaction."""
        _run(_DROP)

    def _reindex(self, statement: str) -> None:
        ids = [offering for (offering,) in _fetch(statement)]
        reindex(ids)
        if len(ids) > _MANY:
            count_words()


def _run(statement: str, parameters: _Parameters = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _fetch(statement: str, parameters: _Parameters = None) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
