"""Answers as people read them: before sending, on a case's page, in mails and exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from tongban.forms.answers import Answers
from tongban.forms.definition import FormDefinition


@dataclass(frozen=True)
class Row:
    """One question and its answer; `parts` instead of `value` for each entry of a group."""

    key: str
    label: str
    value: str
    parts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    href: str = ""  # where to change it
    files: tuple[tuple[str, str], ...] = ()  # (id, name) of uploaded files


@dataclass(frozen=True)
class Section:
    """The rows of one step."""

    key: str
    title: str
    rows: tuple[Row, ...]
    href: str = ""


def review_sections(
    definition: FormDefinition,
    answers: Answers,
    *,
    language: str | None = None,
    change_url: Callable[[str], str] | None = None,
    masked: bool = True,
    on: date | None = None,
) -> list[Section]:
    """All asked questions with their answers. `change_url(step_key)` gives the change links."""
    raise NotImplementedError


def render_review(
    sections: Sequence[Section], *, file_url: Callable[[str], str] | None = None
) -> SafeString:
    """The sections as summary lists. `file_url(id)` makes files' names links."""
    raise NotImplementedError


def readable(
    definition: FormDefinition,
    answers: Answers,
    *,
    language: str | None = None,
    masked: bool = True,
    on: date | None = None,
) -> list[tuple[str, str]]:
    """Flat (question, answer) pairs of plain text, for mails and exports."""
    raise NotImplementedError
