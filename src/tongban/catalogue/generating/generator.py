"""The act: fill a tree of regions with services, and take them out again.

Written as an import is (`importing.writing.Stage`), region by region and some fifty thousand
offerings to a transaction: memory stays small, a run that was cut off is gone on with by the next,
and a second run changes nothing. The same seed makes the same province.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pgtrigger
from django.db import IntegrityError, connection, transaction

from tongban.catalogue.generating.bodies import (
    Body,
    agencies_at,
    is_made_up,
    level_of,
    settle_bodies,
)
from tongban.catalogue.generating.definitions import Definitions, Family, Level, read_definitions
from tongban.catalogue.generating.guides import Draft, Writer, digest, filled, own_words
from tongban.catalogue.generating.planning import Part, Plan
from tongban.catalogue.generating.trees import (
    CITIES,
    COUNTIES,
    PROVINCES,
    TOWNS,
    made_up_regions,
)
from tongban.catalogue.importing.general_form import code_for, general_form, general_sample
from tongban.catalogue.importing.importer import collecting_rarely
from tongban.catalogue.importing.places import Place
from tongban.catalogue.importing.preparing import Prepared
from tongban.catalogue.importing.sources import ItemKey
from tongban.catalogue.importing.writing import Stage
from tongban.catalogue.indexing import reindex
from tongban.catalogue.loading import read_yaml
from tongban.catalogue.models import Item, Offering, Theme
from tongban.directory.api import (
    NoSuchCalendar,
    RegionRow,
    RegionSummary,
    calendar_coverage,
    children,
    descendants,
    load_regions,
    region,
    regions,
    seed_calendar,
)
from tongban.forms.api import FormDefinition, publish_forms
from tongban.kernel.announcements import announce

SOURCE = "generated"
MOST = 3_000_000

_TRANSACTION = 50_000
_LEVEL_DIGITS: dict[Level, str] = {"province": "2", "city": "3", "county": "4", "town": "5"}

Progress = Callable[[str, int, int], None]


class CannotGenerate(ValueError):
    """What was asked for cannot be made; says why and what to do."""


@dataclass(frozen=True)
class Generated:
    """What a run made."""

    services: int
    families: int
    regions: int
    agencies: int
    offerings: int
    new: int
    changed: int
    unchanged: int


def definitions_of(demo: Path) -> Definitions:
    """The definitions in demo/services. Raises BadDefinition."""
    return read_definitions(demo / "services", _theme_audiences(demo))


def generate(
    demo: Path,
    items: int,
    *,
    top: str | None = None,
    seed: int = 1,
    dry_run: bool = False,
    progress: Progress = lambda *_: None,
) -> Generated:
    """Put so many offerings into the catalogue, in the made-up province or below region `top`.

    `top`: a code of the tree that is loaded; "" is all of it. `dry_run` writes nothing, and says
    what there would be. Raises CannotGenerate, BadDefinition.
    """
    if not 1 <= items <= MOST:
        raise CannotGenerate(f"Between 1 and {MOST:,} items can be made.")
    definitions = definitions_of(demo)
    with transaction.atomic():
        _add_themes(demo)
        _have_a_calendar()
        tree = _made_up(demo, definitions, items) if top is None else _loaded(top)
        sizes = tree.sizes()
        forms = _publish_forms(definitions)
        _put_items(definitions)
        transaction.set_rollback(dry_run)
    plan = Plan(definitions, sizes, items, seed)
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    writer = Writer(definitions)
    done = plan.total if dry_run else 0
    progress("offerings", done, plan.total)
    with collecting_rarely():
        for part in () if dry_run else plan.parts(_bodies(definitions, tree), _TRANSACTION):
            found = _write(part, writer, forms)
            for kind, count in found.items():
                counts[kind] += count
            done += sum(found.values())
            progress("offerings", done, plan.total)
    if counts["new"] or counts["changed"]:
        announce("catalogue.imported", {"source": SOURCE})
    return Generated(
        services=definitions.services,
        families=len(definitions.families),
        regions=sizes.total(),
        agencies=sum(
            count * len(agencies_at(definitions, level))
            for level, count in sizes.items()
            if level is not None
        ),
        offerings=done,
        **counts,
    )


def remove(progress: Progress = lambda *_: None) -> int:
    """Take out all that was generated; how many offerings. Raises CannotGenerate.

    Regions stay, and so do agencies where somebody works or that others name.
    """
    ids = list(
        Offering.objects.filter(source=SOURCE)
        .order_by("region_path", "pk")
        .values_list("pk", flat=True)
    )
    for start in range(0, len(ids), _TRANSACTION):
        try:
            with transaction.atomic():
                _remove(ids[start : start + _TRANSACTION])
        except IntegrityError as error:
            raise CannotGenerate(
                "People have applied for generated services. Take their cases out first, or begin"
                " with an empty database."
            ) from error
        progress("removed", min(start + _TRANSACTION, len(ids)), len(ids))
    Item.objects.filter(source=SOURCE).delete()
    return len(ids)


@dataclass(frozen=True)
class _Tree:
    """The regions to fill: those of `codes` (None: all) in the trees of `tops`.

    Read one province after the other, so that a nation takes no more memory than a province.
    """

    tops: Sequence[RegionSummary]
    codes: Collection[str] | None = None

    def regions(self, top: RegionSummary) -> list[RegionSummary]:
        """Those in one of `tops`, parents first."""
        found = descendants(top.code)
        return [one for one in found if self.codes is None or one.code in self.codes]

    def sizes(self) -> Counter[Level | None]:
        """How many regions of each level."""
        return Counter(level_of(one) for top in self.tops for one in self.regions(top))


def _bodies(definitions: Definitions, tree: _Tree) -> Iterator[Body]:
    """The agencies of a tree, found or registered one province after the other."""
    for top in tree.tops:
        yield from settle_bodies(definitions, top, tree.regions(top))


def _write(part: Part, writer: Writer, forms: dict[str, int]) -> dict[str, int]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.execute("SET LOCAL work_mem = '64MB'")
        taken = _taken({body.region.code for body, _families in part})
        with Stage(SOURCE) as stage:
            rows = [
                row
                for row in _rows(part, writer, forms)
                if (row.body.region.code, row.family.name.zh) not in taken
            ]
            # What an earlier run wrote is not written out again: one that was cut off is soon
            # where it was.
            known = _known(rows) if stage.knows_any() else set()
            stage.add_prepared(
                _prepared(number, row)
                for number, row in enumerate(rows, start=1)
                if row.code not in known
            )
            counts = stage.compare()
            stage.write()
            stage.drop_tables()
    return {
        "new": counts.new,
        "changed": counts.changed + counts.returned,
        "unchanged": counts.unchanged + len(known),
    }


@dataclass(frozen=True, slots=True)
class _Row:
    """An agency's offer of a service, not written out yet."""

    body: Body
    family: Family
    code: str
    form_id: int
    draft: Draft
    words: dict[str, str]
    digest: str


