"""Answers as people read them: before sending, on a case's page, in mails and exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tongban.directory.api import RegionSummary, regions
from tongban.forms import values
from tongban.forms.answers import file_ids, leaves, row_name, situation
from tongban.forms.definition import FieldDefinition, FormDefinition, Kind
from tongban.forms.rules import Situation, typed
from tongban.forms.sealing import mask, unseal_answers
from tongban.forms.speaking import speaking
from tongban.forms.views import shown_value
from tongban.kernel import files
from tongban.kernel.localized import language as readers_language
from tongban.kernel.localized import pick
from tongban.kernel.models import StoredFile
from tongban.look import formats


@dataclass(frozen=True)
class Part:
    """One entry of a group: its name ("Family member 2") and its (question, answer) pairs."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Row:
    """One question and its answer; `parts` instead of `value` where it is a group."""

    key: str
    label: str
    value: str
    parts: tuple[Part, ...] = ()
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
    answers: Mapping[str, Any],
    *,
    language: str | None = None,
    change_url: Callable[[str], str] | None = None,
    masked: bool = True,
    on: date | None = None,
) -> list[Section]:
    """All asked questions with their answers. `change_url(step_key)` gives the change links.

    Takes sealed answers too. Two queries at most: regions and files.
    """
    with speaking(language):
        answers = unseal_answers(definition, answers)
        now = situation(definition, answers, on)
        reader = _Reader(definition, now, masked)
        sections = []
        for step in definition.steps:
            asked = [field for field in step.fields if now.asked(field.key)]
            if not now.step_asked(step.key) or not asked:
                continue
            href = change_url(step.key) if change_url else ""
            rows = tuple(reader.row(field, href) for field in asked)
            sections.append(Section(step.key, pick(step.title), rows, href))
        return sections


def render_review(
    sections: Sequence[Section],
    *,
    file_url: Callable[[str], str] | None = None,
    change_button: str = "",
) -> SafeString:
    """The sections as summary lists. `file_url(id)` makes files' names links.

    `change_button`: "Change" is not a link to a row's `href` but a button of this name with it.
    """
    shown = [
        {
            "title": section.title,
            "rows": [(row, _links(row, file_url) if file_url else ()) for row in section.rows],
        }
        for section in sections
    ]
    context = {"sections": shown, "change_button": change_button}
    return SafeString(get_template("forms/review.html").render(context))


def _links(row: Row, file_url: Callable[[str], str]) -> list[tuple[str, str]]:
    return [(file_url(id_), name) for id_, name in row.files]


def readable(
    definition: FormDefinition,
    answers: Mapping[str, Any],
    *,
    language: str | None = None,
    masked: bool = True,
    on: date | None = None,
) -> list[tuple[str, str]]:
    """Flat (question, answer) pairs of plain text, for mails and exports."""
    sections = review_sections(definition, answers, language=language, masked=masked, on=on)
    return [pair for section in sections for row in section.rows for pair in _flat(row)]


def _flat(row: Row) -> Iterator[tuple[str, str]]:
    if not row.parts:
        yield row.label, row.value
    for part in row.parts:
        for label, value in part.rows:
            yield f"{part.title} – {label}", value


