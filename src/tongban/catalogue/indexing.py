"""What of the catalogue can be found: offerings as documents of `search`.

Whoever changes what stands in a document calls `reindex` in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from tongban.catalogue.facets import facets_of, ways_of
from tongban.catalogue.models import Offering
from tongban.kernel.localized import Localized
from tongban.search import api as search
from tongban.search.api import Document, OutOfStep

# Rows held in memory at once.
_BATCH = 1000
# What of a guide is searched, beside the names. Conditions and steps are in everybody's words.
_COLUMNS = (
    "id", "item_id", "name", "level", "audiences", "themes", "online", "region_path", "agency_id",
    "applications", "current_id", "item__name", "item__type", "item__everyday_names",
    "current__content__summary", "current__content__materials", "current__content__result",
    "current__content__windows", "current__content__place", "current__content__visits",
    "current__content__website",
)  # fmt: skip


def reindex(offering_ids: Iterable[int]) -> None:
    """Make offerings found as they are now: those with a current guide, and the others no more.

    The caller's transaction is used. For one as for a hundred thousand.
    """
    ids = iter(offering_ids)
    while batch := list(islice(ids, _BATCH)):
        documents = list(_documents(Offering.objects.filter(pk__in=batch)))
        search.put(documents)
        gone = set(batch) - {document.id for document in documents}
        if gone:
            search.remove(gone)


def rebuild_index() -> int:
    """Make the whole index anew from the catalogue, in one transaction; how many documents."""
    return search.rebuild(_documents(Offering.objects.all()))


def check_index() -> OutOfStep:
    """How the index differs from the catalogue: nothing, unless something went wrong."""
    rows = _findable(Offering.objects.all()).order_by("pk").values_list("pk", "current_id")
    return search.check(rows.iterator(chunk_size=10_000))


def count_words() -> None:
    """Count anew how rare words are, after many changes. Otherwise a nightly job does."""
    search.count_words()


def note_popularity(counts: Mapping[int, int]) -> None:
    """How often offerings were applied for; the others stay as they are."""
    search.set_popularity(counts)


def _findable(offerings: QuerySet[Offering]) -> QuerySet[Offering]:
    return offerings.filter(current__isnull=False)


def _documents(offerings: QuerySet[Offering]) -> Iterator[Document]:
    """In the order of regions, as a stream."""
    rows = _findable(offerings).order_by("region_path", "pk").values(*_COLUMNS)
    for row in rows.iterator(chunk_size=_BATCH):
        yield _document(row)


def _document(row: Mapping[str, Any]) -> Document:
    names = titles_of(row["name"])
    others = (*row["item__everyday_names"], *filter(None, row["item__name"].values()))
    result = row["current__content__result"] or {}
    return Document(
        id=row["id"],
        service=row["item_id"],
        region_path=row["region_path"],
        titles=names,
        synonyms=tuple(one for one in dict.fromkeys(others) if one not in names),
        text=searched_text(
            row["current__content__summary"] or {},
            result.get("name") or {},
            [one.get("name") or {} for one in row["current__content__materials"] or ()],
        ),
        facets=facets_of(
            type=row["item__type"],
            level=row["level"],
            audiences=row["audiences"],
            themes=row["themes"],
            ways=ways_of(
                online=row["online"],
                windows=row["current__content__windows"] or (),
                place=row["current__content__place"] or {},
                visits=row["current__content__visits"],
                delivery=result.get("delivery") or (),
                website=row["current__content__website"] or {},
            ),
            agency_id=row["agency_id"],
            region_path=row["region_path"],
        ),
        online=row["online"],
        popularity=row["applications"],
        stamp=row["current_id"],
    )


def titles_of(name: Localized) -> tuple[str, ...]:
    """The titles of a document: its name in every language."""
    return tuple(dict.fromkeys(_values(name)))


def searched_text(summary: Localized, result: Localized, materials: Iterable[Localized]) -> str:
    """What of a guide is searched: its summary, the name of its result, those of its documents."""
    return "\n".join(searched_lines(summary, result, materials))


def searched_lines(
    summary: Localized, result: Localized, materials: Iterable[Localized]
) -> list[str]:
    """The same, text by text: many guides share some."""
    return [text for one in (summary, result, *materials) for text in _values(one)]


def _values(text: Localized) -> list[str]:
    """In the order in which PostgreSQL keeps them, so that it is the same before and after."""
    if len(text) > 1:
        return [text[key] for key in sorted(text, key=lambda key: (len(key), key)) if text[key]]
    return [one for one in text.values() if one]
