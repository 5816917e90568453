"""Report on a task in two minutes: a sentence or two, what it rests on, steps and figures reached.

Claiming that the task is done is the same page, with its consequence said first. Whatever is wrong
stands at its field, and nothing that was typed or uploaded is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from tongban.directory.api import workdays
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel import clock, files
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick
from tongban.kernel.models import StoredFile
from tongban.look.api import day
from tongban.supervision.api import (
    EvidenceEntry,
    Progress,
    Task,
    after_workdays,
    claim,
    report,
)
from tongban.workbench.fields import DayField
from tongban.workbench.lists.common import (
    Words,
    figure_words,
    in_both,
    kept_as,
    latest_report,
    page,
    sent_back,
    text_field,
    unit_task,
)

ROWS, MORE, MOST = 1, 2, 20


class EvidenceForm(Words):
    """One thing a report rests on. A row left empty altogether is none."""

    title = forms.CharField(
        label=gettext_lazy("What it shows"),
        max_length=200,
        required=False,
    )
    url = forms.URLField(
        label=gettext_lazy("Address on the web"),
        max_length=500,
        required=False,
        assume_scheme="https",
        error_messages={
            "invalid": gettext_lazy("Enter a whole address, such as https://www.example.org/.")
        },
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, JPG or PNG, at most 10 MB. Everybody can open it."),
        required=False,
    )
    value = forms.DecimalField(
        label=gettext_lazy("Figure"), max_digits=17, decimal_places=4, required=False
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    leave_out = forms.BooleanField(label=gettext_lazy("Leave this file out"), required=False)

    stored: StoredFile | None = None

    def keep(self, account_id: int) -> None:
        """Keep a new upload; from then on the row carries its id. An error stands at the field."""
        upload = self.files.get(self.add_prefix("file"))
        known = str(self.data.get(self.add_prefix("kept"), ""))
        if upload is not None:
            try:
                self.stored = files.store(upload, owner_id=account_id)
            except Refused as refusal:
                self.add_error("file", str(refusal.message))
        elif known in files.owned([known], account_id) and not self["leave_out"].value():
            self.stored = files.described([known]).get(known)

    def entry(self) -> EvidenceEntry | None:
        """What the row shows; None for an empty one. Errors stand at the fields."""
        given = self.cleaned_data
        url, value, title = given.get("url") or "", given.get("value"), given.get("title") or ""
        shown = [one for one in (url, self.stored, value) if one not in ("", None)]
        if not shown:
            if title and not self.errors:
                self.add_error(
                    "title", _("Add an address, a file or a figure to this, or empty the line.")
                )
            return None
        if len(shown) > 1:
            self.add_error("title", _("One thing a line: an address, a file or a figure."))
            return None
        if value is not None and not title:
            self.add_error("title", _("Say what the figure counts."))
            return None
        if self.stored is not None:
            return EvidenceEntry(title or self.stored.name, file_id=self.stored.pk)
        return EvidenceEntry(title or url[:200], url=url, value=value)


class ReportForm(Words):
    """What is said of a task, and which steps and figures are reached."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you report?"),
        choices=[
            ("progress", pgettext_lazy("report", "How it goes")),
            ("claim", pgettext_lazy("report", "It is done: we claim it")),
        ],
        initial="progress",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you report.")},
    )
    text_zh = text_field(gettext_lazy("In a sentence or two, in Chinese"))
    text_en = text_field(gettext_lazy("The same in English"), required=False)

    def __init__(self, task: Task, data: Any = None) -> None:
        super().__init__(data)
        if task.state != Task.State.OPEN:
            del self.fields["kind"]
        self.steps, self.counts = [], []
        for one in task.milestones.order_by("position"):
            if one.done_on is None:
                name = f"step_{one.position}"
                self.fields[name] = forms.BooleanField(label=pick(one.title), required=False)
                self.fields[f"{name}_on"] = DayField(
                    label=_("Reached on"), required=False, initial=clock.today()
                )
                self.steps.append((name, one))
        for figure in task.indicators.order_by("position"):
            name = f"figure_{figure.position}"
            unit = pick(figure.unit)
            self.fields[name] = forms.DecimalField(
                label=f"{pick(figure.name)} ({unit})" if unit else pick(figure.name),
                max_digits=17,
                decimal_places=4,
                required=False,
                help_text=_target_words(figure.target, figure.actual),
            )
            self.counts.append((name, figure))

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or self.cleaned_data)
        for name, _one in self.steps:
            on = given.get(f"{name}_on")
            if given.get(name) and on is not None and on > clock.today():
                self.add_error(f"{name}_on", _("This day has not come yet."))
        return given

    @property
    def is_claim(self) -> bool:
        return bool(self.cleaned_data.get("kind") == "claim")

    @property
    def milestones(self) -> Mapping[int, date]:
        """Steps that are reached now, and when."""
        given = self.cleaned_data
        return {
            one.position: given.get(f"{name}_on") or clock.today()
            for name, one in self.steps
            if given.get(name)
        }

    @property
    def figures(self) -> Mapping[int, Decimal]:
        """Figures as they are today."""
        given = self.cleaned_data
        return {one.position: given[name] for name, one in self.counts if given[name] is not None}


Rows = formset_factory(EvidenceForm, extra=0, absolute_max=MOST, max_num=MOST)


@dataclass(frozen=True)
class Consequence:
    """What claiming the task done today would mean."""

    days: int
    until: date


