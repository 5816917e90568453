"""The home page: what do you need to do?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.cases.api import (
    FINAL,
    WAITING_FOR_APPLICANT,
    Case,
    Promises,
    cases_of,
    grouped,
    promises,
)
from tongban.catalogue.api import ThemeSummary, counts, most_used, recently_changed, themes
from tongban.directory.api import RegionSummary, children, is_at_home
from tongban.guidepage.api import days_in_words
from tongban.identity.api import resident_for, signed_in
from tongban.kernel.localized import Localized
from tongban.look.api import count
from tongban.portal.places import Place, place_of
from tongban.ratings.api import Opinion, opinion_on_region

_MOST_CASES = 3
_MOST_USED = 8
_MOST_REGIONS = 24
_MOST_CHANGED = 5
_FRESH = 300  # seconds for which the ratings' figures are kept


@dataclass(frozen=True)
class ServiceLink:
    """A service in one of the home page's lists."""

    href: str
    name: Localized
    days: str
    online: bool
    changed_at: datetime | None
    is_new: bool


@dataclass(frozen=True)
class CaseLink:
    """One of the reader's open cases."""

    href: str
    name: Localized
    number: str
    state: str
    is_waiting_for_you: bool


@dataclass(frozen=True)
class Figure:
    """One live figure and what it counts."""

    value: str
    words: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search, topics, my open cases, what is used and what changed, how promises are kept."""
    place = place_of(request)
    topics = _topics(place)
    kept = promises(place.path)
    opinion = _opinion(place)
    return render(
        request,
        "portal/home.html",
        {
            "nav_active": "portal:home",
            "place": place,
            "nearby": _nearby(place),
            "for_people": [(one, None) for one in topics if one.audience == "person"],
            "for_firms": [(one, None) for one in topics if one.audience == "firm"],
            "most_used": _links(place, changed=False),
            "changed": _links(place, changed=True),
            "cases": _cases(request),
            "figures": _figures(kept, opinion),
            "decided": kept.decided,
        },
    )


def _topics(place: Place) -> list[ThemeSummary]:
    """The topics; of another country's or province's, those that its catalogue has."""
    if is_at_home(place.path):
        return themes()
    there = counts(place.path).themes
    return [one for one in themes() if one.code in there]


def _links(place: Place, *, changed: bool) -> list[ServiceLink]:
    found = (
        recently_changed(place.path, _MOST_CHANGED)
        if changed
        else most_used(place.path, _MOST_USED)
    )
    return [
        ServiceLink(
            href=reverse("portal:guide", args=[one.slug]),
            name=one.name,
            days=days_in_words(
                guide.promised_days if guide.promised_days is not None else guide.statutory_days,
                guide.limit_unit,
            ),
            online=one.online,
            changed_at=guide.published_at,
            is_new=guide.number == 1,
        )
        for one in found
        if (guide := one.current)
    ]


def _cases(request: HttpRequest) -> list[CaseLink] | None:
    """The reader's open cases, those that wait for them first; None when nobody is signed in."""
    account = signed_in(request)
    if account is None:
        return None
    cases = (
        cases_of(resident_for(account))
        .exclude(state__in=list(FINAL))
        .select_related("offering")
        .order_by("-id")
    )
    waiting = list(cases.filter(state__in=list(WAITING_FOR_APPLICANT))[:_MOST_CASES])
    others = list(cases.exclude(state__in=list(WAITING_FOR_APPLICANT))[:_MOST_CASES])
    return [_case(case) for case in [*waiting, *others][:_MOST_CASES]]


def _case(case: Case) -> CaseLink:
    return CaseLink(
        href=reverse("portal:case", args=[case.number]),
        name=case.offering.name,
        number=grouped(case.number),
        state=case.state,
        is_waiting_for_you=case.state in WAITING_FOR_APPLICANT,
    )


def _nearby(place: Place) -> list[RegionSummary]:
    """For a reader who has not said where they are: the first regions to choose from."""
    return children(settings.SITE["region"])[:_MOST_REGIONS] if place.is_whole else []


def _figures(kept: Promises, opinion: Opinion) -> list[Figure]:
    """What there is to show; [] before anything was decided."""
    figures = []
    if kept.share_kept is not None:
        figures.append(Figure(_percent(kept.share_kept), _("of cases decided in time")))
    if kept.median_days is not None:
        figures.append(
            Figure(
                f"{kept.median_days:.1f}".removesuffix(".0"),
                _("days from acceptance to decision in the middle case"),
            )
        )
    if opinion.share_satisfied is not None:
        figures.append(
            Figure(
                _percent(opinion.share_satisfied),
                _("satisfied, of the %(rated)s cases that were rated")
                % {"rated": count(opinion.rated)},
            )
        )
    if opinion.rated or opinion.unrated:
        figures.append(Figure(count(opinion.unrated), _("finished cases that nobody rated")))
    return figures


def _percent(share: float) -> str:
    """Cut off, not rounded: 99.96 % is not 100 %."""
    return f"{int(share * 1000) / 10:.1f}%".replace(".0%", "%")


def _opinion(place: Place) -> Opinion:
    key = f"opinion:{place.path}"
    known: Opinion | None = cache.get(key)
    if known is None:
        known = opinion_on_region(place.path)
        cache.set(key, known, _FRESH)
    return known
