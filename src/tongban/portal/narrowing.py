"""Narrowing a list of services down by its seven classifications, and widening it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from tongban.catalogue.api import ThemeSummary, facets, themes
from tongban.directory.api import AgencySummary, RegionSummary, agencies, children, regions
from tongban.kernel.localized import Localized, pick
from tongban.portal.service_list import with_params

MOST_CHOICES = 30
# How addresses call the kinds of facets: "region" is where the reader is.
PARAMETERS = {kind: "in" if kind == "region" else kind for kind in facets.KINDS}


@dataclass(frozen=True)
class Choice:
    """A way to narrow the list down, or, among what it is narrowed to, to widen it again."""

    name: Localized | str
    count: int
    href: str


@dataclass(frozen=True)
class Group:
    """The choices of one kind."""

    kind: str
    title: str
    choices: list[Choice]


@dataclass(frozen=True)
class Names:
    """What facet values are called."""

    themes: Mapping[str, ThemeSummary]
    agencies: Mapping[int, AgencySummary]
    regions: Mapping[str, RegionSummary]

    def of(self, kind: str, value: str) -> Localized | str:
        """The name; "" for what is unknown or not to be offered here."""
        match kind:
            case "audience":
                return {"person": _("For people"), "firm": _("For firms")}.get(value, "")
            case "theme":
                return self.themes[value].name if value in self.themes else ""
            case "way":
                return _way(value)
            case "type":
                return facets.TYPE_NAMES.get(value, "")
            case "level":
                return facets.LEVEL_NAMES.get(value, "")
            case "agency":
                number = int(value) if value.isascii() and value.isdigit() else 0
                return self.agencies[number].name if number in self.agencies else ""
            case _:
                return self.regions[value].name if value in self.regions else ""


def names_for(narrowed: Mapping[str, str], numbers: facets.Facets, within: str) -> Names:
    """Names for what is narrowed to and what it can be narrowed to. Three or four queries.

    `within`: the code of the region that the list is of; "" for all there are.
    """
    agency, region = narrowed.get("agency", ""), narrowed.get("region", "")
    offices = [*_most(numbers.agencies), *([int(agency)] if agency else [])]
    below = children(region or within or None)
    if not region and not within and len(below) == 1:
        below = children(below[0].code)
    places = {one.code: one for one in below}
    if region:
        places |= regions([region])
    return Names({one.code: one for one in themes()}, agencies(offices), places)


def groups_of(
    params: QueryDict, narrowed: Mapping[str, str], numbers: facets.Facets, names: Names
) -> list[Group]:
    """What the list can be narrowed to, by kind; nothing that would leave it as it is."""
    groups = []
    for kind in facets.KINDS:
        if kind in narrowed and kind != "region":
            continue
        named = (
            (value, count, names.of(kind, value))
            for value, count in numbers.of(kind).items()
            if value != narrowed.get(kind)
        )
        choices = [
            Choice(name, count, with_params(params, **_address(kind, value)))
            for value, count, name in named
            if name
        ]
        # What all have in common narrows nothing; several regions are a choice nevertheless.
        if any(one.count < numbers.total for one in choices) or (
            kind == "region" and len(choices) > 1
        ):
            groups.append(Group(kind, _title(kind), choices[:MOST_CHOICES]))
    return groups


def active_of(params: QueryDict, narrowed: Mapping[str, str], names: Names) -> list[Choice]:
    """What the list is narrowed to, each with the way back."""
    return [
        Choice(names.of(kind, value) or value[:40], 0, with_params(params, **_address(kind, "")))
        for kind, value in narrowed.items()
    ]


def without(params: QueryDict, kind: str) -> str:
    """The address of the same list, not narrowed down in that way."""
    return with_params(params, **_address(kind, ""))


def name_in_words(names: Names, kind: str, value: str) -> str:
    """The name in the reader's language, for headings; "" for what is unknown."""
    name = names.of(kind, value)
    return name if isinstance(name, str) else pick(name)


def _most(numbers: Mapping[int, int]) -> list[int]:
    return list(numbers)[:MOST_CHOICES]


def _address(kind: str, value: str) -> dict[str, str]:
    changed = {PARAMETERS[kind]: value}
    return changed | {"online": ""} if kind == "way" else changed


def _title(kind: str) -> str:
    return {
        "audience": _("Who for"),
        "theme": _("Topic"),
        "way": _("How to apply"),
        "type": _("Nature"),
        "level": _("Level"),
        "agency": _("Agency"),
        "region": _("Place"),
    }[kind]


def _way(value: str) -> str:
    return {
        facets.ONLINE: _("Online"),
        facets.COUNTER: _("At a service window"),
        facets.SITE: _("On the agency’s own site"),
        facets.COURIER: _("Result by courier"),
    }.get(value, "")
