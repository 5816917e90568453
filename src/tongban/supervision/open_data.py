"""Everything public of lists, as plain values for programs: what CSV, JSON and the open interface
are written from. Never a name or an account of a person; of words that were removed or erased, only
that they were.

Texts are objects from language to text; figures are texts of decimal numbers; days ISO 8601.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from tongban.kernel.localized import Localized
from tongban.supervision.models import (
    Assessment,
    CoUnit,
    Evidence,
    Indicator,
    Milestone,
    Observation,
    Plan,
    Reply,
    Report,
    Task,
)
from tongban.supervision.queries import Tally, TaskView

Value = str | int | bool | date | datetime | Localized | None | list["Row"] | list[Localized]
Row = dict[str, Value]

_CHUNK = 500


def plan_data(plan: Plan, tally: Tally | None = None) -> Row:
    """A list: who published it, on what ground, by which rules, and where its tasks stand."""
    told: Row = {
        "slug": plan.slug,
        "title": plan.title,
        "summary": plan.summary,
        "basis": plan.basis,
        "source": plan.source_url,
        "level": plan.level,
        "region": plan.region_id,
        "office": plan.office.name,
        "adopted_from": plan.adopted_from.slug if plan.adopted_from else None,
        "state": plan.state,
        "published_at": plan.published_at,
        "closed_at": plan.closed_at,
        "evidence_days": plan.evidence_days,
        "reply_days": plan.reply_days,
        "soon_days": plan.soon_days,
        "very_late_days": plan.very_late_days,
        "unanswered_most": plan.unanswered_most,
        "ledger_entries": plan.entries,
        "ledger_head": plan.head,
    }
    if tally is not None:
        told |= {"tasks": tally.total, "done": tally.done, "late": tally.late}
    return told


def task_data(view: TaskView) -> Row:
    """A task: what was promised, where it stands, what is claimed and what was found. Its section,
    lead and source must be loaded."""
    task = view.task
    return {
        "list": task.plan.slug,
        "code": task.code,
        "section": task.section.title if task.section else {},
        "title": task.title,
        "text": task.text,
        "deliverable": task.deliverable,
        "basis": task.basis,
        "lead": task.lead_name,
        "lead_code": task.lead.code if task.lead else "",
        "start": task.start,
        "first_due": task.first_due,
        "due": task.due,
        "days_moved": view.slip,
        "time_state": view.time.value,
        "working_days_late": view.late,
        "source_task": task.adopted_from.code if task.adopted_from else "",
        "source_due": task.adopted_from.due if task.adopted_from else None,
        "claimed_on": task.claimed_on,
        "window_until": task.window_until,
        "closed_on": task.closed_on,
        "times_reopened": task.reopened,
        "state": task.state,
        "assessed": task.assessed,
        "assessed_at": task.assessed_at,
    }


def _milestone(one: Milestone) -> Row:
    return {"title": one.title, "due": one.due, "done_on": one.done_on}


def _indicator(one: Indicator) -> Row:
    return {
        "name": one.name,
        "unit": one.unit,
        "baseline": _figure(one.baseline),
        "target": _figure(one.target),
        "actual": _figure(one.actual),
        "actual_on": one.actual_on,
    }


def _report(one: Report) -> Row:
    return {
        "report": one.pk,
        "at": one.at,
        "is_claim": one.is_claim,
        "unit": one.agency.name if one.agency else {},
        "text": one.text,
    }


def _evidence(one: Evidence) -> Row:
    return {
        "report": one.report_id,
        "kind": one.kind,
        "title": one.title,
        "url": one.url,
        "file": one.pk if one.file else None,
        "sha256": one.file.sha256 if one.file else "",
        "value": _figure(one.value),
    }


def _assessment(one: Assessment) -> Row:
    return {"at": one.at, "level": one.level, "verdict": one.verdict, "reasons": one.reasons}


def _observation(one: Observation) -> Row:
    is_shown = one.state == Observation.State.SHOWN
    return {
        "observation": str(one.pk),
        "kind": one.kind,
        "is_verified": one.is_verified,
        "at": one.at,
        "state": one.state,
        "rule": one.rule if one.state == Observation.State.REMOVED else "",
        "text": one.text if is_shown else "",
        "place": one.place if is_shown else "",
        "has_picture": is_shown and one.picture_id is not None,
        "reply_due": one.reply_due,
        "answered_at": one.answered_at,
        "seconds_verified": one.seconds_verified,
        "seconds_others": one.seconds_others,
    }


def _reply(one: Reply) -> Row:
    return {
        "observation": str(one.observation_id),
        "at": one.at,
        "unit": one.agency.name if one.agency else {},
        "text": one.text,
    }


def _co_unit(one: CoUnit) -> Row:
    return {"name": one.name, "code": one.agency.code if one.agency else ""}


_Told = Iterator[tuple[int, Row]]


def _co_units(tasks: QuerySet[Task]) -> _Told:
    found = CoUnit.objects.filter(task__in=tasks).select_related("agency")
    return ((one.task_id, _co_unit(one)) for one in found.order_by("task_id", "position"))


def _milestones(tasks: QuerySet[Task]) -> _Told:
    found = Milestone.objects.filter(task__in=tasks).order_by("task_id", "position")
    return ((one.task_id, _milestone(one)) for one in found.iterator(chunk_size=_CHUNK))


def _indicators(tasks: QuerySet[Task]) -> _Told:
    found = Indicator.objects.filter(task__in=tasks).order_by("task_id", "position")
    return ((one.task_id, _indicator(one)) for one in found.iterator(chunk_size=_CHUNK))


def _reports(tasks: QuerySet[Task]) -> _Told:
    found = Report.objects.filter(task__in=tasks).select_related("agency")
    rows = found.order_by("task_id", "at", "id").iterator(chunk_size=_CHUNK)
    return ((one.task_id, _report(one)) for one in rows)


def _pieces(tasks: QuerySet[Task]) -> _Told:
    found = Evidence.objects.filter(report__task__in=tasks).select_related("report", "file")
    rows = found.order_by("report__task_id", "report_id", "id").iterator(chunk_size=_CHUNK)
    return ((one.report.task_id, _evidence(one)) for one in rows)


def _assessments(tasks: QuerySet[Task]) -> _Told:
    found = Assessment.objects.filter(task__in=tasks).order_by("task_id", "at", "id")
    return ((one.task_id, _assessment(one)) for one in found.iterator(chunk_size=_CHUNK))


def _said(tasks: QuerySet[Task]) -> QuerySet[Observation]:
    return Observation.objects.filter(task__in=tasks).exclude(state=Observation.State.HELD)


def _observations(tasks: QuerySet[Task]) -> _Told:
    rows = _said(tasks).order_by("task_id", "at", "id").iterator(chunk_size=_CHUNK)
    return ((one.task_id, _observation(one)) for one in rows)


def _replies(tasks: QuerySet[Task]) -> _Told:
    found = Reply.objects.filter(observation__in=_said(tasks))
    found = found.select_related("agency", "observation")
    rows = found.order_by("observation__task_id", "at", "id").iterator(chunk_size=_CHUNK)
    return ((one.observation.task_id, _reply(one)) for one in rows)


# What there is of a task beside its own columns, by the name of the table.
PARTS: dict[str, Callable[[QuerySet[Task]], _Told]] = {
    "co_units": _co_units,
    "milestones": _milestones,
    "indicators": _indicators,
    "reports": _reports,
    "evidence": _pieces,
    "assessments": _assessments,
    "observations": _observations,
    "replies": _replies,
}


def parts_of(tasks: QuerySet[Task], *names: str) -> dict[int, dict[str, list[Row]]]:
    """The parts named of some tasks, by task id and name; one query for each."""
    found: dict[int, dict[str, list[Row]]] = defaultdict(lambda: {name: [] for name in names})
    for name in names:
        for task, row in PARTS[name](tasks):
            found[task][name].append(row)
    return found


def table(plan: Plan, name: str) -> Iterator[Row]:
    """A list's rows of one part, each with the number of its task, a few in memory at a time."""
    tasks = plan.tasks.order_by()
    codes = dict(tasks.values_list("pk", "code"))
    for task, row in PARTS[name](tasks):
        yield {"task": codes[task], **row}


def _figure(value: Decimal | None) -> str | None:
    """A figure as text, without the zeros that the column adds."""
    return None if value is None else f"{value.normalize():f}"
