"""Guides: the page of an offering, its earlier versions, and the papers it asks for.

A page answers in this order: can I, what do I need, how long, how much, where, how. Then what comes
of it, the rules, what others say, and the versions.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.catalogue.api import (
    Guide,
    GuideVersion,
    Material,
    Offering,
    also_offered,
    guide_of,
    linked_data,
    offering_by_slug,
    version_by_number,
    versions_of,
)
from tongban.directory.api import AgencySummary, CentreSummary, RegionSummary, centres, workdays
from tongban.forms.api import form, print_form, sample_of
from tongban.kernel.localized import pick
from tongban.portal.fit import alike, other_ways, questions_of
from tongban.portal.searched import note_opened
from tongban.portal.service_list import rating_bars
from tongban.portal.sharing import share_of
from tongban.portal.views_of_guide import GuideView, materials_of, view_of
from tongban.ratings.api import Opinion, opinion_on_offering

_GAP = re.compile(r"_{2,}")


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
    found = next((one for one in guide_of(offering.current).materials if one.key == key), None)
    if found is None:
        raise Http404("no such material")
    paper = (_sample if filled else _blank)(found, offering.current)
    if not paper:
        raise Http404("nothing to show of it")
    return render(
        request,
        "portal/material.html",
        {"offering": offering, "material": found, "paper": paper, "filled": filled},
    )


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
    others = also_offered(offering)
    opinion = opinion_on_offering(offering.pk)
    known_centres = centres(one.centre for one in content.windows)
    is_old = is_old and offering.current_id != version.pk
    view = view_of(offering, version, content, known_centres, workdays())
    questions = questions_of(content)
    return render(
        request,
        "portal/guide.html",
        {
            "nav_active": "portal:home",
            "layout_wide": True,
            "offering": offering,
            "version": version,
            "versions": versions,
            "is_old": is_old,
            "view": view,
            "guide": content,
            "sections": _sections(view),
            "questions": [] if is_old else questions,
            "opinion": opinion,
            "bars": rating_bars(opinion),
            "related": [] if is_old else other_ways(offering),
            "variants": [one for one in others if one.agency_id == offering.agency_id],
            "elsewhere": [
                one
                for one in others
                if one.agency_id != offering.agency_id and one.sort_key == offering.sort_key
            ],
            "specimen": _lines(content.result.sample) if content.result else "",
            "share": share_of(request, pick(offering.name), request.path),
            "linked_data": ""
            if is_old
            else _linked_data(offering, content, known_centres, opinion),
        },
    )


def _sections(view: GuideView) -> list[tuple[str, str]]:
    """The parts of the page, by id, as the questions they answer."""
    guide = view.guide
    parts = [
        ("who", _("Can I apply?"), bool(guide.conditions)),
        ("papers", _("What do I need?"), True),
        ("time", _("How long?"), True),
        ("cost", _("How much?"), True),
        ("where", _("Where?"), True),
        ("how", _("How?"), bool(view.steps or view.ways)),
        ("result", _("What do I get?"), guide.result is not None),
        ("questions", _("Questions people ask"), bool(guide.faq)),
        ("rules", _("Rules and rights"), view.has_rules),
        ("opinion", _("What others say"), True),
        ("versions", _("Versions"), True),
    ]
    return [(key, words) for key, words, is_there in parts if is_there]


def _linked_data(
    offering: Offering,
    guide: Guide,
    known_centres: dict[str, CentreSummary],
    opinion: Opinion,
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
    told = linked_data.government_service(offering, guide, around, ratings=opinion.by_level)
    # `as_script` writes "<", ">" and "&" as escapes, so nothing in it ends the element.
    return mark_safe(linked_data.as_script(told))  # noqa: S308


@require_safe
def checklist(request: HttpRequest, slug: str) -> HttpResponse:
    """What to bring, as a sheet to print and tick off."""
    offering = _offering(slug)
    version = offering.current
    if version is None:
        raise Http404("withdrawn")
    content = guide_of(version)
    papers = [one for one in materials_of(offering, version, content) if not one.looked_up]
    groups = (
        (_("In any case"), [one for one in papers if one.is_always]),
        (_("Only in some cases"), [one for one in papers if one.is_sometimes]),
        (_("May follow later"), [one for one in papers if one.is_later]),
    )
    return render(
        request,
        "portal/guide_checklist.html",
        {
            "offering": offering,
            "version": version,
            "guide": content,
            "view": view_of(
                offering,
                version,
                content,
                centres(one.centre for one in content.windows),
                workdays(),
            ),
            "groups": [(words, found) for words, found in groups if found],
            "share": share_of(
                request, pick(offering.name), reverse("portal:guide", args=[offering.slug])
            ),
        },
    )


def _withdrawn(
    request: HttpRequest, offering: Offering, versions: list[GuideVersion]
) -> HttpResponse:
    return render(
        request,
        "portal/withdrawn.html",
        {
            "nav_active": "portal:home",
            "offering": offering,
            "versions": versions,
            "elsewhere": also_offered(offering),
            "related": other_ways(offering),
            "alike": alike(request, offering),
        },
    )


def _blank(material: Material, version: GuideVersion) -> SafeString | str:
    if material.is_form and version.form_id is not None:
        return print_form(form(version.form_id))
    return _lines(material.blank)


def _sample(material: Material, version: GuideVersion) -> SafeString | str:
    if material.is_form and version.form_id is not None and (sample := sample_of(version.form_id)):
        return print_form(form(version.form_id), dict(sample))
    return _lines(material.sample)


def _lines(text: dict[str, str]) -> SafeString | str:
    """Lines of a paper as HTML: the first is its title; "____" is a place to write."""
    written = pick(text).rstrip()
    if not written:
        return ""
    words = f'<span class="govuk-visually-hidden">{_("(to fill in)")}</span>'
    gap = f'<span class="tb-gap">{words}</span>'
    title, *lines = written.split("\n")
    # Everything is escaped before our own tags are put in.
    body = "".join(
        f"<p>{_GAP.sub(gap, escape(line))}</p>" if line.strip() else "<p>&nbsp;</p>"
        for line in lines
    )
    return mark_safe(  # noqa: S308
        f'<p class="tb-document__title">{_GAP.sub(gap, escape(title))}</p>{body}'
    )
