"""A list of the programme office: made, taken over, published with a look at what the public will
see, closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tongban.directory.api import agency
from tongban.identity.api import Officer, OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.supervision.api import (
    Ground,
    Plan,
    PlanEntry,
    adopt,
    close_plan,
    discard_plan,
    edit_plan,
    is_programme,
    loosens,
    make_plan,
    publish,
    published_plans,
    tally,
)
from tongban.workbench.lists.common import (
    ROLES,
    GroundForm,
    TaskRow,
    Words,
    draft_of,
    figure_words,
    in_both,
    office_choices,
    own_plan,
    page,
    plan_for,
    plan_tone,
    task_rows,
    text_field,
)
from tongban.workbench.pages import number_in

DAYS = ("evidence_days", "reply_days", "soon_days", "very_late_days", "unanswered_most")


def _days(label: Any, hint: Any, usual: int, least: int = 1) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=hint, initial=usual, min_value=least, max_value=250,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-5"}),
    )  # fmt: skip


class ListForm(Words):
    """What a list says of itself, and its rules."""

    title_zh = forms.CharField(label=gettext_lazy("Title, in Chinese"), max_length=300)
    title_en = forms.CharField(
        label=gettext_lazy("Title, in English"), max_length=300, required=False
    )
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=Plan.Level.choices)
    summary_zh = text_field(gettext_lazy("What it is about, in Chinese"), required=False)
    summary_en = text_field(gettext_lazy("What it is about, in English"), required=False)
    basis_zh = text_field(gettext_lazy("The document it rests on, in Chinese"), rows=2,
                          required=False)  # fmt: skip
    basis_en = text_field(gettext_lazy("The document it rests on, in English"), rows=2,
                          required=False)  # fmt: skip
    source_url = forms.URLField(
        label=gettext_lazy("Address of that document"), max_length=500, required=False,
        assume_scheme="https",
    )  # fmt: skip
    evidence_days = _days(
        gettext_lazy("Evidence window"),
        gettext_lazy("Working days in which everybody may look at a claim before it is closed."),
        10,
    )
    reply_days = _days(
        gettext_lazy("Time to answer"),
        gettext_lazy("Working days a unit has to answer an observation."),
        10,
    )
    soon_days = _days(
        gettext_lazy("Due soon"), gettext_lazy("So many working days before the due date."), 10
    )
    very_late_days = _days(
        gettext_lazy("Very overdue"), gettext_lazy("So many working days after the due date."), 20
    )
    unanswered_most = _days(
        gettext_lazy("Unanswered observations"),
        gettext_lazy("With so many on one task the superior is told."),
        3,
    )


class NewListForm(ListForm):
    """A list to be made: where, under which address."""

    office = forms.ChoiceField(
        label=pgettext_lazy("list", "Programme office"),
        help_text=gettext_lazy("It publishes, assesses and closes. The list is of its region."),
    )
    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy(
            "Small letters, digits and hyphens, such as services-2027. It names the list’s ledger "
            "and stays for ever."
        ),
        max_length=60,
        error_messages={"invalid": gettext_lazy("Use small letters, digits and hyphens only.")},
    )
    field_order = ("title_zh", "title_en", "office", "slug", "level")

    def __init__(self, data: Any, officer: Officer, **given: Any) -> None:
        super().__init__(data, **given)
        field = self.fields["office"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(office_choices(officer))

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if slug != slug.lower() or "_" in slug:
            raise forms.ValidationError(_("Use small letters, digits and hyphens only."))
        return slug


@officer_required(*ROLES)
def list_page(request: OfficerRequest, slug: str) -> HttpResponse:
    """A list with all its tasks: a draft to be written, or a published one to be worked on."""
    plan = plan_for(request.officer, slug)
    office = is_programme(request.officer, plan)
    rows = task_rows(_tasks(plan))
    is_draft = plan.state == Plan.State.DRAFT
    context = {
        "plan": plan,
        "tone": plan_tone(plan),
        "rows": rows,
        "tally": tally([row.view for row in rows]),
        "is_draft": is_draft,
        "can_write": office and is_draft,
        "can_change": office and plan.state == Plan.State.PUBLISHED,
        "can_close": office
        and plan.state == Plan.State.PUBLISHED
        and all(row.task.state in ("closed", "dropped") for row in rows),
        "can_adopt": plan.state == Plan.State.PUBLISHED and request.officer.has_role("programme"),
    }
    return page(request, "list.html", context)


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def new_list(request: OfficerRequest) -> HttpResponse:
    """Make a draft list."""
    form = NewListForm(request.POST if request.method == "POST" else None, request.officer)
    if request.method == "POST" and form.is_valid():
        try:
            plan = make_plan(_entry(form.cleaned_data), [], by=request.officer)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The draft is made. Nobody but your office sees it yet."))
            return redirect("workbench:list", plan.slug)
    return _form_page(request, form, gettext_lazy("Make a list"), gettext_lazy("Make the draft"))


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def adopt_list(request: OfficerRequest, slug: str) -> HttpResponse:
    """Take a published list over as a draft of one's own."""
    source = plan_for(request.officer, slug)
    if source not in published_plans():
        raise Http404
    start = {name: getattr(source, name) for name in (*DAYS, "level", "source_url")}
    for name in ("title", "summary", "basis"):
        for language in ("zh", "en"):
            start[f"{name}_{language}"] = getattr(source, name).get(language, "")
    form = NewListForm(
        request.POST if request.method == "POST" else None, request.officer, initial=start
    )
    if request.method == "POST" and form.is_valid():
        try:
            plan = adopt(source.pk, _entry(form.cleaned_data), by=request.officer)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request,
                _("Taken over as a draft. Give each task a lead unit of your own, then publish."),
            )
            return redirect("workbench:list", plan.slug)
    return _form_page(
        request,
        form,
        gettext_lazy("Take this list over"),
        gettext_lazy("Take it over as a draft"),
        plan=source,
        lead=gettext_lazy(
            "Every task stays linked to its source. Dates may be earlier than there; a later date "
            "shows on the page for ever."
        ),
    )


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def settings_of_list(request: OfficerRequest, slug: str) -> HttpResponse:
    """What a draft says of itself."""
    plan = draft_of(request.officer, slug)
    now = {name: getattr(plan, name) for name in (*DAYS, "level", "source_url")}
    for name in ("title", "summary", "basis"):
        for language in ("zh", "en"):
            now[f"{name}_{language}"] = getattr(plan, name).get(language, "")
    form = ListForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "slug": plan.slug, "office": plan.office_id}
        try:
            edit_plan(plan.pk, _entry(given), by=request.officer)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("workbench:list", plan.slug)
    return _form_page(
        request, form, gettext_lazy("What the list says of itself"), gettext_lazy("Save"), plan=plan
    )


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def publish_list(request: OfficerRequest, slug: str) -> HttpResponse:
    """Look at what the public will see and at what may be missing; publish."""
    plan = draft_of(request.officer, slug)
    problem = ""
    if request.method == "POST":
        try:
            publish(plan.pk, by=request.officer)
        except Refused as refusal:
            problem = str(refusal.message)
        else:
            messages.success(
                request, _("Published. From now on every change stands in the list’s ledger.")
            )
            return redirect("workbench:list", plan.slug)
    rows = task_rows(_tasks(plan, "co_units", "milestones", "indicators"))
    warned = [(row, list(_doubts(row.task))) for row in rows]
    context = {
        "plan": plan,
        "rows": [Promised.of(row) for row in rows],
        "doubts": [(row, found) for row, found in warned if found],
        "problem": problem,
    }
    return page(request, "publish.html", context, status=422 if problem else 200)


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def close_list(request: OfficerRequest, slug: str) -> HttpResponse:
    """Close a list whose tasks are all over."""
    plan = own_plan(request.officer, slug)
    if plan.state != Plan.State.PUBLISHED:
        raise Http404
    form = GroundForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        ground = Ground(in_both(given, "reason"), given["legal_basis"].strip())
        try:
            close_plan(plan.pk, ground=ground, by=request.officer)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The list is closed. It stays where it is, to be read."))
            return redirect("workbench:list", plan.slug)
    return _form_page(
        request,
        form,
        gettext_lazy("Close the list"),
        gettext_lazy("Close the list"),
        plan=plan,
        lead=gettext_lazy("All its tasks are over. Nothing can be changed in it after that."),
    )


