"""Answers of a form: which count, what is wrong with them, what follows from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.translation import gettext_lazy as _

from tongban.forms import places, values
from tongban.forms.definition import FieldDefinition, FormDefinition, Kind, Step
from tongban.forms.rules import RowSituation, Situation, as_answer
from tongban.kernel import clock
from tongban.kernel.localized import pick

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# By field key; each value in the shape that `kinds.Kind` gives. JSON.
Answers: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class FieldError:
    """One fault, at one field. `message` says what to do; `summary` also names the question."""

    path: tuple[str | int, ...]  # ("members", 0, "name"), ("home", "street")
    message: str | _StrPromise
    step: str = ""
    label: str = ""

    @property
    def id(self) -> str:
        """The HTML id of the control, for the error summary's link."""
        return html_id(*self.path)

    @property
    def summary(self) -> str | _StrPromise:
        """The message with the question it concerns."""
        return values.summary(self.label, self.message)


def html_id(*path: str | int) -> str:
    """The HTML id of the control at that path; also "f-" and the control's name."""
    return "f-" + "-".join(map(str, path))


def situation(
    definition: FormDefinition, answers: Mapping[str, Any], on: date | None = None
) -> Situation:
    """The answers under the form's rules, on a day (default: today)."""
    return Situation(definition.rules, answers, on or clock.today())


def check_all(
    definition: FormDefinition,
    answers: Mapping[str, Any],
    *,
    on: date | None = None,
    known_files: Collection[str] | None = None,
) -> list[FieldError]:
    """All faults, in the order of the form. `known_files`: ids that the applicant may use."""
    now = situation(definition, answers, on)
    found = [
        error
        for step in definition.steps
        if now.step_asked(step.key)
        for field in step.fields
        for error in field_errors(now, step, field, known_files)
    ]
    found += unknown_regions(definition, now, definition.steps)
    return found + check_errors(definition, now, definition.steps, found)


def check_step(
    definition: FormDefinition,
    step_key: str,
    answers: Mapping[str, Any],
    *,
    on: date | None = None,
) -> list[FieldError]:
    """The faults of one step's answers, checks between answers at its fields included."""
    now = situation(definition, answers, on)
    step = definition.step(step_key)
    if not now.step_asked(step_key):
        return []
    found = [error for field in step.fields for error in field_errors(now, step, field)]
    found += unknown_regions(definition, now, [step])
    return found + check_errors(definition, now, [step], found)


def field_errors(
    now: Situation,
    step: Step,
    field: FieldDefinition,
    known_files: Collection[str] | None = None,
) -> Iterator[FieldError]:
    """What is wrong at one field of the form, its rows included; nothing if it is not asked."""
    if field.kind is Kind.COMPUTED or not now.asked(field.key):
        return
    answer = now.answers.get(field.key)
    found = list(_faults(field, answer, now.today))
    is_checked = field.kind is Kind.FILE and known_files is not None and not found
    if is_checked and not set(answer or ()) <= set(known_files or ()):
        found.append(((), _("A file is missing here. Upload it again.")))
    for path, message in found:
        yield FieldError((field.key, *path), message, step.key, pick(field.label))
    if field.kind is Kind.GROUP and isinstance(answer, list):
        for index, row in enumerate(now.rows(field.key)[: field.max_items]):
            yield from _row_errors(row, step, field, index)


def _row_errors(
    row: RowSituation, step: Step, group: FieldDefinition, index: int
) -> Iterator[FieldError]:
    for field in group.fields:
        if field.kind is Kind.COMPUTED or not row.asked(field.key):
            continue
        label = f"{row_name(group, index)} – {pick(field.label)}"
        for path, message in _faults(field, row.answers.get(field.key), row.outer.today):
            yield FieldError((group.key, index, field.key, *path), message, step.key, label)


def row_name(group: FieldDefinition, index: int, language: str | None = None) -> str:
    """What one entry of a group is called: "Family member 2"."""
    return f"{pick(group.item_name or group.label, language)} {index + 1}"


def _faults(field: FieldDefinition, answer: Any, today: date) -> Iterable[values.Fault]:
    if values.is_missing(answer):
        return [values.missing(field)] if field.required else []
    return values.faults(field, answer, today)


