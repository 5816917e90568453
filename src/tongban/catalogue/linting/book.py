"""The book of rules: each has a key, a severity, where it comes from, and a function. Pure.

    @rule("promise_beyond_law", "error", "L17")
    def _(facts): ...yield place, {facts for the words}

`L1`–`L19` are the rules taken from practice (docs/howto/check-guides.md); others are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tongban.catalogue.linting.facts import GuideFacts
from tongban.catalogue.linting.findings import Severity

# A place ("" for the whole guide) and what the rule's words are filled in with.
Spot = tuple[str, Mapping[str, str | int]]
Check = Callable[[GuideFacts], Iterable[Spot]]


@dataclass(frozen=True)
class Rule:
    """One rule. `chinese` False: it holds for guides in any language."""

    key: str
    severity: Severity
    origin: str
    chinese: bool
    check: Check


RULES: dict[str, Rule] = {}


def rule(
    key: str, severity: Severity, origin: str = "", *, chinese: bool = False
) -> Callable[[Check], Check]:
    """Enter a function in the book."""

    def enter(check: Check) -> Check:
        assert key not in RULES, key
        RULES[key] = Rule(key, severity, origin, chinese, check)
        return check

    return enter
