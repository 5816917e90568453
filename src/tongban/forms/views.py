"""What a field's template is given: plain dicts, which templates read fastest.

A page of 700 questions is drawn from these in some tens of milliseconds; nothing here asks the
database but `Drawing`, once, for regions and uploaded files, if the page has any.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.directory.api import RegionSummary, find_region
from tongban.forms import places, values
from tongban.forms.answers import FieldError, html_id, row_name
from tongban.forms.definition import FieldDefinition, Kind, Prefill
from tongban.forms.rules import RowSituation, Situation
from tongban.forms.samples import SampleFile
from tongban.kernel import files
from tongban.kernel.localized import language, pick
from tongban.kernel.models import StoredFile
from tongban.look import formats

View = dict[str, Any]

# Keys, and what is made of them, hold only letters, digits, "_" and "-": not escaped again and
# again. Labels repeat from page to page: escaped once.
_plain = SafeString
_escaped = lru_cache(maxsize=20_000)(escape)

# More options than this are a select, fewer are radios.
RADIOS = 8

_AUTOCOMPLETE = {
    Prefill.PERSON_NAME: "name",
    Prefill.PERSON_PHONE: "tel",
    Prefill.PERSON_EMAIL: "email",
    Prefill.PERSON_BIRTH_DATE: "bday",
    Prefill.PERSON_ADDRESS: "address-line1",
    Prefill.FIRM_NAME: "organization",
}
_INPUTS: dict[Kind, View] = {
    Kind.INTEGER: {"inputmode": "numeric", "width": "govuk-input--width-10"},
    Kind.NUMBER: {"inputmode": "decimal", "width": "govuk-input--width-10"},
    Kind.MONEY: {"inputmode": "decimal", "width": "govuk-input--width-10", "before": "¥"},
    Kind.ID_NUMBER: {"width": "govuk-input--width-20", "capitals": "characters"},
    Kind.CREDIT_CODE: {"width": "govuk-input--width-20", "capitals": "characters"},
    Kind.PHONE: {"type": "tel", "inputmode": "tel", "width": "govuk-input--width-20"},
    Kind.EMAIL: {"type": "email", "inputmode": "email", "capitals": "none"},
}
_TEMPLATES = {
    Kind.LONG_TEXT: "long_text",
    Kind.DATE: "date",
    Kind.YES_NO: "choice",
    Kind.CHOICE: "choice",
    Kind.CHOICES: "choices",
    Kind.REGION: "region",
    Kind.ADDRESS: "address",
    Kind.FILE: "file",
    Kind.GROUP: "group",
    Kind.COMPUTED: "computed",
    Kind.DECLARATION: "declaration",
}


@dataclass
class Drawing:
    """One page being drawn: what was typed, what is wrong, what is new."""

    now: Situation
    typed: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[FieldError] = ()
    sources: frozenset[str] = frozenset()
    revealed: frozenset[str] = frozenset()
    stored: Mapping[str, StoredFile | SampleFile] = field(default_factory=dict)
    _provinces: list[RegionSummary] | None = None
    _regions: list[View] | None = None

    def __post_init__(self) -> None:
        self._faults: dict[tuple[str | int, ...], list[str]] = {}
        for error in self.errors:
            self._faults.setdefault(error.path, []).append(str(error.message))

    def field(self, field: FieldDefinition, typed: Any, row: _Row | None = None) -> View:
        """A question of the form, or of a group's row."""
        path = (*row.path, field.key) if row else (field.key,)
        id_ = _plain(html_id(*path))
        errors = self._faults.get(path, [])
        hint = _hint(field)
        asked = (row.situation if row else self.now).asked(field.key)
        view: View = {
            "template": _TEMPLATES.get(field.kind, "input"),
            "id": id_,
            "name": _plain("-".join(map(str, path))),
            "label": pick(field.label),
            "hint": hint,
            "errors": errors,
            "note": _source_note(field) if row is None and field.key in self.sources else "",
            "optional": not field.required and field.kind is not Kind.COMPUTED,
            "value": typed,
            "hidden": not asked,
            "is_new": id_ in self.revealed,
            "reveal": self._reveal(field, row),
            "autocomplete": _AUTOCOMPLETE.get(field.prefill, "") if field.prefill else "",
        }
        told = {"hint": hint, "note": view["note"], "error": errors}
        view["described"] = _plain(" ".join(f"{id_}-{part}" for part, text in told.items() if text))
        more = getattr(self, f"_{view['template']}")
        view |= more(field, typed, view, row)
        return view

    # --- by template -----------------------------------------------------------------------

    def _input(self, field: FieldDefinition, typed: Any, view: View, row: _Row | None) -> View:
        width = "" if (field.max_length or 100) > 20 else "govuk-input--width-20"
        attributes = {"type": "text", "width": width, **_INPUTS.get(field.kind, {})}
        unit = pick(field.unit)
        if field.kind is Kind.MONEY and unit:
            # "¥1,200" says yuan already; "yuan a month" says more than "¥".
            attributes["before"], unit = ("¥", "") if field.unit.get("zh") == "元" else ("", unit)
        return {name: _plain(value) for name, value in attributes.items()} | {"after": unit}

    def _long_text(self, field: FieldDefinition, typed: Any, view: View, row: _Row | None) -> View:
        return {"longest": field.max_length or values.LONG_TEXT_LENGTH}

    def _date(self, field: FieldDefinition, typed: Any, view: View, row: _Row | None) -> View:
        names = {"year": _("Year"), "month": _("Month"), "day": _("Day")}
        order = ("year", "month", "day") if language() == "zh" else ("day", "month", "year")
        parts = typed if isinstance(typed, Mapping) else {}
        birth = view["autocomplete"] == "bday"
        return {
            "parts": [
                {
                    # The error summary leads to the first box.
                    "id": view["id"] if index == 0 else f"{view['id']}-{part}",
                    "name": f"{view['name']}-{part}",
                    "label": names[part],
                    "value": parts.get(part, ""),
                    "width": 4 if part == "year" else 2,
                    "autocomplete": f"bday-{part}" if birth else "",
                }
                for index, part in enumerate(order)
            ]
        }

    def _choice(self, field: FieldDefinition, typed: Any, view: View, row: _Row | None) -> View:
        if field.kind is Kind.YES_NO:
            pairs = [("yes", _("Yes"), ""), ("no", _("No"), "")]
        else:
            pairs = [(o.value, pick(o.label), pick(o.hint)) for o in field.options]
        return {
            "options": _options(view["id"], pairs, {typed}),
            "inline": field.kind is Kind.YES_NO,
            "template": "choice" if len(pairs) <= RADIOS else "select",
        }

    def _choices(self, field: FieldDefinition, typed: Any, view: View, row: _Row | None) -> View:
        pairs = [(o.value, pick(o.label), pick(o.hint)) for o in field.options]
        return {"options": _options(view["id"], pairs, set(typed or ()))}

    def _declaration(
        self, field: FieldDefinition, typed: Any, view: View, row: _Row | None
    ) -> View:
        return {"checked": typed == "yes"}

    def _region(self, field: FieldDefinition, typed: Any, view: View, row: _Row | None) -> View:
        return {"regions": self.regions(typed)}

    def _address(self, field: FieldDefinition, typed: Any, view: View, row: _Row | None) -> View:
        parts = typed if isinstance(typed, Mapping) else {}
        path = (*row.path, field.key) if row else (field.key,)
        return {
            "regions": self.regions(parts.get("region")),
            "street": parts.get("street", ""),
            "region_errors": self._faults.get((*path, "region"), []),
            "street_errors": self._faults.get((*path, "street"), []),
        }

    def _file(self, field: FieldDefinition, typed: Any, view: View, row: _Row | None) -> View:
        ids = self.now.answers.get(field.key) or []
        return {
            "files": [
                {"id": id_, "name": file.name, "size": _size(file.size)}
                for id_ in ids
                if (file := self.stored.get(id_)) is not None
            ],
            "accept": ",".join(f".{kind}" for kind in field.accept)
            + (",.jpeg" if "jpg" in field.accept else ""),
            "several": field.max_files > 1,
            "full": len(ids) >= field.max_files,
        }

    def _computed(self, field: FieldDefinition, typed: Any, view: View, row: _Row | None) -> View:
        situation = row.situation if row else self.now
        return {"value": shown_value(field, situation.value(field.key))}

    def _group(self, field: FieldDefinition, typed: Any, view: View, row: _Row | None) -> View:
        rows = list(typed or ())
        item = pick(field.item_name or field.label)
        entries = []
        for index, (answers, situation) in enumerate(
            zip(rows, self.now.rows(field.key), strict=False)
        ):
            inner = _Row((field.key, index), situation)
            entries.append(
                {
                    "id": html_id(field.key, index),
                    "title": row_name(field, index),
                    "value": f"{field.key}:{index}",
                    "fields": [
                        self.field(part, answers.get(part.key), inner) for part in field.fields
                    ],
                }
            )
        return {
            "rows": entries,
            "item": item,
            "full": len(rows) >= field.max_items,
            "removable": len(rows) > (field.min_items if field.required else 0),
        }

    # --- shared ----------------------------------------------------------------------------

    def regions(self, chosen: Any) -> View:
        """The regions to choose from: all counties by city, or selects level by level."""
        chosen = chosen if isinstance(chosen, str) else ""
        if self._provinces is None:
            self._provinces = places.provinces()
        if len(self._provinces) > places.ONE_LIST:
            return {"levels": places.levels(chosen, self._provinces)}
        if self._regions is None:
            self._regions = places.one_list(self._provinces)
        known = any(chosen == code for group in self._regions for code, _name in group["regions"])
        other = find_region(chosen) if chosen and not known else None
        return {
            "groups": self._regions,
            "chosen": chosen,
            "other": pick(other.name) if other else "",  # a whole city, or a town of a profile
        }

    def _reveal(self, field: FieldDefinition, row: _Row | None) -> View | None:
        """For the script: show the question when that other one has one of these answers.

        None: nothing on this page can open or close it. Without names: only the server can.
        """
        rules = self.now.rules
        if (row is None and not rules.needs_within_step(field.key)) or not field.when:
            return None
        siblings = (
            row.situation.conditions.fields
            if row
            else {one.key: one for one in rules.step_of[field.key].fields}
        )
        found = simple_condition(field.when, siblings)
        if found is None:
            return {"field": "", "values": ""}
        key, wanted = found
        prefix = "-".join(map(str, row.path)) + "-" if row else ""
        return {"field": prefix + key, "values": " ".join(sorted(wanted))}