class _Reader:
    """Says answers in words; knows the names of all regions and files among them."""

    def __init__(self, definition: FormDefinition, now: Situation, masked: bool) -> None:
        self.now = now
        self.masked = masked
        self.names = _region_names(definition, now)
        self.files: dict[str, StoredFile] = files.described(file_ids(definition, now.answers))

    def row(self, field: FieldDefinition, href: str) -> Row:
        """The row of one asked question."""
        label = pick(field.label)
        answer = self.now.answers.get(field.key)
        if field.kind is Kind.GROUP:
            parts = tuple(
                Part(
                    row_name(field, index),
                    tuple(
                        (
                            pick(part.label),
                            self.words(part, row.answers.get(part.key), row.value(part.key)),
                        )
                        for part in field.fields
                        if row.asked(part.key)
                    ),
                )
                for index, row in enumerate(self.now.rows(field.key))
            )
            return Row(field.key, label, "" if parts else self.nothing(), parts, href)
        if field.kind is Kind.COMPUTED:  # follows from the others: nothing to change
            return Row(field.key, label, self.words(field, answer, self.now.value(field.key)))
        named: tuple[tuple[str, str], ...] = ()
        if field.kind is Kind.FILE:
            named = tuple((id_, self._file_name(id_)) for id_ in answer or ())
        return Row(field.key, label, self.words(field, answer, None), (), href, named)

    def nothing(self) -> str:
        """What stands where an optional question was left."""
        return pgettext("left without an answer", "Not given")

    def words(self, field: FieldDefinition, answer: Any, computed: Any) -> str:
        """One answer in words."""
        if field.kind is Kind.COMPUTED:
            return shown_value(field, computed) or self.nothing()
        if values.is_missing(answer):
            return self.nothing()
        speak = getattr(self, f"_{field.kind.value}", None)
        return str(speak(field, answer)) if speak else str(answer)

    def _number(self, field: FieldDefinition, answer: Any) -> str:
        value = typed(field.kind, answer)
        text = f"{value:,f}" if isinstance(value, Decimal) else str(answer)
        return f"{text} {pick(field.unit)}".strip()

    def _integer(self, field: FieldDefinition, answer: Any) -> str:
        # Without a unit it may be a year or a number of a thing: no separators there.
        return self._number(field, answer) if field.unit else str(answer)

    def _money(self, field: FieldDefinition, answer: Any) -> str:
        value = typed(field.kind, answer)
        return formats.money(value) if isinstance(value, Decimal) else str(answer)

    def _date(self, field: FieldDefinition, answer: Any) -> str:
        value = typed(field.kind, answer)
        return formats.day(value) if isinstance(value, date) else str(answer)

    def _yes_no(self, field: FieldDefinition, answer: Any) -> str:
        return _("Yes") if answer == "yes" else _("No")

    def _declaration(self, field: FieldDefinition, answer: Any) -> str:
        return _("Agreed")

    def _choice(self, field: FieldDefinition, answer: Any) -> str:
        return {o.value: pick(o.label) for o in field.options}.get(answer, str(answer))

    def _choices(self, field: FieldDefinition, answer: Any) -> str:
        separator = "、" if readers_language() == "zh" else ", "
        return separator.join(self._choice(field, value) for value in answer)

    def _region(self, field: FieldDefinition, answer: Any) -> str:
        return self.names.get(answer, str(answer))

    def _address(self, field: FieldDefinition, answer: Any) -> str:
        region, street = self.names.get(answer.get("region"), ""), answer.get("street", "")
        if readers_language() == "zh":
            return f"{region}{street}"
        return ", ".join(filter(None, (street, region)))

    def _id_number(self, field: FieldDefinition, answer: Any) -> str:
        return mask(answer) if self.masked else str(answer)

    def _file(self, field: FieldDefinition, answer: Any) -> str:
        return "\n".join(self._file_name(id_) for id_ in answer)

    def _file_name(self, id_: str) -> str:
        file = self.files.get(id_)
        return file.name if file else id_


def _region_names(definition: FormDefinition, now: Situation) -> dict[str, str]:
    """Full names of the regions among the answers, city and county. Two queries, or none."""
    codes = set()
    for step in definition.steps:
        for field in step.fields:
            if field.kind not in (Kind.REGION, Kind.ADDRESS, Kind.GROUP):
                continue
            for _path, leaf, answer in leaves(now, field):
                code = answer.get("region") if isinstance(answer, Mapping) else answer
                if leaf.kind in (Kind.REGION, Kind.ADDRESS) and isinstance(code, str) and code:
                    codes.add(code)
    if not codes:
        return {}
    found = regions(codes)
    above = regions({code for region in found.values() for code in region.ancestor_codes})
    return {code: _full_name(region, above) for code, region in found.items()}


def _full_name(region: RegionSummary, above: Mapping[str, RegionSummary]) -> str:
    line = [above[code] for code in region.ancestor_codes if above[code].level > 1] + [region]
    if readers_language() == "zh":
        return "".join(pick(one.name) for one in line)
    return ", ".join(pick(one.name) for one in reversed(line))
