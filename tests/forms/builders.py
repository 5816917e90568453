"""Short ways to write forms and posts in tests."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tongban.forms.api import Answers, FormDefinition, StepResult, parse_step


def text(words: str) -> dict[str, str]:
    return {"zh": f"{words}（中）", "en": words}


def field(key: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    given = {"key": key, "kind": kind, "label": text(key.capitalize()), **more}
    if "options" in given:
        given["options"] = [{"value": v, "label": text(v)} for v in given["options"]]
    return given


def form_of(*steps: list[dict[str, Any]], checks: tuple[Any, ...] = ()) -> FormDefinition:
    """A form with steps "one", "two", "three"."""
    names = ["one", "two", "three"]
    return FormDefinition.model_validate(
        {
            "steps": [
                {"key": name, "title": text(name), "fields": fields}
                for name, fields in zip(names, steps, strict=False)
            ],
            "checks": checks,
        }
    )


def post(
    definition: FormDefinition,
    data: dict[str, Any],
    *,
    step: str = "one",
    answers: Answers | None = None,
    uploads: dict[str, list[Any]] | None = None,
    owner_id: int = 1,
) -> StepResult:
    return parse_step(
        definition,
        step,
        QueryDict(urlencode(data, doseq=True)),
        MultiValueDict(uploads or {}),
        answers or {},
        owner_id=owner_id,
    )


def faults(result: StepResult) -> dict[str, str]:
    return {"-".join(map(str, error.path)): str(error.message) for error in result.errors}
