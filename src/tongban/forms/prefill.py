"""What the platform knows is not asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongban.forms import values
from tongban.forms.answers import Answers
from tongban.forms.definition import FormDefinition, Kind, Prefill
from tongban.kernel import clock


@dataclass(frozen=True)
class Prefilled:
    """First answers of a draft, and which of them came from where (by field key)."""

    answers: Answers
    sources: dict[str, Prefill]


def prefilled(definition: FormDefinition, known: Mapping[str, Any]) -> Prefilled:
    """First answers from `known`: by Prefill value, each in its answer's shape.

    What does not fit its question (an incomplete address, a number that fails its check) is left
    out, so that a page never starts with an error the person did not make.
    """
    answers: Answers = {}
    sources: dict[str, Prefill] = {}
    for step in definition.steps:
        for field in step.fields:
            if field.prefill is None or field.kind in (Kind.GROUP, Kind.FILE, Kind.DECLARATION):
                continue
            answer = known.get(field.prefill)
            if values.is_missing(answer) or values.faults(field, answer, clock.today()):
                continue
            answers[field.key] = answer
            sources[field.key] = field.prefill
    return Prefilled(answers, sources)


def sources(
    definition: FormDefinition, answers: Mapping[str, Any], known: Mapping[str, Any]
) -> dict[str, Prefill]:
    """Which answers still are what the platform knows, for the page to say so."""
    filled = prefilled(definition, known)
    return {
        key: source
        for key, source in filled.sources.items()
        if answers.get(key) == filled.answers[key]
    }
