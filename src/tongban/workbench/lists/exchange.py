"""Lists as files: taken out, brought, looked at, taken in."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tongban.identity.api import Officer, OfficerRequest, officer_required
from tongban.kernel.cells import safe_cell
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized
from tongban.look.api import Text
from tongban.supervision.api import (
    FILE_KINDS,
    REASONS,
    Effect,
    Ground,
    Plan,
    TaskEntry,
    export_list,
    incoming,
)
from tongban.workbench.lists.common import (
    ROLES,
    GroundForm,
    Words,
    in_both,
    office_choices,
    own_plan,
    page,
    plan_for,
)
from tongban.workbench.lists.words import changed_fields

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {
    "xlsx": (XLSX, "xlsx"),
    "csv": ("application/zip", "zip"),
    "json": ("application/json", "json"),
}
MOST_BYTES = 20 * 1024 * 1024
# Of what is wrong so many rows stand on the page; all of them are in the report.
SHOWN = 50


@dataclass(frozen=True)
class Bad:
    """A cell that is wrong, in words."""

    table: str
    row: int
    column: str
    words: str
    value: str


@dataclass(frozen=True)
class Look:
    """What a file would do to one list, as the page shows it."""

    outlook: incoming.Outlook
    bad: Sequence[Bad]
    more: int
    by_reason: Sequence[tuple[str, int]]
    changed: Sequence[tuple[Effect, Localized, Sequence[tuple[Text, str, str]]]]
    added: Sequence[TaskEntry]
    loosened: int

    @property
    def is_published(self) -> bool:
        plan = self.outlook.plan
        return plan is not None and plan.state == Plan.State.PUBLISHED


class BringForm(Words):
    """A file, and where it belongs if it does not say so itself."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "An XLSX workbook, a ZIP of CSV tables, one CSV table of a list that is here, or JSON; "
            "at most 20 MB."
        ),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("This file is empty. Choose the file again."),
        },
    )
    slug = forms.SlugField(
        label=gettext_lazy("Another address"),
        help_text=gettext_lazy(
            "Only if the list is to have another address than the one in the file: that makes a "
            "copy."
        ),
        max_length=60,
        required=False,
        error_messages={"invalid": gettext_lazy("Use small letters, digits and hyphens only.")},
    )

    def __init__(self, data: Any, files: Any, plan: Plan | None) -> None:
        super().__init__(data, files)
        if plan is not None:
            del self.fields["slug"]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                _("This file is larger than 20 MB. A list is smaller."), code="large"
            )
        return upload


class OfficeForm(Words):
    """Who supervises tasks that were collected from documents."""

    office = forms.ChoiceField(
        label=pgettext_lazy("list", "Programme office"),
        help_text=gettext_lazy(
            "The file holds tasks as they are collected from documents. Each document becomes a "
            "list of this office."
        ),
    )

    def __init__(self, data: Any, officer: Officer) -> None:
        super().__init__(data)
        field = self.fields["office"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", ""), *office_choices(officer, by_code=True)]


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def bring(request: OfficerRequest) -> HttpResponse:
    """Bring a file: for a new list, or for one that is here (`?list=`)."""
    slug = request.GET.get("list", "")
    plan = own_plan(request.officer, slug) if slug else None
    form = BringForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        plan,
    )
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            kept = incoming.keep(
                upload.read(),
                upload.name or "",
                slug=plan.slug if plan else form.cleaned_data["slug"],
                by=request.officer,
            )
        except Refused as refusal:
            form.refuse(refusal, {"": "file"})
        else:
            return redirect("workbench:look_at_list_file", kept.pk)
    context = {"form": form, "plan": plan}
    return page(request, "bring.html", context, status=422 if form.errors else 200)


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def look(request: OfficerRequest, incoming_id: UUID) -> HttpResponse:
    """What is wrong with a file, or what it would do; have it done."""
    kept = incoming.brought_by(request.officer, incoming_id)
    if kept is None:
        messages.warning(request, _("This file is not here any more. Bring it again."))
        return redirect("workbench:bring_list_file")
    if "office" in request.POST:
        office = OfficeForm(request.POST, request.officer)
        if not office.is_valid():
            return _office_page(request, kept, office)
        incoming.give_office(kept, office.cleaned_data["office"])
        return redirect("workbench:look_at_list_file", kept.pk)
    try:
        looks = _looks(kept, request.officer)
    except Refused as refusal:
        if refusal.code == "import.no_office":
            return _office_page(request, kept, OfficeForm(None, request.officer))
        messages.error(request, str(refusal.message))
        return redirect("workbench:bring_list_file")
    ground = GroundForm(request.POST if request.method == "POST" else None)
    asks_why = any(one.is_published and not one.outlook.is_nothing for one in looks)
    status = 200
    if request.method == "POST":
        status = 422
        if not asks_why or ground.is_valid():
            given = ground.cleaned_data if asks_why else {"legal_basis": ""}
            why = Ground(in_both(given, "reason"), given["legal_basis"].strip())
            try:
                made = incoming.take_in(
                    kept.pk, request.POST.getlist("stamp"), ground=why, by=request.officer
                )
            except Refused as refusal:
                messages.error(request, str(refusal.message))
                looks = _looks(kept, request.officer)
            else:
                return _done(request, made)
    context = {
        "kept": kept,
        "looks": looks,
        "ground": ground if asks_why else None,
        "has_problems": any(one.bad for one in looks),
        "is_nothing": all(one.outlook.is_nothing for one in looks),
    }
    return page(request, "look.html", context, status=status)


