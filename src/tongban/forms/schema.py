"""JSON Schema 2020-12, derived from a definition."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from tongban.forms.answers import FieldError
from tongban.forms.definition import FormDefinition


def json_schema(definition: FormDefinition, *, title: str = "") -> dict[str, Any]:
    """The schema of complete answers."""
    raise NotImplementedError


def check_submission(
    definition: FormDefinition,
    answers: object,
    *,
    on: date | None = None,
    known_files: Collection[str] | None = None,
) -> list[FieldError]:
    """The faults of answers that came as JSON: shapes by the schema first, then `check_all`."""
    raise NotImplementedError
