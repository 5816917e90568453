"""Regions: one tree, read by code and by path.

A path holds the codes from the root, each followed by "/": "990000/990100/990102/". "This region
and all below it" is then one prefix, which the index on `path` answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from unicodedata import category, normalize

from django.db import transaction
from django.db.models import Q

from tongban.directory.models import Region
from tongban.kernel.localized import Localized, pick
from tongban.kernel.localized import language as readers_language

# Entries of the state's codes that only group counties; nobody writes them in an address.
_GROUPING = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
# Rows sent to PostgreSQL at once: large enough that round trips do not count.
_BATCH = 5000


class NoSuchRegion(LookupError):
    """No region has that code."""


class BadTree(ValueError):
    """Rows that make no tree: a parent that is missing, or a circle. Says which codes."""


@dataclass(frozen=True)
class RegionSummary:
    """A region as other packages see it. `path` is for `subtree`; `level` 1 is a province."""

    code: str
    name: Localized
    parent_code: str | None
    level: int
    path: str

    @property
    def ancestor_codes(self) -> tuple[str, ...]:
        """The codes above it, the root first."""
        return tuple(self.path.split("/")[:-2])


@dataclass(frozen=True)
class RegionRow:
    """One region to load. Any order: the tree is put together from `parent_code`.

    `level` is one more than the parent's, or larger if the row says so: a province is 1 though no
    nation stands above it, and a town is 4 also where it lies right below a city.
    """

    code: str
    name: Localized
    parent_code: str | None = None
    level: int = 0


@dataclass(frozen=True)
class Loaded:
    """What loading changed, in rows."""

    added: int
    changed: int
    unchanged: int


def find_region(code: str) -> RegionSummary | None:
    """The region with that code, or None."""
    row = Region.objects.filter(pk=code).first()
    return _summary(row) if row else None


def region(code: str) -> RegionSummary:
    """The region with that code. Raises NoSuchRegion."""
    found = find_region(code)
    if found is None:
        raise NoSuchRegion(code)
    return found


def regions(codes: Iterable[str]) -> dict[str, RegionSummary]:
    """Those of the regions that exist, by code. One query."""
    return {row.pk: _summary(row) for row in Region.objects.filter(pk__in=set(codes))}


def children(code: str | None) -> list[RegionSummary]:
    """The regions right below, by code; for None the roots."""
    rows = Region.objects.filter(parent_id=code) if code else Region.objects.filter(parent=None)
    return [_summary(row) for row in rows.order_by("pk")]


def ancestors(code: str) -> list[RegionSummary]:
    """The regions above, the root first, without itself. Raises NoSuchRegion."""
    above = region(code).ancestor_codes
    found = regions(above)
    return [found[one] for one in above]


def subtree(path: str, field: str = "path") -> Q:
    """A filter for rows in the region of that path or below.

    `field` is where the rows keep a path, as a column or through relations: `region__path`.
    """
    return Q(**{f"{field}__startswith": path})


def descendants(code: str, *, levels: int | None = None) -> list[RegionSummary]:
    """The region and all below it, parents before children; at most `levels` levels below."""
    top = region(code)
    rows = Region.objects.filter(subtree(top.path))
    if levels is not None:
        rows = rows.filter(level__lte=top.level + levels)
    return [_summary(row) for row in rows.order_by("path")]


def region_names(codes: Iterable[str], language: str | None = None) -> dict[str, str]:
    """Names by code in a language (default: the reader's); unknown codes are left out."""
    return {code: pick(found.name, language) for code, found in regions(codes).items()}


def full_region_name(code: str, language: str | None = None) -> str:
    """The name with those above it: 云泽省云州市江岸区; "Jiang'an District, Yunzhou, Yunze".

    Chinese goes from large to small without a gap, other languages from small to large.
    Raises NoSuchRegion.
    """
    line = [*ancestors(code), region(code)]
    names = [one.name for one in line if one.name.get("zh") not in _GROUPING]
    if (language or readers_language()) == "zh":
        return "".join(pick(name, language) for name in names)
    return ", ".join(pick(name, language) for name in reversed(names))


def load_regions(
    rows: Iterable[RegionRow], progress: Callable[[int, int], None] | None = None
) -> Loaded:
    """Add or bring up to date a tree of regions, all or nothing. Regions not named stay.

    A parent may be among the rows or loaded before. `progress` is told (done, of how many).
    Raises BadTree.
    """
    given = {row.code: row for row in rows}
    with transaction.atomic():
        known = {row.pk: row for row in Region.objects.all()}
        placed = _place(given, known)
        added: list[Region] = []
        changed: list[Region] = []
        for row in placed:
            before = known.get(row.pk)
            if before is None:
                added.append(row)
            elif _content(before) != _content(row):
                changed.append(row)
        total = len(added) + len(changed)
        done = 0
        for rows_to_add in _batches(added):
            Region.objects.bulk_create(rows_to_add)
            done += len(rows_to_add)
            if progress:
                progress(done, total)
        for rows_to_change in _batches(changed):
            Region.objects.bulk_update(
                rows_to_change, ["name", "parent", "level", "path", "sort_key"]
            )
            done += len(rows_to_change)
            if progress:
                progress(done, total)
        return Loaded(len(added), len(changed), len(given) - total)


def _place(given: Mapping[str, RegionRow], known: Mapping[str, Region]) -> list[Region]:
    """The given rows as regions with path and level, parents first."""
    placed: dict[str, Region] = {}
    for start in given:
        # From a row up to the first one that has its place, then back down: no recursion, so
        # that a circle is found rather than run into.
        line: list[RegionRow] = []
        code: str | None = start
        while code is not None and code in given and code not in placed:
            row = given[code]
            if row in line:
                raise BadTree(f"a circle: {' > '.join(one.code for one in line)} > {code}")
            line.append(row)
            code = row.parent_code
        if code is not None and code not in placed and code not in known:
            raise BadTree(f"{line[-1].code}: its parent {code} is missing")
        for row in reversed(line):
            above = None
            if row.parent_code is not None:
                above = placed.get(row.parent_code) or known[row.parent_code]
            placed[row.code] = Region(
                code=row.code,
                name=dict(row.name),
                parent_id=row.parent_code,
                level=max(row.level, above.level + 1 if above else 0),
                path=f"{above.path if above else ''}{row.code}/",
                sort_key=sort_key(row.name),
            )
    # A region that moves takes along those below it, named here or not; a shorter path stands
    # above a longer one, so each finds its parent in its new place.
    for old in sorted(known.values(), key=lambda old: old.path.count("/")):
        if old.pk not in given and any(code in placed for code in old.path.split("/")):
            above = placed.get(old.parent_id or "") or known[old.parent_id or ""]
            moved = Region(**{name: getattr(old, name) for name in _COLUMNS})
            moved.level, moved.path = above.level + 1, f"{above.path}{old.pk}/"
            moved.level += old.level - known[old.parent_id or ""].level - 1  # levels it skips
            placed[old.pk] = moved
    return list(placed.values())


_COLUMNS = ("code", "name", "parent_id", "level", "path", "sort_key")


def _content(row: Region) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _COLUMNS)


def sort_key(name: Localized, length: int = 120) -> str:
    """What to sort a name by: pinyin for Chinese (PostgreSQL's own order is by code point)."""
    # Here, not above: its dictionaries take half a second to load, and only writing needs them.
    from pypinyin import lazy_pinyin

    text = name.get("zh") or next(iter(name.values()), "")
    return without_accents(" ".join(lazy_pinyin(text)).lower())[:length]


def without_accents(text: str) -> str:
    """Letters as they stand in an alphabet: "é" with "e"; nothing that cannot be seen."""
    return "".join(
        one for one in normalize("NFD", text) if category(one) not in ("Mn", "Cf")
    ).strip()


def _summary(row: Region) -> RegionSummary:
    return RegionSummary(row.pk, row.name, row.parent_id, row.level, row.path)


def _batches(rows: list[Region]) -> Iterable[list[Region]]:
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]
