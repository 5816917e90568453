"""Find offerings: by words, by topic, by agency, by region. Only what has a current guide is found.

A reader in a region is shown what is offered there, by the regions above it (the province serves
its cities' people too) and by those below it. Words and counts are the index's (`search`); lists by
name are read from the offerings themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.db.models import (
    Case,
    Count,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from tongban.catalogue.facets import COUNTER, COURIER, ONLINE, SITE, Facets, facet
from tongban.catalogue.models import GuideVersion, Offering, Rehearsal, Theme
from tongban.kernel.counted import counted
from tongban.kernel.localized import Localized
from tongban.search import api as search

Audience = Literal["person", "firm"]

# A search shows at most this many services, best first: nobody reads on.
MOST_FOUND = 200
# Other places of the services on one page.
_MOST_OTHERS = 600
# Home page lists and counts over much may be this old (seconds).
_FRESH = 300
_LARGE = 500  # services; fewer are counted faster than remembered

# 基本编码 has 12 characters, 实施编码 31 or 33; sources have codes of their own.
_CODE = re.compile(r"(?=(?:\D*\d){6})[0-9A-Za-z-]{12,80}")


@dataclass(frozen=True)
class ThemeSummary:
    """A topic people browse by."""

    code: str
    name: Localized
    audience: Audience
    description: Localized


@dataclass(frozen=True)
class Outline:
    """What a list says about an offering's current guide. Days: None where there is no limit."""

    summary: Localized
    days: int | None
    unit: str
    visits: int | None
    number: int


@dataclass(frozen=True)
class FoundService:
    """A service that was found: the offering that serves the reader best, and the other ones."""

    offering: Offering
    others: Sequence[Offering] = ()


@dataclass(frozen=True)
class Suggestion:
    """A service somebody who is typing may mean."""

    name: Localized
    slug: str


@dataclass(frozen=True)
class FoundServices:
    """The best of what was found; `facets` counts all of it.

    `corrected`: what was searched for instead of a misspelt query, else "".
    """

    services: Sequence[FoundService] = ()
    facets: Facets = field(default_factory=lambda: Facets(0))
    corrected: str = ""

    @property
    def total(self) -> int:
        return self.facets.total


def find(
    query: str,
    *,
    region_path: str = "",
    facets: Sequence[str] = (),
    prefer: Sequence[str] = (),
    n: int = 20,
) -> FoundServices:
    """The `n` services that answer a query best (docs/search.md), and counts of all it finds.

    `facets` and `prefer` are made by `facets.facet`: all of the first are required, those with one
    of the second come somewhat earlier. A query without a letter or digit finds nothing; one that
    is the code of an item finds who offers it.
    """
    if _CODE.fullmatch(query.strip()):
        coded = _by_code(query.strip(), region_path)
        if coded:
            return FoundServices(_grouped(coded), Facets(len({one.item_id for one in coded})))
    found = search.find(
        query, region_path=region_path, facets=facets, prefer=prefer, n=min(n, MOST_FOUND)
    )
    return FoundServices(
        _services([hit.id for hit in found.hits], region_path, facets),
        Facets(found.total, found.facets),
        found.corrected,
    )


def similar(query: str, *, region_path: str = "", n: int = 6) -> Sequence[FoundService]:
    """For words that nothing answers: services that share some of their characters, best first."""
    found = search.find(query, region_path=region_path, n=n, counted=False, loose=True)
    return _services([hit.id for hit in found.hits], region_path, ())


def has_words(query: str) -> bool:
    """Whether there is a letter or digit in it."""
    return search.has_letters(query)


def suggest(typed: str, *, region_path: str = "", n: int = 8) -> list[Suggestion]:
    """Services whose names begin with what is being typed; what a search would find if none does.

    Two queries, a few more if none begins with it.
    """
    ids: Sequence[int] = search.suggest(typed, region_path=region_path, n=n)
    if not ids:
        found = search.find(typed, region_path=region_path, n=n, counted=False, method="words")
        ids = [hit.id for hit in found.hits]
    rows = Offering.objects.filter(pk__in=ids, current__isnull=False).values_list(
        "id", "name", "slug"
    )
    known = {pk: Suggestion(name, slug) for pk, name, slug in rows}
    return [known[one] for one in ids if one in known]


