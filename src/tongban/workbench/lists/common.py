"""What the pages of to-do lists share: which list, which task, what may be done, how it is shown.

Whether an act may be done is the act's own decision; pages only leave out what would be refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy

from tongban.directory.api import AgencySummary, agencies_of, agency, regions, workdays
from tongban.identity.api import Officer, OfficerRequest
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized, pick
from tongban.look.api import LookRenderer, Text, Tone
from tongban.supervision.api import (
    TIMES,
    Assessment,
    Evidence,
    Observation,
    Plan,
    Report,
    Task,
    TaskView,
    is_of_unit,
    is_programme,
    views,
)
from tongban.workbench.lists.words import CLAIMED, PLANS
from tongban.workbench.pages import show

ROLES = ("reporter", "programme", "supervisor")
ACTIVE = "workbench:lists"
LONGEST = 2000
# Verdicts that open a task again.
BACK = (Assessment.Verdict.SENT_BACK, Assessment.Verdict.REOPENED)
# Refusals that say: this is not your task, or not your list.
_NOT_YOURS = ("task.not_yours", "plan.not_yours")


@dataclass(frozen=True)
class TaskRow:
    """A task as tables show it: its place in time, what is claimed, what was found."""

    view: TaskView
    time: Text
    time_tone: Tone
    claimed: Text
    claimed_tone: Tone
    objections: int = 0

    @property
    def task(self) -> Task:
        return self.view.task


@dataclass(frozen=True)
class Clock:
    """An observation that waits for an answer, and the working days that are left (negative: past
    them; None without a day)."""

    said: Observation
    left: int | None


@dataclass(frozen=True)
class EvidenceRow:
    """A piece of evidence, its figure written out."""

    item: Evidence
    figure: str


@dataclass(frozen=True)
class ReportRow:
    """A report with what it rests on."""

    report: Report
    evidence: Sequence[EvidenceRow]


def report_rows(reports: Iterable[Report]) -> list[ReportRow]:
    """Reports to be shown. Their evidence and its files must be loaded."""
    return [
        ReportRow(one, [EvidenceRow(item, figure_words(item.value)) for item in one.evidence.all()])
        for one in reports
    ]


def latest_report(task: Task) -> ReportRow | None:
    """The report on a task that was made last."""
    found = task.reports.prefetch_related("evidence__file").order_by("-at", "-pk")[:1]
    return next(iter(report_rows(found)), None)


def reports_to_judge(task: Task) -> list[ReportRow]:
    """The claim that stands and all that was reported since, the claim first; without a claim, the
    report that was made last."""
    if task.state == Task.State.CLAIMED:
        claim = task.reports.filter(is_claim=True).order_by("-at", "-pk").first()
        if claim is not None:
            since = task.reports.filter(at__gte=claim.at).prefetch_related("evidence__file")
            return report_rows(since.order_by("at", "pk")[:20])
    latest = latest_report(task)
    return [latest] if latest else []


def sent_back(task: Task) -> Assessment | None:
    """Why an open task is open again: the verdict that opened it, if nothing was reported since."""
    if task.state != Task.State.OPEN:
        return None
    last = task.assessments.filter(verdict__in=BACK).order_by("-at", "-pk").first()
    if last is None or task.reports.filter(at__gt=last.at).exists():
        return None
    return last


def figure_words(value: Decimal | None) -> str:
    """A figure without needless zeros; "" without one."""
    return "" if value is None else format(value.normalize(), "f")


def task_rows(tasks: Iterable[Task]) -> list[TaskRow]:
    """Tasks for a table, in their order. Their plans must be loaded."""
    return [_row(view) for view in views(tasks)]


def review_rows(tasks: Iterable[Task]) -> list[TaskRow]:
    """The same, with the objections to each that have no answer."""
    found = list(tasks)
    open_ = Observation.objects.filter(
        task__in=found,
        kind=Observation.Kind.OBJECTION,
        state=Observation.State.SHOWN,
        answered_at__isnull=True,
    ).values_list("task_id", flat=True)
    counts: dict[int, int] = {}
    for task_id in open_:
        counts[task_id] = counts.get(task_id, 0) + 1
    return [_row(view, counts.get(view.task.pk, 0)) for view in views(found)]


def clocks(said: Iterable[Observation]) -> list[Clock]:
    """Observations with what is left of their time."""
    days, today = workdays(), clock.today()
    return [Clock(one, _left(one.reply_due, today, days.count)) for one in said]


def plan_for(officer: Officer, slug: str) -> Plan:
    """A list the officer may see: a published one, or a draft of their own office.

    Raises Http404.
    """
    plan = Plan.objects.filter(slug=slug).select_related("region", "office", "adopted_from").first()
    if plan is None or (plan.state == Plan.State.DRAFT and not is_programme(officer, plan)):
        raise Http404
    return plan


def own_plan(officer: Officer, slug: str) -> Plan:
    """A list of the officer's programme office. Raises Http404, PermissionDenied."""
    plan = plan_for(officer, slug)
    if not is_programme(officer, plan):
        raise PermissionDenied
    return plan


