"""Search, and browsing by topic, audience, agency and region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.catalogue.api import (
    FoundServices,
    counts,
    facets,
    find,
    has_words,
    similar,
    suggest,
)
from tongban.catalogue.api import browse as browse_services
from tongban.directory.api import home_path, is_at_home, other_trees, regions
from tongban.identity.api import resident_for, signed_in
from tongban.kernel.localized import pick
from tongban.portal.narrowing import (
    PARAMETERS,
    Choice,
    Names,
    active_of,
    groups_of,
    name_in_words,
    names_for,
    without,
)
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
# Of a longer query no more is searched for (docs/search.md).
_LONGEST = 300
_MOST_SIMILAR = 6
_MOST_SUGGESTED = 8
# Suggestions may be kept by the browser for so long (seconds): people delete and type again.
_SUGGESTIONS_KEPT = 300

# Where is looked: where the reader is, in all of the installation, in every catalogue there is.
Reach = Literal["", "1", "all"]
_FIRST = ("person", "firm", "all")  # for whom services are shown first, as readers choose
_REACHES: dict[str, Reach] = {"1": "1", "all": "all"}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; `narrowed`: kind of facet → value.

    `shown_first`: for whom services come earlier, "person", "firm" or "".
    """

    query: str
    narrowed: Mapping[str, str]
    everywhere: Reach
    shown_first: str

    @property
    def facets(self) -> list[str]:
        return [facets.facet(kind, value) for kind, value in self.narrowed.items()]

    @property
    def prefer(self) -> list[str]:
        return [facets.facet("audience", self.shown_first)] if self.shown_first else []

    def of(self, kind: str) -> str:
        return self.narrowed.get(kind, "")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results for words, or without words all services by name; narrowed by topic and the like.

    A pasted book is searched for by its beginning, which every link of the page then carries.
    """
    if len(request.GET.get("q", "")) > _LONGEST:
        query = request.GET["q"].strip()[:_LONGEST]
        return redirect(request.path + with_params(request.GET, q=query))
    place = place_of(request)
    wanted = _wanted(request)
    region_path = _path(wanted, place)
    is_search = bool(wanted.query.strip())
    found = FoundServices()
    if is_search:
        found = find(
            wanted.query,
            region_path=region_path,
            facets=wanted.facets,
            prefer=wanted.prefer,
            n=shown(request),
        )
        numbers, rows = found.facets, results(request, found)
        if not wanted.narrowed:
            note_search(request, wanted.query, numbers.total, audience=wanted.shown_first)
    else:
        numbers = counts(region_path, wanted.facets)
        everywhere = (place.is_whole or bool(wanted.everywhere)) and not wanted.of("agency")
        rows = Listing([])
        if numbers.total:
            services = browse_services(region_path=region_path, facets=wanted.facets)
            rows = listing(request, services, everywhere=everywhere)
    names = names_for(wanted.narrowed, numbers, region_path.rstrip("/").rpartition("/")[2])
    theme = names.themes.get(wanted.of("theme"))
    nothing = is_search and not numbers.total and has_words(wanted.query)
    return render(
        request,
        "portal/search.html",
        {
            "nav_active": "portal:home",
            "wanted": wanted,
            "chosen_first": request.GET.get("for", "") if request.GET.get("for") in _FIRST else "",
            "kept": [(PARAMETERS[kind], value) for kind, value in wanted.narrowed.items()],
            "shown_query": wanted.query.strip()[:_LONGEST_SHOWN],
            "has_words": has_words(wanted.query),
            "corrected": found.corrected[:_LONGEST_SHOWN],
            "place": place,
            "suggest_in": region_path.rstrip("/").rpartition("/")[2],
            "heading": _heading(wanted, names),
            "theme": None if is_search else theme,
            "results": rows,
            "total": numbers.total,
            "active": active_of(request.GET, wanted.narrowed, names),
            "groups": groups_of(request.GET, wanted.narrowed, numbers, names),
            "firms_first_url": with_params(request.GET, **{"for": "firm"})
            if is_search and not wanted.shown_first and _divides(wanted, numbers, "firm")
            else "",
            "all_alike_url": with_params(request.GET, **{"for": "all"})
            if is_search and wanted.shown_first and not wanted.of("audience")
            else "",
            "everywhere_url": with_params(request.GET, everywhere="1")
            if not wanted.everywhere and not place.is_whole
            else "",
            "here_url": with_params(request.GET, everywhere="") if wanted.everywhere else "",
            "all_url": with_params(request.GET, everywhere="all")
            if wanted.everywhere != "all" and other_trees()
            else "",
            "widened": _widened(request.GET, wanted, region_path, names) if nothing else [],
            "hotline": is_at_home(region_path),
            "similar": _similar(wanted, region_path) if nothing else [],
            "topics": list(names.themes.values())
            if not numbers.total and is_at_home(region_path)
            else [],
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
        request.GET.get("q", ""),
        region_path=place.path if place else home_path(),
        n=_MOST_SUGGESTED,
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
    """The topics that have services here, for people and for firms; other ways to narrow down."""
    place = place_of(request)
    numbers = counts(place.path)
    names = names_for({}, numbers, place.path.rstrip("/").rpartition("/")[2])
    topics = [(one, numbers.themes.get(code, 0)) for code, one in names.themes.items()]
    return render(
        request,
        "portal/browse.html",
        {
            "nav_active": "portal:home",
            "place": place,
            "total": numbers.total,
            "topics": [
                (audience, words, found)
                for audience, words in (("person", _("For people")), ("firm", _("For firms")))
                if (found := [one for one in topics if one[1] and one[0].audience == audience])
            ],
            "groups": [
                one for one in groups_of(QueryDict(), {}, numbers, names) if one.kind != "theme"
            ],
        },
    )


def _wanted(request: HttpRequest) -> Wanted:
    """Unknown values are let through: they find nothing, and the page says so."""
    given = request.GET
    narrowed = {
        kind: given[name].replace("\0", "")[:60]
        for kind, name in PARAMETERS.items()
        if given.get(name, "").strip("\0 ")
    }
    if narrowed.get("audience") not in (None, "person", "firm"):
        del narrowed["audience"]
    agency = narrowed.get("agency", "0")
    if not (agency.isascii() and agency.isdigit() and len(agency) < 12):
        del narrowed["agency"]
    if given.get("online") == "1":
        narrowed["way"] = facets.ONLINE
    return Wanted(
        given.get("q", ""),
        narrowed,
        everywhere=_REACHES.get(given.get("everywhere", ""), ""),
        shown_first=_shown_first(request),
    )


def _shown_first(request: HttpRequest) -> str:
    """As the reader chose; without a choice, firms for an account that acts for firms alone."""
    chosen = request.GET.get("for", "")
    if chosen:
        return chosen if chosen in ("person", "firm") else ""
    account = signed_in(request)
    if account is None:
        return ""
    resident = resident_for(account)
    return "firm" if resident.party_ids and resident.own_party_id is None else ""


def _divides(wanted: Wanted, numbers: facets.Facets, audience: str) -> bool:
    """Whether it makes a difference that services for these are shown first."""
    there = numbers.audiences.get(audience, 0)
    return not wanted.of("audience") and 0 < there < numbers.total


def _path(wanted: Wanted, place: Place) -> str:
    if wanted.everywhere == "all":
        return ""
    return home_path() if wanted.everywhere and not place.is_whole else place.path


def _widened(params: QueryDict, wanted: Wanted, region_path: str, names: Names) -> list[Choice]:
    """Where nothing was found: what finds something, with less asked of it or in more places."""

    def choice(words: str, narrowed: Mapping[str, str], path: str, href: str) -> list[Choice]:
        asked = [facets.facet(kind, value) for kind, value in narrowed.items()]
        total = find(wanted.query, region_path=path, facets=asked, n=1).total
        return [Choice(words, total, href)] if total else []

    found: list[Choice] = []
    for kind, value in wanted.narrowed.items():
        fewer = {one: given for one, given in wanted.narrowed.items() if one != kind}
        said = _("Without “%(choice)s”") % {
            "choice": name_in_words(names, kind, value) or value[:40]
        }
        found += choice(said, fewer, region_path, without(params, kind))
    none = dict.fromkeys((*PARAMETERS.values(), "online"), "")
    if len(wanted.narrowed) > 1 and not found:
        found += choice(_("Among all services"), {}, region_path, with_params(params, **none))
    own = home_path()
    if region_path not in ("", own):
        words = _("In all of %(place)s") % {"place": pick(settings.SITE["name"])}
        found += choice(words, wanted.narrowed, own, with_params(params, everywhere="1"))
    if region_path and other_trees():
        words = _("In every catalogue here, those of other places too")
        found += choice(
            words, wanted.narrowed, "", with_params(params, everywhere="all")
        ) or choice(words, {}, "", with_params(params, everywhere="all", **none))
    return found


def _similar(wanted: Wanted, region_path: str) -> list[object]:
    return [*views_of_found(similar(wanted.query, region_path=region_path, n=_MOST_SIMILAR))]


def _heading(wanted: Wanted, names: Names) -> str:
    if wanted.query.strip():
        return _("Search services")
    if theme := name_in_words(names, "theme", wanted.of("theme")):
        return theme
    if agency := name_in_words(names, "agency", wanted.of("agency")):
        return _("Services of %(agency)s") % {"agency": agency}
    if wanted.of("audience") == "firm":
        return _("Services for firms")
    if wanted.of("audience") == "person":
        return _("Services for people")
    return _("All services")
