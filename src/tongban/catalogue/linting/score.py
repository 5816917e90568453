"""A guide's score, from 100 down. Pure. Explained in docs/howto/check-guides.md."""

from __future__ import annotations

from collections.abc import Iterable

from tongban.catalogue.linting.findings import Found, Severity

BEST = 100
# What a rule costs once, however often it finds something in a guide.
COST: dict[Severity, int] = {"error": 20, "warning": 4, "hint": 1}
# The census of government websites (2015): each of the eight classes that is missing.
CENSUS_RULE, CENSUS_COST = "class_missing", 2


def score(found: Iterable[Found]) -> int:
    """0 to 100."""
    costs: dict[str, int] = {}
    for one in found:
        if one.rule == CENSUS_RULE:
            costs[one.rule] = costs.get(one.rule, 0) + CENSUS_COST
        else:
            costs[one.rule] = COST[one.severity]
    return max(BEST - sum(costs.values()), 0)
