"""What a form is: steps of fields, as data that an editor can read.

Conditions, computed values and checks are expressions over answers (`expressions.py`): a small,
safe subset of Python's syntax, such as `married == 'yes' and sum(items.amount) > 1000`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Text = dict[str, str]
Expression = str


class Kind(StrEnum):
    """Kinds of field. Each has one shape of answer, given here after the dash."""

    TEXT = "text"  # - string, one line
    LONG_TEXT = "long_text"  # - string, several lines
    INTEGER = "integer"  # - integer
    NUMBER = "number"  # - number as a decimal string, "12.5"
    MONEY = "money"  # - yuan as a decimal string with two places, "1234.50"
    DATE = "date"  # - "2026-11-22"
    YES_NO = "yes_no"  # - "yes" or "no"
    CHOICE = "choice"  # - one option's value
    CHOICES = "choices"  # - list of options' values
    REGION = "region"  # - region code
    ADDRESS = "address"  # - {"region": code, "street": string}
    ID_NUMBER = "id_number"  # - citizen's identity number, GB 11643, sealed at rest
    CREDIT_CODE = "credit_code"  # - unified social credit code, GB 32100
    PHONE = "phone"  # - mainland mobile or landline with area code
    EMAIL = "email"  # - string
    FILE = "file"  # - list of stored files' ids
    GROUP = "group"  # - list of objects: a repeating group of `fields`
    COMPUTED = "computed"  # - what `formula` gives; shown, never typed
    DECLARATION = "declaration"  # - "yes": a statement the applicant must tick


class Prefill(StrEnum):
    """What the platform already knows and need not ask twice."""

    PERSON_NAME = "person.name"
    PERSON_ID_NUMBER = "person.id_number"
    PERSON_PHONE = "person.phone"
    PERSON_EMAIL = "person.email"
    PERSON_BIRTH_DATE = "person.birth_date"
    PERSON_REGION = "person.region"
    PERSON_ADDRESS = "person.address"
    FIRM_NAME = "firm.name"
    FIRM_CREDIT_CODE = "firm.credit_code"
    FIRM_REPRESENTATIVE = "firm.representative"
    FIRM_ADDRESS = "firm.address"


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
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise ValueError(f"used twice: {', '.join(sorted(twice))}")
        unknown = {check.field for check in self.checks} - set(keys)
        if unknown:
            raise ValueError(f"checks name unknown fields: {', '.join(sorted(unknown))}")
        return self

    def field(self, key: str) -> FieldDefinition | None:
        """The field with that key, on any step."""
        for step in self.steps:
            for field in step.fields:
                if field.key == key:
                    return field
        return None
