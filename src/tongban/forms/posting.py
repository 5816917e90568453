"""What a step's page sends back.

Names in the page: a question's key; `home-region`, `born-year` for questions of several boxes;
`members-0-name` within rows, with `members-rows` their number. Buttons: `_add=members`,
`_remove=members:2` or `_remove=photos:<file id>`, `_upload=photos`, `_choose=home-region` (show the
next level of regions). `_hidden` (repeated) names the questions that stood in the page without
being visible, because their condition did not hold yet.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.text import format_lazy

from tongban.forms import places, samples, values
from tongban.forms.answers import (
    Answers,
    FieldError,
    check_errors,
    field_errors,
    html_id,
    row_name,
    situation,
    unknown_regions,
)
from tongban.forms.definition import FieldDefinition, FormDefinition, Kind, Step
from tongban.forms.rules import RowSituation, Situation
from tongban.kernel import files
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


@dataclass(frozen=True)
class StepResult:
    """What a POST of one step came to. Store `answers` in any case: nothing valid is lost.

    `stays`: the person pressed "add another", "remove" or "upload", or an answer opened further
    questions (`revealed`): show the step again, without calling anything wrong.
    """

    answers: Answers  # all answers of the draft, with this step's
    errors: tuple[FieldError, ...] = ()
    stays: bool = False
    typed: Mapping[str, Any] = dataclasses.field(
        default_factory=dict
    )  # as typed, for showing again
    revealed: tuple[str, ...] = ()  # HTML ids of questions that are new on the page
    focus: str = ""  # HTML id of where the person is, when it stays


def parse_step(
    definition: FormDefinition,
    step_key: str,
    data: QueryDict,
    uploads: MultiValueDict[str, UploadedFile],
    answers: Answers,
    *,
    owner_id: int | None,
    on: date | None = None,
) -> StepResult:
    """Read a step's POST. New files are stored for `owner_id`; refused ones are errors.

    `owner_id` None: a rehearsal. Nothing is stored; files are names (see `samples`).
    """
    step = definition.step(step_key)
    post = _Post(definition, step, data, situation(definition, answers, on))
    post.press()
    file_errors = list(post.take_files(uploads, owner_id))
    post.understand()
    now = situation(definition, post.answers, on)
    revealed = tuple(html_id(*path) for path in _revealed(step, data, now))
    if post.pressed:
        return StepResult(post.answers, tuple(file_errors), True, post.typed, revealed, post.focus)
    errors = [*file_errors, *_errors(definition, step, now, post, set(revealed))]
    return StepResult(
        post.answers,
        tuple(errors),
        stays=bool(revealed) and not errors,
        typed=post.typed,
        revealed=revealed,
        focus=revealed[0] if revealed else "",
    )


def on_page(now: Situation, step: Step) -> list[FieldDefinition]:
    """The questions of a step's page: those asked, and those that its own answers may open."""
    return [
        field
        for field in step.fields
        if now.asked(field.key) or now.rules.needs_within_step(field.key)
    ]