@officer_required("programme")
@require_safe
def problems(request: OfficerRequest, incoming_id: UUID) -> HttpResponse:
    """Every cell of a file that is wrong, as a table."""
    kept = incoming.brought_by(request.officer, incoming_id)
    if kept is None:
        raise Http404
    try:
        found = incoming.outlooks(kept, by=request.officer)
    except Refused:
        raise Http404 from None
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="problems.csv"'
    answer["Cache-Control"] = "no-store, private"
    answer.write("\ufeff")
    out = csv.writer(answer)
    out.writerow([_("Sheet"), _("Row"), _("Column"), _("What is wrong"), _("What stands there")])
    for outlook in found:
        for one in _bad(outlook):
            cells = (one.table, str(one.row or ""), one.column, one.words, one.value)
            out.writerow([safe_cell(cell) for cell in cells])
    return answer


@officer_required(*ROLES)
@require_safe
def take_out(request: OfficerRequest, slug: str, kind: str) -> HttpResponse:
    """A list as a file; brought back it says the same."""
    plan = plan_for(request.officer, slug)
    if kind not in FILE_KINDS:
        raise Http404
    try:
        content = export_list(plan, kind)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("workbench:list", slug)
    media_type, suffix = TYPES[kind]
    return _file(content, f"{plan.slug}.{suffix}", media_type)


@officer_required("programme")
@require_safe
def empty(request: OfficerRequest) -> HttpResponse:
    """An empty workbook with notes on how to fill it in."""
    return _file(incoming.template(request.officer), "to-do-list.xlsx", XLSX)


def _office_page(
    request: OfficerRequest, kept: incoming.Incoming, form: OfficeForm
) -> HttpResponse:
    context = {
        "form": form,
        "title": kept.name,
        "button": gettext_lazy("Check the file"),
        "plan": None,
        "lead": "",
    }
    return page(request, "form.html", context, status=422 if form.errors else 200)


def _file(content: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store, private"
    return answer


def _done(request: OfficerRequest, made: Sequence[Plan]) -> HttpResponse:
    if len(made) == 1:
        (plan,) = made
        told = (
            _("Taken in as a draft. Nobody but your office sees it yet.")
            if plan.state == Plan.State.DRAFT
            else _("The list is changed, with your reason. Who follows it is told.")
        )
        messages.success(request, told)
        return redirect("workbench:list", plan.slug)
    words = ngettext("%(count)d draft is made.", "%(count)d drafts are made.", len(made))
    messages.success(request, words % {"count": len(made)})
    return redirect("workbench:lists")


def _looks(kept: incoming.Incoming, officer: Officer) -> list[Look]:
    found = []
    for outlook in incoming.outlooks(kept, by=officer):
        bad = _bad(outlook)
        titles = {one.code: one.title for one in outlook.entries}
        reasons = Counter(str(REASONS[one.code]) for one in outlook.problems)
        found.append(
            Look(
                outlook,
                bad[:SHOWN],
                max(0, len(bad) - SHOWN),
                reasons.most_common() if len(bad) > SHOWN else (),
                [(one, titles[one.code], changed_fields(one.changes)) for one in outlook.changed],
                outlook.added,
                sum(one.loosens for one in outlook.changed),
            )
        )
    return found


def _bad(outlook: incoming.Outlook) -> list[Bad]:
    return [
        Bad(one.table, one.row, one.column, str(REASONS[one.code]), one.value)
        for one in outlook.problems
    ]
