"""Forms, for the packages above. Everything else in `tongban.forms` is private.

A draft is two dicts that the caller stores: `answers` (sealed with `seal_answers` before they are
written, opened with `unseal_answers` after they are read). A step's page is
`render_step(…)`; its POST is `parse_step(…)`: store `result.answers`; then show the page again with
`result=result` if `result.errors` or `result.stays`, else go to `next_step(…)`; None means review
(`review_sections`). To send: `check_all` must be empty; store `complete(…)`. After sending pass
`on=` the day of submission everywhere, so that `today()` in a form's rules does not move.

Public names and what they are for:

- `FormDefinition`, `FieldDefinition`, `Step`, `Check`, `Option`, `Kind`, `Prefill`: form as data.
- `publish_form(code, definition) -> FormVersion`, `form(version_id) -> FormDefinition` (cached).
- `parse_step(definition, step_key, data, uploads, answers, *, owner_id, on=None) -> StepResult`.
- `check_all(definition, answers, *, on=None, known_files=None) -> list[FieldError]`;
  `check_submission` is the same for untrusted JSON (JSON Schema first).
- `relevant(definition, answers, *, on=None)`: without answers to questions no longer asked;
  `complete(definition, answers, *, on=None)`: that, plus computed values: what a case keeps.
- `file_ids(definition, answers)`: all stored files; `materials(definition, answers)`: by material.
- `seal_answers`, `unseal_answers`, `mask`.
- `asked_steps`, `next_step`, `previous_step`, `first_unfinished`, `progress`, `finished_steps`.
- `prefilled(definition, known) -> Prefilled(answers, sources)`; later `sources(definition, answers,
  known)` says which answers still are what the profile says: give it to `render_step`.
- `sample_today(version_id)`: a form's sample answers; `rehearse_answers(definition, sample)`: the
  robot's way through all pages with them, `Fault` or None. To rehearse by hand: `parse_step(…,
  owner_id=None)` and `render_step(…, rehearsal=True)`, which know files by name only.
- `render_step(…) -> StepPage`, `review_sections`, `render_review`, `readable`, `print_form`.
- `compile_expression`, `BadExpression`: the expression language, for "does this fit me?".
- `json_schema(definition)`: JSON Schema 2020-12.
"""

from __future__ import annotations

from tongban.forms.answers import (
    Answers,
    FieldError,
    check_all,
    check_step,
    complete,
    file_ids,
    materials,
    relevant,
)
from tongban.forms.definition import (
    Check,
    FieldDefinition,
    FormDefinition,
    Kind,
    Option,
    Prefill,
    Step,
)
from tongban.forms.expressions import BadExpression, Shape, Type, compile_expression
from tongban.forms.posting import StepResult, parse_step
from tongban.forms.prefill import Prefilled, prefilled, sources
from tongban.forms.publishing import form, form_code, publish_form, publish_forms, sample_of
from tongban.forms.rehearsing import Fault, rehearse_answers, sample_today
from tongban.forms.rendering import StepPage, print_form, render_step
from tongban.forms.review import Part, Row, Section, readable, render_review, review_sections
from tongban.forms.schema import check_submission, json_schema
from tongban.forms.sealing import mask, seal_answers, unseal_answers
from tongban.forms.steps import (
    Progress,
    asked_steps,
    finished_steps,
    first_unfinished,
    next_step,
    previous_step,
    progress,
)

__all__ = [
    "Answers",
    "BadExpression",
    "Check",
    "Fault",
    "FieldDefinition",
    "FieldError",
    "FormDefinition",
    "Kind",
    "Option",
    "Part",
    "Prefill",
    "Prefilled",
    "Progress",
    "Row",
    "Section",
    "Shape",
    "Step",
    "StepPage",
    "StepResult",
    "Type",
    "asked_steps",
    "check_all",
    "check_step",
    "check_submission",
    "compile_expression",
    "complete",
    "file_ids",
    "finished_steps",
    "first_unfinished",
    "form",
    "form_code",
    "json_schema",
    "mask",
    "materials",
    "next_step",
    "parse_step",
    "prefilled",
    "previous_step",
    "print_form",
    "progress",
    "publish_form",
    "publish_forms",
    "readable",
    "rehearse_answers",
    "relevant",
    "render_review",
    "render_step",
    "review_sections",
    "sample_of",
    "sample_today",
    "seal_answers",
    "sources",
    "unseal_answers",
]
