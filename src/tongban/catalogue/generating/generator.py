"""The act: fill a tree of regions with services, and take them out again.

Written as an import is (`importing.writing.Stage`), region by region and some fifty thousand
offerings to a transaction: memory stays small, a run that was cut off is gone on with by the next,
and a second run changes nothing. The same seed makes the same province.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import pgtrigger
from django.db import IntegrityError, connection, transaction

from tongban.catalogue.generating.bodies import TOWN, Body, is_made_up, settle_bodies
from tongban.catalogue.generating.definitions import Definitions, Family, Level, read_definitions
from tongban.catalogue.generating.guides import Writer, digest, filled, own_words
from tongban.catalogue.generating.trees import (
    CITIES,
    COUNTIES,
    PROVINCES,
    TOWNS,
    made_up_regions,
)
from tongban.catalogue.importing.general_form import code_for, general_form, general_sample
from tongban.catalogue.importing.places import Place
from tongban.catalogue.importing.preparing import Prepared
from tongban.catalogue.importing.sources import ItemKey
from tongban.catalogue.importing.writing import Stage
from tongban.catalogue.indexing import reindex
from tongban.catalogue.loading import read_yaml
from tongban.catalogue.models import Item, Offering, Theme
from tongban.directory.api import (
    RegionRow,
    RegionSummary,
    children,
    descendants,
    load_regions,
    sort_key,
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
        regions = _made_up(demo, definitions, items) if top is None else _loaded(top)
        bodies = settle_bodies(
            definitions, regions, lambda done: progress("regions", done, len(regions))
        )
        forms = _publish_forms(definitions)
        _put_items(definitions)
        transaction.set_rollback(dry_run)
    plan = _Plan(definitions, bodies, items, seed)
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    writer = Writer(definitions)
    done = plan.total if dry_run else 0
    for part in () if dry_run else plan.parts():
        found = _write(part, plan, writer, forms)
        for kind, count in found.items():
            counts[kind] += count
        done += sum(found.values())
        progress("offerings", done, plan.total)
    if counts["new"] or counts["changed"]:
        announce("catalogue.imported", {"source": SOURCE})
    return Generated(
        services=definitions.services,
        families=len(definitions.families),
        regions=len(regions),
        agencies=len(bodies),
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


@dataclass
class _Plan:
    """Which families each agency offers, so that it comes to the number wanted."""

    definitions: Definitions
    bodies: Sequence[Body]
    items: int
    seed: int

    def __post_init__(self) -> None:
        self.offered: dict[tuple[str, Level], tuple[Family, ...]] = {}
        for level, families in self.definitions.by_level.items():
            for code in (*self.definitions.departments, TOWN):
                own = tuple(
                    one
                    for one in families
                    if code == TOWN or (one.department == code and level != "town")
                )
                if own and (code == TOWN) == (level == "town"):
                    self.offered[code, level] = own
        core = rest = 0
        for body in self.bodies:
            for family in self._of(body):
                core += family.core
                rest += not family.core
        self.total = min(self.items, core + rest)
        # What people come for first is offered everywhere; the rest fills up what is wanted.
        self.core_share = min(self.items / core, 1.0) if core else 0.0
        left = max(self.items - core, 0)
        self.rest_share = min(left / rest, 1.0) if rest else 0.0
        self.core_wanted = min(self.items, core)
        self.rest_wanted = min(left, rest)

    def _of(self, body: Body) -> tuple[Family, ...]:
        return self.offered.get((body.department, body.level), ())

    def parts(self) -> Iterator[list[tuple[Body, list[Family]]]]:
        """The bodies with what they offer, some fifty thousand offerings at a time."""
        part: list[tuple[Body, list[Family]]] = []
        size = 0
        chosen = {True: 0, False: 0}
        seen = {True: 0, False: 0}
        for body in self.bodies:
            families = []
            for family in self._spread(body):
                kind = family.core
                seen[kind] += 1
                share = self.core_share if kind else self.rest_share
                wanted = self.core_wanted if kind else self.rest_wanted
                # As even as rounding allows, and exactly as many in the end.
                if chosen[kind] < min(int(seen[kind] * share + 1e-6) + (share == 1.0), wanted):
                    chosen[kind] += 1
                    families.append(family)
            if families:
                part.append((body, families))
                size += len(families)
            if size >= _TRANSACTION:
                yield part
                part, size = [], 0
        if part:
            yield part

    def _spread(self, body: Body) -> list[Family]:
        """Its families in an order of its own, so that agencies leave out different ones."""
        if self.rest_share == 1.0 and self.core_share == 1.0:
            return list(self._of(body))
        mark = f"{self.seed} {body.code} ".encode()
        return sorted(
            self._of(body),
            key=lambda one: blake2b(mark + one.code.encode(), digest_size=8).digest(),
        )


def _write(
    part: list[tuple[Body, list[Family]]], plan: _Plan, writer: Writer, forms: dict[str, int]
) -> dict[str, int]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.execute("SET LOCAL work_mem = '64MB'")
        taken = _taken({body.region.code for body, _families in part})
        with Stage(SOURCE) as stage:
            stage.add_prepared(_rows(part, writer, forms, taken))
            counts = stage.compare()
            stage.write()
            stage.drop_tables()
    return {
        "new": counts.new,
        "changed": counts.changed + counts.returned,
        "unchanged": counts.unchanged,
    }


def _rows(
    part: list[tuple[Body, list[Family]]],
    writer: Writer,
    forms: dict[str, int],
    taken: set[tuple[str, str]],
) -> Iterator[Prepared]:
    sort_keys: dict[str, str] = {}
    number = 0
    for body, families in part:
        region = body.region
        place = Place(body.agency_id, region.code, region.path)
        seat = sum(map(ord, body.code))
        digits = _LEVEL_DIGITS[body.level]
        for family in families:
            number += 1
            if (region.code, family.name.zh) in taken:
                continue  # the demo, or an import, offers it there already
            form_id = forms[family.code]
            draft = writer.draft(family.code, writer.promise(family, body), form_id)
            if family.code not in sort_keys:
                sort_keys[family.code] = sort_key(family.name.localized, 300)
            words = own_words(body, seat + int(family.code[6:9]))
            yield Prepared(
                row=number,
                line=number,
                code=f"{body.code}{digits}{family.code}",
                slug=f"{family.slug}-{region.code}-g",
                name=family.name.localized,
                level=digits,
                audiences=family.audiences,
                themes=family.themes,
                online=True,
                sort_key=sort_keys[family.code],
                place=place,
                item=ItemKey(family.code, family.name.zh, family.type, family.name.localized),
                parent=None,
                form_id=form_id,
                content=filled(draft.content, words),
                digest=digest(filled(draft.source, words)),
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


def _made_up(demo: Path, definitions: Definitions, items: int) -> list[RegionSummary]:
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
    tops = [row.code for row in rows if row.parent_code is None]
    wanted = {row.code for row in rows}
    return [
        region for top in sorted(tops, reverse=True) for region in descendants(top)
        if region.code in wanted
    ]  # fmt: skip


def _loaded(top: str) -> list[RegionSummary]:
    tops = [top] if top else [region.code for region in children(None)]
    try:
        found = [region for one in tops for region in descendants(one)]
    except LookupError as error:
        raise CannotGenerate(
            f"There is no region {top}. manage load_regions loads a tree of regions."
        ) from error
    if not found:
        raise CannotGenerate("There are no regions. manage load_regions loads a tree of them.")
    return found


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
