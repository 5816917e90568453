"""Search, and browsing by topic, audience, agency and region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.catalogue.api import (
    FoundServices,
    ThemeSummary,
    counts,
    facets,
    find,
    has_words,
    similar,
    suggest,
    themes,
)
from tongban.catalogue.api import browse as browse_services
from tongban.directory.api import AgencySummary, RegionSummary, agencies, children, regions
from tongban.kernel.localized import pick
from tongban.portal.places import Place, place_of
from tongban.portal.searched import note_search
from tongban.portal.service_list import (
    Listing,
    listing,
    results,
    shown,
    views_of_found,
    with_params,
)

# What stands in the page of a search box somebody pasted a book into.
_LONGEST_SHOWN = 100
_MOST_SIMILAR = 6
_MOST_SUGGESTED = 8
_MOST_CHOICES = 30
# Suggestions may be kept by the browser for so long (seconds): people delete and type again.
_SUGGESTIONS_KEPT = 300
# How addresses call the kinds of facets: "region" is where the reader is.
_PARAMETERS = {kind: "in" if kind == "region" else kind for kind in facets.KINDS}


@dataclass(frozen=True)
class Choice:
    """A way to narrow the list down, or, among what it is narrowed to, to widen it again."""

    name: str
    count: int
    href: str


@dataclass(frozen=True)
class Group:
    """The choices of one kind."""

    title: str
    choices: list[Choice]


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; `narrowed`: kind of facet → value."""

    query: str
    narrowed: Mapping[str, str]
    everywhere: bool

    @property
    def facets(self) -> list[str]:
        return [facets.facet(kind, value) for kind, value in self.narrowed.items()]

    def of(self, kind: str) -> str:
        return self.narrowed.get(kind, "")


@dataclass(frozen=True)
class _Names:
    """What facet values are called."""

    themes: Mapping[str, ThemeSummary]
    agencies: Mapping[int, AgencySummary]
    regions: Mapping[str, RegionSummary]

    def of(self, kind: str, value: str) -> str:
        """The name; "" for what is unknown or not to be offered here."""
        match kind:
            case "audience":
                return {"person": _("For people"), "firm": _("For firms")}.get(value, "")
            case "theme":
                return pick(self.themes[value].name) if value in self.themes else ""
            case "way":
                return _way(value)
            case "type":
                return pick(facets.TYPE_NAMES.get(value, {}))
            case "level":
                return pick(facets.LEVEL_NAMES.get(value, {}))
            case "agency":
                number = int(value) if value.isascii() and value.isdigit() else 0
                return pick(self.agencies[number].name) if number in self.agencies else ""
            case _:
                return pick(self.regions[value].name) if value in self.regions else ""


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results for words, or without words all services by name; narrowed by topic and the like."""
    place = place_of(request)
    wanted = _wanted(request)
    region_path = "" if wanted.everywhere else place.path
    is_search = bool(wanted.query.strip())
    found = FoundServices()
    if is_search:
        found = find(wanted.query, region_path=region_path, facets=wanted.facets, n=shown(request))
        numbers, rows = found.facets, results(request, found)
        if not wanted.narrowed:
            note_search(request, wanted.query, numbers.total)
    else:
        numbers = counts(region_path, wanted.facets)
        everywhere = not region_path and not wanted.of("agency")
        rows = Listing([])
        if numbers.total:
            services = browse_services(region_path=region_path, facets=wanted.facets)
            rows = listing(request, services, everywhere=everywhere)
    names = _names(place, wanted, numbers)
    theme = names.themes.get(wanted.of("theme"))
    return render(
        request,
        "portal/search.html",
        {
            "nav_active": "portal:home",
            "wanted": wanted,
            "kept": [(_PARAMETERS[kind], value) for kind, value in wanted.narrowed.items()],
            "shown_query": wanted.query.strip()[:_LONGEST_SHOWN],
            "has_words": has_words(wanted.query),
            "corrected": found.corrected[:_LONGEST_SHOWN],
            "place": place,
            "heading": _heading(wanted, names),
            "theme": None if is_search else theme,
            "results": rows,
            "total": numbers.total,
            "active": _active(request, wanted, names),
            "groups": _groups(request, wanted, numbers, names),
            "everywhere_url": with_params(request.GET, everywhere="1") if region_path else "",
            "here_url": with_params(request.GET, everywhere="")
            if wanted.everywhere and not place.is_whole
            else "",
            "widened_url": with_params(
                request.GET, everywhere="", online="", **dict.fromkeys(_PARAMETERS.values(), "")
            ),
            "similar": _similar(wanted, place) if is_search and not numbers.total else [],
            "topics": [] if numbers.total else list(names.themes.values()),
        },
    )


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Services whose names begin with what is being typed, as JSON.

    Depends on the words, the language (the address), and the reader's region (`region`, the code)
    alone: nothing of who asks is read, so that it may be kept.
    """
    code = request.GET.get("region", "")
    place = regions([code]).get(code) if code and "\0" not in code else None
    rows = suggest(
        request.GET.get("q", ""), region_path=place.path if place else "", n=_MOST_SUGGESTED
    )
    response = JsonResponse(
        {
            "suggestions": [
                {"name": pick(one.name), "href": reverse("portal:guide", args=[one.slug])}
                for one in rows
            ]
        },
        json_dumps_params={"ensure_ascii": False},
    )
    response["Cache-Control"] = f"public, max-age={_SUGGESTIONS_KEPT}"
    return response


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """The topics for people and for firms, with how many services each has here."""
    place = place_of(request)
    numbers = counts(place.path)
    topics = themes()
    offices = agencies(_most(numbers.agencies))
    return render(
        request,
        "portal/browse.html",
        {
            "nav_active": "portal:home",
            "place": place,
            "total": numbers.total,
            "groups": [
                (
                    audience,
                    words,
                    [
                        (one, numbers.themes.get(one.code, 0))
                        for one in topics
                        if one.audience == audience
                    ],
                )
                for audience, words in (("person", _("For people")), ("firm", _("For firms")))
            ],
            "agencies": [
                (offices[one], count) for one, count in numbers.agencies.items() if one in offices
            ],
        },
    )


