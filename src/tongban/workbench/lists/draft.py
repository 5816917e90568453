"""The tasks of a draft list: added, rewritten, moved, taken off.

Steps, figures and co-responsible units are written one a line, with bars between their parts, so
that a whole task is one form, with or without scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tongban.directory.api import agencies_of, agency, region
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized
from tongban.supervision.api import (
    IndicatorEntry,
    MilestoneEntry,
    Plan,
    Task,
    TaskEntry,
    UnitEntry,
    add_task,
    edit_task,
    move_task,
    remove_task,
)
from tongban.workbench.lists.change import TaskWords, unit_choices
from tongban.workbench.lists.common import draft_of, figure_words, in_both, page, task_for
from tongban.workbench.pages import number_in

_LARGEST = Decimal(10) ** 14


class DraftTaskForm(TaskWords):
    """A whole task."""

    code = forms.CharField(
        label=gettext_lazy("Number in the list"),
        help_text=gettext_lazy("As the document numbers it, such as 3.1."),
        max_length=20,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
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
    co_units = forms.CharField(
        label=gettext_lazy("Co-responsible units"),
        help_text=gettext_lazy("One a line: name in Chinese | name in English."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    milestones = forms.CharField(
        label=gettext_lazy("Steps on the way"),
        help_text=gettext_lazy("One a line: step in Chinese | in English | 2027-03-31."),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    indicators = forms.CharField(
        label=gettext_lazy("Figures to reach"),
        help_text=gettext_lazy(
            "One a line: name in Chinese | in English | unit in Chinese | in English | figure at "
            "the start | target."
        ),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = (
        "code", "title_zh", "title_en", "section_zh", "section_en", "lead", "lead_name_zh",
        "lead_name_en", "co_units", "start", "due", "text_zh", "text_en", "deliverable_zh",
        "deliverable_en", "basis_zh", "basis_en", "milestones", "indicators",
    )  # fmt: skip

    def __init__(self, plan: Plan, data: Any = None, task: Task | None = None) -> None:
        super().__init__(data, initial=_now(task) if task else {"code": _next_code(plan)})
        self.plan, self.task = plan, task
        field = self.fields["lead"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = unit_choices(plan)

    def clean_milestones(self) -> list[MilestoneEntry]:
        return [
            MilestoneEntry(_two(zh, en), _day(on))
            for zh, en, on in _lines(self.cleaned_data["milestones"], 3)
        ]

    def clean_indicators(self) -> list[IndicatorEntry]:
        return [
            IndicatorEntry(_two(zh, en), _two(unit_zh, unit_en), _figure(base), _figure(target))
            for zh, en, unit_zh, unit_en, base, target in _lines(self.cleaned_data["indicators"], 6)
        ]

    def clean_co_units(self) -> list[UnitEntry]:
        lines = _lines(self.cleaned_data["co_units"], 2)
        known: dict[str, int] = {}
        if lines:
            own = region(self.plan.region_id)
            known = {one.name.get("zh", ""): one.id for one in agencies_of(own.path, below=True)}
            if self.task:
                known |= {
                    unit.name.get("zh", ""): unit.agency_id
                    for unit in self.task.co_units.all()
                    if unit.agency_id
                }
        return [UnitEntry(_two(zh, en), known.get(zh)) for zh, en in lines]

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or self.cleaned_data)
        if not given.get("lead") and not given.get("lead_name_zh"):
            self.add_error("lead", _("Choose the lead unit, or write its name below."))
        return given

    def entry(self) -> TaskEntry:
        """The task as it was written."""
        given = self.cleaned_data
        agency_id = number_in(given["lead"])
        name = in_both(given, "lead_name") or (agency(agency_id).name if agency_id else {})
        return TaskEntry(
            code=given["code"],
            title=in_both(given, "title"),
            lead=UnitEntry(name, agency_id),
            section=in_both(given, "section"),
            text=in_both(given, "text"),
            deliverable=in_both(given, "deliverable"),
            basis=in_both(given, "basis"),
            start=given["start"],
            due=given["due"],
            co_units=given["co_units"],
            milestones=given["milestones"],
            indicators=given["indicators"],
            evidence=self.task.evidence if self.task else {},
        )


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def add(request: OfficerRequest, slug: str) -> HttpResponse:
    """Put a task on a draft."""
    plan = draft_of(request.officer, slug)
    form = DraftTaskForm(plan, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            add_task(plan.pk, form.entry(), by=request.officer)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The task is on the draft."))
            again = "another" in request.POST
            return redirect("workbench:add_list_task" if again else "workbench:list", plan.slug)
    return _page(request, plan, form, None)


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def edit(request: OfficerRequest, slug: str, task_id: int) -> HttpResponse:
    """Rewrite a task of a draft."""
    plan = draft_of(request.officer, slug)
    task = task_for(plan, task_id)
    form = DraftTaskForm(plan, request.POST if request.method == "POST" else None, task)
    if request.method == "POST" and form.is_valid():
        seen = number_in(request.POST.get("revision"))
        try:
            edit_task(
                task.pk,
                form.entry(),
                revision=task.revision if seen is None else seen,
                by=request.officer,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("workbench:list", plan.slug)
    return _page(request, plan, form, task)


@officer_required("programme")
@require_POST
def arrange(request: OfficerRequest, slug: str, task_id: int) -> HttpResponse:
    """Move a task of a draft up or down, or take it off."""
    plan = draft_of(request.officer, slug)
    task = task_for(plan, task_id)
    try:
        if request.POST.get("act") == "remove":
            remove_task(task.pk, by=request.officer)
            messages.success(
                request, _("Task %(code)s is taken off the draft.") % {"code": task.code}
            )
        else:
            move_task(task.pk, later=request.POST.get("act") == "down", by=request.officer)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("workbench:list", plan.slug)


def _page(
    request: OfficerRequest, plan: Plan, form: DraftTaskForm, task: Task | None
) -> HttpResponse:
    context = {"plan": plan, "form": form, "task": task}
    return page(request, "draft_task.html", context, status=422 if form.errors else 200)


def _now(task: Task) -> dict[str, Any]:
    """A task as the form shows it."""
    found: dict[str, Any] = {
        "code": task.code, "start": task.start, "due": task.due, "lead": task.lead_id or "",
    }  # fmt: skip
    texts: dict[str, Localized] = {
        name: getattr(task, name) for name in ("title", "text", "deliverable", "basis")
    }
    texts["section"] = task.section.title if task.section else {}
    if task.lead is None or task.lead.name != task.lead_name:
        texts["lead_name"] = task.lead_name
    for name, text in texts.items():
        for language in ("zh", "en"):
            found[f"{name}_{language}"] = text.get(language, "")
    found["co_units"] = _written([_both(one.name) for one in task.co_units.order_by("position")])
    found["milestones"] = _written(
        [*_both(one.title), one.due.isoformat() if one.due else ""]
        for one in task.milestones.order_by("position")
    )
    found["indicators"] = _written(
        [*_both(one.name), *_both(one.unit), figure_words(one.baseline), figure_words(one.target)]
        for one in task.indicators.order_by("position")
    )
    return found


def _next_code(plan: Plan) -> str:
    """The number after the last one, where they are plain numbers."""
    codes = [int(code) for code in plan.tasks.values_list("code", flat=True) if code.isdecimal()]
    return str(max(codes, default=0) + 1)


def _lines(text: str, parts: int) -> list[list[str]]:
    """Lines of parts with bars between them, empty parts added. Raises ValidationError."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        pieces = [piece.strip() for piece in line.replace("｜", "|").split("|")]
        if not any(pieces):
            continue
        if len(pieces) > parts or not pieces[0]:
            raise forms.ValidationError(
                _("Line %(number)d: at most %(parts)d parts, the first of them in Chinese.")
                % {"number": number, "parts": parts}
            )
        found.append(pieces + [""] * (parts - len(pieces)))
    return found


def _two(zh: str, en: str) -> Localized:
    return {language: text for language, text in (("zh", zh), ("en", en)) if text}


def _both(text: Localized) -> list[str]:
    return [text.get("zh", ""), text.get("en", "")]


def _written(rows: Any) -> str:
    lines: list[Sequence[str]] = list(rows)
    return "\n".join(" | ".join(line).rstrip(" |") for line in lines)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise forms.ValidationError(
            _("“%(text)s” is no day. Write it as 2027-03-31.") % {"text": text[:40]}
        ) from None


def _figure(text: str) -> Decimal | None:
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        value = Decimal("NaN")
    if value is not None and not (value.is_finite() and abs(value) < _LARGEST):
        raise forms.ValidationError(_("“%(text)s” is no figure.") % {"text": text[:40]})
    return value
