"""The papers of a guide: a blank form or a filled-in sample to read and print, and a checklist."""

from __future__ import annotations

import re
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tongban.catalogue.api import Guide, GuideVersion, Material, Offering
from tongban.directory.api import centres, workdays
from tongban.forms.api import form, print_form, sample_of
from tongban.guidepage.links import Links
from tongban.guidepage.view import materials_of, view_of
from tongban.kernel.localized import pick

_GAP = re.compile(r"_{2,}")


def paper_context(
    offering: Offering,
    version: GuideVersion,
    guide: Guide,
    links: Links,
    key: str,
    *,
    filled: bool,
) -> dict[str, Any] | None:
    """What `guidepage/material.html` shows of a paper; None if there is nothing to show."""
    found = next((one for one in guide.materials if one.key == key), None)
    paper = (_sample if filled else _blank)(found, version) if found else ""
    if not paper:
        return None
    return {
        "offering": offering,
        "links": links,
        "material": found,
        "paper": paper,
        "filled": filled,
    }


def checklist_context(
    offering: Offering, version: GuideVersion, guide: Guide, links: Links
) -> dict[str, Any]:
    """What `guidepage/checklist.html` shows: what to bring, to print and tick off."""
    papers = [one for one in materials_of(version, guide, links) if not one.looked_up]
    groups = (
        (_("In any case"), [one for one in papers if one.is_always]),
        (_("Only in some cases"), [one for one in papers if one.is_sometimes]),
        (_("May follow later"), [one for one in papers if one.is_later]),
    )
    windows = centres(one.centre for one in guide.windows)
    return {
        "offering": offering,
        "version": version,
        "guide": guide,
        "links": links,
        "view": view_of(offering, version, guide, windows, workdays(), links),
        "groups": [(words, found) for words, found in groups if found],
    }


def _blank(material: Material, version: GuideVersion) -> SafeString | str:
    if material.is_form and version.form_id is not None:
        return print_form(form(version.form_id))
    return lines(material.blank)


def _sample(material: Material, version: GuideVersion) -> SafeString | str:
    if material.is_form and version.form_id is not None and (sample := sample_of(version.form_id)):
        return print_form(form(version.form_id), dict(sample))
    return lines(material.sample)


def lines(text: dict[str, str]) -> SafeString | str:
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
