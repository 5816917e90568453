"""A whole task as one form: words, dates, units, steps, figures, what the platform counts itself.

Two officers may write at the same time: what one did not touch gives way to what the other saved,
what both touched is shown side by side.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tongban.directory.api import agencies_of, agency, descendants, region
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized, pick
from tongban.look.api import Text
from tongban.supervision.api import (
    MEASURES,
    Figure,
    IndicatorEntry,
    MilestoneEntry,
    Plan,
    Task,
    TaskEntry,
    UnitEntry,
    check_evidence,
    entry_of,
    figure_of,
    matching,
)
from tongban.workbench.fields import DayField
from tongban.workbench.lists.common import Words, by_region, in_both, text_field
from tongban.workbench.lists.parts import Parts, rows_of, units_by_name
from tongban.workbench.pages import number_in

TEXTS = ("title", "text", "deliverable", "basis")
_WRITTEN = (*TEXTS, "code", "section", "lead", "start", "due", "co_units", "milestones",
            "indicators", "evidence")  # fmt: skip
_WRONG: Mapping[str, tuple[str, Text]] = {
    "no_region": ("counted_region", gettext_lazy("There is no such region.")),
    "no_items": ("counted_items", gettext_lazy("Name at least one service by its code.")),
    "unknown_item": (
        "counted_items",
        gettext_lazy("The catalogue has no service with one of these codes."),
    ),
    "no_target": ("counted_target", gettext_lazy("A whole number above 0.")),
}


class TaskForm(Words):
    """A whole task."""

    code = forms.CharField(
        label=gettext_lazy("Number in the list"),
        help_text=gettext_lazy("As the document numbers it, such as 3.1."),
        max_length=20,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    title_zh = text_field(gettext_lazy("Title, in Chinese"), rows=2, longest=500)
    title_en = text_field(gettext_lazy("Title, in English"), rows=2, longest=500, required=False)
    section_zh = forms.CharField(
        label=gettext_lazy("Section, in Chinese"), max_length=300, required=False
    )
    section_en = forms.CharField(
        label=gettext_lazy("Section, in English"), max_length=300, required=False
    )
    lead = forms.ChoiceField(
        label=gettext_lazy("Lead unit"),
        help_text=gettext_lazy("Its reporting officers report on the task."),
        required=False,
    )
    lead_name_zh = forms.CharField(
        label=gettext_lazy("Lead unit as the document names it, in Chinese"),
        help_text=gettext_lazy("Leave empty if it is named as in the directory."),
        max_length=300,
        required=False,
    )
    lead_name_en = forms.CharField(
        label=gettext_lazy("Lead unit as the document names it, in English"),
        max_length=300,
        required=False,
    )
    start = DayField(label=pgettext_lazy("task", "Start"), required=False)
    due = DayField(label=pgettext_lazy("task", "Due date"), required=False)
    text_zh = text_field(gettext_lazy("Description, in Chinese"), required=False)
    text_en = text_field(gettext_lazy("Description, in English"), required=False)
    deliverable_zh = text_field(gettext_lazy("What is to come out of it, in Chinese"), rows=2,
                                required=False)  # fmt: skip
    deliverable_en = text_field(gettext_lazy("What is to come out of it, in English"), rows=2,
                                required=False)  # fmt: skip
    basis_zh = text_field(gettext_lazy("Legal basis, in Chinese"), rows=2, required=False)
    basis_en = text_field(gettext_lazy("Legal basis, in English"), rows=2, required=False)
    measure = forms.ChoiceField(
        label=gettext_lazy("What is counted"),
        choices=[("", pgettext_lazy("measure", "Nothing")), *MEASURES.items()],
        required=False,
    )
    counted_region = forms.CharField(
        label=gettext_lazy("Region, by its code"),
        help_text=gettext_lazy("With all regions below it."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"list": "region-codes", "class": "govuk-input--width-10"}),
    )
    counted_items = forms.CharField(
        label=gettext_lazy("Services, by their codes"),
        help_text=gettext_lazy("One a line. Only where named services are counted."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    counted_target = forms.IntegerField(
        label=pgettext_lazy("measure", "Target"),
        min_value=1,
        max_value=10**9 - 1,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "inputmode": "numeric"}),
    )
    counted = ("measure", "counted_region", "counted_items", "counted_target")

    def __init__(
        self,
        plan: Plan,
        data: Any = None,
        *,
        task: Task | None = None,
        entry: TaskEntry | None = None,
        typed: Mapping[str, Any] | None = None,
        rows: Mapping[str, Any] | None = None,
    ) -> None:
        """`entry`: shown instead of what stands in the task; `typed`, `rows`: what was typed, not
        yet judged."""
        shown = entry or (entry_of(task) if task else None)
        initial = typed or (_initial(shown, task) if shown else {"code": _next_code(plan)})
        super().__init__(data, initial=dict(initial))
        self.plan, self.task = plan, task
        if task is not None and plan.state != Plan.State.DRAFT:
            for name in ("code", "section_zh", "section_en"):
                del self.fields[name]
        field = self.fields["lead"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = unit_choices(plan)
        lead = shown.lead.agency_id if shown else None
        if lead and not any(field.valid_value(one) for one in (lead, str(lead))):
            found = agency(lead)  # of another region
            field.choices = [*field.choices, (str(found.id), pick(found.name))]
        self.parts = Parts(plan, data, rows or (_rows(shown, task) if shown else None))

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.parts.is_valid()])

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or self.cleaned_data)
        if not given.get("lead") and not given.get("lead_name_zh"):
            self.add_error("lead", _("Choose the lead unit, or write its name below."))
        wrong = check_evidence(self._evidence(given))
        if wrong in _WRONG:
            field, words = _WRONG[wrong]
            if field not in self.errors:
                self.add_error(field, str(words))
        return given

    @property
    def groups(self) -> list[list[Any]]:
        """The fields above the rows; the two languages of a text beside each other."""
        found: list[list[Any]] = []
        for name in self.fields:
            if name in self.counted:
                continue
            if found and (name.endswith("_en") or name == "due"):
                found[-1].append(self[name])
            else:
                found.append([self[name]])
        return found

    @property
    def figure_fields(self) -> list[Any]:
        return [self[name] for name in self.counted]

    @property
    def region_codes(self) -> list[tuple[str, str]]:
        below = descendants(self.plan.region_id, levels=2)[:400]
        return [(one.code, pick(one.name)) for one in below]

    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, with the field it is wrong at."""
        own = [
            ("" if name == "__all__" else self[name].auto_id, str(message))
            for name, texts in self.errors.items()
            for message in texts
        ]
        return own + self.parts.problems()

    def entry(self) -> TaskEntry:
        """The task as it was written. Languages that the form does not show stay as they are."""
        given = self.cleaned_data
        agency_id = number_in(given["lead"])
        name = in_both(given, "lead_name") or (agency(agency_id).name if agency_id else {})
        old = entry_of(self.task) if self.task else None
        texts: dict[str, Localized] = {
            one: {**_others(getattr(old, one) if old else {}), **in_both(given, one)}
            for one in TEXTS
        }
        return TaskEntry(
            code=given.get("code") or (old.code if old else ""),
            title=texts["title"],
            lead=UnitEntry(name, agency_id),
            section=in_both(given, "section")
            if "section_zh" in self.fields
            else (old.section if old else {}),
            text=texts["text"],
            deliverable=texts["deliverable"],
            basis=texts["basis"],
            start=given["start"],
            due=given["due"],
            co_units=self.parts.co_units(self._units()),
            milestones=[one for _place, one in self.parts.milestones()],
            indicators=[one for _place, one in self.parts.indicators()],
            evidence=self._evidence(given),
        )

    def values(self, task: Task, entry: TaskEntry) -> dict[str, object]:
        """What of a published task becomes otherwise; steps and figures at their own positions."""
        values = matching.values_of(task, entry)
        if "milestones" in values and entry.milestones == self.entry().milestones:
            values["milestones"] = _placed(
                self.parts.milestones(), task.milestones.values_list("position", flat=True)
            )
        if "indicators" in values and entry.indicators == self.entry().indicators:
            values["indicators"] = _placed(
                self.parts.indicators(), task.indicators.values_list("position", flat=True)
            )
        return values

    def unjudged(self, more: str) -> TaskForm:
        """The same words, not yet judged, with more rows of a part."""
        return TaskForm(
            self.plan,
            task=self.task,
            typed={name: self[name].value() for name in self.fields},
            rows=self.parts.typed(more),
        )

    def figure(self) -> Figure | None:
        """What the platform counts now, for what the form names; None if it names nothing right."""
        given: dict[str, Any] = {}
        for name in self.counted:
            try:
                given[name] = self.fields[name].clean(self[name].value())
            except forms.ValidationError:
                return None
        named = self._evidence(given)
        return figure_of(named) if named and not check_evidence(named) else None

    def _evidence(self, given: Mapping[str, Any]) -> dict[str, object]:
        measure = given.get("measure")
        if not measure:
            return {}
        named: dict[str, object] = {
            "measure": measure,
            "region": (given.get("counted_region") or "").strip() or self.plan.region_id,
        }
        items = (given.get("counted_items") or "").split()
        if items or measure == "offerings_of":
            named["items"] = items
        if given.get("counted_target"):
            named["target"] = given["counted_target"]
        return named

    def _units(self) -> dict[str, int]:
        known = units_by_name(self.plan)
        for unit in self.task.co_units.all() if self.task else ():
            if unit.agency_id:
                known.setdefault(unit.name.get("zh", ""), unit.agency_id)
        return known


