"""What a form is: steps of fields, as data that an editor can read.

Conditions, computed values and checks are expressions over answers (`expressions.py`): a small,
safe subset of Python's syntax, such as `married == 'yes' and sum(items.amount) > 1000`.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tongban.forms import bounds
from tongban.forms.kinds import Kind, Prefill
from tongban.forms.rules import Rules

__all__ = ["Check", "FieldDefinition", "FormDefinition", "Kind", "Option", "Prefill", "Step"]

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Text = dict[str, str]
Expression = str


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Strict):
    """One choice of a choice field."""

    value: Key
    label: Text
    hint: Text = {}


class FieldDefinition(_Strict):
    """One question."""

    key: Key
    kind: Kind
    label: Text
    hint: Text = {}
    required: bool = True
    when: Expression | None = None  # asked only if true
    options: tuple[Option, ...] = ()
    prefill: Prefill | None = None
    formula: Expression | None = None
    unit: Text = {}  # shown behind a number: {"zh": "平方米", "en": "m²"}
    minimum: str | None = None  # numbers, money, dates ("2026-01-01", "today", "today-18y")
    maximum: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None  # regular expression the whole text must match
    pattern_message: Text = {}
    material: Key | None = None  # file fields: which material of the guide this supplies
    accept: tuple[Literal["pdf", "jpg", "png"], ...] = ("pdf", "jpg", "png")
    max_files: int = 5
    max_megabytes: int = 10
    fields: tuple[FieldDefinition, ...] = ()  # groups
    item_name: Text = {}  # groups: {"zh": "家庭成员", "en": "Family member"}
    min_items: int = 1
    max_items: int = 20

    @model_validator(mode="after")
    def _parts_fit_the_kind(self) -> FieldDefinition:
        wanted = {
            Kind.CHOICE: "options",
            Kind.CHOICES: "options",
            Kind.GROUP: "fields",
            Kind.COMPUTED: "formula",
        }
        for kind, part in wanted.items():
            if (self.kind is kind) and not getattr(self, part):
                raise ValueError(f"{self.key}: a {kind.value} field needs {part}")
        if self.options and self.kind not in (Kind.CHOICE, Kind.CHOICES):
            raise ValueError(f"{self.key}: only choice and choices have options")
        if self.fields and self.kind is not Kind.GROUP:
            raise ValueError(f"{self.key}: only a group has fields")
        if any(field.kind in (Kind.GROUP, Kind.FILE) for field in self.fields):
            raise ValueError(f"{self.key}: a group holds no groups and no files")
        _refuse_twice([field.key for field in self.fields], f"{self.key}: ")
        _refuse_twice([option.value for option in self.options], f"{self.key}: ")
        if self.min_items > self.max_items:
            raise ValueError(f"{self.key}: min_items is more than max_items")
        return self

    @model_validator(mode="after")
    def _bounds_can_be_read(self) -> FieldDefinition:
        for text in filter(None, (self.minimum, self.maximum)):
            if self.kind is Kind.DATE:
                bounds.day(text, date(2000, 1, 1))
            elif self.kind in (Kind.INTEGER, Kind.NUMBER, Kind.MONEY):
                bounds.number(text)
            else:
                raise ValueError(f"{self.key}: only numbers, money and dates have bounds")
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"{self.key}: pattern: {error}") from error
        return self


class Step(_Strict):
    """One page: one topic."""

    key: Key
    title: Text
    intro: Text = {}
    when: Expression | None = None
    fields: tuple[FieldDefinition, ...] = Field(min_length=1)


class Check(_Strict):
    """A rule between answers: `holds` must be true, else `message` at `field`.

    Not applied while an answer it needs is missing.
    """

    holds: Expression
    message: Text
    field: Key


class FormDefinition(_Strict):
    """A whole form. Field keys are unique over all steps."""

    steps: tuple[Step, ...] = Field(min_length=1)
    checks: tuple[Check, ...] = ()

    @model_validator(mode="after")
    def _keys_are_unique(self) -> FormDefinition:
        keys = [field.key for step in self.steps for field in step.fields]
        _refuse_twice(keys)
        _refuse_twice([step.key for step in self.steps], "steps: ")
        unknown = {check.field for check in self.checks} - set(keys)
        if unknown:
            raise ValueError(f"checks name unknown fields: {', '.join(sorted(unknown))}")
        return self

    @model_validator(mode="after")
    def _expressions_make_sense(self) -> FormDefinition:
        _ = self.rules  # compiling them finds their mistakes; BadExpression is a ValueError
        return self

    @cached_property
    def rules(self) -> Rules:
        """The form's expressions, compiled."""
        return Rules(self)

    def step(self, key: str) -> Step:
        """The step with that key. Raises KeyError."""
        return self.rules.steps[key]

    def field(self, key: str) -> FieldDefinition | None:
        """The field with that key, on any step."""
        return self.rules.fields.fields.get(key)


def _refuse_twice(keys: list[str], where: str = "") -> None:
    twice = {key for key, count in Counter(keys).items() if count > 1}
    if twice:
        raise ValueError(f"{where}used twice: {', '.join(sorted(twice))}")
