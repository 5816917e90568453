"""What a guide says: one document, versioned whole.

Elements after GB/T 39554.2-2020 and the eight guide classes of the 2015 census of government
websites (name, basis, conditions, materials, place, hours, telephone, flow).
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Text = dict[str, str]
WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s<>\"\\]+$", max_length=2000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(_Strict):
    """Who may apply, or when: one condition a person can check about themselves."""

    text: Text
    basis: Text = {}  # the clause it rests on
    question: Text = {}  # the same as a plain question: "yes" means it is met
    if_not: Text = {}  # what to do who must say no


class Material(_Strict):
    """One document the applicant hands in (申请材料)."""

    key: Key
    name: Text
    original: Literal["original", "copy", "either"] = "either"
    medium: Literal["paper", "electronic", "either"] = "electronic"
    copies: int = 1
    necessity: Literal["required", "conditional", "tolerated"] = "required"  # 必要/非必要/容缺后补
    condition: Text = {}  # when a conditional material is needed
    source: Literal["applicant", "government", "other"] = "applicant"
    issuer: Text = {}
    notes: Text = {}  # filling notes, or what officers check
    is_form: bool = False  # this material is the online form itself
    blank: Text = {}  # text of the blank form; lines; ____ where to write
    sample: Text = {}  # the same, filled in for a fictional person

    @model_validator(mode="after")
    def _conditional_says_when(self) -> Material:
        if self.necessity == "conditional" and not self.condition:
            raise ValueError(f"{self.key}: a conditional material says when it is needed")
        return self


class Basis(_Strict):
    """Legal basis (设定依据)."""

    title: Text
    article: Text = {}
    says: Text  # what it provides, in our own words
    url: str = ""


class LimitUnit(StrEnum):
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


class Limits(_Strict):
    """How long it may take. Days run from the day after acceptance."""

    statutory: int | None = None  # 法定时限
    promised: int | None = None  # 承诺时限; 0 = while you wait (即办件)
    unit: LimitUnit = LimitUnit.WORKING_DAYS
    acceptance: int = 5  # working days to accept, refuse or ask for a supplement (行政许可法 §32)
    note: Text = {}

    @property
    def binding(self) -> int | None:
        """The limit a case is held to: the promised one, else the statutory one."""
        return self.promised if self.promised is not None else self.statutory


class Fee(_Strict):
    """One fee. Amount in yuan."""

    name: Text
    amount: Decimal
    per: Text = {}  # {"zh": "本", "en": "booklet"}
    basis: Text
    waiver: Text = {}


class ProcessStep(_Strict):
    """One step of the flow as the applicant sees it."""

    name: Text
    text: Text
    days: int | None = None


class Result(_Strict):
    """What the applicant gets (结果)."""

    name: Text
    kind: Literal["certificate", "document", "decision", "record"]
    delivery: tuple[Literal["online", "pick_up", "courier"], ...]
    validity: Text = {}
    sample: Text = {}  # specimen text; lines


class Question(_Strict):
    question: Text
    answer: Text


class Window(_Strict):
    """Where to go: a centre of the directory, by its code, and the window there."""

    centre: str
    window: Text = {}


class Guide(_Strict):
    """A whole guide (办事指南)."""

    summary: Text  # one plain sentence: what this gets you
    conditions: tuple[Condition, ...] = ()
    materials: tuple[Material, ...] = ()
    basis: tuple[Basis, ...] = ()
    limits: Limits = Limits()
    fees: tuple[Fee, ...] = ()
    steps: tuple[ProcessStep, ...] = ()
    result: Result | None = None
    faq: tuple[Question, ...] = ()
    windows: tuple[Window, ...] = ()
    place: Text = {}  # where to go, in words, if no window of the directory is named
    visits: int | None = 0
    visits_reason: Text = {}
    online: bool = True  # can be applied for here, if a form is attached
    website: dict[str, WebAddress] = {}  # the agency's own page for it, by language
    silence: Literal["nothing", "approval", "refusal"] = "nothing"
    consult_phone: str = ""
    complaint_phone: str = ""
    remedies: Text = {}
    notes: Text = {}
    extra: dict[str, str] = {}  # fields of a source that have no place above, kept as they came

    @model_validator(mode="after")
    def _keys_are_unique(self) -> Guide:
        keys = [material.key for material in self.materials]
        if len(set(keys)) < len(keys):
            raise ValueError("two materials have the same key")
        return self