@officer_required("programme")
@require_POST
def discard_list(request: OfficerRequest, slug: str) -> HttpResponse:
    """Throw a draft away."""
    plan = draft_of(request.officer, slug)
    try:
        discard_plan(plan.pk, by=request.officer)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("workbench:list", plan.slug)
    messages.success(request, _("The draft is thrown away."))
    return redirect("workbench:lists")


def _form_page(
    request: OfficerRequest, form: Words, title: Any, button: Any, *, plan: Plan | None = None,
    lead: Any = "",
) -> HttpResponse:  # fmt: skip
    context = {"form": form, "title": title, "button": button, "plan": plan, "lead": lead}
    return page(request, "form.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True)
class Promised:
    """A task as everybody will read it, with who shares in it, its steps and its figures."""

    row: TaskRow
    co_units: Sequence[Any]
    steps: Sequence[Any]
    figures: Sequence[tuple[Any, str, str]]  # with the figure at the beginning and the one to reach

    @classmethod
    def of(cls, row: TaskRow) -> Promised:
        """Of a row whose task's parts are loaded."""
        task, place = row.task, attrgetter("position")
        return cls(
            row,
            sorted(task.co_units.all(), key=place),
            sorted(task.milestones.all(), key=place),
            [
                (one, figure_words(one.baseline), figure_words(one.target))
                for one in sorted(task.indicators.all(), key=place)
            ],
        )


def _tasks(plan: Plan, *parts: str) -> Iterator[Any]:
    found = plan.tasks.select_related("section", "lead", "adopted_from").order_by("position", "pk")
    for task in found.prefetch_related(*parts):
        task.plan = plan
        yield task


def _doubts(task: Any) -> Iterator[str]:
    """What a publisher may have forgotten; none of it is in the way."""
    if task.due is None:
        yield _("It has no due date.")
    if task.lead_id is None:
        yield _("Its lead unit is not one of the directory: nobody can report on it.")
    if not task.title.get("en"):
        yield _("It has no English title.")
    if task.adopted_from is not None and loosens(task.adopted_from.due, task.due):
        yield _("It is due later than in the list it comes from. The page will show that.")


def _entry(given: Mapping[str, Any]) -> PlanEntry:
    office = agency(number_in(str(given["office"])) or 0)
    return PlanEntry(
        slug=given["slug"],
        level=given["level"],
        region_code=office.region_code,
        office_id=office.id,
        title=in_both(given, "title"),
        summary=in_both(given, "summary"),
        basis=in_both(given, "basis"),
        source_url=given["source_url"],
        **{name: given[name] for name in DAYS},
    )