def _rows(part: Part, writer: Writer, forms: dict[str, int]) -> Iterator[_Row]:
    for body, families in part:
        seat = sum(map(ord, body.code))
        code = body.code + _LEVEL_DIGITS[body.level]
        for family in families:
            form_id = forms[family.code]
            draft = writer.draft(family.code, writer.promise(family, body), form_id)
            words = own_words(body, seat + int(family.code[6:9]))
            yield _Row(
                body=body,
                family=family,
                code=code + family.code,
                form_id=form_id,
                draft=draft,
                words=words,
                digest=digest(filled(draft.source, words)),
            )


def _known(rows: Sequence[_Row]) -> set[str]:
    """The codes of rows that stand in the catalogue as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # as in `Stage.compare`
        cursor.execute(_KNOWN, [[row.code for row in rows], [row.digest for row in rows], SOURCE])
        found = {code for (code,) in cursor.fetchall()}
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


_KNOWN = """
SELECT x.code FROM unnest(%s::text[], %s::text[]) AS x (code, digest)
CROSS JOIN LATERAL (
    SELECT current_id FROM catalogue_offering WHERE source = %s AND code = x.code LIMIT 1) o
CROSS JOIN LATERAL (
    SELECT digest FROM catalogue_guideversion
    WHERE id = o.current_id AND created_by_id IS NULL LIMIT 1) v
