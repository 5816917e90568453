"""Where the reader is, and what stands there: regions, agencies, centres."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from tongban.catalogue.api import browse, facets
from tongban.directory import api as directory
from tongban.directory.api import AgencySummary, CentreSummary
from tongban.guidepage.api import DayHours, opening, phones, rating_bars
from tongban.identity.api import save_region, signed_in
from tongban.kernel import clock
from tongban.kernel.localized import Localized
from tongban.kernel.workdays import Workdays
from tongban.portal.service_list import listing
from tongban.ratings.api import opinion_on_agency
from tongban.supervision.api import public_tasks

_COOKIE = "region"
_YEAR = 365 * 24 * 3600  # seconds
# A centre's page says which of the coming days depart from its usual hours.
_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Place:
    """Where the reader is. An empty `code`: the whole installation, whose region has the `path`.

    Without regions its path is "" too. Other countries' catalogues are not part of it.
    """

    code: str
    path: str
    name: Localized

    @property
    def is_whole(self) -> bool:
        return not self.code


# --- the reader's region -------------------------------------------------------------------------
def place_of(request: HttpRequest) -> Place:
    """Where the reader is: as their account says, else this device. At most two queries.

    The region of the installation itself counts as "the whole of it".
    """
    account = signed_in(request)
    code = (account.region_id if account else None) or request.COOKIES.get(_COOKIE, "")
    if code and code != settings.SITE["region"]:
        found = directory.find_region(code)
        if found:
            return Place(found.code, found.path, found.name)
    return Place("", directory.home_path(), settings.SITE["name"])


def remember(response: HttpResponseBase, request: HttpRequest, code: str) -> None:
    """Keep the choice on this device for a year; "" is the whole installation."""
    response.set_cookie(
        _COOKIE,
        code,
        max_age=_YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def regions(request: HttpRequest) -> HttpResponse:
    """Choose a region: the regions below one (`in`), two levels deep. POST keeps the choice."""
    if request.method == "POST":
        return _choose(request)
    root = directory.find_region(settings.SITE["region"])
    top = directory.find_region(request.GET.get("in", "")) or root
    below = directory.descendants(top.code, levels=2) if top else directory.children(None)
    parents = {top.code if top else None}
    groups = [
        (one, [child for child in below if child.parent_code == one.code])
        for one in below
        if one.parent_code in parents
    ]
    above = directory.ancestors(top.code) if top else []
    is_root = top is None or (root is not None and top.code == root.code)
    return render(
        request,
        "portal/regions.html",
        {
            "nav_active": "portal:home",
            "top": top,
            "above": above,
            "is_root": is_root,
            "others": directory.other_trees() if is_root else [],
            "groups": groups,
            "place": place_of(request),
            "next": request.GET.get("next", ""),
        },
    )


def _choose(request: HttpRequest) -> HttpResponse:
    code = request.POST.get("region", "")
    if code and directory.find_region(code) is None:
        raise Http404("no such region")
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = reverse("portal:home")
    response = redirect(target)
    remember(response, request, code)
    if account := signed_in(request):
        save_region(account.pk, code or None)
    return response


# --- agencies ------------------------------------------------------------------------------------
@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    """The agencies that serve a region (`region`; else the reader's), the nearest first."""
    place = place_of(request)
    code = request.GET.get("region", "") or place.code or settings.SITE["region"]
    here = directory.find_region(code)
    if here is None:
        raise Http404("no such region")
    line = [here, *reversed(directory.ancestors(here.code))]
    groups = [(one, directory.agencies_of(one.path)) for one in line]
    return render(
        request,
        "portal/agencies.html",
        {
            "nav_active": "portal:home",
            "here": here,
            "groups": [(one, found) for one, found in groups if found],
            "below": directory.children(here.code),
            "is_elsewhere": not directory.is_at_home(here.path),
            "above": line[1:],
        },
    )


@require_safe
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """An agency: how to reach it, where it has windows, what it does, what people say of it."""
    found = directory.find_agency(code)
    if found is None:
        raise Http404("no such agency")
    known = directory.workdays()
    opinion = opinion_on_agency(found.id)
    offered = browse(facets=[facets.facet("agency", found.id)])
    services = listing(request, offered, everywhere=False)
    return render(
        request,
        "portal/agency.html",
        {
            "nav_active": "portal:home",
            "agency": found,
            "is_elsewhere": not directory.is_at_home(found.region_path),
            "phones": phones(found.phone),
            "complaint_phones": phones(found.complaint_phone),
            "region": directory.region(found.region_code),
            "centres": [
                (one, opening(one, known))
                for one in directory.centres_of(found.region_path, agency_id=found.id)
            ],
            "services": services,
            "total": offered.count(),
            "opinion": opinion,
            "has_tasks": public_tasks().filter(lead_id=found.id).exists(),
            "bars": rating_bars(opinion),
        },
    )


# --- centres -------------------------------------------------------------------------------------
@require_safe
def centre(request: HttpRequest, code: str) -> HttpResponse:
    """A centre: where it is, when it is open, how to get in, who has a window there."""
    try:
        found = directory.centre(code)
    except directory.NoSuchCentre:
        raise Http404("no such centre") from None
    known = directory.workdays()
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    week = [
        DayHours(monday + timedelta(days=n), hours, is_today=n == today.weekday())
        for n, hours in enumerate(found.hours)
    ]
    return render(
        request,
        "portal/centre.html",
        {
            "nav_active": "portal:home",
            "centre": found,
            "region_name": directory.full_region_name(found.region_code),
            "opening": opening(found, known),
            "phones": phones(found.phone),
            "access": list(found.access.values()),
            "week": week,
            "ahead": [] if found.always else _departures(found, known, today),
            "agencies": _by_name(directory.agencies(found.agency_ids).values()),
        },
    )


def _departures(centre: CentreSummary, known: Workdays, today: date) -> list[DayHours]:
    """The coming days on which holidays or make-up days change the usual hours."""
    return [
        DayHours(special.date, hours, why=special.name)
        for special in directory.special_days(today, today + _AHEAD)
        if (hours := directory.hours_on(centre, special.date, known))
        != centre.hours[special.date.weekday()]
    ]


def _by_name(found: Iterable[AgencySummary]) -> list[AgencySummary]:
    return sorted(found, key=lambda one: directory.sort_key(one.name))