def browse(*, region_path: str = "", facets: Sequence[str] = ()) -> QuerySet[Offering]:
    """All current offerings of a region with all these facets, by name.

    Page them by ("sort_key", "id"). What is unknown finds nothing.
    """
    found = Offering.objects.filter(serving(region_path), current__isnull=False)
    for one in facets:
        kind, _colon, value = one.partition(":")
        found = found.filter(_having(kind, value))
    return found.defer("withdrawn_why").order_by("sort_key", "id")


def counts(region_path: str = "", facets: Sequence[str] = ()) -> Facets:
    """Counts over all that `browse` lists; of a large area up to five minutes old."""
    key = f"facets:{region_path}:{','.join(sorted(facets))}"
    key = key if len(key) < 200 and key.isascii() and " " not in key else ""

    def count() -> Facets:
        return Facets(*search.count(region_path=region_path, facets=facets))

    if not key:
        return count()
    return counted(key, count, fresh=_FRESH, worth=lambda found: found.total > _LARGE)


def _having(kind: str, value: str) -> Q:
    """Offerings with a facet, by the columns and indexes of their table where it has them."""
    nothing = Q(pk__in=[])
    value = value.replace("\0", "")
    match kind:
        case "audience":
            return Q(audiences__contains=[value])
        case "theme":
            return Q(themes__contains=[value])
        case "agency":
            return Q(agency_id=int(value)) if value.isascii() and value.isdigit() else nothing
        case "type":
            return Q(item__type=value)
        case "level":
            return Q(level=value)
        case "region":
            return Q(region_path__startswith=f"{value}/") | Q(region_path__contains=f"/{value}/")
        case "way" if value == ONLINE:
            return Q(online=True)
        case "way" if value in (COUNTER, SITE, COURIER):
            return Q(pk__in=search.having(facet("way", value)))
        case _:
            return nothing


def _by_code(code: str, region_path: str) -> list[Offering]:
    """Who offers what has this code: an offering's own, or an item's."""
    exact = Q(code__in={code, code.upper()}) | Q(item__code__in={code, code.upper()})
    found = browse(region_path=region_path).filter(exact)
    return list(found.order_by(*_distance(region_path), "sort_key", "id")[:MOST_FOUND])


def _services(
    ids: Sequence[int], region_path: str, facets: Sequence[str]
) -> Sequence[FoundService]:
    """The offerings with these ids, in that order, each with the others of its service."""
    rows = Offering.objects.filter(pk__in=ids, current__isnull=False).defer("withdrawn_why")
    best = {row.pk: row for row in rows}
    chosen = [best[one] for one in ids if one in best]
    same = (
        browse(region_path=region_path, facets=facets)
        .filter(item_id__in={one.item_id for one in chosen})
        .filter(sort_key__in={one.sort_key for one in chosen})
        .order_by(*_distance(region_path), "region_path", "id")
    )
    groups: dict[tuple[int, str], list[Offering]] = {}
    for one in same[:_MOST_OTHERS] if chosen else ():
        groups.setdefault((one.item_id, one.sort_key), []).append(one)
    return [
        FoundService(
            one, [o for o in groups.get((one.item_id, one.sort_key), ()) if o.pk != one.pk]
        )
        for one in chosen
    ]


def _grouped(offerings: Sequence[Offering]) -> list[FoundService]:
    """One of each service, the first, with the others."""
    groups: dict[tuple[int, str], list[Offering]] = {}
    for one in offerings:
        groups.setdefault((one.item_id, one.sort_key), []).append(one)
    return [FoundService(group[0], group[1:]) for group in groups.values()]


def serving(region_path: str, field: str = "region_path") -> Q:
    """What is offered to people of a region: by it, those above it, and those below it."""
    if not region_path:
        return Q()
    return Q(**{f"{field}__startswith": region_path}) | Q(**{f"{field}__in": _above(region_path)})


def offering_by_slug(slug: str) -> Offering | None:
    """The offering at that address, current or withdrawn, with item, agency, region and guide.

    `rehearsed_at`: when its form was last rehearsed, if that rehearsal passed.
    """
    passed = Rehearsal.objects.filter(form_id=OuterRef("current__form_id"), problem={})
    return (
        Offering.objects.filter(slug=slug)
        .select_related("item", "agency", "region", "current__form")
        .annotate(rehearsed_at=Subquery(passed.values("passed_at")))
        .first()
    )


def versions_of(offering: Offering) -> list[GuideVersion]:
    """The versions the public has seen, newest first, without their content."""
    seen = offering.versions.filter(published_at__isnull=False)
    return list(seen.order_by("-number").defer("content"))


