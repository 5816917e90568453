"""Find offerings: by words, by topic, by agency, by region. Only what has a current guide is found.

A reader in a region is shown what is offered there, by the regions above it (the province serves
its cities' people too) and by those below it. Words are compared as `publishing.folded` writes
them; `Offering.search_text` begins with the names and the everyday names, so a hit near its
beginning is a hit in the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal

from django.core.cache import cache
from django.db import connection
from django.db.models import (
    Case,
    Count,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Concat

from tongban.catalogue.models import GuideVersion, Offering, Theme
from tongban.catalogue.publishing import folded
from tongban.kernel.localized import Localized

Audience = Literal["person", "firm"]

# A search shows at most this many, best first: nobody reads on, and the order has no keyset.
MOST_FOUND = 200
# What a person may type; the rest is left out. Each word costs one comparison per row.
_LONGEST_QUERY = 200
_MOST_WORDS = 8
_MOST_PIECES = 16
# Facets beyond these are not shown.
_MOST_AGENCIES = 30
# Home page lists and counts over the whole catalogue may be this old (seconds).
_FRESH = 300
_LARGE = 500  # services; fewer are counted faster than remembered

_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class ThemeSummary:
    """A topic people browse by."""

    code: str
    name: Localized
    audience: Audience
    description: Localized


@dataclass(frozen=True)
class Facets:
    """How many services were found, and how many of them have each theme, audience and agency.

    What several agencies offer is counted once, and in `agencies` once for each of them. Most
    come first; `agencies` holds the largest thirty; `online` is what can be applied for here.
    """

    total: int
    online: int
    themes: Mapping[str, int]
    audiences: Mapping[str, int]
    agencies: Mapping[int, int]


@dataclass(frozen=True)
class Outline:
    """What a list says about an offering's current guide. Days: None where there is no limit."""

    summary: Localized
    days: int | None
    unit: str
    visits: int | None
    number: int


def words_of(query: str) -> list[str]:
    """The words of what somebody typed, as they are compared; [] for punctuation alone."""
    return list(dict.fromkeys(_WORD.findall(folded(_sendable(query)))))[:_MOST_WORDS]


def find(
    query: str,
    *,
    region_path: str = "",
    theme: str | None = None,
    audience: str | None = None,
    agency_id: int | None = None,
    online_only: bool = False,
) -> QuerySet[Offering]:
    """Current offerings with all words of `query`, best first; all, by name, for an empty query.

    Best first: the query is one of the names, begins one, stands in one, stands anywhere; then
    the reader's own region, those above it, those below; then online; then the most used. Read at
    most MOST_FOUND of them. Without a query the order is ("sort_key", "id"): page it by these.
    A query without a single letter or digit finds nothing.
    """
    found = Offering.objects.filter(current__isnull=False).defer("search_text", "withdrawn_why")
    found = found.filter(serving(region_path))
    if theme:
        found = found.filter(themes__contains=[theme])
    if audience:
        found = found.filter(audiences__contains=[audience])
    if agency_id:
        found = found.filter(agency_id=agency_id)
    if online_only:
        found = found.filter(online=True)
    if not query.strip():
        return found.order_by("sort_key", "id")
    words = words_of(query)
    if not words:
        return found.none()
    for word in words:
        found = found.filter(search_text__contains=word)
    found = found.alias(names=Concat(_line(1), Value("\n"), _line(2), output_field=TextField()))
    return found.order_by(
        _nearness_to_name(query, words),
        *_distance(region_path),
        "-online",
        "-applications",
        "sort_key",
        "id",
    )


