"""What a task's form has in rows: co-responsible units, steps on the way, figures to reach.

Rows are added by a button that loses nothing, with or without scripts; an empty row is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tongban.directory.api import agencies_of, region
from tongban.kernel.localized import Localized, pick
from tongban.look.api import Text
from tongban.supervision.api import IndicatorEntry, MilestoneEntry, Plan, UnitEntry
from tongban.workbench.fields import DayField
from tongban.workbench.lists.common import Words, figure_words, in_both
from tongban.workbench.pages import number_in

MOST, MORE = 60, 2
NAMES = ("co_units", "milestones", "indicators")
LABELS: Mapping[str, tuple[Text, Text]] = {
    "co_units": (
        pgettext_lazy("task", "Co-responsible units"),
        gettext_lazy("Add a unit"),
    ),
    "milestones": (pgettext_lazy("task", "Steps on the way"), gettext_lazy("Add a step")),
    "indicators": (pgettext_lazy("task", "Figures to reach"), gettext_lazy("Add a figure")),
}
_NARROW = forms.TextInput(attrs={"class": "govuk-input--width-10"})


class Row(Words):
    """A row of a part. `place`: the position of what stands there already."""

    place = forms.CharField(required=False, widget=forms.HiddenInput)
    gone = forms.BooleanField(label=gettext_lazy("Leave this out"), required=False)
    main = "name"

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or self.cleaned_data)
        main = f"{self.main}_zh"
        if not self.is_none(given) and not given.get(main) and main not in self.errors:
            self.add_error(main, _("Write this in Chinese."))
        return given

    @property
    def shown(self) -> list[Any]:
        """The fields that one writes in."""
        return [self[name] for name in self.fields if name not in ("place", "gone")]

    @property
    def is_there(self) -> bool:
        """Whether something stands in the row that can be left out."""
        return any(self[name].value() not in (None, "") for name in self.fields if name != "gone")

    def is_none(self, given: Mapping[str, Any]) -> bool:
        """Whether the row is empty or left out."""
        kept = (value for name, value in given.items() if name not in ("place", "gone"))
        return bool(given.get("gone")) or all(value in (None, "") for value in kept)


class UnitRow(Row):
    name_zh = forms.CharField(
        label=gettext_lazy("Name, in Chinese"), max_length=300, required=False,
        widget=forms.TextInput(attrs={"list": "unit-names"}),
    )  # fmt: skip
    name_en = forms.CharField(
        label=gettext_lazy("Name, in English"), max_length=300, required=False
    )


class StepRow(Row):
    main = "title"
    title_zh = forms.CharField(
        label=gettext_lazy("Step, in Chinese"), max_length=500, required=False
    )
    title_en = forms.CharField(
        label=gettext_lazy("Step, in English"), max_length=500, required=False
    )
    due = DayField(label=pgettext_lazy("step", "By"), required=False)


class FigureRow(Row):
    name_zh = forms.CharField(
        label=gettext_lazy("What is counted, in Chinese"), max_length=300, required=False
    )
    name_en = forms.CharField(
        label=gettext_lazy("What is counted, in English"), max_length=300, required=False
    )
    unit_zh = forms.CharField(
        label=gettext_lazy("Unit, in Chinese"), max_length=40, required=False, widget=_NARROW
    )
    unit_en = forms.CharField(
        label=gettext_lazy("Unit, in English"), max_length=40, required=False, widget=_NARROW
    )
    baseline = forms.DecimalField(
        label=gettext_lazy("Figure at the start"), max_digits=17, decimal_places=4, required=False,
        widget=_NARROW,
    )  # fmt: skip
    target = forms.DecimalField(
        label=gettext_lazy("Target"), max_digits=17, decimal_places=4, required=False,
        widget=_NARROW,
    )  # fmt: skip


_SETS: Mapping[str, Any] = {
    name: formset_factory(row, extra=0, absolute_max=MOST, max_num=MOST)
    for name, row in (("co_units", UnitRow), ("milestones", StepRow), ("indicators", FigureRow))
}


class Parts:
    """The rows of one task, shown or sent."""

    def __init__(self, plan: Plan, data: Any = None, initial: Any = None) -> None:
        self.plan = plan
        self.sets: dict[str, BaseFormSet[Row]] = {}
        for name in NAMES:
            rows = list((initial or {}).get(name, ()))
            if data is None:
                self.sets[name] = _SETS[name](prefix=name, initial=rows)
            else:
                self.sets[name] = _SETS[name](_counted(data, name), prefix=name)

    @property
    def shown(self) -> list[tuple[str, Text, Text, BaseFormSet[Row], bool]]:
        """For the page: name, heading, button, rows, whether one more fits."""
        return [
            (name, *LABELS[name], rows, len(rows.forms) < MOST) for name, rows in self.sets.items()
        ]

    def is_valid(self) -> bool:
        judged = [rows.is_valid() for rows in self.sets.values()]  # every one of them
        return all(judged)

    def typed(self, more: str = "") -> dict[str, list[dict[str, Any]]]:
        """What was typed, not judged; with empty rows where more were asked for."""
        found: dict[str, list[dict[str, Any]]] = {}
        for name, rows in self.sets.items():
            found[name] = [{one: row[one].value() for one in row.fields} for row in rows.forms]
            if name == more:
                found[name] += [{} for _row in range(MORE)]
        return found

    def problems(self) -> list[tuple[str, str]]:
        return [
            (row[name].auto_id if name in row.fields else "", str(message))
            for rows in self.sets.values()
            for row in rows.forms
            for name, texts in row.errors.items()
            for message in texts
        ]

    def co_units(self, known: Mapping[str, int]) -> list[UnitEntry]:
        """`known`: agencies by their Chinese names."""
        return [
            UnitEntry(in_both(given, "name"), known.get(given["name_zh"].strip()))
            for given in self._given("co_units")
        ]

    def milestones(self) -> list[tuple[int | None, MilestoneEntry]]:
        """Steps with the position of those that stood there before."""
        return [
            (number_in(given["place"]), MilestoneEntry(in_both(given, "title"), given["due"]))
            for given in self._given("milestones")
        ]

    def indicators(self) -> list[tuple[int | None, IndicatorEntry]]:
        """Figures with the position of those that stood there before."""
        return [
            (
                number_in(given["place"]),
                IndicatorEntry(
                    in_both(given, "name"), in_both(given, "unit"), given["baseline"],
                    given["target"],
                ),
            )
            for given in self._given("indicators")
        ]  # fmt: skip

    def _given(self, name: str) -> Iterable[Mapping[str, Any]]:
        for row in self.sets[name].forms:
            if not row.is_none(row.cleaned_data):
                yield row.cleaned_data


def rows_of(
    co_units: Sequence[UnitEntry],
    milestones: Iterable[tuple[int | None, MilestoneEntry]],
    indicators: Iterable[tuple[int | None, IndicatorEntry]],
) -> dict[str, list[dict[str, Any]]]:
    """Parts as rows show them."""
    return {
        "co_units": [_both("name", one.name) for one in co_units],
        "milestones": [
            {**_both("title", one.title), "due": one.due, "place": _place(place)}
            for place, one in milestones
        ],
        "indicators": [
            {
                **_both("name", one.name),
                **_both("unit", one.unit),
                "baseline": _plain(one.baseline),
                "target": _plain(one.target),
                "place": _place(place),
            }
            for place, one in indicators
        ],
    }


def units_by_name(plan: Plan) -> dict[str, int]:
    """The directory's agencies in the list's region and below, by their Chinese names."""
    own = region(plan.region_id)
    return {one.name.get("zh", ""): one.id for one in agencies_of(own.path, below=True)}


def unit_names(plan: Plan) -> list[str]:
    """The same, to be offered while one types."""
    return [pick(one.name) for one in agencies_of(region(plan.region_id).path, below=True)]


def _counted(data: Any, prefix: str) -> Any:
    """The POST with a number of rows that can be trusted."""
    count = str(data.get(f"{prefix}-TOTAL_FORMS", ""))
    rows = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    copy = data.copy()
    copy[f"{prefix}-TOTAL_FORMS"] = str(min(rows, MOST))
    copy[f"{prefix}-INITIAL_FORMS"] = "0"
    return copy


def _both(name: str, text: Localized) -> dict[str, str]:
    return {f"{name}_zh": text.get("zh", ""), f"{name}_en": text.get("en", "")}


def _place(place: int | None) -> str:
    return "" if place is None else str(place)


def _plain(value: Decimal | None) -> str:
    return figure_words(value)
