"""What a check found. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "hint")


@dataclass(frozen=True)
class Found:
    """One thing a rule found. `facts` fill in the rule's words."""

    rule: str
    severity: Severity
    place: str = ""  # path in the guide, "materials.2.name"; "" for the whole
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class FindingView:
    """A finding in words, in both languages: what is wrong, where, and how to mend it."""

    rule: str
    severity: Severity
    place: str
    title: Mapping[str, str]  # the rule in a few words
    wrong: Mapping[str, str]
    where: Mapping[str, str]
    mend: Mapping[str, str]
