"""A step as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from tongban.forms.answers import Answers, StepResult
from tongban.forms.definition import FormDefinition, Prefill


@dataclass(frozen=True)
class StepPage:
    """One step, drawn. `html` goes inside the page's own
    `<form method="post" enctype="multipart/form-data" novalidate>`, which adds the CSRF token and
    the "Save and continue" button; it brings error summary, `<h1>`, progress and fields.
    """

    title: str  # for <title>
    html: SafeString
    has_errors: bool


def render_step(
    definition: FormDefinition,
    step_key: str,
    answers: Answers,
    *,
    result: StepResult | None = None,
    sources: Mapping[str, Prefill] | None = None,
    language: str | None = None,
    on: date | None = None,
) -> StepPage:
    """Draw a step with the draft's `answers`, or again after a POST with its `result`."""
    raise NotImplementedError


def print_form(
    definition: FormDefinition,
    answers: Answers | None = None,
    *,
    language: str | None = None,
    on: date | None = None,
) -> SafeString:
    """The whole form as a paper form, empty or filled, for a page on look/print_base.html."""
    raise NotImplementedError
