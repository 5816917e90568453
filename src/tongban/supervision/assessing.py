"""What the programme office finds: how far a task is, whether it is closed, sent back, reopened."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized
from tongban.supervision.models import Assessment, Observation, Task
from tongban.supervision.records import enter, lock_task, plain, require_programme

Level = Task.Level
Verdict = Assessment.Verdict


@transaction.atomic
def assess(task_id: int, *, level: str, reasons: Localized, by: Officer) -> Assessment:
    """Say how far a task is, whatever its unit claims. Raises Refused."""
    task = lock_task(task_id)
    require_programme(by, task.plan)
    return _find(task, level, Verdict.NOTED, reasons, by)


@transaction.atomic
def close(task_id: int, *, reasons: Localized, by: Officer) -> Task:
    """Close a task that was claimed done, once everybody has had time to look. Raises Refused:
    within the evidence window, or while an objection has no answer."""
    task = lock_task(task_id)
    require_programme(by, task.plan)
    if task.state != Task.State.CLAIMED or task.window_until is None:
        raise Refused(
            "task.not_claimed", _("Only a task that its unit has claimed done can be closed.")
        )
    if clock.today() <= task.window_until:
        raise Refused(
            "task.window_open",
            _("Everybody may look at the evidence until %(day)s. Close the task after that day.")
            % {"day": task.window_until.isoformat()},
        )
    if task.said.filter(
        kind=Observation.Kind.OBJECTION, state=Observation.State.SHOWN, answered_at=None
    ).exists():
        raise Refused(
            "task.objections",
            _("An objection to this claim has no answer yet. The unit has to answer it first."),
        )
    task.state, task.closed_on = Task.State.CLOSED, clock.today()
    _find(task, Level.COMPLETE, Verdict.CLOSED, reasons, by)
    return task


@transaction.atomic
def send_back(task_id: int, *, level: str, reasons: Localized, by: Officer) -> Task:
    """Refuse a claim: the task is open again, and its clock runs as if it had never been claimed.
    Raises Refused."""
    task = lock_task(task_id)
    require_programme(by, task.plan)
    if task.state != Task.State.CLAIMED:
        raise Refused("task.not_claimed", _("This task is not claimed to be done."))
    _open(task)
    _find(task, level, Verdict.SENT_BACK, reasons, by)
    return task


@transaction.atomic
def reopen(task_id: int, *, level: str, reasons: Localized, by: Officer) -> Task:
    """Open a closed task again, for everybody to see. Raises Refused."""
    task = lock_task(task_id)
    require_programme(by, task.plan)
    if task.state != Task.State.CLOSED:
        raise Refused("task.not_closed", _("Only a closed task can be reopened."))
    if level == Level.COMPLETE:
        raise Refused("task.complete", _("A task that is complete is not reopened."), field="level")
    task.reopened += 1
    _open(task)
    _find(task, level, Verdict.REOPENED, reasons, by)
    return task


def _open(task: Task) -> None:
    task.state = Task.State.OPEN
    task.claimed_on = task.window_until = task.closed_on = None


def _find(task: Task, level: str, verdict: str, reasons: Localized, by: Officer) -> Assessment:
    if level not in Level.values:
        raise Refused("assessment.no_level", _("Choose how far the task is."), field="level")
    if not any(text.strip() for text in reasons.values()):
        raise Refused(
            "assessment.no_reasons", _("Give reasons. Everybody sees them."), field="reasons"
        )
    moment = clock.now()
    before, task.assessed, task.assessed_at = task.assessed, level, moment
    task.save()
    found = Assessment.objects.create(
        task=task, level=level, verdict=verdict, reasons=dict(reasons), by_id=by.account_id,
        at=moment,
    )  # fmt: skip
    enter(
        task.plan,
        "assessed" if verdict == Verdict.NOTED else verdict,
        {"level": {"old": before, "new": level}, "reasons": plain(reasons)},
        task=task,
    )
    return found
