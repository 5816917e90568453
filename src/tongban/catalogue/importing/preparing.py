"""Entries made ready for the tables: everything of a row that needs no database.

A row becomes a line of what is compared (`statements.COMPARE`), and a record in the spool of what
is written if the row turns out to be new or changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from tongban.catalogue.facets import facets_of, ways_of
from tongban.catalogue.guide import Limits
from tongban.catalogue.importing.guide_texts import GuideWriter, localized_text
from tongban.catalogue.importing.places import Place
from tongban.catalogue.importing.sources import Entry, ItemKey
from tongban.catalogue.importing.spooling import Spool
from tongban.catalogue.indexing import searched_lines, titles_of
from tongban.directory.api import sort_key
from tongban.kernel.copying import array, cell, escaped
from tongban.kernel.localized import Localized
from tongban.search.api import said_tokens


@dataclass(frozen=True, slots=True)
class Staged:
    """An entry ready to be compared and written."""

    row: int
    line: int
    slug: str
    entry: Entry
    place: Place
    form_id: int | None
    read: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row as it will stand in the tables: what `writing.Stage.add_prepared` takes.

    `said` is what of the guide is searched, in lines, `content` the guide as JSON.
    """

    row: int
    line: int
    code: str
    slug: str
    name: Localized
    level: str
    audiences: tuple[str, ...]
    themes: tuple[str, ...]
    online: bool
    sort_key: str
    place: Place
    item: ItemKey
    parent: ItemKey | None
    form_id: int | None
    content: str
    digest: str
    limits: Limits
    said: str
    ways: tuple[str, ...]
    read: str | None = None  # by which `take_known` knows it next time


def prepared(staged: Staged, writer: GuideWriter) -> Prepared:
    """An entry as it will stand in the tables."""
    entry, guide = staged.entry, staged.entry.guide
    name, online = entry.localized, guide.online and staged.form_id is not None
    content, told = writer.texts(name, guide, staged.form_id)
    return Prepared(
        row=staged.row,
        line=staged.line,
        code=entry.code,
        slug=staged.slug,
        name=name,
        level=entry.level,
        audiences=entry.audiences,
        themes=entry.themes,
        online=online,
        sort_key=_sort_key(next(iter(name.values())) if "zh" not in name else name["zh"]),
        place=staged.place,
        item=entry.item,
        parent=entry.parent,
        form_id=staged.form_id,
        content=content,
        digest=hashlib.sha256(told.encode()).hexdigest(),
        limits=guide.limits,
        said="\n".join(
            searched_lines(
                guide.summary,
                guide.result.name if guide.result else {},
                [material.name for material in guide.materials],
            )
        ),
        ways=ways_of(
            online=online,
            windows=guide.windows,
            place=guide.place,
            visits=guide.visits,
            delivery=guide.result.delivery if guide.result else (),
            website=guide.website,
        ),
        read=staged.read,
    )


def staged_line(source: str, one: Prepared, spool: Spool) -> str:
    """Keep a row in the spool; what is compared of it, as a line for COPY."""
    place = one.place
    columns = "\t".join(
        (
            str(place.agency_id), _cell(place.region_code), source, escaped(one.code), one.slug,
            escaped(localized_text(one.name)), escaped(one.level), _array(one.audiences),
            _array(one.themes), "t" if one.online else "f", _cell(place.region_path),
            escaped(one.sort_key),
        )
    )  # fmt: skip
    facets = _facets(
        one.item.type, one.level, one.audiences, one.themes, one.ways, place.agency_id,
        place.region_path,
    )  # fmt: skip
    limits = one.limits
    start, length = spool.add(
        (
            columns,
            f"{escaped(one.content)}\t{one.digest}\t{cell(one.form_id)}\t{cell(limits.statutory)}"
            f"\t{cell(limits.promised)}\t{limits.unit.value}\t{limits.acceptance}",
            titles_of(one.name),
            facets,
            one.online,
            place.region_path,
            said_tokens(one.said.split("\n")),
        )
    )
    parent = one.parent
    parents = _names(parent.code, parent.name, parent.names) if parent else r"\N" + "\t" + r"\N"
    item = one.item
    return (
        f"{one.row}\t{one.line}\t{escaped(one.code)}\t{one.slug}\t{one.digest}"
        f"\t{_cell(place.region_path)}\t{_names(item.code, item.name, item.names)}"
        f"\t{_cell(item.type)}\t{parents}\t{start}\t{length}\t{cell(one.read)}"
    )


def _names(code: str, name: str, names: Localized) -> str:
    if names:
        return f"{escaped(code)}\t{escaped(localized_text(names))}"
    return _chinese_names(code, name)


@lru_cache(maxsize=20_000)
def _chinese_names(code: str, name: str) -> str:
    """An item's code and name for COPY: the same with each agency that offers it."""
    return f"{escaped(code)}\t{escaped(localized_text({'zh': name}))}"


@lru_cache(maxsize=20_000)
def _facets(
    kind: str,
    level: str,
    audiences: tuple[str, ...],
    themes: tuple[str, ...],
    ways: tuple[str, ...],
    agency_id: int,
    region_path: str,
) -> tuple[str, ...]:
    return facets_of(
        type=kind, level=level, audiences=audiences, themes=themes, ways=ways,
        agency_id=agency_id, region_path=region_path,
    )  # fmt: skip


@lru_cache(maxsize=50_000)
def _sort_key(name: str) -> str:
    """Pinyin takes longer than all else together, and names repeat from agency to agency."""
    return sort_key({"zh": name}, 300)


_cell = lru_cache(maxsize=20_000)(cell)


@lru_cache(maxsize=1_000)
def _array(values: tuple[str, ...]) -> str:
    return cell(array(values))
