"""Lists of services as the portal shows them: search results, topics, an agency's services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import DataError
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from tongban.catalogue.api import (
    MOST_FOUND,
    FoundService,
    FoundServices,
    Offering,
    Outline,
    outlines,
)
from tongban.directory.api import AgencySummary, RegionSummary, agencies, regions
from tongban.guidepage.api import days_in_words, visits_in_words
from tongban.kernel.keyset import Page, paginate
from tongban.kernel.localized import Localized

_SIZE = 20
# Without a region the same service stands there once for every region: read more to show as many.
_SIZE_EVERYWHERE = 60
_ORDER = ("sort_key", "id")
# More places than a line or two of a telephone are counted, not named.
_MOST_PLACES = 3


@dataclass(frozen=True)
class FoundView:
    """A service in a list. `others`: where it is offered by this name, (place, address).

    `places_href`: the page that names all of these places.
    """

    href: str
    name: Localized
    summary: Localized
    agency: Localized
    days: str
    visits: str
    online: bool
    others: tuple[tuple[Localized, str], ...]
    places_href: str

    @property
    def places(self) -> tuple[tuple[Localized, str], ...]:
        """Those that a list names."""
        return self.others[: most_named(len(self.others))]

    @property
    def more(self) -> int:
        """How many it does not name."""
        return len(self.others) - len(self.places)


@dataclass(frozen=True)
class Listing:
    """One page of a list; addresses are "" where there is no such page."""

    rows: Sequence[FoundView]
    previous_url: str = ""
    next_url: str = ""
    more_url: str = ""
    was_cut: bool = False


def most_named(total: int) -> int:
    """How many of so many places a row names: one more is named rather than counted."""
    return total if total <= _MOST_PLACES + 1 else _MOST_PLACES


def listing(request: HttpRequest, found: QuerySet[Offering], *, everywhere: bool) -> Listing:
    """Services by name, page by page: what `browse` gives.

    `everywhere`: those of many regions are among them. Reads `after` (a cursor) from the address;
    nonsense there means the first page. Four queries.
    """
    size = _SIZE_EVERYWHERE if everywhere else _SIZE
    cursor = request.GET.get("after") or None
    try:
        page: Page[Offering] = paginate(found, by=_ORDER, cursor=cursor, size=size)
    except (ValueError, DataError):
        page = paginate(found, by=_ORDER, size=size)
    return Listing(
        views_of(page.rows),
        previous_url=_address(request, after=page.previous) if page.previous else "",
        next_url=_address(request, after=page.next) if page.next else "",
    )


def shown(request: HttpRequest) -> int:
    """How many results the address asks for (`show`)."""
    return _shown(request.GET.get("show", ""))


def results(request: HttpRequest, found: FoundServices) -> Listing:
    """The best of what `find` found, and more on demand. Three queries."""
    rows = views_of_found(found.services)
    more = found.total > len(rows) and len(rows) < MOST_FOUND
    return Listing(
        rows,
        more_url=_address(request, show=str(len(rows) + _SIZE)) if more else "",
        was_cut=not more and found.total > len(rows),
    )


def views_of(offerings: Sequence[Offering]) -> list[FoundView]:
    """Rows of a list, in that order; what several agencies offer by the same name in one."""
    groups: dict[tuple[int, str], list[Offering]] = {}
    for offering in offerings:
        groups.setdefault((offering.item_id, offering.sort_key), []).append(offering)
    return _views(list(groups.values()))


def views_of_found(services: Sequence[FoundService]) -> list[FoundView]:
    """Rows of a list, in that order."""
    return _views([[one.offering, *one.others] for one in services])


def _views(groups: Sequence[Sequence[Offering]]) -> list[FoundView]:
    known = outlines(group[0] for group in groups)
    offices = agencies(one.agency_id for group in groups for one in group)
    several = {one.region_id for group in groups if len(group) > 1 for one in group}
    places = regions(several) if several else {}
    return [_view(group, known, offices, places) for group in groups]


def _view(
    group: Sequence[Offering],
    known: dict[int, Outline],
    offices: dict[int, AgencySummary],
    places: dict[str, RegionSummary],
) -> FoundView:
    offering = group[0]
    outline = known.get(offering.pk)
    return FoundView(
        href=reverse("portal:guide", args=[offering.slug]),
        name=offering.name,
        summary=outline.summary if outline else {},
        agency=offices[offering.agency_id].name,
        days=days_in_words(outline.days, outline.unit) if outline else "",
        visits=visits_in_words(outline.visits) if outline else "",
        online=offering.online,
        others=_others(group, offices, places) if len(group) > 1 else (),
        places_href=reverse("portal:guide_places", args=[offering.slug]),
    )


def _others(
    group: Sequence[Offering], offices: dict[int, AgencySummary], places: dict[str, RegionSummary]
) -> tuple[tuple[Localized, str], ...]:
    """The same service by region; by agency where several of one region offer it."""
    once = len({one.region_id for one in group}) == len(group)
    return tuple(
        (
            places[one.region_id].name if once else offices[one.agency_id].name,
            reverse("portal:guide", args=[one.slug]),
        )
        for one in sorted(group, key=lambda one: (one.region_path, one.pk))
    )


def _shown(show: str) -> int:
    if show.isascii() and show.isdigit() and len(show) < 4:
        return max(_SIZE, min(int(show), MOST_FOUND))
    return _SIZE


def _address(request: HttpRequest, **changed: str) -> str:
    """This page's address with other parameters; a new cursor replaces the old one."""
    return with_params(request.GET, **changed)


def with_params(params: QueryDict, **changed: str) -> str:
    """ "?q=…" of these parameters with some changed; "" removes one. Paging starts again."""
    wanted = params.copy()
    for name in ("after", "show"):
        wanted.pop(name, None)
    for name, value in changed.items():
        wanted.pop(name, None)
        if value:
            wanted[name] = value
    return f"?{wanted.urlencode()}" if wanted else "?"