def version_by_number(offering: Offering, number: int) -> GuideVersion | None:
    """A version that is or was in force; drafts are nobody's business yet."""
    return (
        offering.versions.filter(number=number, published_at__isnull=False)
        .select_related("form")
        .first()
    )


def also_offered(offering: Offering, n: int = 60) -> list[Offering]:
    """The same item's other offerings, its own agency's variants first; with region and agency."""
    return list(
        Offering.objects.filter(item_id=offering.item_id, current__isnull=False)
        .exclude(pk=offering.pk)
        .select_related("region", "agency")
        .order_by(
            Case(When(agency_id=offering.agency_id, then=Value(0)), default=Value(1)),
            "region_path",
            "sort_key",
            "id",
        )[:n]
    )


def outlines(offerings: Iterable[Offering]) -> dict[int, Outline]:
    """What a list says about the current guides of offerings, by offering id. One query."""
    versions = [offering.current_id for offering in offerings if offering.current_id]
    rows = GuideVersion.objects.filter(pk__in=versions).values_list(
        "offering_id",
        "content__summary",
        "promised_days",
        "statutory_days",
        "limit_unit",
        "content__visits",
        "number",
    )
    return {
        offering: Outline(
            summary=summary or {},
            days=promised if promised is not None else statutory,
            unit=unit,
            visits=visits,
            number=number,
        )
        for offering, summary, promised, statutory, unit, visits, number in rows
    }


def most_used(region_path: str, n: int) -> list[Offering]:
    """The items applied for most where the reader is, one offering each. Up to five minutes old."""

    def choose() -> list[int]:
        items = (
            browse(region_path=region_path)
            .order_by()
            .values("item_id")
            .annotate(
                used=Sum("applications"),
                open=Count("id", filter=Q(online=True)),
                name=Min("sort_key"),
            )
            .order_by("-used", "-open", "name")[:n]
        )
        return [row["item_id"] for row in items]

    return _kept(f"used-most:{region_path}:{n}", choose, region_path)


def recently_changed(region_path: str, n: int) -> list[Offering]:
    """The items whose guides changed last, one offering each, newest first; `current` is loaded.

    Up to five minutes old.
    """

    def choose() -> list[int]:
        items = (
            GuideVersion.objects.filter(
                serving(region_path, "offering__region_path"), state=GuideVersion.State.PUBLISHED
            )
            .values("offering__item_id")
            .annotate(last=Max("published_at"))
            .order_by("-last", "-offering__item_id")[:n]
        )
        return [row["offering__item_id"] for row in items]

    return _kept(f"changed-last:{region_path}:{n}", choose, region_path)


def themes(audience: Audience | None = None) -> list[ThemeSummary]:
    """The topics, in the editors' order: for persons, for firms, or both."""
    rows = Theme.objects.filter(audience=audience) if audience else Theme.objects.all()
    return [
        ThemeSummary(
            row.code, row.name, "firm" if row.audience == "firm" else "person", row.description
        )
        for row in rows.order_by("position", "code")
    ]


def _above(region_path: str) -> list[str]:
    """The paths above a path, the nearest first."""
    codes = region_path.split("/")[:-1]
    return ["/".join(codes[:depth]) + "/" for depth in range(len(codes) - 1, 0, -1)]


def _distance(region_path: str) -> list[Case]:
    """The region itself first, then those above it from the nearest, then those below."""
    if not region_path:
        return []
    near = [region_path, *_above(region_path)]
    whens = [When(region_path=path, then=Value(place)) for place, path in enumerate(near)]
    return [Case(*whens, default=Value(len(near)), output_field=IntegerField())]


def _kept(key: str, choose: Callable[[], list[int]], region_path: str) -> list[Offering]:
    """What `choose` chooses of items, one offering each: chosen again after five minutes."""
    ids = counted(key, lambda: _one_each(choose(), region_path), fresh=_FRESH)
    rows = (
        Offering.objects.filter(pk__in=ids, current__isnull=False)
        .select_related("current")
        .defer("withdrawn_why", "current__content")
    )
    found = {row.pk: row for row in rows}
    return [found[pk] for pk in ids if pk in found]


def _one_each(items: list[int], region_path: str) -> list[int]:
    """One current offering of each item, in that order: the nearest to the reader, online first."""
    rows = (
        browse(region_path=region_path)
        .filter(item_id__in=items)
        .order_by("item_id", *_distance(region_path), "-online", "id")
        .distinct("item_id")
    )
    found = dict(rows.values_list("item_id", "pk"))
    return [found[item] for item in items if item in found]
