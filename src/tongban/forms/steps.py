"""The way through a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongban.forms.answers import Answers
from tongban.forms.definition import FormDefinition, Step


@dataclass(frozen=True)
class Progress:
    """Step `number` of `total`. The total may change as answers open or close steps."""

    number: int
    total: int


def asked_steps(
    definition: FormDefinition, answers: Answers, *, on: date | None = None
) -> list[Step]:
    """The steps that are asked, given the answers: those whose condition holds."""
    raise NotImplementedError


def next_step(
    definition: FormDefinition, step_key: str, answers: Answers, *, on: date | None = None
) -> Step | None:
    """The asked step after this one; None: go to the review."""
    raise NotImplementedError


def previous_step(
    definition: FormDefinition, step_key: str, answers: Answers, *, on: date | None = None
) -> Step | None:
    """The asked step before this one; None at the first."""
    raise NotImplementedError


def first_unfinished(
    definition: FormDefinition, answers: Answers, *, on: date | None = None
) -> Step | None:
    """Where to resume: the first asked step with something missing or wrong; None: all done."""
    raise NotImplementedError


def finished_steps(
    definition: FormDefinition, answers: Answers, *, on: date | None = None
) -> set[str]:
    """Keys of the asked steps that have no faults."""
    raise NotImplementedError


def progress(
    definition: FormDefinition, step_key: str, answers: Answers, *, on: date | None = None
) -> Progress:
    """Where this step stands among the asked ones. Raises KeyError for a step not asked."""
    raise NotImplementedError
