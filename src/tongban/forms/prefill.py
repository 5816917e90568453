"""What the platform knows is not asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongban.forms.answers import Answers
from tongban.forms.definition import FormDefinition, Prefill


@dataclass(frozen=True)
class Prefilled:
    """First answers of a draft, and which of them came from where (by field key)."""

    answers: Answers
    sources: dict[str, Prefill]


def prefilled(definition: FormDefinition, known: Mapping[str, Any]) -> Prefilled:
    """First answers from `known` (by Prefill value, in the answer's shape); unfit ones left out."""
    raise NotImplementedError