def similar(query: str, *, region_path: str = "", n: int = 8) -> list[Offering]:
    """For words that nothing has all of: the offerings that share most of them, best first.

    Chinese is written without spaces, so its words are compared by pairs of characters. At least
    a third of the pieces must match.
    """
    pieces = _pieces(words_of(query))
    if not pieces:
        return []
    hits = [
        Case(When(search_text__contains=piece, then=Value(1)), default=Value(0)) for piece in pieces
    ]
    anywhere = Q()
    for piece in pieces:
        anywhere |= Q(search_text__contains=piece)
    found = (
        find("", region_path=region_path)
        .filter(anywhere)
        .alias(hits=reduce(add, hits))
        .filter(hits__gte=max(1, len(pieces) // 3))
    )
    rows = found.order_by("-hits", *_distance(region_path), "-online", "-applications", "id")
    return list(rows[: 4 * n])


def _pieces(words: list[str]) -> list[str]:
    """Latin words as they are, Han ones as pairs of neighbouring characters; at most sixteen."""
    pieces: list[str] = []
    for word in words:
        if _HAN.search(word) and len(word) > 2:
            pieces += [word[start : start + 2] for start in range(len(word) - 1)]
        elif _HAN.search(word) or len(word) > 2:  # "do", "my" and the like say nothing
            pieces.append(word)
    return list(dict.fromkeys(pieces))[:_MOST_PIECES]


def serving(region_path: str, field: str = "region_path") -> Q:
    """What is offered to people of a region: by it, those above it, and those below it."""
    if not region_path:
        return Q()
    return Q(**{f"{field}__startswith": region_path}) | Q(**{f"{field}__in": _above(region_path)})


def facets(found: QuerySet[Offering]) -> Facets:
    """Counts over all that `find` found, in one query."""
    if found.query.is_empty():
        return Facets(0, 0, {}, {}, {})
    columns = found.order_by().values(
        "item_id", "sort_key", "themes", "audiences", "agency_id", "online"
    )
    inner, params = columns.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_FACETS.format(found=inner), [*params, _MOST_AGENCIES])
        rows = cursor.fetchall()
    counts: dict[str, dict[str, int]] = {"theme": {}, "audience": {}, "agency": {}, "all": {}}
    for kind, value, count in rows:
        counts[kind][value] = count
    return Facets(
        total=counts["all"].get("all", 0),
        online=counts["all"].get("online", 0),
        themes=counts["theme"],
        audiences=counts["audience"],
        agencies={int(agency): count for agency, count in counts["agency"].items()},
    )


def all_facets(region_path: str) -> Facets:
    """Counts over everything offered there; of a large catalogue up to five minutes old."""
    key = f"facets:{region_path}"
    known: Facets | None = cache.get(key)
    if known is None:
        known = facets(find("", region_path=region_path))
        if known.total > _LARGE:
            cache.set(key, known, _FRESH)
    return known


# An item may have variants of other names (办理项): item and name together make a service.
_FACETS = """
WITH offered (item, name, themes, audiences, agency, online) AS ({found}),
found AS MATERIALIZED (
    SELECT hashtextextended(name, item) AS service, themes, audiences, agency, online FROM offered
)
SELECT 'all', 'all', count(DISTINCT service) FROM found
UNION ALL SELECT 'all', 'online', count(DISTINCT service) FROM found WHERE online
UNION ALL (SELECT 'theme', theme, count(DISTINCT service) FROM found, unnest(themes) theme
           GROUP BY theme ORDER BY 3 DESC, theme)
UNION ALL (SELECT 'audience', audience, count(DISTINCT service)
           FROM found, unnest(audiences) audience
           GROUP BY audience ORDER BY 3 DESC, audience)
UNION ALL (SELECT 'agency', agency::text, count(DISTINCT service) FROM found
           GROUP BY agency ORDER BY 3 DESC, agency LIMIT %s)
"""


def offering_by_slug(slug: str) -> Offering | None:
    """The offering at that address, current or withdrawn, with item, agency, region and guide."""
    return (
        Offering.objects.filter(slug=slug)
        .select_related("item", "agency", "region", "current__form")
        .defer("search_text")
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
        .defer("search_text")
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
            find("", region_path=region_path)
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

    items = _kept(f"most-used:{region_path}:{n}", choose)
    return _one_each(items, region_path)


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

    items = _kept(f"recently-changed:{region_path}:{n}", choose)
    return _one_each(items, region_path)


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


def _line(number: int) -> Func:
    """A line of `search_text`: the first two are the names, or a name and an everyday one."""
    return Func(
        F("search_text"),
        Value("\n"),
        Value(number),
        function="split_part",
        output_field=TextField(),
    )


def _nearness_to_name(query: str, words: list[str]) -> Case:
    """0: the query is a name; 1: it begins one; 2: its words stand in one; 3: anywhere."""
    text = " ".join(folded(_sendable(query)).split())
    in_names = Q()
    for word in words:
        in_names &= Q(names__contains=word)
    return Case(
        When(
            Q(search_text__startswith=f"{text}\n") | Q(search_text__contains=f"\n{text}\n"),
            then=Value(0),
        ),
        When(Q(search_text__startswith=text) | Q(search_text__contains=f"\n{text}"), then=Value(1)),
        When(in_names, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def _sendable(query: str) -> str:
    """What can be sent to a database: no NUL, no lone surrogates, no more than anyone types."""
    return query[:_LONGEST_QUERY].replace("\0", " ").encode("utf-8", "ignore").decode()


def _kept(key: str, choose: Callable[[], list[int]]) -> list[int]:
    found: list[int] | None = cache.get(key)
    if found is None:
        found = choose()
        cache.set(key, found, _FRESH)
    return found


def _one_each(items: list[int], region_path: str) -> list[Offering]:
    """One current offering of each item, in that order: the nearest to the reader, online first."""
    rows = (
        find("", region_path=region_path)
        .filter(item_id__in=items)
        .select_related("current")
        .defer("search_text", "withdrawn_why", "current__content")
        .order_by("item_id", *_distance(region_path), "-online", "id")
        .distinct("item_id")
    )
    found = {row.item_id: row for row in rows}
    return [found[item] for item in items if item in found]
