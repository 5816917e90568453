"""Lists of the catalogue: by name, what is new, what changed, what was withdrawn and why.

All narrow down by region (the reader's; `everywhere=1`: all of the installation; `everywhere=all`:
the catalogues of other countries and provinces too) and by agency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from tongban.catalogue.api import GuideVersion, Offering, lists, offering_by_slug
from tongban.catalogue.api import counts as searched
from tongban.directory.api import AgencySummary, agencies, home_path, other_trees, regions
from tongban.kernel.localized import Localized, language, pick
from tongban.look.api import day
from tongban.portal.paging import page_of
from tongban.portal.places import Place, place_of
from tongban.portal.service_list import most_named

R = TypeVar("R", GuideVersion, Offering)
_SIZE = 30
_PLACES = 120
_MOST_AGENCIES = 30


@dataclass(frozen=True)
class Letter:
    """A letter of the list of names; without services there is nothing to go to."""

    words: str
    count: int
    href: str
    is_on: bool


@dataclass(frozen=True)
class Named:
    """A service in the list of names, with the places that offer it."""

    href: str
    name: Localized
    agency: Localized
    places: Sequence[tuple[Localized, str]]
    more: int
    places_href: str


@dataclass(frozen=True)
class Whereabouts:
    """A place where a service is offered; where several agencies do, each is named."""

    href: str
    region: Localized
    agency: Localized
    online: bool
    is_one_of_several: bool


@dataclass(frozen=True)
class AgencyChoice:
    """Narrows a list down to an agency."""

    name: Localized
    count: int
    href: str


@require_safe
def a_to_z(request: HttpRequest) -> HttpResponse:
    """All services by name, with their initials to jump to."""
    place, scope = _scope(request)
    letter = request.GET.get("letter", "")
    letter = letter if letter in lists.LETTERS else ""
    counts = lists.letters(scope, language())
    names = lists.by_name(
        scope,
        language(),
        letter=letter,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=_SIZE,
    )
    return _render(
        request,
        place,
        "names",
        _("Services from A to Z"),
        scope,
        {
            "services": [
                Named(
                    href=reverse("portal:guide", args=[one.offerings[0].slug]),
                    name=one.offerings[0].name,
                    agency=one.offerings[0].agency.name,
                    places=[
                        (found.region.name, reverse("portal:guide", args=[found.slug]))
                        for found in named
                    ]
                    if one.total > 1
                    else [],
                    more=one.total - len(named),
                    places_href=reverse("portal:guide_places", args=[one.offerings[0].slug]),
                )
                for one in names.services
                if one.offerings
                for named in [one.offerings[: most_named(one.total)]]
            ],
            "letters": [
                Letter(
                    one.upper() if one != lists.OTHER else _("Others"),
                    counts[one],
                    _with(request.GET, letter=one if one != letter else ""),
                    one == letter,
                )
                for one in lists.LETTERS
            ],
            "letter": letter,
            # The same numbers as beside a search.
            "by_agency": dict(list(searched(scope.region_path).agencies.items())[:_MOST_AGENCIES]),
            "total": counts[letter] if letter else sum(counts.values()),
            "previous_url": _with(request.GET, before=names.previous) if names.previous else "",
            "next_url": _with(request.GET, after=names.next) if names.next else "",
        },
    )


@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """What is offered now and was not before, the newest first."""
    return _by_day(request, "newest", _("New services"), lists.first_versions, "-published_at")


@require_safe
def changed(request: HttpRequest) -> HttpResponse:
    """Guides that changed, the latest first, each with what changed."""
    return _by_day(request, "changed", _("Changed guides"), lists.later_versions, "-published_at")


@require_safe
def withdrawn(request: HttpRequest) -> HttpResponse:
    """What is no longer offered, the latest first, each with the reason."""
    return _by_day(
        request, "withdrawn", _("Withdrawn services"), lists.withdrawals, "-withdrawn_at"
    )


def _by_day(
    request: HttpRequest, kind: str, title: str, rows: Callable[[lists.Scope], QuerySet[R]], by: str
) -> HttpResponse:
    place, scope = _scope(request)
    listing = page_of(request, rows(scope), by=(by, "-id"), size=_SIZE)
    all_agencies = lists.agencies_in(rows(lists.Scope(scope.region_path)), kind)
    content = {"listing": listing, "groups": _alike(listing.rows), "by_agency": all_agencies}
    return _render(request, place, kind, title, scope, content)


def _alike(rows: Sequence[GuideVersion | Offering]) -> list[list[GuideVersion | Offering]]:
    """What many agencies published of one service on one day, together."""

    def what(one: GuideVersion | Offering) -> tuple[object, ...]:
        if isinstance(one, Offering):
            return one.item_id, one.sort_key, day(one.withdrawn_at), pick(one.withdrawn_why)
        offering = one.offering
        return offering.item_id, offering.sort_key, day(one.published_at), pick(one.change_note)

    groups: dict[tuple[object, ...], list[GuideVersion | Offering]] = {}
    for one in rows:
        groups.setdefault(what(one), []).append(one)
    return list(groups.values())


@require_safe
def guide_places(request: HttpRequest, slug: str) -> HttpResponse:
    """Every place where a service is offered by that name, by the region it lies in."""
    offering = offering_by_slug(slug)
    if offering is None:
        raise Http404("no such service")
    if offering.current_id is None:
        return redirect("portal:guide", offering.slug)  # there it stands why
    rows = lists.places_of(offering)
    listing = page_of(request, rows, by=("region_path", "id"), size=_PLACES)
    above = {one.region.parent_id for one in listing.rows if one.region.parent_id}
    known = regions(above)
    crowded = Counter(one.region_id for one in listing.rows)
    return render(
        request,
        "portal/guide_places.html",
        {
            "nav_active": "portal:home",
            "offering": offering,
            "listing": listing,
            "total": rows.count(),
            "groups": [
                (
                    # A place that stands alone under its own name needs no heading.
                    known[over].name
                    if over in known and {one.region_id for one in found} != {over}
                    else {},
                    [
                        Whereabouts(
                            reverse("portal:guide", args=[one.slug]),
                            one.region.name,
                            one.agency.name,
                            online=one.online,
                            is_one_of_several=crowded[one.region_id] > 1,
                        )
                        for one in found
                    ],
                )
                for over, found in _by_region(listing.rows, above).items()
            ],
        },
    )


def _by_region(rows: Sequence[Offering], above: Collection[str]) -> dict[str, list[Offering]]:
    """By the region that each lies in; a region `above` others comes first among its own."""
    groups: dict[str, list[Offering]] = {}
    for one in rows:
        over = one.region_id if one.region_id in above else one.region.parent_id or ""
        groups.setdefault(over, []).append(one)
    return groups


def _scope(request: HttpRequest) -> tuple[Place, lists.Scope]:
    """Where the reader is, and what the list is narrowed to."""
    everywhere = request.GET.get("everywhere", "")
    place = place_of(request)
    agency = request.GET.get("agency", "")
    return place, lists.Scope(
        region_path=""
        if everywhere == "all"
        else home_path()
        if everywhere == "1" and not place.is_whole
        else place.path,
        agency_id=int(agency)
        if agency.isascii() and agency.isdigit() and len(agency) < 12
        else None,
    )


def _render(
    request: HttpRequest,
    place: Place,
    kind: str,
    title: str,
    scope: lists.Scope,
    more: dict[str, object],
) -> HttpResponse:
    counts = more.pop("by_agency", {})
    assert isinstance(counts, dict)
    offices = agencies([*counts, *([scope.agency_id] if scope.agency_id else [])])
    chosen = offices.get(scope.agency_id or 0)
    return render(
        request,
        "portal/list.html",
        {
            "nav_active": "portal:home",
            "kind": kind,
            "title": title,
            "place": place,
            "tabs": [
                (words, reverse(name) + _kept(request.GET), name.endswith(f":{here}"))
                for words, name, here in (
                    (_("A to Z"), "portal:a_to_z", _HERE[kind]),
                    (_("New"), "portal:newest", _HERE[kind]),
                    (_("Changed"), "portal:changed", _HERE[kind]),
                    (pgettext("list", "Withdrawn"), "portal:withdrawn", _HERE[kind]),
                )
            ],
            "everywhere": request.GET.get("everywhere", ""),
            "everywhere_url": _with(request.GET, everywhere="1")
            if scope.region_path == place.path and not place.is_whole
            else "",
            "all_url": _with(request.GET, everywhere="all")
            if scope.region_path and other_trees()
            else "",
            "here_url": _with(request.GET, everywhere="")
            if scope.region_path != place.path
            else "",
            "agency": chosen,
            "without_agency_url": _with(request.GET, agency=""),
            "agencies": [] if scope.agency_id else _choices(request, counts, offices),
            **more,
        },
    )


_HERE = {"names": "a_to_z", "newest": "newest", "changed": "changed", "withdrawn": "withdrawn"}


def _choices(
    request: HttpRequest, counts: dict[int, int], offices: dict[int, AgencySummary]
) -> list[AgencyChoice]:
    return [
        AgencyChoice(offices[one].name, count, _with(request.GET, agency=str(one)))
        for one, count in counts.items()
        if one in offices
    ]


def _with(params: QueryDict, **changed: str) -> str:
    """This page's address with other parameters ("" removes one), at the list's beginning."""
    wanted = params.copy()
    for name in ("after", "before"):
        wanted.pop(name, None)
    for name, value in changed.items():
        wanted.pop(name, None)
        if value:
            wanted[name] = value
    return f"?{wanted.urlencode()}" if wanted else "?"


def _kept(params: QueryDict) -> str:
    """What goes along to the other lists."""
    kept = QueryDict(mutable=True)
    for name in ("everywhere", "agency"):
        if value := params.get(name):
            kept[name] = value
    return f"?{kept.urlencode()}" if kept else ""
