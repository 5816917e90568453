"""Other services that a guide's page names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tongban.catalogue.api import ItemRelation, Offering, Related, related
from tongban.guidepage.links import Links
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


def same_elsewhere(offering: Offering, others: Sequence[Offering], links: Links) -> list[Other]:
    """The same service by region; by agency where its region has several that offer it."""
    same = [
        one
        for one in others
        if one.agency_id != offering.agency_id and one.sort_key == offering.sort_key
    ]
    crowded = Counter([offering.region_id, *(one.region_id for one in same)])
    return [
        Other(one.agency.name if crowded[one.region_id] > 1 else one.region.name, links.of(one))
        for one in same
    ]