class _Post:
    """One POST being read: `typed` as it came, `answers` as far as it is understood."""

    def __init__(
        self, definition: FormDefinition, step: Step, data: QueryDict, before: Situation
    ) -> None:
        self.step = step
        self.data = data
        self.fields = on_page(before, step)
        self.answers: Answers = dict(before.answers)
        self.faults: dict[tuple[str | int, ...], values.Message] = {}
        self.pressed = False
        self.focus = ""
        self.typed: dict[str, Any] = {
            field.key: self._rows(field) if field.kind is Kind.GROUP else self._typed(field)
            for field in self.fields
            if field.kind not in (Kind.COMPUTED, Kind.FILE)
        }

    def _typed(self, field: FieldDefinition, prefix: str = "") -> values.Typed:
        name = prefix + field.key
        if field.kind is Kind.DATE:
            parts = {p: self.data.get(f"{name}-{p}", "") for p in ("year", "month", "day")}
            return parts if any(parts.values()) else {"year": self.data.get(name, "")}
        if field.kind is Kind.ADDRESS:
            region = places.deepest(self.data.getlist(f"{name}-region"))
            return {"region": region, "street": self.data.get(f"{name}-street", "")}
        if field.kind is Kind.REGION:
            return places.deepest(self.data.getlist(name))
        if field.kind is Kind.CHOICES:
            return self.data.getlist(name)
        return self.data.get(name, "")

    def _rows(self, group: FieldDefinition) -> list[dict[str, values.Typed]]:
        text = self.data.get(f"{group.key}-rows", "")
        count = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
        return [
            {
                field.key: self._typed(field, f"{group.key}-{index}-")
                for field in group.fields
                if field.kind is not Kind.COMPUTED
            }
            for index in range(min(count, group.max_items))
        ]

    def press(self) -> None:
        """Do what a button within the page asks for."""
        groups = {field.key: field for field in self.fields if field.kind is Kind.GROUP}
        kept = {field.key for field in self.fields if field.kind is Kind.FILE}
        if (key := self.data.get("_add", "")) in groups:
            self.pressed = True
            rows = self.typed[key]
            if len(rows) < groups[key].max_items:
                rows.append({})
            self.focus = html_id(key, len(rows) - 1)
        key, _colon, which = self.data.get("_remove", "").partition(":")
        if key in groups and which.isascii() and which.isdigit():
            self.pressed = True
            self.typed[key] = [
                row for index, row in enumerate(self.typed[key]) if index != int(which[:5])
            ]
            self.focus = html_id(key)
        elif key in kept:
            self.pressed = True
            self.answers[key] = [file for file in self.answers.get(key) or () if file != which]
            self.focus = html_id(key)
        if (key := self.data.get("_upload", "")) in kept:
            self.pressed = True
            self.focus = html_id(key)
        if name := self.data.get("_choose", ""):
            self.pressed = True
            self.focus = html_id(*re.findall(r"\w+", name)[:4])

    def take_files(
        self, uploads: MultiValueDict[str, UploadedFile], owner_id: int | None
    ) -> Iterator[FieldError]:
        """Store what was uploaded; what is refused becomes an error that names the file."""
        for field in self.fields:
            if field.kind is not Kind.FILE:
                continue
            named = list(self.answers.get(field.key) or ())
            if owner_id is None:
                pressed = self.data.get("_upload") == field.key
                chosen = self.data.getlist(field.key)
                for why in samples.take(field, chosen, named, pressed=pressed):
                    yield self._error(field, why)
                self.answers[field.key] = named
                continue
            there = files.described(named)
            kept = [file for file in named if file in there]
            for upload in uploads.getlist(field.key):
                if len(kept) >= field.max_files:
                    yield self._error(field, values.too_many_files(field))
                    break
                try:
                    file = files.store(
                        upload,
                        owner_id=owner_id,
                        allowed=field.accept,
                        max_bytes=field.max_megabytes * files.MEGABYTE,
                    )
                except Refused as refusal:
                    name = files.safe_name(upload.name or "")
                    yield self._error(
                        field, format_lazy("{name}: {why}", name=name, why=refusal.message)
                    )
                else:
                    kept.append(str(file.id))
            self.answers[field.key] = kept

    def _error(self, field: FieldDefinition, message: values.Message) -> FieldError:
        return FieldError((field.key,), message, self.step.key, pick(field.label))

    def understand(self) -> None:
        """Turn what was typed into answers; empty rows beyond the least number vanish."""
        for field in self.fields:
            if field.kind is Kind.GROUP:
                if not self.pressed:
                    self._drop_empty_rows(field)
                rows: list[Answers] = []
                for index, row in enumerate(self.typed[field.key]):
                    answers: Answers = {}
                    for part in field.fields:
                        if part.kind is not Kind.COMPUTED:
                            path = (field.key, index, part.key)
                            self._understand(part, row.get(part.key), answers, path)
                    rows.append(answers)
                self.answers[field.key] = rows
            elif field.kind not in (Kind.FILE, Kind.COMPUTED):
                self._understand(field, self.typed[field.key], self.answers, (field.key,))

    def _understand(
        self,
        field: FieldDefinition,
        typed: values.Typed,
        answers: Answers,
        path: tuple[str | int, ...],
    ) -> None:
        read = values.read(field, typed)
        answers.pop(field.key, None)
        if read.answer is not None:
            answers[field.key] = read.answer
        for inner, message in read.faults:
            self.faults[(*path, *inner)] = message

    def _drop_empty_rows(self, group: FieldDefinition) -> None:
        least = group.min_items if group.required else 0
        rows = self.typed[group.key]
        index = len(rows)
        while index and len(rows) > least:
            index -= 1
            if _is_empty(rows[index]):
                del rows[index]
        if not group.required and all(map(_is_empty, rows)):
            rows.clear()


def _is_empty(typed: values.Typed) -> bool:
    if isinstance(typed, Mapping):
        return all(_is_empty(part) for part in typed.values())
    if isinstance(typed, list):
        return all(_is_empty(part) for part in typed)
    return not typed or (isinstance(typed, str) and not typed.strip())


def _errors(
    definition: FormDefinition, step: Step, now: Situation, post: _Post, revealed: set[str]
) -> list[FieldError]:
    """The step's faults. What was typed but not understood is not called missing."""
    found: list[FieldError] = []
    for field in step.fields:
        found += [e for e in field_errors(now, step, field) if e.path not in post.faults]
        found += [
            FieldError(path, message, step.key, label)
            for path, message in post.faults.items()
            if path[0] == field.key and (label := _label_if_asked(now, field, path))
        ]
    found = [error for error in found if not _is_new(error, revealed)]
    found += unknown_regions(definition, now, [step])
    return found + check_errors(definition, now, [step], found)


def _label_if_asked(now: Situation, field: FieldDefinition, path: tuple[str | int, ...]) -> str:
    if not now.asked(field.key):
        return ""
    if len(path) < 3 or not isinstance(path[1], int):
        return pick(field.label)
    row = now.rows(field.key)[path[1]]
    key = str(path[2])
    if not row.asked(key):
        return ""
    return f"{row_name(field, path[1])} – {pick(row.conditions.fields[key].label)}"


def _is_new(error: FieldError, revealed: set[str]) -> bool:
    return any(html_id(*error.path[:length]) in revealed for length in (1, 3))


def _revealed(step: Step, data: QueryDict, now: Situation) -> Iterator[tuple[str | int, ...]]:
    """Paths of questions that were not visible, are asked now, and have no answer yet."""
    hidden = set(data.getlist("_hidden"))
    if not hidden:
        return
    for field in step.fields:
        if not now.asked(field.key):
            continue
        answer = now.answers.get(field.key)
        if field.key in hidden and field.kind is not Kind.COMPUTED and _is_empty(answer):
            yield (field.key,)
        elif field.kind is Kind.GROUP:
            for index, row in enumerate(now.rows(field.key)):
                yield from _revealed_in_row(field.key, index, row, hidden)


def _revealed_in_row(
    group: str, index: int, row: RowSituation, hidden: set[str]
) -> Iterator[tuple[str | int, ...]]:
    for key, part in row.conditions.fields.items():
        if (
            f"{group}-{index}-{key}" in hidden
            and part.kind is not Kind.COMPUTED
            and row.asked(key)
            and values.is_missing(row.answers.get(key))
        ):
            yield (group, index, key)
