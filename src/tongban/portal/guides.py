"""Guides: the page of an offering, its earlier versions, and the papers it asks for."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.catalogue.api import (
    GuideVersion,
    Material,
    Offering,
    also_offered,
    find,
    guide_of,
    offering_by_slug,
    version_by_number,
    versions_of,
)
from tongban.directory.api import centres, workdays
from tongban.forms.api import form, print_form, sample_of
from tongban.kernel.localized import pick
from tongban.portal.places import place_of
from tongban.portal.service_list import rating_bars, views_of
from tongban.portal.views_of_guide import view_of
from tongban.ratings.api import opinion_on_offering

_GAP = re.compile(r"_{2,}")
_MOST_ALTERNATIVES = 6


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """The guide in force; of a withdrawn offering the last one, with why and what else there is."""
    offering = _offering(slug)
    versions = versions_of(offering)
    if not versions:
        raise Http404("never published")
    if offering.current is None:
        return _withdrawn(request, offering, versions)
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
    return render(
        request,
        "portal/guide.html",
        {
            "nav_active": "portal:home",
            "offering": offering,
            "version": version,
            "versions": versions,
            "is_old": is_old and offering.current_id != version.pk,
            "view": view_of(
                offering,
                version,
                content,
                centres(one.centre for one in content.windows),
                workdays(),
            ),
            "guide": content,
            "opinion": opinion,
            "bars": rating_bars(opinion),
            "variants": [one for one in others if one.agency_id == offering.agency_id],
            "elsewhere": [
                one
                for one in others
                if one.agency_id != offering.agency_id and one.sort_key == offering.sort_key
            ],
            "specimen": _lines(content.result.sample) if content.result else "",
        },
    )


def _withdrawn(
    request: HttpRequest, offering: Offering, versions: list[GuideVersion]
) -> HttpResponse:
    place = place_of(request)
    alike = (
        find("", region_path=place.path, theme=offering.themes[0])
        .exclude(pk=offering.pk)
        .order_by("-applications", "sort_key", "id")[:_MOST_ALTERNATIVES]
        if offering.themes
        else []
    )
    return render(
        request,
        "portal/withdrawn.html",
        {
            "nav_active": "portal:home",
            "offering": offering,
            "versions": versions,
            "elsewhere": also_offered(offering),
            "alike": views_of(list(alike)),
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
