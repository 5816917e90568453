"""Write entries in sets: COPY to a temporary table, compare, then one statement per change.

Row by row through `publishing` would be right too, and a hundred times slower. What must hold after
`publishing.publish` holds here: the newest version is published, the one before withdrawn, and the
offering carries copies of what browsing and searching read. An import does not count as an editor's
check (`checked_on` stays empty). The caller's transaction is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db import connection

from tongban.catalogue.importing.places import Place
from tongban.catalogue.importing.sources import Entry
from tongban.catalogue.indexing import count_words, reindex
from tongban.catalogue.publishing import digest_of
from tongban.directory.api import sort_key
from tongban.kernel import clock
from tongban.kernel.localized import Localized

_STAGED = (
    ("row", "integer"),
    ("line", "integer"),
    ("code", "varchar(80)"),
    ("slug", "varchar(90)"),
    ("name", "jsonb"),
    ("level", "varchar(2)"),
    ("sort_key", "varchar(300)"),
    ("audiences", "varchar(12)[]"),
    ("themes", "varchar(60)[]"),
    ("online", "boolean"),
    ("agency_id", "bigint"),
    ("region_id", "varchar(32)"),
    ("region_path", "varchar(255)"),
    ("item_code", "varchar(60)"),
    ("item_name", "jsonb"),
    ("item_type", "varchar(4)"),
    ("parent_code", "varchar(60)"),
    ("parent_name", "jsonb"),
    ("content", "jsonb"),
    ("digest", "varchar(64)"),
    ("form_id", "bigint"),
    ("statutory_days", "smallint"),
    ("promised_days", "smallint"),
    ("limit_unit", "varchar(14)"),
    ("acceptance_days", "smallint"),
)
_DROP = "DROP TABLE IF EXISTS " + ", ".join(
    f"pg_temp.import_{name}" for name in ("row", "change", "bad", "gone")
)
# After so many changes, words are counted anew: how rare they are decides what is found first.
_MANY = 1000
_Parameters = Sequence[str | list[str]] | Mapping[str, str | date] | None
_COLUMNS = ", ".join(name for name, _type in _STAGED)


@dataclass(frozen=True)
class Staged:
    """An entry ready to be compared and written."""

    row: int
    line: int
    slug: str
    entry: Entry
    place: Place
    form_id: int | None


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

    def __init__(self, source: str) -> None:
        self.source = source
        with connection.cursor() as cursor:
            columns = ", ".join(f"{name} {kind}" for name, kind in _STAGED)
            cursor.execute(
                # One import of a source at a time.
                "SELECT pg_advisory_xact_lock(hashtextextended('import ' || %s, 0))",
                [source],
            )
            cursor.execute(_DROP)
            cursor.execute(f"CREATE TEMP TABLE import_row ({columns}) ON COMMIT DROP")
            cursor.execute("CREATE TEMP TABLE import_bad (code varchar(80)) ON COMMIT DROP")

    def add(self, batch: Iterable[Staged]) -> None:
        """Take in entries."""
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY import_row ({_COLUMNS}) FROM STDIN") as copy,
        ):
            for staged in batch:
                copy.write_row(self._columns(staged))

    def add_bad(self, codes: Iterable[str]) -> None:
        """Codes of rows that cannot be imported: their offerings stay as they are."""
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY import_bad (code) FROM STDIN") as copy,
        ):
            for code in codes:
                copy.write_row([code[:80]])

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
        _run(_COMPARE, [self.source])
        kinds = dict(_fetch("SELECT kind, count(*) FROM import_change GROUP BY kind"))
        edited = _fetch("SELECT count(*) FROM import_change WHERE edited")
        return Counts(
            new=kinds.get("new", 0),
            changed=kinds.get("changed", 0),
            returned=kinds.get("returned", 0),
            unchanged=kinds.get("unchanged", 0),
            replaced_edits=edited[0][0],
        )

    def edited(self) -> list[tuple[int, int, str]]:
        """Changed rows whose newest version was written by an editor: (row, line, code)."""
        return _fetch(
            "SELECT r.row, r.line, r.code FROM import_change c JOIN import_row r USING (code)"
            " WHERE c.edited ORDER BY r.row"
        )

    def write(self) -> None:
        """Write what `compare` found: items, offerings, versions."""
        parameters: dict[str, str | date] = {"source": self.source, "moment": clock.now()}
        for statement in _WRITE:
            _run(statement, parameters)
        # In the order of regions: searches read the index region by region.
        self._reindex(
            "SELECT o.id FROM import_change c JOIN catalogue_offering o ON o.id = c.offering_id"
            " WHERE c.kind <> 'unchanged' ORDER BY o.region_path, o.id"
        )

    def gone(self, region_path: str) -> list[Gone]:
        """Current offerings of the source, in that region and below, that the file lacks."""
        rows = _fetch(
            f"SELECT o.code, o.name {_GONE} ORDER BY o.code",
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
        _run(f"CREATE TEMP TABLE import_gone ON COMMIT DROP AS SELECT o.id {_GONE}", parameters)
        _run(
            "UPDATE catalogue_guideversion SET state = 'withdrawn', withdrawn_at = %(moment)s"
            " WHERE state = 'published' AND offering_id IN (SELECT id FROM import_gone)",
            parameters,
        )
        withdrawn = _run(
            "UPDATE catalogue_offering SET current_id = NULL, online = false,"
            " withdrawn_at = %(moment)s, withdrawn_why = %(why)s::jsonb"
            " WHERE id IN (SELECT id FROM import_gone)",
            parameters,
        )
        self._reindex("SELECT id FROM import_gone")
        return withdrawn

    def tidy(self) -> None:
        """Make the items' audiences and topics those of their offerings; drop the tables."""
        _run(_ITEMS_SUM_UP, {"source": self.source})
        _run(_DROP)

    def _reindex(self, statement: str) -> None:
        ids = [offering for (offering,) in _fetch(statement)]
        reindex(ids)
        if len(ids) > _MANY:
            count_words()

    def _columns(self, staged: Staged) -> list[object]:
        entry, place, guide = staged.entry, staged.place, staged.entry.guide
        name = entry.localized
        return [
            staged.row,
            staged.line,
            entry.code,
            staged.slug,
            _json(name),
            entry.level,
            _sort_key(entry.name),
            list(entry.audiences),
            list(entry.themes),
            guide.online and staged.form_id is not None,
            place.agency_id,
            place.region_code,
            place.region_path,
            entry.item.code,
            _json(entry.item.localized),
            entry.item.type,
            entry.parent.code if entry.parent else None,
            _json(entry.parent.localized) if entry.parent else None,
            guide.model_dump_json(),
            digest_of(name, guide, staged.form_id),
            staged.form_id,
            guide.limits.statutory,
            guide.limits.promised,
            guide.limits.unit.value,
            guide.limits.acceptance,
        ]


