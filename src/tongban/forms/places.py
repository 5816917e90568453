"""Choosing a district or county: from one list where few provinces are loaded, else level by level.

Level by level works without a script: a button shows the next level. All its selects have one
name, and the deepest choice that fits the ones above it counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.directory.api import (
    RegionSummary,
    ancestors,
    children,
    descendants,
    find_region,
    regions,
)
from tongban.kernel.localized import pick

# Levels of the tree that an address names: 1 province, 2 city, 3 county.
PROVINCE, COUNTY = 1, 3
# The counties of so many provinces (about a hundred each) still make one list.
ONE_LIST = 3


def provinces() -> list[RegionSummary]:
    """The top of what people choose from, the installation's own province first."""
    tops = children(None)
    if len(tops) == 1 and tops[0].level < PROVINCE:
        tops = children(tops[0].code)
    home = find_region(str(settings.SITE["region"]))
    own = {home.code, *home.ancestor_codes} if home else set()
    return sorted(tops, key=lambda top: (top.code not in own, top.code))


def one_list(tops: Sequence[RegionSummary]) -> list[dict[str, Any]]:
    """Counties by city, for `<optgroup>`: [{"name", "regions": [(code, name)]}]."""
    groups = []
    for top in tops:
        below: dict[str, list[RegionSummary]] = {}
        for one in descendants(top.code, levels=COUNTY - top.level):
            if one.level <= COUNTY:
                below.setdefault(one.parent_code or "", []).append(one)
        for city in below.get(top.code, ()):
            counties = below.get(city.code) or [city]
            before = f"{pick(top.name)} – " if len(tops) > 1 else ""
            groups.append(
                {
                    "name": before + pick(city.name),
                    "regions": [(one.code, pick(one.name)) for one in counties],
                }
            )
    return groups


def levels(chosen: str, tops: Sequence[RegionSummary]) -> list[dict[str, Any]]:
    """One select for each level down to the one after `chosen`; the first is of the provinces."""
    found = find_region(chosen) if chosen else None
    line = [*ancestors(chosen), found] if found else [*tops[:1]]
    labels = {PROVINCE: _("Province"), 2: _("City"), COUNTY: _("District or county")}
    selects = []
    options: list[RegionSummary] = list(tops)
    codes = {one.code for one in line}
    while options:
        here = next((one for one in options if one.code in codes), None)
        selects.append(
            {
                "label": labels.get(options[0].level, labels[COUNTY]),
                "options": [(one.code, pick(one.name)) for one in options],
                "chosen": here.code if here else "",
            }
        )
        options = _below(here.code) if here else []
    return selects


def _below(code: str) -> list[RegionSummary]:
    return [one for one in children(code) if one.level <= COUNTY]


def deepest(codes: Sequence[str]) -> str:
    """The last of the selects' choices that lies below the one before it."""
    given = [code for code in codes if code]
    if len(given) < 2:
        return given[0] if given else ""
    known = regions(given)
    chosen = given[0]
    for code in given[1:]:
        if code not in known or known[code].parent_code != chosen:
            break
        chosen = code
    return chosen


def unfinished(codes: Collection[str]) -> set[str]:
    """Those of the codes that are unknown, or stand for a whole province or city."""
    known = regions(codes) if codes else {}
    wide = [one for one in known.values() if one.level < COUNTY]
    return {code for code in codes if code not in known} | {
        one.code for one in wide if _below(one.code)
    }