def draft_of(officer: Officer, slug: str) -> Plan:
    """A draft of the officer's programme office. Raises Http404."""
    plan = own_plan(officer, slug)
    if plan.state != Plan.State.DRAFT:
        raise Http404
    return plan


def task_for(plan: Plan, task_id: int) -> Task:
    """A task of that list. Raises Http404."""
    found = (
        plan.tasks.select_related("lead", "section", "adopted_from__plan")
        .filter(pk=task_id)
        .first()
    )
    if found is None:
        raise Http404
    found.plan = plan
    return found


def unit_task(officer: Officer, slug: str, task_id: int) -> Task:
    """A task of a published list that the officer reports on. Raises Http404, PermissionDenied."""
    task = task_for(plan_for(officer, slug), task_id)
    if not is_of_unit(officer, task):
        raise PermissionDenied
    if task.plan.state == Plan.State.DRAFT:
        raise Http404
    return task


def kept_as(request: OfficerRequest, what: str, plan: Plan, task: Task | None = None) -> str:
    """The name under which a browser keeps what is typed there and not saved."""
    return f"{request.officer.account_id}:{what}:{plan.slug}:{task.pk if task else 'new'}"


def forbid(refusal: Refused) -> None:
    """Raises PermissionDenied for a refusal that is about who the officer is."""
    if refusal.code in _NOT_YOURS:
        raise PermissionDenied


def page(
    request: OfficerRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of this part of the workbench."""
    return show(request, f"lists/{template}", context, active=ACTIVE, status=status)


def in_both(given: Mapping[str, Any], name: str) -> Localized:
    """What was written in the fields `name_zh` and `name_en`."""
    both = {"zh": given.get(f"{name}_zh") or "", "en": given.get(f"{name}_en") or ""}
    return {language: text.strip() for language, text in both.items() if text.strip()}


def plan_tone(plan: Plan) -> Tone:
    return PLANS[plan.state]


class Words(forms.Form):
    """A form in our components; messages stand at the field."""

    default_renderer = LookRenderer()
    use_required_attribute = False

    def refuse(self, refusal: Refused, names: Mapping[str, str] | None = None) -> None:
        """Put a refusal where it belongs. Raises PermissionDenied for one about who asks."""
        forbid(refusal)
        field = (names or {}).get(refusal.field or "", refusal.field or "")
        field = field or (names or {}).get("", "")
        place = next((one for one in (field, f"{field}_zh") if one in self.fields), None)
        self.add_error(place, str(refusal.message))


def text_field(label: Text, *, rows: int = 3, required: bool = True, hint: Text = "",
               longest: int = LONGEST) -> forms.CharField:  # fmt: skip
    """Words in one language, several lines of them."""
    return forms.CharField(
        label=label,  # type: ignore[arg-type]  # lazy words
        required=required,
        help_text=hint,  # type: ignore[arg-type]
        max_length=longest,
        error_messages={"required": gettext_lazy("Write this in Chinese.")},
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class GroundForm(Words):
    """Why something is done, for everybody to read, and on what legal ground."""

    reason_zh = text_field(
        gettext_lazy("Why, in Chinese"), hint=gettext_lazy("Everybody who reads the list sees it.")
    )
    reason_en = text_field(gettext_lazy("Why, in English"), required=False)
    legal_basis = forms.CharField(
        label=gettext_lazy("Legal ground"),
        help_text=gettext_lazy("The document or article this rests on, if there is one."),
        max_length=300,
        required=False,
    )


def office_choices(
    officer: Officer, *, by_code: bool = False
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The agencies for which the officer may publish, by region; by id, or by their code."""
    seen: set[int] = set()
    for post in officer.posts_as("programme"):
        if post.agency_id is not None:
            found = [agency(post.agency_id)]
        else:
            found = list(agencies_of(post.region_path, below=True))
        new = [one for one in found if one.id not in seen]
        seen.update(one.id for one in new)
        yield from by_region(new, by_code=by_code)


def by_region(
    found: Sequence[AgencySummary], *, by_code: bool = False
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Agencies as a choice, under the names of their regions; by id, or by their code. One query,
    however many there are: a province has thousands."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in found:
        key = one.code if by_code else str(one.id)
        groups.setdefault(one.region_code, []).append((key, pick(one.name)))
    named = regions(groups)
    yield from ((pick(named[code].name), several) for code, several in groups.items())


def _row(view: TaskView, objections: int = 0) -> TaskRow:
    words, tone = TIMES[view.time]
    return TaskRow(view, words, tone, *CLAIMED[view.task.state], objections)


def _left(due: date | None, today: date, count: Any) -> int | None:
    if due is None:
        return None
    return int(count(today, due)) if due >= today else -int(count(due, today))
