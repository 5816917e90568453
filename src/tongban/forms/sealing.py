"""Identity numbers among answers are sealed at rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tongban.forms.answers import Answers
from tongban.forms.definition import FieldDefinition, FormDefinition, Kind
from tongban.kernel import sealed

_CONTEXT = "answer"


def seal_answers(definition: FormDefinition, answers: Mapping[str, Any]) -> Answers:
    """A copy to store: identity numbers (in groups too) sealed as {"sealed": text}."""
    return _each(definition, answers, _seal)


def unseal_answers(definition: FormDefinition, stored: Mapping[str, Any]) -> Answers:
    """A copy to work with. Raises kernel.sealed.CannotOpen."""
    return _each(definition, stored, _unseal)


def mask(number: str) -> str:
    """An identity number for display: its first three and last four characters."""
    if len(number) < 8:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def _seal(answer: Any) -> Any:
    return {"sealed": sealed.seal(answer, _CONTEXT)} if isinstance(answer, str) else answer


def _unseal(answer: Any) -> Any:
    if isinstance(answer, Mapping) and isinstance(answer.get("sealed"), str):
        return sealed.unseal(answer["sealed"], _CONTEXT)
    return answer


def _each(
    definition: FormDefinition, answers: Mapping[str, Any], change: Callable[[Any], Any]
) -> Answers:
    changed: Answers = dict(answers)
    for step in definition.steps:
        for field in step.fields:
            if field.key not in changed:
                continue
            if field.kind is Kind.ID_NUMBER:
                changed[field.key] = change(changed[field.key])
            elif field.kind is Kind.GROUP and isinstance(changed[field.key], list):
                changed[field.key] = [_row(field, row, change) for row in changed[field.key]]
    return changed


def _row(group: FieldDefinition, row: Any, change: Callable[[Any], Any]) -> Any:
    if not isinstance(row, Mapping):
        return row
    secret = {field.key for field in group.fields if field.kind is Kind.ID_NUMBER}
    return {key: change(answer) if key in secret else answer for key, answer in row.items()}
