"""Lists of the whole catalogue: by name, what is new, what changed, what was withdrawn.

A service is what is offered of an item by one name, by however many agencies: the lists count as
the facets of searches do. What is offered to people of a region is decided by `finding.serving`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tongban.catalogue.finding import serving
from tongban.catalogue.models import GuideVersion, Offering
from tongban.kernel.counted import counted

# What a query is filled in with.
Value = str | int | None

# Names that begin with no Latin letter.
OTHER = "#"
LETTERS = (*ascii_lowercase, OTHER)

_MOST_PLACES = 8  # offerings of one service that a list links to
_MOST_AGENCIES = 30
_FRESH = 300  # seconds that counts over a large catalogue are kept
_LARGE = 500  # services; fewer are counted faster than remembered


@dataclass(frozen=True)
class Service:
    """A service in the list of names: its first offerings, and how many there are."""

    offerings: Sequence[Offering]
    total: int


@dataclass(frozen=True)
class Names:
    """A page of the list of names, with the keys to go on from ("" where there is no more)."""

    services: Sequence[Service]
    previous: str
    next: str


@dataclass(frozen=True)
class Scope:
    """What a list is narrowed to: a region by its path ("" for all), an agency."""

    region_path: str = ""
    agency_id: int | None = None

    def conditions(self, prefix: str = "") -> Q:
        """As a filter of offerings, or of what leads to them by `prefix`."""
        found = serving(self.region_path, f"{prefix}region_path")
        if self.agency_id is not None:
            found &= Q(**{f"{prefix}agency_id": self.agency_id})
        return found


def letters(scope: Scope, language: str) -> Mapping[str, int]:
    """How many services begin with each of LETTERS; of a large catalogue up to 5 minutes old."""
    return counted(
        _cache_key("letters", scope, language),
        lambda: _letters(scope, language),
        fresh=_FRESH,
        worth=lambda found: sum(found.values()) > _LARGE,
    )


def _letters(scope: Scope, language: str) -> dict[str, int]:
    offered, values = _offered(scope, language)
    with connection.cursor() as cursor:
        cursor.execute(_LETTERS.format(offered=offered), values)
        counts = dict.fromkeys(LETTERS, 0)
        for initial, count in cursor.fetchall():
            counts[initial if initial and initial in ascii_lowercase else OTHER] += count
    return counts


def by_name(
    scope: Scope, language: str, *, letter: str = "", after: str = "", before: str = "", size: int
) -> Names:
    """Services by name: by pinyin in Chinese, else by the English name.

    `after`, `before`: a key that an earlier page gave; nonsense there is the beginning. One query,
    and one for the offerings.
    """
    offered, values = _offered(scope, language)
    wanted, backwards = (before, True) if before else (after, False)
    where, more = _range(letter)
    if position := _position(wanted):
        sign = "<" if backwards else ">"
        # The leading column again, alone: an index scan then starts at the right row.
        where += f" AND (key, item_id, sort_key) {sign} (%s, %s, %s) AND key {sign}= %s"
        more += [*position, position[0]]
    order = "DESC" if backwards else "ASC"
    sql = _BY_NAME.format(offered=offered, where=where, order=order, places=_MOST_PLACES)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *more, size + 1])
        rows = cursor.fetchall()
    has_more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    found = _offerings([pk for row in rows for pk in row[3]])
    has_previous, has_next = (has_more, True) if backwards else (bool(position), has_more)
    return Names(
        [Service([found[pk] for pk in ids if pk in found], total) for *_k, ids, total in rows],
        previous=_key(rows[0]) if rows and has_previous else "",
        next=_key(rows[-1]) if rows and has_next else "",
    )


def first_versions(scope: Scope) -> QuerySet[GuideVersion]:
    """What is new: the first published versions of what is offered now.

    Page them by ("-published_at", "-id").
    """
    return _published(scope).filter(~Exists(_earlier()))


def later_versions(scope: Scope) -> QuerySet[GuideVersion]:
    """What changed: published versions that took the place of another, of what is offered now."""
    # A first version is none, and few versions are others: they have an index of their own.
    return _published(scope).filter(Exists(_earlier()), number__gt=1)


def withdrawals(scope: Scope) -> QuerySet[Offering]:
    """What is no longer offered, and why. Page them by ("-withdrawn_at", "-id")."""
    return Offering.objects.filter(scope.conditions(), withdrawn_at__isnull=False).select_related(
        "agency", "region"
    )


def places_of(offering: Offering) -> QuerySet[Offering]:
    """All that offer the same service by the same name. Page them by ("region_path", "id")."""
    return Offering.objects.filter(
        item_id=offering.item_id, sort_key=offering.sort_key, current__isnull=False
    ).select_related("region", "agency")


def agencies_in(rows: QuerySet[GuideVersion] | QuerySet[Offering], kind: str) -> dict[int, int]:
    """How many rows of a list each agency has, the most first, the largest thirty.

    `kind` names the list; counts may be five minutes old.
    """
    field = "offering__agency_id" if rows.model is GuideVersion else "agency_id"
    found = rows.order_by().values_list(field).annotate(n=Count("pk")).order_by("-n", field)
    return counted(
        _digest("agencies", kind, str(rows.query)),
        lambda: dict(found[:_MOST_AGENCIES]),
        fresh=_FRESH,
        worth=lambda known: sum(known.values()) > _LARGE,
    )


def _published(scope: Scope) -> QuerySet[GuideVersion]:
    return (
        GuideVersion.objects.filter(
            scope.conditions("offering__"),
            published_at__isnull=False,
            offering__current__isnull=False,
        )
        .select_related("offering__agency", "offering__region")
        .defer("content", "translated_from")
    )


def _earlier() -> QuerySet[GuideVersion]:
    return GuideVersion.objects.filter(
        offering=OuterRef("offering"), number__lt=OuterRef("number"), published_at__isnull=False
    )


# --- by name -----------------------------------------------------------------------------------
_LETTERS = """
SELECT left(key, 1), count(*) FROM (
    SELECT DISTINCT key, item_id, sort_key FROM ({offered}) offered) services
