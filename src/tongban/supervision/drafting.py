"""Lists while they are drafts: tasks are added, rewritten, moved, taken off. Nobody but the
programme office sees any of it, so the ledger begins with the publication."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tongban.identity.api import Officer
from tongban.kernel.errors import Refused
from tongban.supervision.models import Plan, Section, Task
from tongban.supervision.planning import PlanEntry, TaskEntry, check_dates, put_parts, put_tasks
from tongban.supervision.records import lock_plan, plain, require_programme


@transaction.atomic
def add_task(plan_id: int, entry: TaskEntry, *, by: Officer) -> Task:
    """Put a task at the end of a draft list. Raises Refused."""
    (made,) = put_tasks(_draft(plan_id, by), [entry])
    return made


@transaction.atomic
def edit_task(task_id: int, entry: TaskEntry, *, revision: int, by: Officer) -> Task:
    """Rewrite a task of a draft list. `revision`: of the task as it was read. Raises Refused."""
    task = _task(task_id, by)
    if task.revision != revision:
        raise Refused(
            "task.changed_meanwhile",
            _("A colleague has changed task %(code)s meanwhile. Look at it again.")
            % {"code": task.code},
        )
    check_dates(entry.code, entry.start, entry.due)
    task.code, task.section = entry.code, _section(task.plan, entry)
    task.title, task.text = dict(entry.title), dict(entry.text)
    task.deliverable, task.basis = dict(entry.deliverable), dict(entry.basis)
    task.lead_name, task.lead_id = dict(entry.lead.name), entry.lead.agency_id
    task.start, task.due, task.evidence = entry.start, entry.due, dict(entry.evidence)
    task.revision += 1
    try:
        with transaction.atomic():
            task.save()
    except IntegrityError as error:
        raise Refused(
            "task.code_taken",
            _("The number %(code)s stands in the list twice.") % {"code": entry.code},
            field="code",
        ) from error
    for parts in (task.co_units, task.milestones, task.indicators):
        parts.all().delete()
    put_parts(task, entry)
    return task


@transaction.atomic
def remove_task(task_id: int, *, by: Officer) -> None:
    """Take a task off a draft list. Raises Refused."""
    task = _task(task_id, by)
    behind = task.plan.tasks.filter(position__gt=task.position).order_by("position")
    task.delete()
    for one in behind:
        one.position -= 1
        one.save(update_fields=["position"])


@transaction.atomic
def move_task(task_id: int, *, later: bool, by: Officer) -> None:
    """Let a task of a draft list change places with its neighbour. Raises Refused."""
    task = _task(task_id, by)
    others = task.plan.tasks.exclude(pk=task.pk)
    neighbour = (
        others.filter(position__gte=task.position).order_by("position", "pk").first()
        if later
        else others.filter(position__lte=task.position).order_by("-position", "-pk").first()
    )
    if neighbour is None:
        return
    task.position, neighbour.position = neighbour.position, task.position
    task.save(update_fields=["position"])
    neighbour.save(update_fields=["position"])


def put_in_order(plan: Plan, codes: Sequence[str]) -> None:
    """Let the tasks of a locked draft follow one another so, and its sections as they come in it;
    sections that no task is in any more leave."""
    tasks = {task.code: task for task in plan.tasks.select_related("section")}
    sections: dict[int, Section] = {}
    for place, code in enumerate(codes):
        task = tasks[code]
        task.position = place
        task.save(update_fields=["position"])
        if task.section is not None:
            sections.setdefault(task.section.pk, task.section)
    plan.sections.exclude(pk__in=sections).delete()
    for shift in (len(sections) + plan.sections.count(), 0):  # one place holds one section
        for place, section in enumerate(sections.values()):
            plan.sections.filter(pk=section.pk).update(position=place + shift)


@transaction.atomic
def edit_plan(plan_id: int, entry: PlanEntry, *, by: Officer) -> Plan:
    """Rewrite what a draft list says of itself; its address, region and office stay.

    Raises Refused.
    """
    plan = _draft(plan_id, by)
    plan.title, plan.summary, plan.basis = (
        dict(entry.title),
        dict(entry.summary),
        dict(entry.basis),
    )
    plan.level, plan.source_url = entry.level, entry.source_url
    plan.evidence_days, plan.reply_days = entry.evidence_days, entry.reply_days
    plan.soon_days, plan.very_late_days = entry.soon_days, entry.very_late_days
    plan.unanswered_most = entry.unanswered_most
    plan.save()
    return plan


@transaction.atomic
def discard_plan(plan_id: int, *, by: Officer) -> None:
    """Throw a draft list away. Raises Refused."""
    plan = _draft(plan_id, by)
    plan.tasks.all().delete()
    plan.delete()


def _draft(plan_id: int, by: Officer) -> Plan:
    plan = lock_plan(plan_id)
    require_programme(by, plan)
    if plan.state != Plan.State.DRAFT:
        raise Refused(
            "plan.published_already",
            _("This list is published: what changes in it now changes in the open, with a reason."),
        )
    return plan


def _task(task_id: int, by: Officer) -> Task:
    found = Task.objects.filter(pk=task_id).values_list("plan_id", flat=True).first()
    if found is None:
        raise Refused("task.not_found", _("There is no such task."))
    plan = _draft(found, by)
    task = Task.objects.select_for_update(of=("self",)).filter(pk=task_id).first()
    if task is None:
        raise Refused("task.not_found", _("There is no such task."))
    task.plan = plan
    return task


def _section(plan: Plan, entry: TaskEntry) -> Section | None:
    if not entry.section:
        return None
    wanted = plain(entry.section)
    for section in plan.sections.all():
        if plain(section.title) == wanted:
            return section
    return Section.objects.create(
        plan=plan, position=plan.sections.count(), title=dict(entry.section)
    )
