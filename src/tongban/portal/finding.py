"""Search, and browsing by topic, audience, agency and region."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.catalogue.api import (
    Facets,
    ThemeSummary,
    all_facets,
    facets,
    find,
    similar,
    themes,
    words_of,
)
from tongban.directory.api import AgencySummary, agencies
from tongban.kernel.localized import pick
from tongban.portal.places import place_of
from tongban.portal.service_list import Listing, listing, views_of, with_params

# What stands in the page of a search box somebody pasted a book into.
_LONGEST_SHOWN = 100
_MOST_SIMILAR = 6


@dataclass(frozen=True)
class Choice:
    """A way to narrow the list down, or, when `is_on`, to widen it again."""

    name: str
    count: int
    href: str
    is_on: bool = False


@dataclass(frozen=True)
class Wanted:
    """What the address asks for."""

    query: str
    theme: str
    audience: str
    agency: int | None
    online: bool
    everywhere: bool

    @property
    def is_narrowed(self) -> bool:
        return bool(self.theme or self.audience or self.agency or self.online)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results for words, or without words all services by name; narrowed by topic and the like."""
    place = place_of(request)
    wanted = _wanted(request)
    region_path = "" if wanted.everywhere else place.path
    found = find(
        wanted.query,
        region_path=region_path,
        theme=wanted.theme or None,
        audience=wanted.audience or None,
        agency_id=wanted.agency,
        online_only=wanted.online,
    )
    is_search = bool(wanted.query.strip())
    is_everything = not is_search and not wanted.is_narrowed
    counts = all_facets(region_path) if is_everything else facets(found)
    everywhere = not region_path and wanted.agency is None
    results = (
        listing(request, found, is_search=is_search, everywhere=everywhere)
        if counts.total
        else Listing([])
    )
    topics = {one.code: one for one in themes()}
    offices = agencies([*counts.agencies, *([wanted.agency] if wanted.agency else [])])
    theme = topics.get(wanted.theme)
    return render(
        request,
        "portal/search.html",
        {
            "nav_active": "portal:home",
            "wanted": wanted,
            "shown_query": wanted.query.strip()[:_LONGEST_SHOWN],
            "has_words": bool(words_of(wanted.query)),
            "place": place,
            "heading": _heading(wanted, theme, offices),
            "theme": None if is_search else theme,
            "results": results,
            "counts": counts,
            "active": _active(request, wanted, theme, offices),
            "by_theme": _by_theme(request, wanted, counts, topics),
            "by_audience": _by_audience(request, wanted, counts),
            "by_agency": _by_agency(request, wanted, counts, offices),
            "online_choice": Choice(
                _("Can be done online"), counts.online, with_params(request.GET, online="1")
            )
            if not wanted.online and counts.online < counts.total
            else None,
            "everywhere_url": with_params(request.GET, everywhere="1") if region_path else "",
            "here_url": with_params(request.GET, everywhere="")
            if wanted.everywhere and not place.is_whole
            else "",
            "widened_url": with_params(
                request.GET, theme="", audience="", agency="", online="", everywhere=""
            ),
            "similar": []
            if counts.total
            else views_of(similar(wanted.query, region_path=place.path))[:_MOST_SIMILAR],
        },
    )


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """The topics for people and for firms, with how many services each has here."""
    place = place_of(request)
    counts = all_facets(place.path)
    topics = themes()
    offices = agencies(counts.agencies)
    return render(
        request,
        "portal/browse.html",
        {
            "nav_active": "portal:home",
            "place": place,
            "total": counts.total,
            "groups": [
                (
                    audience,
                    words,
                    [
                        (one, counts.themes.get(one.code, 0))
                        for one in topics
                        if one.audience == audience
                    ],
                )
                for audience, words in (("person", _("For people")), ("firm", _("For firms")))
            ],
            "agencies": [
                (offices[one], count) for one, count in counts.agencies.items() if one in offices
            ],
        },
    )


def _wanted(request: HttpRequest) -> Wanted:
    """Unknown values are let through: they find nothing, and the page says so."""
    given = request.GET
    agency = given.get("agency", "")
    audience = given.get("audience", "")
    return Wanted(
        query=given.get("q", ""),
        theme=given.get("theme", "").replace("\0", ""),
        audience=audience if audience in ("person", "firm") else "",
        agency=int(agency) if agency.isascii() and agency.isdigit() and len(agency) < 12 else None,
        online=given.get("online") == "1",
        everywhere=given.get("everywhere") == "1",
    )


def _heading(wanted: Wanted, theme: ThemeSummary | None, offices: dict[int, AgencySummary]) -> str:
    if wanted.query.strip():
        return _("Search services")
    if theme:
        return pick(theme.name)
    if wanted.agency in offices:
        return _("Services of %(agency)s") % {"agency": pick(offices[wanted.agency].name)}
    if wanted.audience == "firm":
        return _("Services for firms")
    if wanted.audience == "person":
        return _("Services for people")
    return _("All services")


def _active(
    request: HttpRequest,
    wanted: Wanted,
    theme: ThemeSummary | None,
    offices: dict[int, AgencySummary],
) -> list[Choice]:
    """What the list is narrowed to, each with the way back."""
    on: list[tuple[str, str]] = []
    if wanted.theme:
        on.append(("theme", pick(theme.name) if theme else wanted.theme[:40]))
    if wanted.audience:
        on.append(("audience", _("For firms") if wanted.audience == "firm" else _("For people")))
    if wanted.agency is not None:
        office = offices.get(wanted.agency)
        on.append(("agency", pick(office.name) if office else str(wanted.agency)))
    if wanted.online:
        on.append(("online", _("Can be done online")))
    return [Choice(name, 0, with_params(request.GET, **{key: ""}), True) for key, name in on]


def _by_theme(
    request: HttpRequest, wanted: Wanted, counts: Facets, topics: dict[str, ThemeSummary]
) -> list[Choice]:
    if wanted.theme:
        return []
    return [
        Choice(pick(topics[code].name), count, with_params(request.GET, theme=code))
        for code, count in counts.themes.items()
        if code in topics
    ]


def _by_audience(request: HttpRequest, wanted: Wanted, counts: Facets) -> list[Choice]:
    if wanted.audience:
        return []
    words = {"person": _("For people"), "firm": _("For firms")}
    return [
        Choice(words[code], count, with_params(request.GET, audience=code))
        for code, count in counts.audiences.items()
        if code in words
    ]


def _by_agency(
    request: HttpRequest, wanted: Wanted, counts: Facets, offices: dict[int, AgencySummary]
) -> list[Choice]:
    if wanted.agency is not None:
        return []
    return [
        Choice(pick(offices[one].name), count, with_params(request.GET, agency=str(one)))
        for one, count in counts.agencies.items()
        if one in offices
    ]
