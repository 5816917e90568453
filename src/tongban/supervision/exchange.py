"""Lists out of and into files: what is exported is read back exactly, as a new draft; what is wrong
with a file is named cell by cell, and then nothing of it is taken in.

A file holds what a list says, not what has happened to it: that is in its ledger (`digests.lines`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.directory.api import agencies, agencies_by_code, find_region
from tongban.identity.api import Officer
from tongban.supervision.evidence import check_evidence
from tongban.supervision.exchange_files import read, write
from tongban.supervision.exchange_tables import (
    MOST_SHOWN,
    PARTS,
    Checked,
    Line,
    Problem,
    Row,
    check,
)
from tongban.supervision.models import Plan
from tongban.supervision.planning import (
    IndicatorEntry,
    MilestoneEntry,
    PlanEntry,
    TaskEntry,
    UnitEntry,
    make_plan,
)
from tongban.supervision.records import plain

FILE_KINDS = ("xlsx", "csv", "json")
REASONS: Mapping[str, Promise | str] = {
    "unknown_table": _("There is no such table in a list."),
    "unknown_column": _("There is no such column. Texts have one for each language: title:zh."),
    "one_list": _("This table has exactly one row."),
    "no_tasks": _("A list has at least one task."),
    "missing": _("This must not be empty."),
    "formula": _("A formula. Put its value here instead."),
    "merged": _("A merged cell. Unmerge it and write its value into every row."),
    "control": _("It holds a character that cannot be shown."),
    "long": _("It is too long."),
    "no_day": _("Not a day. Write it like 2027-06-30."),
    "no_number": _("Not a number with at most four decimal places."),
    "no_count": _("Not a whole number, or too high."),
    "no_json": _("Not a JSON object."),
    "due_before_start": _("It would be due before it starts."),
    "no_slug": _("An address has small letters, digits and hyphens only."),
    "no_level": _("One of: national, province, city, county."),
    "no_address": _("Not an address on the web."),
    "code_twice": _("Another task has this number."),
    "no_such_task": _("No task of the list has this number."),
    "no_region": _("There is no such region."),
    "no_agency": _("The directory has no agency with this code."),
    "refused": _("It cannot be done so:"),
    "other_office": _("This list is of another office or region; a file cannot move it."),
    "no_measure": _("Nothing that the platform counts has this name, or it says more than fits."),
    "no_target": _("The target is a whole number above 0."),
    "no_items": _("Services are named for “offerings_of”, and for nothing else."),
    "unknown_item": _("The catalogue has no service with this code."),
}


@dataclass(frozen=True)
class Reading:
    """What came of a file: the draft it made (None with `dry_run`, or if anything was wrong), how
    many tasks it has, and what was wrong, in the order of the file."""

    plan: Plan | None
    tasks: int
    problems: Sequence[Problem]


def export_list(plan: Plan, kind: str) -> bytes:
    """A list with its tasks as a file: "xlsx", "csv" (an archive) or "json"."""
    if kind not in FILE_KINDS:
        raise ValueError(kind)
    return write(tables_of_plan(plan), kind)


def import_list(
    content: bytes, name: str, *, by: Officer, dry_run: bool = False, slug: str = ""
) -> Reading:
    """Make a draft of a file. `slug` takes the place of the address in it. All or nothing.

    Raises Refused: for a file that is no list, an address that is taken, somebody else's region.
    """
    return take(read(content, name), by=by, dry_run=dry_run, slug=slug)


def take(
    tables: Mapping[str, Sequence[Line]], *, by: Officer, dry_run: bool = False, slug: str = ""
) -> Reading:
    """Make a draft of tables; as `import_list`."""
    checked = check(tables)
    found = resolved(checked)
    if found is None:
        return Reading(None, len(checked.rows["tasks"]), problems_in_order(checked))
    entry, tasks = found
    with transaction.atomic():
        plan = make_plan(replace(entry, slug=slug or entry.slug), tasks, by=by)
        if dry_run:
            transaction.set_rollback(True)
    return Reading(None if dry_run else plan, len(tasks), ())


_ORDER = ("list", "tasks", *PARTS)


def problems_in_order(checked: Checked) -> list[Problem]:
    """What is wrong, in the order of the file."""
    places = {name: place for place, name in enumerate(_ORDER)}
    found = sorted(checked.problems, key=lambda one: (places.get(one.table, len(_ORDER)), one.row))
    return found[:MOST_SHOWN]


def tables_of_plan(plan: Plan) -> dict[str, list[Line]]:
    """A list as tables."""
    tasks = list(
        plan.tasks.order_by("position")
        .select_related("section")
        .prefetch_related("co_units", "milestones", "indicators")
    )
    ids = {plan.office_id, *(task.lead_id for task in tasks)}
    ids |= {unit.agency_id for task in tasks for unit in task.co_units.all()}
    codes = {one: found.code for one, found in agencies(i for i in ids if i is not None).items()}
    tables: dict[str, list[Line]] = {name: [] for name in _ORDER}

    def put(table: str, **values: object) -> None:
        cells: dict[str, str] = {}
        for name, value in values.items():
            if name != "evidence" and isinstance(value, Mapping):
                cells |= {f"{name}:{key}": str(text) for key, text in value.items() if text}
            elif isinstance(value, Mapping):
                if value:
                    cells[name] = json.dumps(value, ensure_ascii=False, sort_keys=True)
            elif value is not None and value != "":
                cells[name] = str(plain(value))
        tables[table].append(Line(len(tables[table]) + 1, cells))

    put(
        "list", slug=plan.slug, level=plan.level, region=plan.region_id,
        office=codes[plan.office_id], title=plan.title, summary=plan.summary, basis=plan.basis,
        source_url=plan.source_url, evidence_days=plan.evidence_days, reply_days=plan.reply_days,
        soon_days=plan.soon_days, very_late_days=plan.very_late_days,
        unanswered_most=plan.unanswered_most,
    )  # fmt: skip
    for task in tasks:
        put(
            "tasks", code=task.code, section=task.section.title if task.section else {},
            title=task.title, text=task.text, deliverable=task.deliverable, basis=task.basis,
            lead=task.lead_name, lead_agency=codes.get(task.lead_id or 0, ""), start=task.start,
            due=task.due, evidence=task.evidence,
        )  # fmt: skip
        for unit in sorted(task.co_units.all(), key=lambda one: one.position):
            agency = codes.get(unit.agency_id or 0, "")
            put("co_units", task=task.code, name=unit.name, agency=agency)
        for step in sorted(task.milestones.all(), key=lambda one: one.position):
            put("milestones", task=task.code, title=step.title, due=step.due)
        for row in sorted(task.indicators.all(), key=lambda one: one.position):
            put(
                "indicators", task=task.code, name=row.name, unit=row.unit,
                baseline=row.baseline, target=row.target,
            )  # fmt: skip
    return tables


def resolved(checked: Checked) -> tuple[PlanEntry, list[TaskEntry]] | None:
    """The checked rows as entries; regions and agencies that do not exist become problems."""
    rows = checked.rows
    wanted = [(name, row, column) for name, column in _AGENCIES for row in rows[name]
              if row.words.get(column)]  # fmt: skip
    known = agencies_by_code(row.words[column] for _name, row, column in wanted)
    for name, row, column in wanted:
        if row.words[column] not in known:
            problem = Problem(name, row.number, column, "no_agency", row.words[column])
            checked.problems.append(problem)
    for row in rows["tasks"]:
        if code := check_evidence(row.evidence):
            value = json.dumps(row.evidence, ensure_ascii=False)[:80]
            checked.problems.append(Problem("tasks", row.number, "evidence", code, value))
    for row in rows["list"]:
        if find_region(row.words["region"]) is None:
            problem = Problem("list", row.number, "region", "no_region", row.words["region"])
            checked.problems.append(problem)
    if checked.problems:
        return None
    ids = {code: one.id for code, one in known.items()}
    parts: dict[str, dict[str, list[Row]]] = {name: {} for name in PARTS}
    for name in PARTS:
        for row in rows[name]:
            parts[name].setdefault(row.words["task"], []).append(row)
    (head,) = rows["list"]
    return _plan_entry(head, ids), [_task_entry(row, parts, ids) for row in rows["tasks"]]


_AGENCIES = (("list", "office"), ("tasks", "lead_agency"), ("co_units", "agency"))


def _plan_entry(row: Row, ids: Mapping[str, int]) -> PlanEntry:
    entry = PlanEntry(
        slug=row.words["slug"],
        level=row.words["level"],
        region_code=row.words["region"],
        office_id=ids[row.words["office"]],
        title=row.texts["title"],
        summary=row.texts.get("summary", {}),
        basis=row.texts.get("basis", {}),
        source_url=row.words.get("source_url", ""),
    )
    numbers = {name: int(value) for name, value in row.numbers.items()}
    return replace(
        entry,
        evidence_days=numbers.get("evidence_days", entry.evidence_days),
        reply_days=numbers.get("reply_days", entry.reply_days),
        soon_days=numbers.get("soon_days", entry.soon_days),
        very_late_days=numbers.get("very_late_days", entry.very_late_days),
        unanswered_most=numbers.get("unanswered_most", entry.unanswered_most),
    )


def _task_entry(
    row: Row, parts: Mapping[str, Mapping[str, Sequence[Row]]], ids: Mapping[str, int]
) -> TaskEntry:
    code = row.words["code"]

    def of(part: str) -> Iterable[Row]:
        return parts[part].get(code, ())

    return TaskEntry(
        code=code,
        title=row.texts["title"],
        lead=UnitEntry(row.texts["lead"], ids.get(row.words.get("lead_agency", ""))),
        section=row.texts.get("section", {}),
        text=row.texts.get("text", {}),
        deliverable=row.texts.get("deliverable", {}),
        basis=row.texts.get("basis", {}),
        start=row.days.get("start"),
        due=row.days.get("due"),
        co_units=[
            UnitEntry(one.texts["name"], ids.get(one.words.get("agency", "")))
            for one in of("co_units")
        ],
        milestones=[
            MilestoneEntry(one.texts["title"], one.days.get("due")) for one in of("milestones")
        ],
        indicators=[
            IndicatorEntry(
                one.texts["name"],
                one.texts.get("unit", {}),
                one.numbers.get("baseline"),
                one.numbers.get("target"),
            )
            for one in of("indicators")
        ],
        evidence=row.evidence,
    )