def unknown_regions(
    definition: FormDefinition, now: Situation, steps: Iterable[Step]
) -> list[FieldError]:
    """Regions that do not exist or are too wide. One query mostly, none without regions."""
    named: list[tuple[tuple[str | int, ...], str, Step, FieldDefinition]] = []
    for step in steps:
        for field in step.fields:
            for path, leaf, answer in leaves(now, field):
                region = answer.get("region") if isinstance(answer, dict) else answer
                if leaf.kind in (Kind.REGION, Kind.ADDRESS) and region and isinstance(region, str):
                    inner = ("region",) if leaf.kind is Kind.ADDRESS else ()
                    named.append(((*path, *inner), region, step, leaf))
    unfinished = places.unfinished({code for _path, code, _step, _field in named})
    return [
        FieldError(path, values.COUNTY, step.key, pick(field.label))
        for path, code, step, field in named
        if code in unfinished
    ]


def leaves(
    now: Situation, field: FieldDefinition
) -> Iterator[tuple[tuple[str | int, ...], FieldDefinition, Any]]:
    """(path, field, answer) of a field that is asked, or of the fields of a group's rows."""
    if not now.asked(field.key):
        return
    if field.kind is not Kind.GROUP:
        yield (field.key,), field, now.answers.get(field.key)
        return
    for index, row in enumerate(now.rows(field.key)):
        for part in field.fields:
            if row.asked(part.key):
                yield (field.key, index, part.key), part, row.answers.get(part.key)


def check_errors(
    definition: FormDefinition,
    now: Situation,
    steps: Iterable[Step],
    errors: Iterable[FieldError],
) -> list[FieldError]:
    """Broken rules between answers. One is not applied where an answer it needs is wrong."""
    wrong = {error.path[0] for error in errors}
    shown = {field.key: step for step in steps for field in step.fields}
    found: list[FieldError] = []
    for check, rule in definition.rules.checks:
        step = shown.get(check.field)
        if step is None or not now.asked(check.field):
            continue
        if wrong & {check.field, *rule.names}:
            continue
        if rule.is_broken(now.value, today=now.today):
            field = definition.rules.fields.fields[check.field]
            found.append(
                FieldError((check.field,), pick(check.message), step.key, pick(field.label))
            )
    return found


def relevant(
    definition: FormDefinition, answers: Mapping[str, Any], *, on: date | None = None
) -> Answers:
    """The answers to questions that are asked; the rest (and unknown keys) dropped."""
    return _kept(definition, situation(definition, answers, on), with_computed=False)


def complete(
    definition: FormDefinition, answers: Mapping[str, Any], *, on: date | None = None
) -> Answers:
    """`relevant`, with computed values put in: what a case keeps."""
    return _kept(definition, situation(definition, answers, on), with_computed=True)


def _kept(definition: FormDefinition, now: Situation, *, with_computed: bool) -> Answers:
    kept: Answers = {}
    for step in definition.steps:
        for field in step.fields:
            if not now.asked(field.key):
                continue
            answer = now.answers.get(field.key)
            if field.kind is Kind.GROUP:
                answer = [_kept_row(row, with_computed) for row in now.rows(field.key)]
            elif field.kind is Kind.COMPUTED:
                answer = as_answer(now.value(field.key)) if with_computed else None
            if not values.is_missing(answer):
                kept[field.key] = answer
    return kept


def _kept_row(row: RowSituation, with_computed: bool) -> Answers:
    kept: Answers = {}
    for key, field in row.conditions.fields.items():
        if not row.asked(key):
            continue
        answer = row.answers.get(key)
        if field.kind is Kind.COMPUTED:
            answer = as_answer(row.value(key)) if with_computed else None
        if not values.is_missing(answer):
            kept[key] = answer
    return kept


def file_ids(definition: FormDefinition, answers: Mapping[str, Any]) -> list[str]:
    """The ids of all stored files among the answers, asked for now or not."""
    return [
        file
        for step in definition.steps
        for field in step.fields
        if field.kind is Kind.FILE
        for file in answers.get(field.key) or ()
    ]


def materials(
    definition: FormDefinition, answers: Mapping[str, Any], *, on: date | None = None
) -> dict[str, list[str]]:
    """Stored files' ids by the key of the guide's material that they supply."""
    found: dict[str, list[str]] = {}
    now = situation(definition, answers, on)
    for step in definition.steps:
        for field in step.fields:
            if field.material and now.asked(field.key):
                found.setdefault(field.material, []).extend(answers.get(field.key) or ())
    return found
