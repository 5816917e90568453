"""What units say: progress with evidence, and that a task is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.directory.api import agency, workdays
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized
from tongban.supervision import ledger
from tongban.supervision.models import Evidence, Report, Task
from tongban.supervision.records import enter, keep_file, lock_task, plain, require_unit
from tongban.supervision.timing import after_workdays


@dataclass(frozen=True)
class EvidenceEntry:
    """An address (`url`), a file that the reporter has uploaded (`file_id`), or a figure."""

    title: str
    url: str = ""
    file_id: UUID | None = None
    value: Decimal | None = None


@dataclass(frozen=True)
class Progress:
    """A report: in words, with what it rests on. `milestones`: positions that are reached, and on
    which day; `figures`: positions of indicators and their value today."""

    text: Localized
    evidence: Sequence[EvidenceEntry] = ()
    milestones: Mapping[int, date] = field(default_factory=dict)
    figures: Mapping[int, Decimal] = field(default_factory=dict)


@transaction.atomic
def report(task_id: int, progress: Progress, *, by: Officer) -> Report:
    """Say how a task goes. Raises Refused."""
    task = lock_task(task_id)
    require_unit(by, task)
    if task.state not in (Task.State.OPEN, Task.State.CLAIMED):
        raise Refused("task.over", _("This task is over. The programme office can reopen it."))
    return _write(task, progress, by, is_claim=False)


@transaction.atomic
def claim(task_id: int, progress: Progress, *, by: Officer) -> Report:
    """Say that a task is done. Opens the evidence window, in which everybody may look at what it
    rests on and object, before the programme office may close it. Raises Refused."""
    task = lock_task(task_id)
    require_unit(by, task)
    if task.state == Task.State.CLAIMED:
        raise Refused("task.claimed_already", _("This task is claimed to be done already."))
    if task.state != Task.State.OPEN:
        raise Refused("task.over", _("This task is over. The programme office can reopen it."))
    if not progress.evidence:
        raise Refused(
            "claim.no_evidence",
            _("Show what was done: an address, a file or a figure."),
            field="evidence",
        )
    today = clock.today()
    task.state, task.claimed_on = Task.State.CLAIMED, today
    task.window_until = after_workdays(today, task.plan.evidence_days, workdays())
    task.save()
    return _write(task, progress, by, is_claim=True)


@transaction.atomic
def take_back(task_id: int, *, text: Localized, by: Officer) -> Task:
    """Take a claim back: the task is open again. Raises Refused."""
    task = lock_task(task_id)
    require_unit(by, task)
    if task.state != Task.State.CLAIMED:
        raise Refused("task.not_claimed", _("This task is not claimed to be done."))
    task.state, task.claimed_on, task.window_until = Task.State.OPEN, None, None
    task.save()
    enter(
        task.plan,
        "claim_taken_back",
        {"text": plain(text)},
        task=task,
        unit=_unit(task, by),
        role="unit",
    )
    return task


def _write(task: Task, progress: Progress, by: Officer, *, is_claim: bool) -> Report:
    if not any(text.strip() for text in progress.text.values()):
        raise Refused("report.no_text", _("Say in a sentence or two how it goes."), field="text")
    unit = _agency_of(task, by)
    written = Report.objects.create(
        task=task,
        is_claim=is_claim,
        text=dict(progress.text),
        agency_id=unit,
        by_id=by.account_id,
        at=clock.now(),
    )
    shown: list[ledger.Value] = [
        _put_evidence(written, one, by.account_id) for one in progress.evidence
    ]
    for position, day in progress.milestones.items():
        task.milestones.filter(position=position).update(done_on=day)
    for position, value in progress.figures.items():
        task.indicators.filter(position=position).update(actual=value, actual_on=clock.today())
    enter(
        task.plan,
        "claimed_done" if is_claim else "reported",
        {
            "text": plain(progress.text),
            "evidence": shown,
            "milestones": {str(key): day.isoformat() for key, day in progress.milestones.items()},
            "figures": {str(key): plain(value) for key, value in progress.figures.items()},
            "window_until": plain(task.window_until) if is_claim else None,
        },
        task=task,
        unit=_unit(task, by),
        role="unit",
    )
    return written


def _put_evidence(written: Report, entry: EvidenceEntry, account_id: int) -> ledger.Value:
    if entry.file_id is not None:
        file = keep_file(entry.file_id, account_id)
        Evidence.objects.create(
            report=written, kind=Evidence.Kind.FILE, title=entry.title, file=file
        )
        return {"title": entry.title, "sha256": file.sha256}
    if entry.value is not None:
        Evidence.objects.create(
            report=written, kind=Evidence.Kind.FIGURE, title=entry.title, value=entry.value
        )
        return {"title": entry.title, "value": plain(entry.value)}
    Evidence.objects.create(
        report=written, kind=Evidence.Kind.LINK, title=entry.title, url=entry.url
    )
    return {"title": entry.title, "url": entry.url}


def _agency_of(task: Task, by: Officer) -> int | None:
    units = [task.lead_id, *task.co_units.values_list("agency_id", flat=True)]
    held = {post.agency_id for post in by.posts_as("reporter")}
    return next((unit for unit in units if unit and unit in held), task.lead_id)


def _unit(task: Task, by: Officer) -> Localized:
    unit = _agency_of(task, by)
    return agency(unit).name if unit else task.lead_name