def _wanted(request: HttpRequest) -> Wanted:
    """Unknown values are let through: they find nothing, and the page says so."""
    given = request.GET
    narrowed = {
        kind: given[name].replace("\0", "")[:60]
        for kind, name in _PARAMETERS.items()
        if given.get(name, "").strip("\0 ")
    }
    if narrowed.get("audience") not in (None, "person", "firm"):
        del narrowed["audience"]
    agency = narrowed.get("agency", "0")
    if not (agency.isascii() and agency.isdigit() and len(agency) < 12):
        del narrowed["agency"]
    if given.get("online") == "1":
        narrowed["way"] = facets.ONLINE
    return Wanted(given.get("q", ""), narrowed, everywhere=given.get("everywhere") == "1")


def _similar(wanted: Wanted, place: Place) -> list[object]:
    return [*views_of_found(similar(wanted.query, region_path=place.path, n=_MOST_SIMILAR))]


def _names(place: Place, wanted: Wanted, numbers: facets.Facets) -> _Names:
    """Names for what is narrowed to and what it can be narrowed to. Three or four queries."""
    agency = wanted.of("agency")
    offices = [*_most(numbers.agencies), *([int(agency)] if agency else [])]
    within = wanted.of("region") or ("" if wanted.everywhere else place.code)
    below = children(within or None)
    if not within and len(below) == 1:
        below = children(below[0].code)
    places = {one.code: one for one in below}
    if wanted.of("region"):
        places |= regions([wanted.of("region")])
    return _Names({one.code: one for one in themes()}, agencies(offices), places)


def _most(numbers: Mapping[int, int]) -> list[int]:
    return list(numbers)[:_MOST_CHOICES]


def _heading(wanted: Wanted, names: _Names) -> str:
    if wanted.query.strip():
        return _("Search services")
    if theme := names.of("theme", wanted.of("theme")):
        return theme
    if agency := names.of("agency", wanted.of("agency")):
        return _("Services of %(agency)s") % {"agency": agency}
    if wanted.of("audience") == "firm":
        return _("Services for firms")
    if wanted.of("audience") == "person":
        return _("Services for people")
    return _("All services")


def _active(request: HttpRequest, wanted: Wanted, names: _Names) -> list[Choice]:
    """What the list is narrowed to, each with the way back."""
    return [
        Choice(
            names.of(kind, value) or value[:40],
            0,
            with_params(request.GET, **_address(kind, "")),
        )
        for kind, value in wanted.narrowed.items()
    ]


def _groups(
    request: HttpRequest, wanted: Wanted, numbers: facets.Facets, names: _Names
) -> list[Group]:
    """What the list can be narrowed to, by kind; nothing that would leave it as it is."""
    groups = []
    for kind in facets.KINDS:
        if kind in wanted.narrowed and kind != "region":
            continue
        named = (
            (value, count, names.of(kind, value))
            for value, count in numbers.of(kind).items()
            if value != wanted.of(kind)
        )
        choices = [
            Choice(name, count, with_params(request.GET, **_address(kind, value)))
            for value, count, name in named
            if name
        ]
        # What all have in common narrows nothing; several regions are a choice nevertheless.
        if any(one.count < numbers.total for one in choices) or (
            kind == "region" and len(choices) > 1
        ):
            groups.append(Group(_title(kind), choices[:_MOST_CHOICES]))
    return groups


def _address(kind: str, value: str) -> dict[str, str]:
    changed = {_PARAMETERS[kind]: value}
    return changed | {"online": ""} if kind == "way" else changed


def _title(kind: str) -> str:
    return {
        "audience": _("Who for"),
        "theme": _("Topic"),
        "way": _("How to apply"),
        "type": _("Nature"),
        "level": _("Level"),
        "agency": _("Agency"),
        "region": _("Place"),
    }[kind]


def _way(value: str) -> str:
    return {
        facets.ONLINE: _("Online"),
        facets.COUNTER: _("At a service window"),
        facets.COURIER: _("Result by courier"),
    }.get(value, "")