@officer_required("reporter")
@require_http_methods(["GET", "POST"])
def report_task(request: OfficerRequest, slug: str, task_id: int) -> HttpResponse:
    """The page, and the report or claim."""
    task = unit_task(request.officer, slug, task_id)
    if request.method == "GET":
        rows = Rows(prefix="evidence", initial=[{}] * ROWS)
        form = ReportForm(task)
        if request.GET.get("kind") == "claim" and "kind" in form.fields:
            form.initial["kind"] = "claim"
        return _page(request, task, form, rows, status=200)
    form = ReportForm(task, request.POST)
    rows = Rows(_counted(request.POST), request.FILES, prefix="evidence")
    fine = all([form.is_valid(), rows.is_valid()])
    for row in rows.forms:
        row.keep(request.officer.account_id)
    if "more" in request.POST:
        more = 0 if request.POST["more"] == "back" else MORE
        return _page(request, task, _blank(form, task), _more(rows, more), status=200)
    entries = [entry for row in rows.forms if row.is_valid() and (entry := row.entry())]
    fine = fine and not any(row.errors for row in rows.forms)
    if fine and request.POST.get("seen") != _seen(task):
        form.add_error(
            None,
            _(
                "A colleague has reported on this task meanwhile. Look at the latest report below, "
                "and send yours again if it still stands."
            ),
        )
        fine = False
    if fine:
        progress = Progress(
            in_both(form.cleaned_data, "text"), entries, form.milestones, form.figures
        )
        try:
            (claim if form.is_claim else report)(task.pk, progress, by=request.officer)
        except Refused as refusal:
            if refusal.field == "evidence":
                rows.forms[0].add_error("title", str(refusal.message))
            else:
                form.refuse(refusal)
        else:
            kept = kept_as(request, "report", task.plan, task)
            messages.success(request, _told(task, form.is_claim), extra_tags=kept)
            return redirect("workbench:list_task", slug, task.pk)
    return _page(request, task, form, rows, status=422)


def _page(
    request: OfficerRequest,
    task: Task,
    form: ReportForm,
    rows: BaseFormSet[EvidenceForm],
    *,
    status: int,
) -> HttpResponse:
    context = {
        "plan": task.plan,
        "task": task,
        "form": form,
        "steps": [(form[name], form[f"{name}_on"], one) for name, one in form.steps],
        "counts": [form[name] for name, _one in form.counts],
        "rows": rows,
        "can_add": len(rows.forms) < MOST,
        "seen": _seen(task),
        "window": _consequence(task),
        "latest": latest_report(task),
        "back": sent_back(task),
        "problems": _problems(form, rows) if status == 422 else (),
        "keep": kept_as(request, "report", task.plan, task),
        "unsaved": request.method == "POST",
    }
    return page(request, "report.html", context, status=status)


def _consequence(task: Task) -> Consequence:
    days = task.plan.evidence_days
    return Consequence(days, after_workdays(clock.today(), days, workdays()))


def _told(task: Task, is_claim: bool) -> str:
    if not is_claim:
        return _("Your report is on the task’s page, for everybody to read.")
    task.refresh_from_db()
    return _("Claimed done. Everybody may look at the evidence and object until %(day)s.") % {
        "day": day(task.window_until) if task.window_until else ""
    }


def _seen(task: Task) -> str:
    """What the reporter has looked at: how often was reported, and whether it is claimed."""
    return f"{task.reports.count()}-{task.state}"


def _counted(posted: Any) -> Any:
    """The POST with a number of rows that can be trusted."""
    count = str(posted.get("evidence-TOTAL_FORMS", ""))
    rows = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else ROWS
    data = posted.copy()
    data["evidence-TOTAL_FORMS"] = str(min(max(rows, 1), MOST))
    data["evidence-INITIAL_FORMS"] = "0"
    return data


def _blank(form: ReportForm, task: Task) -> ReportForm:
    """The same words, not yet judged."""
    fresh = ReportForm(task)
    fresh.initial = {name: form[name].value() for name in form.fields}
    return fresh


def _more(rows: BaseFormSet[EvidenceForm], more: int) -> BaseFormSet[EvidenceForm]:
    """The same rows, not yet judged, and so many empty ones."""
    typed = [
        {name: row[name].value() for name in ("title", "url", "value")}
        | {"kept": str(row.stored.pk) if row.stored else ""}
        for row in rows.forms
    ]
    fresh = Rows(prefix="evidence", initial=[*typed, *({} for _row in range(more))][:MOST])
    for row, old in zip(fresh.forms, rows.forms, strict=False):
        row.stored = old.stored
    return fresh


def _problems(form: ReportForm, rows: BaseFormSet[EvidenceForm]) -> list[tuple[str, str]]:
    found = [
        ("" if name == "__all__" else form[name].auto_id, str(message))
        for name, texts in form.errors.items()
        for message in texts
    ]
    found += [
        ("" if name == "__all__" else row[name].auto_id, str(message))
        for row in rows.forms
        for name, texts in row.errors.items()
        for message in texts
    ]
    return found


def _target_words(target: Decimal | None, actual: Decimal | None) -> str:
    parts = []
    if target is not None:
        parts.append(_("Target: %(figure)s.") % {"figure": figure_words(target)})
    if actual is not None:
        parts.append(_("Last reported: %(figure)s.") % {"figure": figure_words(actual)})
    return " ".join(parts)