def digests(entry: TaskEntry) -> str:
    """What a form was filled with, field by field: who sends it back says what they touched."""
    return json.dumps({name: _digest(entry, name) for name in _WRITTEN})


def merged(mine: TaskEntry, base: str, theirs: TaskEntry) -> TaskEntry:
    """What both wrote: a field that I did not touch is theirs."""
    try:
        seen = json.loads(base)
    except ValueError:
        seen = None
    if not isinstance(seen, dict):
        return mine
    kept = {
        name: getattr(theirs, name) for name in _WRITTEN if seen.get(name) == _digest(mine, name)
    }
    return replace(mine, **kept)


def unit_choices(plan: Plan) -> list[tuple[str, Any]]:
    """The directory's agencies in the list's region and below, by region."""
    return [("", ""), *by_region(agencies_of(region(plan.region_id).path, below=True))]


def overtaken(refusal: Refused) -> bool:
    """Whether somebody else was quicker."""
    return refusal.code == "task.changed_meanwhile"


def _digest(entry: TaskEntry, name: str) -> str:
    value = getattr(entry, name)
    if isinstance(value, Mapping) and name != "evidence":
        value = {key: text for key, text in value.items() if text}
    return sha256(repr(_known(value)).encode()).hexdigest()[:12]


def _known(value: Any) -> Any:
    """The same for the same content, whatever holds it."""
    if isinstance(value, UnitEntry):
        return (_known(value.name), value.agency_id)
    if isinstance(value, MilestoneEntry):
        return (_known(value.title), value.due)
    if isinstance(value, IndicatorEntry):
        figures = [
            None if one is None else one.normalize() for one in (value.baseline, value.target)
        ]
        return (_known(value.name), _known(value.unit), figures)
    if isinstance(value, Mapping):
        return sorted((str(key), str(inner)) for key, inner in value.items() if inner)
    if isinstance(value, list | tuple):
        return [_known(one) for one in value]
    return value


