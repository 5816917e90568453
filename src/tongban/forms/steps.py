"""The way through a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongban.forms.answers import check_all, situation
from tongban.forms.definition import FormDefinition, Step


@dataclass(frozen=True)
class Progress:
    """Step `number` of `total`. The total may change as answers open or close steps."""

    number: int
    total: int


def asked_steps(
    definition: FormDefinition, answers: Mapping[str, Any], *, on: date | None = None
) -> list[Step]:
    """The steps that are asked: their condition holds, and a question of theirs is asked."""
    now = situation(definition, answers, on)
    return [
        step
        for step in definition.steps
        if now.step_asked(step.key)
        and any(
            now.asked(field.key) or now.rules.needs_within_step(field.key) for field in step.fields
        )
    ]


def next_step(
    definition: FormDefinition,
    step_key: str,
    answers: Mapping[str, Any],
    *,
    on: date | None = None,
) -> Step | None:
    """The asked step after this one; None: go to the review. Raises KeyError for unknown keys."""
    place = _place(definition, step_key)
    steps = asked_steps(definition, answers, on=on)
    return next((step for step in steps if _place(definition, step.key) > place), None)


def previous_step(
    definition: FormDefinition,
    step_key: str,
    answers: Mapping[str, Any],
    *,
    on: date | None = None,
) -> Step | None:
    """The asked step before this one; None at the first. Raises KeyError for unknown keys."""
    place = _place(definition, step_key)
    steps = reversed(asked_steps(definition, answers, on=on))
    return next((step for step in steps if _place(definition, step.key) < place), None)


def _place(definition: FormDefinition, step_key: str) -> int:
    return definition.steps.index(definition.step(step_key))


def first_unfinished(
    definition: FormDefinition, answers: Mapping[str, Any], *, on: date | None = None
) -> Step | None:
    """Where to resume: the first asked step with something missing or wrong; None: all done."""
    finished = finished_steps(definition, answers, on=on)
    steps = asked_steps(definition, answers, on=on)
    return next((step for step in steps if step.key not in finished), None)


def finished_steps(
    definition: FormDefinition, answers: Mapping[str, Any], *, on: date | None = None
) -> set[str]:
    """Keys of the asked steps that have no faults."""
    faulty = {error.step for error in check_all(definition, answers, on=on)}
    return {step.key for step in asked_steps(definition, answers, on=on)} - faulty


def progress(
    definition: FormDefinition,
    step_key: str,
    answers: Mapping[str, Any],
    *,
    on: date | None = None,
) -> Progress:
    """Where this step stands among the asked ones. Raises KeyError for a step not asked."""
    keys = [step.key for step in asked_steps(definition, answers, on=on)]
    if step_key not in keys:
        raise KeyError(step_key)
    return Progress(keys.index(step_key) + 1, len(keys))