@dataclass(frozen=True)
class _Row:
    path: tuple[str | int, ...]
    situation: RowSituation


def typed_rows(group: FieldDefinition, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """A group's answers as they stand in its boxes, with empty rows up to the least number."""
    typed = [
        {part.key: values.as_typed(part, row.get(part.key)) for part in group.fields}
        for row in rows
        if isinstance(row, Mapping)
    ]
    return padded(group, typed)


def padded(group: FieldDefinition, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, and empty ones up to the least number that the group takes."""
    least = max(group.min_items, 1) if group.required else 0
    return [*rows, *({} for _missing in range(least - len(rows)))]


def simple_condition(
    source: str, siblings: Mapping[str, FieldDefinition]
) -> tuple[str, set[str]] | None:
    """(field, answers) of a condition on one question's answer; None if it is anything else."""
    node = ast.parse(source.strip(), mode="eval").body
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    left, op, right = node.left, node.ops[0], node.comparators[0]
    if isinstance(op, ast.In) and isinstance(left, ast.Constant):
        left, right = right, left
    if not isinstance(left, ast.Name) or left.id not in siblings:
        return None
    parts = right.elts if isinstance(right, ast.Tuple | ast.List) else [right]
    given = {part.value for part in parts if isinstance(part, ast.Constant)}
    wanted = {value for value in given if isinstance(value, str)}
    if len(wanted) < len(parts):
        return None
    if isinstance(op, ast.Eq | ast.In):
        return left.id, wanted
    other = siblings[left.id]
    if isinstance(op, ast.NotEq | ast.NotIn) and other.kind in (Kind.YES_NO, Kind.CHOICE):
        every = {o.value for o in other.options} or {"yes", "no"}
        return left.id, every - wanted
    return None


def shown_value(field: FieldDefinition, value: Any) -> str:
    """A computed value as people read it; "" while it cannot be computed."""
    if isinstance(value, Decimal):
        return f"{value:,f} {pick(field.unit)}".strip()
    if isinstance(value, date):
        return formats.day(value)
    if value in ("yes", "no"):
        return _("Yes") if value == "yes" else _("No")
    return str(value) if value is not None else ""


def _options(id_: str, pairs: Iterable[tuple[str, str, str]], chosen: set[Any]) -> list[View]:
    return [
        {
            "id": _plain(id_ if index == 0 else f"{id_}-{value}"),  # errors lead to the first
            "value": _plain(value),
            "label": _escaped(label),
            "hint": hint and _escaped(hint),
            "checked": value in chosen,
        }
        for index, (value, label, hint) in enumerate(pairs)
    ]


def _hint(field: FieldDefinition) -> str:
    """The question's own hint, or what every question of its kind says."""
    own = pick(field.hint)
    if field.kind is Kind.FILE:
        kinds = ", ".join("JPEG" if kind == "jpg" else kind.upper() for kind in field.accept)
        limits = ngettext(
            "%(count)d file: %(kinds)s, at most %(size)d MB.",
            "Up to %(count)d files: %(kinds)s, at most %(size)d MB each.",
            field.max_files,
        ) % {"kinds": kinds, "count": field.max_files, "size": field.max_megabytes}
        return f"{own} {limits}".strip()
    if field.kind is Kind.DATE:
        return own or (_("For example, 27 3 1990"))
    if field.kind is Kind.CHOICES:
        return own or _("Tick all that apply.")
    return own


def _source_note(field: FieldDefinition) -> str:
    if field.prefill is not None and field.prefill.startswith("firm."):
        return _("Filled in from your firm's details. Correct it here if it has changed.")
    return _("Filled in from your profile. Correct it here if it has changed.")


def _size(size: int) -> str:
    if not size:
        return _("(sample)")
    if size < files.MEGABYTE:
        return f"{max(size // 1024, 1)} KB"
    return f"{size / files.MEGABYTE:.1f} MB"
