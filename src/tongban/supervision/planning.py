"""Lists: written as drafts, taken over from other lists, published, changed in the open, closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized
from tongban.supervision import ledger
from tongban.supervision.models import CoUnit, Indicator, Milestone, Plan, Section, Task
from tongban.supervision.records import (
    Ground,
    enter,
    lock_plan,
    lock_task,
    plain,
    require_programme,
    units_in_words,
)


@dataclass(frozen=True)
class UnitEntry:
    """A responsible unit: as the document names it, and the directory's agency if it is one."""

    name: Localized
    agency_id: int | None = None


@dataclass(frozen=True)
class MilestoneEntry:
    title: Localized
    due: date | None = None


@dataclass(frozen=True)
class IndicatorEntry:
    """A figure to reach."""

    name: Localized
    unit: Localized = field(default_factory=dict)
    baseline: Decimal | None = None
    target: Decimal | None = None


@dataclass(frozen=True)
class TaskEntry:
    """A task to be put on a list. `code` is how the document numbers it."""

    code: str
    title: Localized
    lead: UnitEntry
    section: Localized = field(default_factory=dict)
    text: Localized = field(default_factory=dict)
    deliverable: Localized = field(default_factory=dict)
    basis: Localized = field(default_factory=dict)
    start: date | None = None
    due: date | None = None
    co_units: Sequence[UnitEntry] = ()
    milestones: Sequence[MilestoneEntry] = ()
    indicators: Sequence[IndicatorEntry] = ()
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanEntry:
    """A list to be made. Days are working days."""

    slug: str
    level: str
    region_code: str
    office_id: int
    title: Localized
    summary: Localized = field(default_factory=dict)
    basis: Localized = field(default_factory=dict)
    source_url: str = ""
    evidence_days: int = 10
    reply_days: int = 10
    soon_days: int = 10
    very_late_days: int = 20
    unanswered_most: int = 3


# Pages of their own beside the lists.
TAKEN = frozenset({
    "a-z", "new", "changed", "withdrawn", "rules", "digests", "verify_ledger", "adopt", "queue",
    "said", "import", "export", "template", "units", "regions", "tasks", "calendar", "evidence",
    "pictures", "observations",
})  # fmt: skip


@transaction.atomic
def make_plan(entry: PlanEntry, tasks: Sequence[TaskEntry], *, by: Officer) -> Plan:
    """A draft list with its tasks. Raises Refused."""
    if entry.slug in TAKEN:
        raise Refused("plan.slug_taken", _("This address is taken. Choose another."), field="slug")
    plan = Plan(
        slug=entry.slug,
        level=entry.level,
        region_id=entry.region_code,
        office_id=entry.office_id,
        title=dict(entry.title),
        summary=dict(entry.summary),
        basis=dict(entry.basis),
        source_url=entry.source_url,
        evidence_days=entry.evidence_days,
        reply_days=entry.reply_days,
        soon_days=entry.soon_days,
        very_late_days=entry.very_late_days,
        unanswered_most=entry.unanswered_most,
        created_at=clock.now(),
    )
    require_programme(by, plan)
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(
            "plan.slug_taken", _("Another list has this address. Choose another."), field="slug"
        ) from error
    put_tasks(plan, tasks)
    return plan


def put_tasks(plan: Plan, entries: Sequence[TaskEntry]) -> list[Task]:
    """Put tasks at the end of a draft list, in order. Raises Refused, naming the task."""
    sections = {str(plain(one.title)): one for one in plan.sections.all()}
    position = plan.tasks.count()
    made: list[Task] = []
    codes = set(plan.tasks.values_list("code", flat=True))
    for entry in entries:
        if entry.code in codes:
            raise Refused(
                "task.code_taken",
                _("The number %(code)s stands in the list twice.") % {"code": entry.code},
                field="code",
            )
        codes.add(entry.code)
        check_dates(entry.code, entry.start, entry.due)
        key = str(plain(entry.section))
        if entry.section and key not in sections:
            sections[key] = Section.objects.create(
                plan=plan, position=len(sections), title=dict(entry.section)
            )
        task = Task.objects.create(
            plan=plan,
            section=sections[key] if entry.section else None,
            code=entry.code,
            position=position + len(made),
            title=dict(entry.title),
            text=dict(entry.text),
            deliverable=dict(entry.deliverable),
            basis=dict(entry.basis),
            lead_name=dict(entry.lead.name),
            lead_id=entry.lead.agency_id,
            start=entry.start,
            due=entry.due,
            evidence=dict(entry.evidence),
        )
        put_parts(task, entry)
        made.append(task)
    return made


@transaction.atomic
def adopt(source_id: int, entry: PlanEntry, *, by: Officer) -> Plan:
    """Take a published list over as a draft of one's own, every task linked to its source.

    Leads are named as in the source and have to be given to one's own units. Raises Refused: for a
    list that is not published, or one that was, over whatever steps, taken over from this region.
    """
    source = Plan.objects.filter(pk=source_id, state=Plan.State.PUBLISHED).first()
    if source is None:
        raise Refused("plan.not_published", _("Only a published list can be taken over."))
    ancestor: Plan | None = source
    while ancestor is not None:
        if ancestor.region_id == entry.region_code:
            raise Refused(
                "plan.circular",
                _("This list was itself taken over from your region: a list cannot go round."),
            )
        ancestor = ancestor.adopted_from
    plan = make_plan(entry, [], by=by)
    plan.adopted_from = source
    plan.save(update_fields=["adopted_from"])
    for task in (
        source.tasks.order_by("position")
        .select_related("section")
        .prefetch_related("co_units", "milestones", "indicators")
    ):
        found = entry_of(task)
        (own,) = put_tasks(
            plan,
            [
                replace(
                    found,
                    lead=UnitEntry(task.lead_name),
                    co_units=[UnitEntry(one.name) for one in found.co_units],
                )
            ],
        )
        own.adopted_from = task
        own.save(update_fields=["adopted_from"])
    return plan


