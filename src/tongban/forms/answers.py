"""Answers: from what was posted to typed values, and whether they may stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tongban.forms.definition import FormDefinition

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.functional import _StrPromise

# By field key; each value in the shape that `definition.Kind` gives. JSON.
Answers: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class FieldError:
    """One fault, at one field. `message` says what to do; `summary` also names the question."""

    path: tuple[str | int, ...]  # ("members", 0, "name")
    message: str | _StrPromise
    step: str
    label: str

    @property
    def id(self) -> str:
        """The HTML id of the control, for the error summary's link."""
        raise NotImplementedError


@dataclass(frozen=True)
class StepResult:
    """What a POST of one step came to. Store `answers` in any case: nothing valid is lost.

    `stays`: the person pressed "add another", "remove", "upload" or "choose", or an answer opened
    further questions: show the step again, without calling anything wrong.
    """

    answers: Answers  # all answers of the draft, with this step's
    errors: tuple[FieldError, ...] = ()
    stays: bool = False
    typed: Mapping[str, Any] = field(default_factory=dict)  # as typed, for showing again
    revealed: tuple[str, ...] = ()
    focus: str = ""  # HTML id to scroll to when it stays


def parse_step(
    definition: FormDefinition,
    step_key: str,
    data: QueryDict,
    uploads: MultiValueDict[str, UploadedFile],
    answers: Answers,
    *,
    owner_id: int,
    on: date | None = None,
) -> StepResult:
    """Read a step's POST. New files are stored for `owner_id`; refused ones are errors."""
    raise NotImplementedError


def check_step(
    definition: FormDefinition, step_key: str, answers: Answers, *, on: date | None = None
) -> list[FieldError]:
    """The faults of one step's answers (checks between answers at its fields included)."""
    raise NotImplementedError


def check_all(
    definition: FormDefinition,
    answers: Answers,
    *,
    on: date | None = None,
    known_files: Collection[str] | None = None,
) -> list[FieldError]:
    """All faults, in the order of the form. `known_files`: ids that the applicant may use."""
    raise NotImplementedError


def relevant(definition: FormDefinition, answers: Answers, *, on: date | None = None) -> Answers:
    """The answers to questions that are asked; the rest (and unknown keys) dropped."""
    raise NotImplementedError


def complete(definition: FormDefinition, answers: Answers, *, on: date | None = None) -> Answers:
    """`relevant`, with computed values put in: what a case keeps."""
    raise NotImplementedError


def file_ids(definition: FormDefinition, answers: Answers) -> list[str]:
    """The ids of all stored files among the answers."""
    raise NotImplementedError


def materials(definition: FormDefinition, answers: Answers) -> dict[str, list[str]]:
    """Stored files' ids by the key of the guide's material that they supply."""
    raise NotImplementedError