# A row is a changed one if it differs from what was imported last; an editor's version since then
# does not make it one, and gives way to it if it is.
_COMPARE = """
CREATE TEMP TABLE import_change ON COMMIT DROP AS
SELECT row.code, found.*, found.kind IN ('changed', 'returned') AND newest.by_editor AS edited,
       coalesce(newest.number, 0) + 1 AS number,
       CASE WHEN found.kind <> 'unchanged'
            THEN nextval(pg_get_serial_sequence('catalogue_guideversion', 'id')) END AS version_id
FROM import_row row
LEFT JOIN catalogue_offering o ON o.source = %s AND o.code = row.code
LEFT JOIN LATERAL (
    SELECT number, created_by_id IS NOT NULL AS by_editor FROM catalogue_guideversion
    WHERE offering_id = o.id ORDER BY number DESC LIMIT 1) newest ON true
LEFT JOIN LATERAL (
    SELECT digest FROM catalogue_guideversion
    WHERE offering_id = o.id AND created_by_id IS NULL ORDER BY number DESC LIMIT 1) last ON true
CROSS JOIN LATERAL (SELECT o.id AS offering_id, CASE
    WHEN o.id IS NULL THEN 'new'
    WHEN o.withdrawn_at IS NOT NULL OR o.current_id IS NULL THEN 'returned'
    WHEN last.digest IS DISTINCT FROM row.digest THEN 'changed'
    ELSE 'unchanged' END AS kind) found
"""

_GONE = """FROM catalogue_offering o WHERE o.source = %(source)s AND o.withdrawn_at IS NULL
AND o.region_path LIKE %(within)s
AND NOT EXISTS (SELECT FROM import_row r WHERE r.code = o.code)
AND NOT EXISTS (SELECT FROM import_bad b WHERE b.code = o.code)"""

