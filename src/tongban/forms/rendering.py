"""A step as HTML, and a whole form on paper."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.template import Context
from django.template.base import Template
from django.template.loader import get_template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tongban.forms import samples, values
from tongban.forms.answers import situation
from tongban.forms.definition import FieldDefinition, FormDefinition, Kind, Step
from tongban.forms.posting import StepResult, on_page
from tongban.forms.review import review_sections
from tongban.forms.speaking import speaking
from tongban.forms.steps import Progress, progress
from tongban.forms.views import Drawing, View, padded, typed_rows
from tongban.kernel import files
from tongban.kernel.localized import language as readers_language
from tongban.kernel.localized import pick


@dataclass(frozen=True)
class StepPage:
    """One step, drawn. `html` goes inside the page's own
    `<form method="post" enctype="multipart/form-data" novalidate>`, which adds the CSRF token and
    the "Save and continue" button; it brings error summary, progress, `<h1>` and the questions.
    """

    title: str  # for <title>; begins with "Error:" where something is wrong
    html: SafeString
    has_errors: bool


def render_step(
    definition: FormDefinition,
    step_key: str,
    answers: Mapping[str, Any],
    *,
    result: StepResult | None = None,
    sources: Collection[str] = (),
    language: str | None = None,
    on: date | None = None,
    rehearsal: bool = False,
) -> StepPage:
    """Draw a step with the draft's `answers`, or again after a POST with its `result`.

    `sources`: keys of answers that came from the profile, as `prefilled` and `sources` give them.
    `rehearsal`: files are names (see `samples`). Raises KeyError.
    """
    step = definition.step(step_key)
    with speaking(language):
        given = result.answers if result else answers
        fields = on_page(situation(definition, given, on), step)
        typed = _typed(fields, given, result)
        # Rows that stand empty on the page are rows of the situation too.
        rows = {f.key: typed[f.key] for f in fields if f.kind is Kind.GROUP}
        now = situation(definition, {**given, **_padded(given, rows)}, on)
        ids = [id_ for f in fields if f.kind is Kind.FILE for id_ in given.get(f.key) or ()]
        drawing = Drawing(
            now=now,
            typed=typed,
            errors=result.errors if result else (),
            sources=frozenset() if result else frozenset(sources),
            revealed=frozenset(result.revealed) if result else frozenset(),
            stored=samples.described(ids) if rehearsal else files.described(ids),
        )
        return _page(definition, step, fields, drawing, on)


def _typed(
    fields: Iterable[FieldDefinition], answers: Mapping[str, Any], result: StepResult | None
) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for field in fields:
        if result is not None and field.key in result.typed:
            again = result.typed[field.key]
            typed[field.key] = padded(field, again) if field.kind is Kind.GROUP else again
        elif field.kind is Kind.GROUP:
            typed[field.key] = typed_rows(field, answers.get(field.key) or ())
        else:
            typed[field.key] = values.as_typed(field, answers.get(field.key))
    return typed


def _padded(answers: Mapping[str, Any], typed: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Each group's answers, with an empty entry for every row that has only been opened."""
    return {
        key: [*(answers.get(key) or ()), *({} for _row in rows)][: len(rows)]
        for key, rows in typed.items()
    }


def _page(
    definition: FormDefinition,
    step: Step,
    fields: list[FieldDefinition],
    drawing: Drawing,
    on: date | None,
) -> StepPage:
    now = drawing.now
    views = [drawing.field(field, drawing.typed[field.key]) for field in fields]
    single = len(views) == 1 and fields[0].kind not in (Kind.COMPUTED, Kind.DECLARATION)
    if single:
        views[0]["heading"] = True
    place = (
        progress(definition, step.key, now.answers, on=on)
        if now.step_asked(step.key)
        else Progress(1, 1)
    )
    title = views[0]["label"] if single else pick(step.title)
    has_errors = bool(drawing.errors)
    html = _draw(
        "forms/step.html",
        {
            "problems": [(error.id, error.summary) for error in drawing.errors],
            "is_new": bool(drawing.revealed) and not has_errors,
            "new_text": _("Your answers lead to further questions. Please answer these as well."),
            "number": place.number,
            "total": place.total,
            "single": single,
            "title": pick(step.title),
            "intro": pick(step.intro),
            "fields": _drawn(views),
        },
    )
    if has_errors:
        title = _("Error: %(title)s") % {"title": title}
    return StepPage(title, html, has_errors)


