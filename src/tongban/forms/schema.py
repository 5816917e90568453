"""JSON Schema 2020-12, derived from a definition: what the open interface publishes.

Conditions cannot be told in a schema that people can read, so conditional questions are optional
there, with their condition in `x-tongban-when`; `check_all` knows better.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema_rs
from django.utils.translation import gettext_lazy as _

from tongban.forms import values
from tongban.forms.answers import FieldError, check_all
from tongban.forms.definition import FieldDefinition, FormDefinition, Kind
from tongban.kernel.localized import pick

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_AMOUNT = {"type": "string", "pattern": r"^-?\d{1,15}(\.\d{1,2})?$"}
_SHAPES: dict[Kind, dict[str, Any]] = {
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "string", "pattern": r"^-?\d{1,15}(\.\d{1,6})?$"},
    Kind.MONEY: _AMOUNT,
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.YES_NO: {"enum": ["yes", "no"]},
    Kind.DECLARATION: {"const": "yes"},
    Kind.ID_NUMBER: {"type": "string", "pattern": r"^\d{17}[\dX]$"},
    Kind.CREDIT_CODE: {"type": "string", "pattern": "^[0-9A-HJ-NPQRTUWXY]{18}$"},
    Kind.EMAIL: {"type": "string", "format": "email"},
    Kind.ADDRESS: {
        "type": "object",
        "properties": {
            "region": {"type": "string", "minLength": 1},
            "street": {"type": "string", "minLength": 1, "maxLength": values.TEXT_LENGTH},
        },
        "required": ["region", "street"],
        "additionalProperties": False,
    },
    Kind.COMPUTED: {"type": "string", "readOnly": True},
}


def json_schema(definition: FormDefinition, *, title: str = "") -> dict[str, Any]:
    """The schema of complete answers, with titles in Chinese and all languages beside them."""
    schema: dict[str, Any] = {"$schema": DIALECT}
    if title:
        schema["title"] = title
    always: list[FieldDefinition] = []
    properties: dict[str, Any] = {}
    for step in definition.steps:
        if step.when is None:
            always += step.fields
        for field in step.fields:
            properties[field.key] = _property(field)
            if step.when is not None:
                properties[field.key]["x-tongban-step-when"] = step.when
    schema |= {"type": "object", "properties": properties, "required": _required(always)}
    schema["additionalProperties"] = False
    schema["x-tongban-steps"] = [
        {"key": step.key, "title": step.title, "fields": [field.key for field in step.fields]}
        for step in definition.steps
    ]
    return schema


def _required(fields: Iterable[FieldDefinition]) -> list[str]:
    return [
        field.key
        for field in fields
        if field.required and field.when is None and field.kind is not Kind.COMPUTED
    ]


def _property(field: FieldDefinition) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": pick(field.label, "zh")}
    if field.hint:
        schema["description"] = pick(field.hint, "zh")
    schema |= _SHAPES.get(field.kind) or _shape(field)
    schema["x-tongban-kind"] = field.kind.value
    schema["x-tongban-label"] = field.label
    hints = {
        "when": field.when,
        "formula": field.formula,
        "unit": field.unit,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "prefill": field.prefill.value if field.prefill else None,
        "material": field.material,
    }
    schema |= {f"x-tongban-{name}": hint for name, hint in hints.items() if hint}
    if field.kind is Kind.INTEGER:
        if field.minimum is not None:
            schema["minimum"] = int(Decimal(field.minimum))
        if field.maximum is not None:
            schema["maximum"] = int(Decimal(field.maximum))
    return schema


def _shape(field: FieldDefinition) -> dict[str, Any]:
    """The shape of kinds whose shape depends on the field."""
    if field.kind is Kind.CHOICE:
        return {"oneOf": _options(field)}
    if field.kind is Kind.CHOICES:
        return {"type": "array", "items": {"oneOf": _options(field)}, "uniqueItems": True}
    if field.kind is Kind.FILE:
        return {
            "type": "array",
            "items": {"type": "string", "format": "uuid"},
            "uniqueItems": True,
            "maxItems": field.max_files,
        }
    if field.kind is Kind.GROUP:
        return {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {part.key: _property(part) for part in field.fields},
                "required": _required(field.fields),
                "additionalProperties": False,
            },
            "minItems": field.min_items if field.required else 0,
            "maxItems": field.max_items,
        }
    longest = values.LONG_TEXT_LENGTH if field.kind is Kind.LONG_TEXT else values.TEXT_LENGTH
    text: dict[str, Any] = {"type": "string", "maxLength": field.max_length or longest}
    text["minLength"] = field.min_length or 1
    if field.pattern and field.kind in (Kind.TEXT, Kind.LONG_TEXT):
        text["pattern"] = f"^(?:{field.pattern})$"
    return text


def _options(field: FieldDefinition) -> list[dict[str, Any]]:
    return [
        {"const": option.value, "title": pick(option.label, "zh"), "x-tongban-label": option.label}
        for option in field.options
    ]


def check_submission(
    definition: FormDefinition,
    answers: object,
    *,
    on: date | None = None,
    known_files: Collection[str] | None = None,
) -> list[FieldError]:
    """The faults of answers that came as JSON: `check_all`, and what only the schema sees."""
    if not isinstance(answers, Mapping):
        return [FieldError((), _("Answers are an object with a member for each question."))]
    found = check_all(definition, answers, on=on, known_files=known_files)
    told = {error.path[0] for error in found if error.path}
    asked_for = {field.key for step in definition.steps for field in step.fields}
    found += [
        FieldError((key,), _("There is no such question in this form."))
        for key in answers
        if key not in asked_for
    ]
    told |= answers.keys() - asked_for
    validator = jsonschema_rs.Draft202012Validator(json_schema(definition), validate_formats=True)
    for error in validator.iter_errors(dict(answers)):
        path = tuple(error.instance_path)
        if path and path[0] not in told:
            field = definition.field(str(path[0]))
            label = pick(field.label) if field else ""
            message = _("This answer has the wrong form: %(fault)s") % {"fault": error.message}
            found.append(FieldError(path, message, label=label))
            told.add(path[0])
    return found
