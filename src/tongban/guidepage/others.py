"""Other services that a guide's page names."""

from __future__ import annotations

from dataclasses import dataclass

from tongban.catalogue.api import ItemRelation, Offering, Related, related
from tongban.kernel.localized import Localized


@dataclass(frozen=True)
class Other:
    """Another service, and its page."""

    name: Localized
    href: str


def instead_of(offering: Offering) -> list[Related]:
    """Of these, what may help whoever cannot apply: what is needed first, what takes its place.

    What comes after it, or needs it, is not open to them either.
    """
    kind = ItemRelation.Kind
    return [
        one
        for one in other_ways(offering)
        if (one.kind, one.forward) in ((kind.NEEDS, True), (kind.REPLACES, False))
    ]


def other_ways(offering: Offering) -> list[Related]:
    """Services related to this one that are offered where it is, each once: what it is needed for
    says more than that it usually comes before.
    """
    found: dict[str, Related] = {}
    for one in related(offering.item_id, offering.region_path):
        if one.slug:
            found.setdefault(one.slug, one)
    return list(found.values())