@transaction.atomic
def publish(plan_id: int, *, by: Officer, ground: Ground | None = None) -> Plan:
    """Publish a draft list; from now on every change is an entry of its ledger. Raises Refused."""
    plan = lock_plan(plan_id)
    require_programme(by, plan)
    if plan.state != Plan.State.DRAFT:
        raise Refused("plan.published_already", _("This list is published already."))
    tasks = list(
        plan.tasks.order_by("position").prefetch_related("co_units", "milestones", "indicators")
    )
    if not tasks:
        raise Refused("plan.empty", _("Put at least one task on the list before publishing it."))
    plan.state, plan.published_at = Plan.State.PUBLISHED, clock.now()
    plan.save(update_fields=["state", "published_at"])
    plan.tasks.update(first_due=F("due"))
    enter(
        plan,
        "list_published",
        {
            "title": plain(plan.title),
            "basis": plain(plan.basis),
            "tasks": len(tasks),
            "adopted_from": plan.adopted_from.slug if plan.adopted_from else "",
            "rules": {
                "evidence_days": plan.evidence_days,
                "reply_days": plan.reply_days,
                "unanswered_most": plan.unanswered_most,
            },
        },
        ground=ground,
    )
    for task in tasks:
        enter(plan, "task_published", stands(task), task=task)
    return plan


@transaction.atomic
def drop(task_id: int, *, ground: Ground, by: Officer) -> Task:
    """Take a task off: it stays on the page, marked, with the reason. Raises Refused."""
    task = lock_task(task_id)
    require_programme(by, task.plan)
    if task.state in (Task.State.CLOSED, Task.State.DROPPED):
        raise Refused("task.over", _("This task is over already."))
    task.state, task.closed_on = Task.State.DROPPED, clock.today()
    task.save()
    enter(task.plan, "task_dropped", {}, task=task, ground=ground)
    return task


@transaction.atomic
def close_plan(plan_id: int, *, ground: Ground, by: Officer) -> Plan:
    """Close a list whose tasks are all over. Raises Refused."""
    plan = lock_plan(plan_id)
    require_programme(by, plan)
    if plan.state != Plan.State.PUBLISHED:
        raise Refused("plan.not_published", _("This list is not published, or closed."))
    if plan.tasks.filter(state__in=[Task.State.OPEN, Task.State.CLAIMED]).exists():
        raise Refused("plan.not_done", _("Some tasks are still open. Close or drop them first."))
    enter(plan, "list_closed", {}, ground=ground)
    plan.state, plan.closed_at = Plan.State.CLOSED, clock.now()
    plan.save(update_fields=["state", "closed_at"])
    return plan


def stands(task: Task) -> dict[str, ledger.Value]:
    """All that a task promises, as its first entry holds it."""
    return {
        "title": plain(task.title),
        "text": plain(task.text),
        "deliverable": plain(task.deliverable),
        "basis": plain(task.basis),
        "lead": plain(task.lead_name),
        "co_units": units_in_words([unit.name for unit in in_order(task.co_units.all())]),
        "start": plain(task.start),
        "due": plain(task.due),
        "milestones": [
            {"title": plain(one.title), "due": plain(one.due)}
            for one in in_order(task.milestones.all())
        ],
        "indicators": [
            {
                "name": plain(one.name),
                "unit": plain(one.unit),
                "baseline": plain(one.baseline),
                "target": plain(one.target),
            }
            for one in in_order(task.indicators.all())
        ],
        "evidence": plain(task.evidence),
    }


def entry_of(task: Task) -> TaskEntry:
    """A task as it stands, as an entry."""
    return TaskEntry(
        code=task.code,
        title=task.title,
        lead=UnitEntry(task.lead_name, task.lead_id),
        section=task.section.title if task.section else {},
        text=task.text,
        deliverable=task.deliverable,
        basis=task.basis,
        start=task.start,
        due=task.due,
        co_units=[UnitEntry(one.name, one.agency_id) for one in in_order(task.co_units.all())],
        milestones=[MilestoneEntry(one.title, one.due) for one in in_order(task.milestones.all())],
        indicators=[
            IndicatorEntry(one.name, one.unit, one.baseline, one.target)
            for one in in_order(task.indicators.all())
        ],
        evidence=task.evidence,
    )


Part = TypeVar("Part", CoUnit, Milestone, Indicator)


def in_order(parts: Iterable[Part]) -> list[Part]:
    """A task's parts as they stand in it."""
    return sorted(parts, key=lambda one: one.position)


def put_parts(task: Task, entry: TaskEntry) -> None:
    CoUnit.objects.bulk_create(
        CoUnit(task=task, position=place, name=dict(unit.name), agency_id=unit.agency_id)
        for place, unit in enumerate(entry.co_units)
    )
    Milestone.objects.bulk_create(
        Milestone(task=task, position=place, title=dict(one.title), due=one.due)
        for place, one in enumerate(entry.milestones)
    )
    Indicator.objects.bulk_create(
        Indicator(
            task=task,
            position=place,
            name=dict(one.name),
            unit=dict(one.unit),
            baseline=one.baseline,
            target=one.target,
        )
        for place, one in enumerate(entry.indicators)
    )


def check_dates(code: str, start: date | None, due: date | None) -> None:
    if start and due and due < start:
        raise Refused(
            "task.dates",
            _("Task %(code)s would be due before it starts. Check both dates.") % {"code": code},
            field="due",
        )
