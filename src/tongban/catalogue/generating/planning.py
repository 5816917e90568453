"""Who offers what, so that it comes to the number wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from tongban.catalogue.generating.bodies import TOWN, Body, agencies_at
from tongban.catalogue.generating.definitions import LEVELS, Definitions, Family, Level

# Agencies with what each offers.
Part = list[tuple[Body, list[Family]]]


@dataclass
class Plan:
    """Which families each agency offers, so that it comes to the number wanted."""

    definitions: Definitions
    regions: Counter[Level | None]  # of each level
    items: int
    seed: int

    def __post_init__(self) -> None:
        self.offered: dict[tuple[str, Level], tuple[Family, ...]] = {}
        for level, families in self.definitions.by_level.items():
            for code in (*self.definitions.departments, TOWN):
                own = tuple(
                    one
                    for one in families
                    if code == TOWN or (one.department == code and level != "town")
                )
                if own and (code == TOWN) == (level == "town"):
                    self.offered[code, level] = own
        core = rest = 0
        for level in LEVELS:
            for function in agencies_at(self.definitions, level):
                families = self.offered.get((function, level), ())
                core_here = sum(family.core for family in families)
                core += self.regions[level] * core_here
                rest += self.regions[level] * (len(families) - core_here)
        self.total = min(self.items, core + rest)
        # What people come for first is offered everywhere; the rest fills up what is wanted.
        self.core_share = min(self.items / core, 1.0) if core else 0.0
        left = max(self.items - core, 0)
        self.rest_share = min(left / rest, 1.0) if rest else 0.0
        self.core_wanted = min(self.items, core)
        self.rest_wanted = min(left, rest)

    def _of(self, body: Body) -> tuple[Family, ...]:
        return self.offered.get((body.department, body.level), ())

    def parts(self, bodies: Iterable[Body], size: int) -> Iterator[Part]:
        """Bodies with what they offer, `size` offerings and some at a time."""
        part: Part = []
        filled = 0
        chosen = {True: 0, False: 0}
        seen = {True: 0, False: 0}
        for body in bodies:
            families = []
            for family in self._spread(body):
                kind = family.core
                seen[kind] += 1
                share = self.core_share if kind else self.rest_share
                wanted = self.core_wanted if kind else self.rest_wanted
                # As even as rounding allows, and exactly as many in the end.
                if chosen[kind] < min(int(seen[kind] * share + 1e-6) + (share == 1.0), wanted):
                    chosen[kind] += 1
                    families.append(family)
            if families:
                part.append((body, families))
                filled += len(families)
            if filled >= size:
                yield part
                part, filled = [], 0
        if part:
            yield part

    def _spread(self, body: Body) -> list[Family]:
        """Its families in an order of its own, so that agencies leave out different ones."""
        if self.rest_share == 1.0 and self.core_share == 1.0:
            return list(self._of(body))
        mark = f"{self.seed} {body.code} ".encode()
        return sorted(
            self._of(body),
            key=lambda one: blake2b(mark + one.code.encode(), digest_size=8).digest(),
        )
