"""A version as the public will read it: the very page of the portal, marked as a preview.

The page, its check of conditions, its papers and its checklist are drawn by `tongban.guidepage`
from the version's own content; what leads on from them leads to previews again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from tongban.catalogue.api import (
    Guide,
    GuideVersion,
    Offering,
    desk,
    editable,
    guide_of,
    versions_of,
)
from tongban.directory.api import centres
from tongban.guidepage.api import (
    Links,
    checklist_context,
    context_of,
    fit_context,
    paper_context,
    public,
    share_of,
)
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.localized import Localized, pick
from tongban.ratings.api import opinion_on_offering
from tongban.workbench.guides import STATES, own
from tongban.workbench.pages import show

# Shown inside the page of telephones: the links that lead away from a preview are left out there.
FRAMED = "framed"
# What a preview cannot do stays on the page and says so.
NOWHERE = "#preview"


@dataclass(frozen=True)
class Shown:
    """A version as it would be in force: nothing of it is saved."""

    offering: Offering
    version: GuideVersion
    guide: Guide
    links: Links
    variants: tuple[tuple[Localized, str], ...]  # the agency's other services of this item

    @property
    def is_old(self) -> bool:
        return self.version.state == GuideVersion.State.WITHDRAWN


@officer_required("editor")
def preview(request: OfficerRequest, offering_id: int, version_number: int) -> HttpResponse:
    """The page of a version."""
    shown = _shown(request, offering_id, version_number)
    published = versions_of(shown.offering)
    is_there = any(one.pk == shown.version.pk for one in published)
    context = context_of(
        request,
        shown.offering,
        shown.version,
        shown.guide,
        published if is_there else [shown.version, *published],
        links=shown.links,
        centres=centres(one.centre for one in shown.guide.windows),
        opinion=opinion_on_offering(shown.offering.pk),
        is_old=shown.is_old,
    )
    return _page(request, "preview", shown, context)


@officer_required("editor")
@require_http_methods(["GET", "HEAD", "POST"])
def fit(request: OfficerRequest, offering_id: int, version_number: int) -> HttpResponse:
    """The version's check of conditions; it can be tried."""
    shown = _shown(request, offering_id, version_number)
    posted: Mapping[str, str] | None = request.POST if request.method == "POST" else None
    context = fit_context(posted, shown.offering, shown.guide, shown.links)
    if context is None:
        raise Http404("nothing to check")
    return _page(request, "preview_fit", shown, context)


@officer_required("editor")
def checklist(request: OfficerRequest, offering_id: int, version_number: int) -> HttpResponse:
    """The version's checklist."""
    shown = _shown(request, offering_id, version_number)
    context = checklist_context(shown.offering, shown.version, shown.guide, shown.links)
    context["share"] = share_of(
        request, pick(shown.offering.name), public("guide", shown.offering.slug)
    )
    return _page(request, "preview_checklist", shown, context)


@officer_required("editor")
def paper(request: OfficerRequest, offering_id: int, version_number: int, key: str) -> HttpResponse:
    """A blank form of the version; its filled-in sample (`?filled`)."""
    shown = _shown(request, offering_id, version_number)
    context = paper_context(
        shown.offering,
        shown.version,
        shown.guide,
        shown.links,
        key,
        filled="filled" in request.GET,
    )
    if context is None:
        raise Http404("nothing to show of it")
    return _page(request, "preview_paper", shown, context)


@officer_required("editor")
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def phones(request: OfficerRequest, offering_id: int, version_number: int) -> HttpResponse:
    """The page as telephones show it, every language beside the other."""
    offering = own(request, offering_id)
    version = _version(offering, version_number)
    frames = []
    for code, name in settings.LANGUAGES:
        with override(code):
            href = reverse("workbench:preview_guide", args=[offering.pk, version.number])
        frames.append((name, f"{href}?{FRAMED}=1"))
    context = {
        "offering": offering,
        "version": version,
        "state": STATES[version.state],
        "frames": frames,
    }
    return show(request, "directory/preview_phones.html", context, active="workbench:guides")


def _shown(request: OfficerRequest, offering_id: int, number: int) -> Shown:
    version = _version(own(request, offering_id), number)
    guide = guide_of(version)
    variants = _variants(request, version.offering)
    return Shown(
        desk.as_published(version, guide),
        version,
        guide,
        _links(version, {pk: href for pk, _name, href in variants}, framed=FRAMED in request.GET),
        tuple((name, href) for _pk, name, href in variants),
    )


def _version(offering: Offering, number: int) -> GuideVersion:
    found = (
        GuideVersion.objects.select_related(
            "form", "offering__item", "offering__agency", "offering__region"
        )
        .filter(offering=offering, number=number)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _variants(request: OfficerRequest, offering: Offering) -> list[tuple[int, Localized, str]]:
    """The agency's other services of this item, drafts too, each with its newest version's page."""
    others: Iterable[Offering] = (
        editable(request.officer)
        .filter(item_id=offering.item_id, agency_id=offering.agency_id)
        .exclude(pk=offering.pk)
        .order_by("sort_key", "pk")[:60]
    )
    found = []
    for one in others:
        newest = one.versions.order_by("-number").values_list("number", flat=True).first()
        if newest is not None:
            href = reverse("workbench:preview_guide", args=[one.pk, newest])
            found.append((one.pk, one.name, href))
    return found


def _links(version: GuideVersion, variants: dict[int, str], *, framed: bool) -> Links:
    here = [version.offering_id, version.number]
    end = f"?{FRAMED}=1" if framed else ""

    def paper(key: str, filled: bool) -> str:
        href = reverse("workbench:preview_paper", args=[*here, key])
        return f"{href}?filled=1" if filled else href

    return Links(
        guide=reverse("workbench:preview_guide", args=here) + end,
        apply=NOWHERE,
        rehearse=NOWHERE,
        fit=reverse("workbench:preview_fit", args=here) + end,
        checklist=reverse("workbench:preview_checklist", args=here),
        paper=paper,
        guides=variants,
    )


def _page(
    request: HttpRequest, template: str, shown: Shown, context: dict[str, Any]
) -> HttpResponse:
    framed = FRAMED in request.GET
    context |= {
        "nav_active": "portal:home",
        "is_officer": True,
        "shown": shown,
        "shown_state": STATES[shown.version.state],
        "framed": framed,
    }
    answer = render(request, f"workbench/directory/{template}.html", context)
    if framed:  # by the page of telephones, and by nobody else
        answer["X-Frame-Options"] = "SAMEORIGIN"
        answer._csp_replace = {"frame-ancestors": [SELF]}  # type: ignore[attr-defined]
    return answer
