"""What the components of a page are given. Sites build these; templates draw them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from django.utils.functional import Promise

# Words for a reader: plain, or lazily translated.
Text: TypeAlias = str | Promise

Tone = Literal["neutral", "progress", "waiting", "action", "done", "refused", "late"]
StepState = Literal["done", "now", "next"]


@dataclass(frozen=True)
class Row:
    """A line of a summary list; `href` leads to changing it, `action` is that link's word."""

    key: Text
    value: Text
    href: str = ""
    action: Text = ""
    note: Text = ""


@dataclass(frozen=True)
class Fact:
    """An answer box of a guide: "How long?" – "5 working days"."""

    question: Text
    answer: Text
    note: Text = ""


@dataclass(frozen=True)
class Task:
    """A line of a task list. Without `href` it cannot be started yet."""

    title: Text
    href: str = ""
    status: Text = ""
    tone: Tone = "neutral"
    hint: Text = ""


@dataclass(frozen=True)
class Step:
    """One step of a way through; `when` is a date or words."""

    title: Text
    text: Text = ""
    state: StepState = "next"
    when: date | datetime | Text | None = None


@dataclass(frozen=True)
class Entry:
    """Something that happened, for a timeline."""

    title: Text
    at: datetime
    text: Text = ""
    by: Text = ""
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Bar:
    """One value of a chart, with the words beside it."""

    label: Text
    value: float
    note: Text = ""