def _placed(rows: Any, taken: Any) -> dict[int, Any]:
    known = set(taken)
    fresh = max(known, default=-1) + 1
    found: dict[int, Any] = {}
    for place, one in rows:
        if place is None or place not in known or place in found:
            place, fresh = fresh, fresh + 1
        found[place] = one
    return found


def _others(text: Localized) -> dict[str, str]:
    return {language: words for language, words in text.items() if language not in ("zh", "en")}


def _initial(entry: TaskEntry, task: Task | None) -> dict[str, Any]:
    """A task as the form shows it."""
    found: dict[str, Any] = {
        "code": entry.code, "start": entry.start, "due": entry.due,
        "lead": entry.lead.agency_id or "",
        "measure": entry.evidence.get("measure", ""),
        "counted_region": entry.evidence.get("region", ""),
        "counted_target": entry.evidence.get("target", ""),
    }  # fmt: skip
    items = entry.evidence.get("items")
    found["counted_items"] = "\n".join(str(one) for one in items) if isinstance(items, list) else ""
    texts: dict[str, Localized] = {name: getattr(entry, name) for name in (*TEXTS, "section")}
    known = agency(entry.lead.agency_id).name if entry.lead.agency_id else None
    if known != entry.lead.name:
        texts["lead_name"] = entry.lead.name
    for name, text in texts.items():
        for language in ("zh", "en"):
            found[f"{name}_{language}"] = text.get(language, "")
    return found


def _rows(entry: TaskEntry, task: Task | None) -> dict[str, list[dict[str, Any]]]:
    """Its parts as rows, at the positions where they stand."""
    steps, figures = list(entry.milestones), list(entry.indicators)
    if task is None:
        return rows_of(entry.co_units, [(None, one) for one in steps],
                       [(None, one) for one in figures])  # fmt: skip
    placed_steps = matching.aligned(
        {one.position: MilestoneEntry(one.title, one.due) for one in task.milestones.all()}, steps
    )
    placed_figures = matching.aligned(
        {
            one.position: IndicatorEntry(one.name, one.unit, one.baseline, one.target)
            for one in task.indicators.all()
        },
        figures,
    )
    return rows_of(entry.co_units, list(placed_steps.items()), list(placed_figures.items()))


def _next_code(plan: Plan) -> str:
    """The number after the last one, where they are plain numbers."""
    codes = [int(code) for code in plan.tasks.values_list("code", flat=True) if code.isdecimal()]
    return str(max(codes, default=0) + 1)
