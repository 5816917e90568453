"""Guides: the page of an offering, its earlier versions, and the papers it asks for.

What they say and look like is `tongban.guidepage`'s, which the workbench's previews use too.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from tongban.catalogue.api import (
    Guide,
    GuideVersion,
    Offering,
    also_offered,
    guide_of,
    linked_data,
    offering_by_slug,
    version_by_number,
    versions_of,
)
from tongban.directory.api import AgencySummary, CentreSummary, RegionSummary, centres
from tongban.guidepage.api import (
    checklist_context,
    context_of,
    other_ways,
    paper_context,
    public_links,
    same_elsewhere,
    share_of,
)
from tongban.kernel.localized import Localized, pick
from tongban.portal.fit import alike
from tongban.portal.searched import note_opened
from tongban.ratings.api import Opinion, opinion_on_offering


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """The guide in force; of a withdrawn offering the last one, with why and what else there is."""
    offering = _offering(slug)
    versions = versions_of(offering)
    if not versions:
        raise Http404("never published")
    if offering.current is None:
        return _withdrawn(request, offering, versions)
    note_opened(request, offering)
    return _page(request, offering, offering.current, versions)


@require_safe
def guide_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A version that was in force once, as it was."""
    offering = _offering(slug)
    version = version_by_number(offering, number)
    if version is None:
        raise Http404("no such version")
    return _page(request, offering, version, versions_of(offering), is_old=True)


@require_safe
def material(request: HttpRequest, slug: str, key: str, filled: bool = False) -> HttpResponse:
    """A blank form, or (`filled`) a sample of it, to read and to print."""
    offering = _offering(slug)
    if offering.current is None:
        raise Http404("withdrawn")
    context = paper_context(
        offering,
        offering.current,
        guide_of(offering.current),
        public_links(offering),
        key,
        filled=filled,
    )
    if context is None:
        raise Http404("nothing to show of it")
    return render(request, "guidepage/material.html", context)


def _offering(slug: str) -> Offering:
    found = offering_by_slug(slug)
    if found is None:
        raise Http404("no such offering")
    return found


def _page(
    request: HttpRequest,
    offering: Offering,
    version: GuideVersion,
    versions: list[GuideVersion],
    *,
    is_old: bool = False,
) -> HttpResponse:
    content = guide_of(version)
    opinion = opinion_on_offering(offering.pk)
    windows = centres(one.centre for one in content.windows)
    is_old = is_old and offering.current_id != version.pk
    context = context_of(
        request,
        offering,
        version,
        content,
        versions,
        links=public_links(offering),
        centres=windows,
        opinion=opinion,
        is_old=is_old,
    )
    context |= {
        "nav_active": "portal:home",
        "linked_data": ""
        if is_old
        else _linked_data(
            offering,
            content,
            windows,
            opinion,
            {one.slug: one.name for one in context["related"]},
        ),
    }
    return render(request, "portal/guide.html", context)


def _linked_data(
    offering: Offering,
    guide: Guide,
    known_centres: dict[str, CentreSummary],
    opinion: Opinion,
    related: dict[str, Localized],
) -> SafeString:
    """The page for machines, from what it has read already."""
    agency, region = offering.agency, offering.region
    around = linked_data.Surroundings(
        addresses=linked_data.Addresses(settings.BASE_URL),
        agencies={
            agency.pk: AgencySummary(
                id=agency.pk,
                code=agency.code,
                credit_code=agency.credit_code,
                credit_code_valid=agency.credit_code_valid,
                name=agency.name,
                short_name=agency.short_name,
                function=agency.function,
                region_code=agency.region_id,
                region_path=offering.region_path,
                parent_id=agency.parent_id,
                phone=agency.phone,
                complaint_phone=agency.complaint_phone,
                active=agency.active,
            )
        },
        regions={
            region.pk: RegionSummary(
                region.pk, region.name, region.parent_id, region.level, region.path
            )
        },
        themes={},
        centres=known_centres,
    )
    told = linked_data.government_service(
        offering, guide, around, ratings=opinion.by_level, related=related
    )
    # `as_script` writes "<", ">" and "&" as escapes, so nothing in it ends the element.
    return mark_safe(linked_data.as_script(told))  # noqa: S308


@require_safe
def checklist(request: HttpRequest, slug: str) -> HttpResponse:
    """What to bring, as a sheet to print and tick off."""
    offering = _offering(slug)
    version = offering.current
    if version is None:
        return redirect("portal:guide", offering.slug)  # where it stands why it ended
    context = checklist_context(offering, version, guide_of(version), public_links(offering))
    context["share"] = share_of(
        request, pick(offering.name), reverse("portal:guide", args=[offering.slug])
    )
    return render(request, "guidepage/checklist.html", context)


def _withdrawn(
    request: HttpRequest, offering: Offering, versions: list[GuideVersion]
) -> HttpResponse:
    others = also_offered(offering)
    return render(
        request,
        "portal/withdrawn.html",
        {
            "nav_active": "portal:home",
            "offering": offering,
            "versions": versions,
            "same_elsewhere": same_elsewhere(offering, others, public_links(offering)),
            "variants_elsewhere": [
                one
                for one in others
                if one.agency_id == offering.agency_id or one.sort_key != offering.sort_key
            ],
            "related": other_ways(offering),
            "alike": alike(request, offering),
        },
    )
