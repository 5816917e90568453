"""Identity numbers among answers are sealed at rest."""

from __future__ import annotations

from tongban.forms.answers import Answers
from tongban.forms.definition import FormDefinition


def seal_answers(definition: FormDefinition, answers: Answers) -> Answers:
    """A copy to store: identity numbers (in groups too) sealed as {"sealed": text}."""
    raise NotImplementedError


def unseal_answers(definition: FormDefinition, stored: Answers) -> Answers:
    """A copy to work with. Raises kernel.sealed.CannotOpen."""
    raise NotImplementedError


def mask(number: str) -> str:
    """An identity number for display: first three and last four characters."""
    raise NotImplementedError
