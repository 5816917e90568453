"""The seven ways in which services are sorted (分类), as facets of what is searched. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tongban.catalogue.codes import LEVELS as LEVEL_NAMES
from tongban.catalogue.codes import TYPES as TYPE_NAMES

__all__ = [
    "COUNTER",
    "COURIER",
    "KINDS",
    "LEVEL_NAMES",
    "ONLINE",
    "SITE",
    "TYPE_NAMES",
    "Facets",
    "facet",
    "facets_of",
    "ways_of",
]

# Kinds of facets, in the order in which they are offered: who for, topic or life event, form of
# handling, nature, level, agency, region.
KINDS = ("audience", "theme", "way", "type", "level", "agency", "region")

# Forms of handling: applied for here; at a window; on the agency's own site; the result comes by
# courier.
ONLINE, COUNTER, SITE, COURIER = "online", "counter", "site", "courier"


@dataclass(frozen=True)
class Facets:
    """How many services were found, and how many of them have each value of each kind.

    What several agencies offer is counted once, and in "agency" once for each of them. The most
    frequent come first.
    """

    total: int
    by_kind: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def of(self, kind: str) -> Mapping[str, int]:
        """Services by value of a kind."""
        return self.by_kind.get(kind, {})

    @property
    def online(self) -> int:
        return self.of("way").get(ONLINE, 0)

    @property
    def themes(self) -> Mapping[str, int]:
        return self.of("theme")

    @property
    def audiences(self) -> Mapping[str, int]:
        return self.of("audience")

    @property
    def agencies(self) -> dict[int, int]:
        return {int(one): count for one, count in self.of("agency").items()}


def facet(kind: str, value: object) -> str:
    """A facet as the index keeps it. Spaces would end it there; no code has one."""
    return f"{kind}:{value}".replace(" ", "_")


def facets_of(
    *,
    type: str,
    level: str,
    audiences: Iterable[str],
    themes: Iterable[str],
    ways: Iterable[str],
    agency_id: int,
    region_path: str,
) -> tuple[str, ...]:
    """All facets of an offering. It belongs to its region and to those above it."""
    found = [
        *(facet("audience", one) for one in audiences),
        *(facet("theme", one) for one in themes),
        *(facet("way", one) for one in ways),
        facet("agency", agency_id),
        *(facet("region", code) for code in region_path.split("/") if code),
    ]
    if type:
        found.append(facet("type", type))
    if level:
        found.append(facet("level", level))
    return tuple(dict.fromkeys(found))


def ways_of(
    *,
    online: bool,
    windows: Sequence[Any],
    place: Mapping[str, str],
    visits: int | None,
    delivery: Sequence[str],
    website: Mapping[str, str],
) -> tuple[str, ...]:
    """The forms of handling a guide tells of; none where it says nothing of any."""
    found = [ONLINE] if online else []
    if windows or any(place.values()) or (visits or 0) > 0:
        found.append(COUNTER)
    if any(website.values()):
        found.append(SITE)
    if "courier" in delivery:
        found.append(COURIER)
    return tuple(found)
