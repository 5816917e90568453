"""What `guidepage/guide.html` shows of one version.

The page answers in this order: can I, what do I need, how long, how much, where, how. Then what
comes of it, the rules, what others say, and the versions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from tongban.catalogue.api import Guide, GuideVersion, Offering, also_offered
from tongban.directory.api import CentreSummary, is_at_home, workdays
from tongban.guidepage.fit import questions_of
from tongban.guidepage.links import Links, public
from tongban.guidepage.others import Other, other_ways, same_elsewhere
from tongban.guidepage.papers import lines
from tongban.guidepage.sharing import share_of
from tongban.guidepage.view import GuideView, view_of
from tongban.kernel.localized import Localized, chosen_language, language, pick
from tongban.look.api import Bar
from tongban.ratings.api import LEVEL_NAMES, Opinion


@dataclass(frozen=True)
class VersionRow:
    """A line of the versions. `since` None: not published yet. No `href`: it is this page."""

    number: int
    since: datetime | None
    href: str
    changes_href: str
    note: Localized


def context_of(
    request: HttpRequest,
    offering: Offering,
    version: GuideVersion,
    guide: Guide,
    versions: Sequence[GuideVersion],
    *,
    links: Links,
    centres: dict[str, CentreSummary],
    opinion: Opinion,
    is_old: bool = False,
) -> dict[str, Any]:
    """The page of a version. `is_old`: it was in force once, and nobody can apply under it.

    `centres` are those of its windows. `offering` comes with its agency and region.
    """
    others = also_offered(offering)
    view = view_of(offering, version, guide, centres, workdays(), links)
    return {
        "layout_wide": True,
        "offering": offering,
        "version": version,
        "versions": _rows(offering, version, versions),
        "is_old": is_old,
        "view": view,
        "guide": guide,
        "links": links,
        "sections": _sections(view),
        "questions": 0 if is_old else len(questions_of(guide)),
        "opinion": opinion,
        "bars": rating_bars(opinion),
        "is_elsewhere": not is_at_home(offering.region_path),
        "told_in": _told_in(offering.name),
        "related": [] if is_old else other_ways(offering),
        "variants": [
            Other(one.name, links.of(one)) for one in others if one.agency_id == offering.agency_id
        ],
        "elsewhere": same_elsewhere(offering, others, links),
        "places_href": public("guide_places", offering.slug),
        "specimen": lines(guide.result.sample) if guide.result else "",
        "share": share_of(request, pick(offering.name), _public_page(offering, version, is_old)),
    }


def _public_page(offering: Offering, version: GuideVersion, is_old: bool) -> str:
    if is_old:
        return public("guide_version", offering.slug, version.number)
    return public("guide", offering.slug)


def _told_in(name: Localized) -> str:
    """What the language is called that the guide is read in; "" where it is the reader's."""
    told = chosen_language(name)
    if told == language():
        return ""
    try:
        return str(get_language_info("zh-hans" if told == "zh" else told)["name_translated"])
    except KeyError:
        return told


def _rows(
    offering: Offering, version: GuideVersion, versions: Sequence[GuideVersion]
) -> list[VersionRow]:
    def href(one: GuideVersion) -> str:
        if one.pk == version.pk:
            return ""
        if one.pk == offering.current_id:
            return public("guide", offering.slug)
        return public("guide_version", offering.slug, one.number)

    def changes(at: int, one: GuideVersion) -> str:
        if at == len(versions) - 1 or one.published_at is None:
            return ""  # the first one changed nothing
        return f"{public('guide_changes', offering.slug)}?to={one.number}"

    return [
        VersionRow(one.number, one.published_at, href(one), changes(at, one), one.change_note)
        for at, one in enumerate(versions)
    ]


def rating_bars(opinion: Opinion) -> list[Bar]:
    """Ratings by level, best first; none while they are too few to say anything."""
    if opinion.share_satisfied is None:
        return []
    return [Bar(LEVEL_NAMES[level], opinion.by_level.get(level, 0)) for level in LEVEL_NAMES]


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