@lru_cache(maxsize=20_000)
def _head(
    template: str, language: str, id_: str, label: str, optional: bool, h1: bool
) -> SafeString:
    """Label or legend of a question: the same on every page, for everybody."""
    context = {"id": id_, "label": label, "optional": optional, "heading": h1}
    return _draw(f"forms/fields/{template}.html", context)


@lru_cache(maxsize=20_000)
def _words(
    language: str, id_: str, hint: str, note: str, errors: tuple[str, ...] = ()
) -> SafeString:
    """Hint, note and errors below it."""
    context = {"id": id_, "hint": hint, "note": note, "errors": errors}
    return _draw("forms/fields/words.html", context)


# What has one control has a label; what has several has a legend.
_LABELLED = frozenset({"input", "long_text", "select", "region", "file"})


def _drawn(views: Iterable[View]) -> SafeString:
    """The questions one after another; rows of groups from within."""
    parts: list[tuple[SafeString]] = []
    spoken = readers_language()
    for view in views:
        for row in view.get("rows", ()):
            row["html"] = _drawn(row["fields"])
        template, id_ = view["template"], view["id"]
        head = "label" if template in _LABELLED else "legend"
        if template == "region" and "levels" in view["regions"]:
            head = "legend"
        heading = view.get("heading", False)
        view["head"] = _head(head, spoken, id_, view["label"], view["optional"], heading)
        if view["described"]:
            view["words"] = _words(spoken, id_, view["hint"], view["note"], tuple(view["errors"]))
        html = _draw(f"forms/fields/{template}.html", view)
        if view["reveal"] is not None:
            html = _draw("forms/reveal.html", {**view, "html": html})
        parts.append((html,))
    return format_html_join("\n", "{}", parts)


def _draw(name: str, context: Mapping[str, Any]) -> SafeString:
    return _template(name).render(Context(context))


@lru_cache(maxsize=64)
def _template(name: str) -> Template:
    """The bare template: no request, so no context processors, several hundred times a page."""
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    return template


def print_form(
    definition: FormDefinition,
    answers: Mapping[str, Any] | None = None,
    *,
    language: str | None = None,
    on: date | None = None,
) -> SafeString:
    """The whole form as a paper form, for a page on look/print_base.html.

    Without `answers` it is empty, with every question and its condition-free boxes; with them it
    holds the questions asked and their answers (identity numbers in full: it is the applicant's).
    """
    with speaking(language):
        if answers is not None:
            sections = review_sections(definition, answers, masked=False, on=on)
            return _draw("forms/print_filled.html", {"sections": sections})
        steps = [
            {
                "title": pick(step.title),
                "intro": pick(step.intro),
                "conditional": bool(step.when),
                "fields": [_paper(field) for field in step.fields],
            }
            for step in definition.steps
        ]
        return _draw("forms/print_blank.html", {"steps": steps})


_PAPER = {
    Kind.LONG_TEXT: "lines",
    Kind.DATE: "date",
    Kind.CHOICE: "boxes",
    Kind.CHOICES: "boxes",
    Kind.YES_NO: "boxes",
    Kind.DECLARATION: "signature",
    Kind.FILE: "enclosure",
    Kind.GROUP: "table",
    Kind.COMPUTED: "line",
    Kind.ID_NUMBER: "cells",
    Kind.CREDIT_CODE: "cells",
}


def _paper(field: FieldDefinition) -> View:
    """A question on paper: its words and the kind of space to write in."""
    options = [pick(option.label) for option in field.options]
    if field.kind is Kind.YES_NO:
        options = [_("Yes"), _("No")]
    return {
        "space": _PAPER.get(field.kind, "line"),
        "label": pick(field.label),
        "hint": pick(field.hint),
        "unit": "¥" if field.kind is Kind.MONEY else pick(field.unit),
        "options": options,
        "conditional": bool(field.when),
        "optional": not field.required,
        "cells": range(18),
        "columns": [pick(part.label) for part in field.fields],
        "blank_rows": range(max(field.min_items, 4)),
    }