WHERE v.digest = x.digest
"""


def _prepared(number: int, row: _Row) -> Prepared:
    body, family, draft = row.body, row.family, row.draft
    region = body.region
    digits = _LEVEL_DIGITS[body.level]
    return Prepared(
        row=number,
        line=number,
        code=row.code,
        slug=f"{family.slug}-{region.code}-g",
        name=family.name.localized,
        level=digits,
        audiences=family.audiences,
        themes=family.themes,
        online=True,
        sort_key=draft.sort_key,
        place=Place(body.agency_id, region.code, region.path),
        item=ItemKey(family.code, family.name.zh, family.type, family.name.localized),
        parent=None,
        form_id=row.form_id,
        content=filled(draft.content, row.words),
        digest=row.digest,
        limits=draft.limits,
        said=draft.said,
        ways=draft.ways,
    )


def _taken(regions: set[str]) -> set[tuple[str, str]]:
    """What other sources offer in regions: region and Chinese name."""
    rows = (
        Offering.objects.filter(region_id__in=regions, withdrawn_at=None)
        .exclude(source=SOURCE)
        .values_list("region_id", "name__zh")
    )
    return {(region, name) for region, name in rows if name}


def _made_up(demo: Path, definitions: Definitions, items: int) -> _Tree:
    """The smallest tree that offers so many."""
    by_level = {level: len(families) for level, families in definitions.by_level.items()}
    city = by_level["city"] + COUNTIES * (by_level["county"] + TOWNS * by_level["town"])
    cities = 1
    while cities < CITIES * PROVINCES:
        provinces = (cities + CITIES - 1) // CITIES
        if cities >= 3 and cities * city + provinces * by_level["province"] >= items * 1.02:
            break
        cities += 1
    rows = made_up_regions(cities, _demo_regions(demo))
    load_regions(rows)
    tops = regions(row.code for row in rows if row.parent_code is None)
    return _Tree([tops[code] for code in sorted(tops, reverse=True)], {row.code for row in rows})


def _loaded(top: str) -> _Tree:
    try:
        tops = [region(top)] if top else children(None)
    except LookupError as error:
        raise CannotGenerate(
            f"There is no region {top}. manage load_regions loads a tree of regions."
        ) from error
    if not tops:
        raise CannotGenerate("There are no regions. manage load_regions loads a tree of them.")
    return _Tree(tops)


def _demo_regions(demo: Path) -> list[RegionRow]:
    rows: list[RegionRow] = []
    waiting = [(one, None) for one in reversed(read_yaml(demo / "regions.yaml")["regions"])]
    while waiting:
        written, parent = waiting.pop()
        rows.append(RegionRow(written["code"], written["name"], parent, written.get("level", 0)))
        waiting += [(one, written["code"]) for one in reversed(written.get("regions", []))]
    return rows


def _theme_audiences(demo: Path) -> dict[str, str]:
    return {
        one["code"]: one["audience"]
        for path in (demo / "themes.yaml", demo / "services" / "themes.yaml")
        for one in read_yaml(path)
    }


def _have_a_calendar() -> None:
    """Guides say until when an office is open, and by when an answer comes."""
    try:
        calendar_coverage()
    except NoSuchCalendar:
        seed_calendar()


def _add_themes(demo: Path) -> None:
    """The topics that services name and nobody has loaded yet, after the others."""
    written = [*read_yaml(demo / "themes.yaml"), *read_yaml(demo / "services" / "themes.yaml")]
    there = set(Theme.objects.values_list("pk", flat=True))
    Theme.objects.bulk_create(
        Theme(
            code=one["code"],
            name=one["name"],
            audience=one["audience"],
            description=one.get("description", {}),
            position=place,
        )
        for place, one in enumerate(written)
        if one["code"] not in there
    )


def _publish_forms(definitions: Definitions) -> dict[str, int]:
    """The general application of each family: the id of its form by the family's code."""
    writer = Writer(definitions)
    wanted: dict[str, str] = {}
    forms: dict[str, FormDefinition] = {}
    samples: dict[str, dict[str, object]] = {}
    for family in definitions.families:
        guide = writer.guide(family, family.promised)
        code = code_for(guide, family.audiences)
        wanted[family.code] = code
        if code not in forms:
            forms[code] = general_form(guide.materials, family.audiences)
            samples[code] = general_sample(guide.materials, family.audiences)
    ids = publish_forms(forms, samples)
    return {family: ids[code] for family, code in wanted.items()}


def _put_items(definitions: Definitions) -> None:
    Item.objects.bulk_create(
        [
            Item(
                source=SOURCE,
                code=family.code,
                name=family.name.localized,
                type=family.type,
                audiences=list(family.audiences),
                themes=list(family.themes),
                everyday_names=list(family.say),
            )
            for family in definitions.families
        ],
        update_conflicts=True,
        unique_fields=["source", "code"],
        update_fields=["name", "type", "audiences", "themes", "everyday_names"],
        batch_size=1000,
    )


def _remove(ids: list[int]) -> None:
    with (
        connection.cursor() as cursor,
        pgtrigger.ignore("catalogue.GuideVersion:published_is_kept"),
    ):
        cursor.execute("UPDATE catalogue_offering SET current_id = NULL WHERE id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM catalogue_finding WHERE offering_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM catalogue_change WHERE offering_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM catalogue_guideversion WHERE offering_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM catalogue_offering WHERE id = ANY(%s)", [ids])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    reindex(ids)


__all__ = ["MOST", "SOURCE", "CannotGenerate", "Generated", "definitions_of", "generate",
           "is_made_up", "remove"]  # fmt: skip