GROUP BY 1
"""

_BY_NAME = """
SELECT key, item_id, sort_key, (array_agg(id ORDER BY region_path, id))[1:{places}], count(*)
FROM ({offered}) offered WHERE {where}
GROUP BY key, item_id, sort_key
ORDER BY key {order}, item_id {order}, sort_key {order} LIMIT %s
"""

# Chinese stands under its pinyin; so does, in other languages, what has no English name.
_KEYS = {"zh": "sort_key"}
_ENGLISH = "coalesce(lower(nullif(name->>'en', '')), sort_key)"


def _offered(scope: Scope, language: str) -> tuple[str, list[Value]]:
    """The offerings in scope as SQL, with their key."""
    found = Offering.objects.filter(scope.conditions(), current__isnull=False).order_by()
    inner, values = found.values("id", "item_id", "sort_key", "region_path").query.sql_with_params()
    key = _KEYS.get(language, _ENGLISH)
    return inner.replace("SELECT ", f"SELECT {key} AS key, ", 1), list(values)


def _range(letter: str) -> tuple[str, list[Value]]:
    if letter == OTHER:
        return "(key < 'a' OR key >= '{')", []
    if len(letter) == 1 and letter in ascii_lowercase:
        return "key >= %s AND key < %s", [letter, chr(ord(letter) + 1)]
    return "true", []


def _key(row: tuple[str, int, str, list[int], int]) -> str:
    key, item_id, sort_key, _ids, _total = row
    return f"{item_id}~{key}~{sort_key}"


def _position(written: str) -> tuple[str, int, str] | None:
    """A key as `_key` writes it, or None."""
    item_id, _first, rest = written.replace("\0", "").partition("~")
    key, parted, sort_key = rest.partition("~")
    if not parted or not item_id.isascii() or not item_id.isdigit() or len(item_id) > 18:
        return None
    return key, int(item_id), sort_key


def _offerings(ids: Sequence[int]) -> dict[int, Offering]:
    rows = Offering.objects.filter(pk__in=ids).select_related("agency", "region")
    return {row.pk: row for row in rows}


def _cache_key(kind: str, scope: Scope, language: str) -> str:
    return _digest(kind, scope.region_path, str(scope.agency_id), _KEYS.get(language, _ENGLISH))


def _digest(*parts: str) -> str:
    return f"lists:{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:32]}"