_WRITE = (
    "CREATE INDEX ON import_change (code)",
    "ANALYZE import_change",
    # Items. A main item is named by the rows that call it their main item, others by their first.
    """
INSERT INTO catalogue_item (source, code, name, type, audiences, themes, everyday_names, standard)
SELECT DISTINCT ON (code) %(source)s, code, name, type, '{}', '{}', '{}', '{}'::jsonb FROM (
    SELECT parent_code AS code, parent_name AS name, item_type AS type, 0 AS rank, row
    FROM import_row WHERE parent_code IS NOT NULL
    UNION ALL SELECT item_code, item_name, item_type, 1, row FROM import_row) named
ORDER BY code, rank, row
ON CONFLICT (source, code) DO UPDATE SET name = excluded.name, type = excluded.type
WHERE (catalogue_item.name, catalogue_item.type) IS DISTINCT FROM (excluded.name, excluded.type)
""",
    """
UPDATE catalogue_item i SET parent_id = parent.id
FROM (SELECT DISTINCT ON (item_code) item_code, parent_code FROM import_row
      ORDER BY item_code, row) r
LEFT JOIN catalogue_item parent
    ON parent.source = %(source)s AND parent.code = r.parent_code
WHERE i.source = %(source)s AND i.code = r.item_code AND i.parent_id IS DISTINCT FROM parent.id
AND i.id IS DISTINCT FROM parent.id
""",
    # Foreign keys are checked at commit, so that an offering can name its version first.
    """
INSERT INTO catalogue_offering (item_id, agency_id, region_id, source, code, slug, name, level,
    audiences, themes, online, region_path, sort_key, current_id, withdrawn_why,
    applications, error_count, warning_count)
SELECT i.id, r.agency_id, r.region_id, %(source)s, r.code, r.slug, r.name, r.level,
    r.audiences, r.themes, r.online, r.region_path, r.sort_key, c.version_id, '{}',
    0, 0, 0
FROM import_change c JOIN import_row r USING (code)
JOIN catalogue_item i ON i.source = %(source)s AND i.code = r.item_code
WHERE c.kind = 'new' ORDER BY r.row
""",
    """
UPDATE import_change c SET offering_id = o.id FROM catalogue_offering o
WHERE c.kind = 'new' AND o.source = %(source)s AND o.code = c.code
""",
    """
UPDATE catalogue_guideversion v SET state = 'withdrawn', withdrawn_at = %(moment)s
FROM import_change c
WHERE c.kind IN ('changed', 'returned') AND v.offering_id = c.offering_id
AND v.state = 'published'
""",
    """
INSERT INTO catalogue_guideversion (id, offering_id, number, state, content, digest, form_id,
    statutory_days, promised_days, limit_unit, acceptance_days, created_at, published_at,
    change_note, revision, review_note, translated_from)
SELECT c.version_id, c.offering_id, c.number, 'published', r.content, r.digest, r.form_id,
    r.statutory_days, r.promised_days, r.limit_unit, r.acceptance_days,
    %(moment)s, %(moment)s, '{}', 0, '', '{}'
FROM import_change c JOIN import_row r USING (code)
WHERE c.kind <> 'unchanged' ORDER BY c.version_id
""",
    """
UPDATE catalogue_offering o SET item_id = i.id, agency_id = r.agency_id, region_id = r.region_id,
    name = r.name, level = r.level, audiences = r.audiences, themes = r.themes, online = r.online,
    region_path = r.region_path, sort_key = r.sort_key,
    current_id = c.version_id, withdrawn_at = NULL, withdrawn_why = '{}'
FROM import_change c JOIN import_row r USING (code)
JOIN catalogue_item i ON i.source = %(source)s AND i.code = r.item_code
WHERE c.kind IN ('changed', 'returned') AND o.id = c.offering_id
""",
)

_ITEMS_SUM_UP = """
UPDATE catalogue_item i SET audiences = x.audiences, themes = x.themes FROM (
    SELECT o.item_id,
        array_agg(DISTINCT a ORDER BY a) FILTER (WHERE a IS NOT NULL) AS audiences,
        coalesce(array_agg(DISTINCT t ORDER BY t) FILTER (WHERE t IS NOT NULL), '{}') AS themes
    FROM catalogue_offering o
    LEFT JOIN LATERAL unnest(o.audiences) a ON true LEFT JOIN LATERAL unnest(o.themes) t ON true
    WHERE o.source = %(source)s AND o.withdrawn_at IS NULL GROUP BY o.item_id) x
WHERE i.id = x.item_id AND (i.audiences, i.themes) IS DISTINCT FROM (x.audiences, x.themes)
"""


@lru_cache(maxsize=50_000)
def _sort_key(name: str) -> str:
    """Pinyin takes longer than all else together, and names repeat from agency to agency."""
    return sort_key({"zh": name}, 300)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _run(statement: str, parameters: _Parameters = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _fetch(statement: str, parameters: _Parameters = None) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
