"""Files of lists that officers bring: kept for a day, looked at, and only then taken in.

A file makes a new draft, rewrites a draft that has its address, or changes a published list: then
every change is an entry of the ledger, all with one reason. All of a file is taken in, or nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.directory.api import find_agency
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized
from tongban.supervision.changing import (
    Change,
    Effect,
    add_to_published,
    change,
    effects,
)
from tongban.supervision.drafting import edit_plan, edit_task, put_in_order
from tongban.supervision.exchange import problems_in_order, resolved, tables_of_plan
from tongban.supervision.exchange_files import read
from tongban.supervision.exchange_policy import documents_in, tables_by_document
from tongban.supervision.exchange_tables import PARTS, Checked, Line, Problem, Row, check
from tongban.supervision.exchange_template import template
from tongban.supervision.matching import values_of
from tongban.supervision.models import Incoming, Plan, Task
from tongban.supervision.planning import PlanEntry, TaskEntry, make_plan, put_tasks
from tongban.supervision.records import Ground, is_programme, require_programme

KEPT = timedelta(days=1)
Tables = Mapping[str, Sequence[Line]]


@dataclass(frozen=True)
class Outlook:
    """What a file would do to one list, or what is wrong with it.

    `plan`: the list it changes; None if it makes a draft. `added`, `changed`: tasks. `gone`: tasks
    that the file does not have; a draft loses them, a published list keeps them. `left`: what a
    file cannot change in a published list and would ("head", "section"). `stamp`: of the list as
    it was looked at.
    """

    entry: PlanEntry | None
    plan: Plan | None
    tasks: int
    problems: Sequence[Problem] = ()
    added: Sequence[TaskEntry] = ()
    changed: Sequence[Effect] = ()
    changes: Sequence[Change] = ()
    gone: Sequence[Task] = ()
    left: frozenset[str] = frozenset()
    stamp: str = ""
    entries: Sequence[TaskEntry] = field(default=(), repr=False)

    @property
    def is_nothing(self) -> bool:
        """Whether the list says all of it already."""
        if self.plan is None or self.problems:
            return False
        is_draft = self.plan.state == Plan.State.DRAFT
        return not (self.added or self.changed or (is_draft and (self.gone or self.left)))


def keep(content: bytes, name: str, *, slug: str = "", by: Officer) -> Incoming:
    """Keep a file until its officer has looked at what it would do. `slug`: of the list that it is
    brought to, or another address than the file's.

    Raises Refused for a file that is no list.
    """
    Incoming.objects.filter(at__lt=clock.now() - KEPT).delete()
    brought = Incoming(
        account_id=by.account_id, name=name[-120:], content=content, slug=slug, at=clock.now()
    )
    if documents_in(content, name) is None:
        _tables(brought)
    brought.save()
    return brought


def give_office(brought: Incoming, code: str) -> None:
    """Say which agency supervises tasks that were collected from documents, by its code."""
    brought.office = code
    brought.save(update_fields=["office"])


def brought_by(officer: Officer, incoming_id: UUID) -> Incoming | None:
    """A file that this officer has brought, within the last day."""
    return Incoming.objects.filter(
        pk=incoming_id, account_id=officer.account_id, at__gte=clock.now() - KEPT
    ).first()


def outlooks(brought: Incoming, *, by: Officer) -> list[Outlook]:
    """What a file would do: one outlook for each list in it. Changes nothing. Raises Refused."""
    return [_outlook(tables, brought.slug, by) for tables in _tables(brought)]


@transaction.atomic
def take_in(
    incoming_id: UUID, stamps: Sequence[str], *, ground: Ground | None = None, by: Officer
) -> list[Plan]:
    """Take a file in, as it was looked at (`stamps`, of its outlooks). `ground`: why, if it changes
    a published list. Raises Refused."""
    brought = (
        Incoming.objects.select_for_update()
        .filter(pk=incoming_id, account_id=by.account_id)
        .first()
    )
    if brought is None:
        raise Refused("import.gone", _("This file is not here any more. Bring it again."))
    made = []
    found = outlooks(brought, by=by)
    if [one.stamp for one in found] != list(stamps):
        raise Refused(
            "import.changed_meanwhile",
            _("A colleague has changed the list meanwhile. Look at what the file does now."),
        )
    for one in found:
        if one.problems or one.entry is None:
            raise Refused("import.problems", _("Mend the file first: nothing was taken in."))
        if one.plan is None:
            made.append(make_plan(one.entry, one.entries, by=by))
        elif one.plan.state == Plan.State.DRAFT:
            made.append(_rewrite(one, one.entry, one.plan, by))
        else:
            made.append(_change(one, one.plan, ground or Ground({}), by))
    brought.delete()
    return made


def _tables(brought: Incoming) -> list[Tables]:
    content = bytes(brought.content)
    tasks = documents_in(content, brought.name)
    if tasks is None:
        return [read(content, brought.name)]
    office = find_agency(brought.office) if brought.office else None
    if office is None:
        raise Refused(
            "import.no_office",
            _("These are tasks of documents. Choose the programme office that supervises them."),
            field="office",
        )
    try:
        lists = tables_by_document(tasks, region=office.region_code, office=office.code)
    except (ValueError, AttributeError):
        raise Refused(
            "file.no_document", _("A task of this file names no document with its number.")
        ) from None
    return list(lists)


def _outlook(tables: Tables, slug: str, by: Officer) -> Outlook:
    named = slug or next((one.cells.get("slug", "") for one in tables.get("list", ())), "")
    plan = Plan.objects.filter(slug=named).select_related("office").first() if named else None
    if plan is not None and is_programme(by, plan) and plan.state != Plan.State.CLOSED:
        # What the file does not have stays as it is: a table may come alone.
        tables = {**tables_of_plan(plan), **tables}
        return _onto(plan, tables, slug)
    checked = check(tables)
    found = resolved(checked)
    count = len(tables.get("tasks", ()))
    if found is None:
        return Outlook(None, None, count, problems_in_order(checked))
    entry = replace(found[0], slug=slug or found[0].slug)
    row = checked.rows["list"][0].number
    try:
        with transaction.atomic():
            make_plan(entry, found[1], by=by)
            transaction.set_rollback(True)
    except Refused as refusal:
        problem = Problem("list", row, refusal.field or "office", "refused", str(refusal.message))
        return Outlook(entry, None, count, [problem])
    return Outlook(entry, None, count, added=found[1], entries=found[1], stamp="new")


def _onto(plan: Plan, tables: Tables, slug: str) -> Outlook:
    """What tables would do to a list that is there."""
    checked = check(tables)
    found = resolved(checked)
    count = len(tables.get("tasks", ()))
    if found is None:
        return Outlook(None, plan, count, problems_in_order(checked))
    entry = replace(found[0], slug=slug or found[0].slug)
    problems = []
    if (entry.region_code, entry.office_id) != (plan.region_id, plan.office_id):
        row = checked.rows["list"][0]
        problems.append(Problem("list", row.number, "office", "other_office", row.words["office"]))
    now = {
        task.code: task
        for task in plan.tasks.order_by("position", "pk")
        .select_related("section")
        .prefetch_related("co_units", "milestones", "indicators")
    }
    is_draft = plan.state == Plan.State.DRAFT
    added, changed, changes = [], [], []
    left = {"head"} if _head(entry) != _head(_head_of(plan)) else set()
    for row, new in zip(checked.rows["tasks"], found[1], strict=True):
        task = now.get(new.code)
        if task is None:
            added.append(new)
            continue
        one = Change(task.pk, task.revision, values_of(task, new))
        moves = _texts(new.section) != _texts(task.section.title if task.section else {})
        if moves:
            left.add("section")
        if not one.values:
            continue
        try:
            changed += effects(plan, [one])
        except Refused as refusal:
            problems.append(_refused(refusal, row, checked))
        changes.append(one)
    codes = {new.code for new in found[1]}
    if is_draft and [new.code for new in found[1] if new.code in now] != [
        code for code in now if code in codes
    ]:
        left.add("order")
    return Outlook(
        entry, plan, count, problems, added, changed, changes,
        [task for code, task in now.items() if code not in codes], frozenset(left),
        _stamp(plan), found[1],
    )  # fmt: skip


def _refused(refusal: Refused, task: Row, checked: Checked) -> Problem:
    """A change that the list refuses, at the row that asks for it."""
    table = refusal.field if refusal.field in PARTS else "tasks"
    rows = (one for one in checked.rows[table] if one.words.get("task") == task.words["code"])
    row = next(rows, task) if table != "tasks" else task
    column = "" if table != "tasks" else refusal.field or ""
    return Problem(table, row.number, column, "refused", str(refusal.message))


def _stamp(plan: Plan) -> str:
    tables = tables_of_plan(plan)
    cells = {name: [line.cells for line in lines] for name, lines in tables.items()}
    return sha256(json.dumps([plan.pk, plan.state, cells]).encode()).hexdigest()


def _rewrite(one: Outlook, entry: PlanEntry, plan: Plan, by: Officer) -> Plan:
    """Make a draft say what the file says, task by task, so that a task stays linked to its
    source."""
    plan = edit_plan(plan.pk, entry, by=by)
    for task in one.gone:
        task.delete()
    known = {task.code: task for task in plan.tasks.all()}
    for new in one.entries:
        if new.code in known:
            task = known[new.code]
            edit_task(task.pk, new, revision=task.revision, by=by)
    put_tasks(plan, one.added)
    put_in_order(plan, [new.code for new in one.entries])
    return plan


def _change(one: Outlook, plan: Plan, ground: Ground, by: Officer) -> Plan:
    require_programme(by, plan)
    if not (one.changes or one.added):
        raise Refused("change.nothing", _("Nothing would change."))
    if one.changes:
        change(plan.pk, one.changes, ground=ground, by=by)
    if one.added:
        add_to_published(plan.pk, one.added, ground=ground, by=by)
    return plan


def _head(entry: PlanEntry) -> object:
    return replace(
        entry, slug="", title=_texts(entry.title), summary=_texts(entry.summary),
        basis=_texts(entry.basis),
    )  # fmt: skip


def _head_of(plan: Plan) -> PlanEntry:
    return PlanEntry(
        slug=plan.slug, level=plan.level, region_code=plan.region_id, office_id=plan.office_id,
        title=plan.title, summary=plan.summary, basis=plan.basis, source_url=plan.source_url,
        evidence_days=plan.evidence_days, reply_days=plan.reply_days, soon_days=plan.soon_days,
        very_late_days=plan.very_late_days, unanswered_most=plan.unanswered_most,
    )  # fmt: skip


def _texts(text: Localized) -> dict[str, str]:
    return {language: words for language, words in text.items() if words}


__all__ = [
    "Incoming",
    "Outlook",
    "brought_by",
    "give_office",
    "keep",
    "outlooks",
    "take_in",
    "template",
]
