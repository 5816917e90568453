"""Long work of editors, done by the job worker in one transaction, with a line of progress.

A rollback undoes the work but not its record: state and progress are written outside of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import structlog
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q
from django.utils import translation
from procrastinate.contrib.django import app

from tongban.catalogue.models import DirectoryWork
from tongban.identity.api import Officer, contacts, officer_of
from tongban.kernel import clock
from tongban.kernel.announcements import announce
from tongban.kernel.errors import Refused
from tongban.kernel.jobs import enqueue

log = structlog.get_logger(__name__)

Progress = Callable[[int], None]
Runner = Callable[[DirectoryWork, Officer, Progress], dict[str, Any]]

# Seconds between two notes of progress.
EVERY = 1.0
# A file that was checked waits so long to be confirmed; one that was written, to be fetched.
KEPT = timedelta(days=7)


def enqueue_work(work: DirectoryWork) -> None:
    """Queue it in the caller's transaction."""
    enqueue(do_work, work_id=work.pk)


def work_of(officer: Officer, work_id: int) -> DirectoryWork | None:
    """An editor's own work with that id."""
    return DirectoryWork.objects.filter(by_id=officer.account_id, pk=work_id).first()


def works_of(officer: Officer) -> list[DirectoryWork]:
    """An editor's latest work, without what came of it: lists of problems are long."""
    rows = DirectoryWork.objects.filter(by_id=officer.account_id).defer("outcome")
    return list(rows.order_by("-pk")[:50])


def forget_files() -> int:
    """Throw away checked files that nobody has confirmed for a week, and written ones of more than
    a week; how many."""
    state, before = DirectoryWork.State, clock.now() - KEPT
    unconfirmed = Q(state=state.READY, at__lt=before)
    written = Q(kind="export", finished_at__lt=before) & ~Q(path="")
    count = 0
    for work in DirectoryWork.objects.filter(unconfirmed | written):
        default_storage.delete(work.path)
        if work.state == state.READY:
            work.state, work.finished_at = state.FAILED, clock.now()
        work.path = ""
        work.save()
        count += 1
    return count


@app.task(queue="directory", pass_context=False)
def do_work(*, work_id: int) -> None:
    """Do one piece of work; a second run finds it done."""
    from tongban.catalogue.bulk import run_bulk  # they enqueue this task
    from tongban.catalogue.exchange.exporting import run_export
    from tongban.catalogue.exchange.importing import check_file, take_in
    from tongban.catalogue.taking_back import run_taking_back
    from tongban.catalogue.topics import run_topic

    work = DirectoryWork.objects.get(pk=work_id)
    runners: dict[tuple[str, str], Runner] = {
        ("bulk", DirectoryWork.State.RUNNING): run_bulk,
        ("export", DirectoryWork.State.RUNNING): run_export,
        ("undo", DirectoryWork.State.RUNNING): run_taking_back,
        ("topic", DirectoryWork.State.RUNNING): run_topic,
        ("import", DirectoryWork.State.READING): check_file,
        ("import", DirectoryWork.State.RUNNING): take_in,
    }
    runner = runners.get((work.kind, work.state))
    if runner is not None:
        _run(work, runner)


def _run(work: DirectoryWork, runner: Runner) -> None:
    officer = officer_of(work.by_id)
    state = DirectoryWork.State
    was_reading = work.state == state.READING
    try:
        if officer is None:
            raise Refused("work.no_post", "")
        with transaction.atomic(), translation.override(_language(work.by_id)):
            work.outcome = runner(work, officer, _noting(work))
        work.state = state.READY if was_reading and work.outcome.get("can_be_taken") else state.DONE
    except Refused as refusal:
        work.outcome = {"why": str(refusal.message)}
        work.state = state.FAILED
    except Exception:
        log.exception("directory_work_failed", work=work.pk)
        work.outcome = {"why": ""}
        work.state = state.FAILED
    if was_reading and work.state == state.DONE:
        work.state = state.FAILED  # read, and nothing in it can be taken in
    work.done = work.total
    work.finished_at = None if work.state == state.READY else clock.now()
    is_kept = work.state == state.READY or (work.kind == "export" and work.state == state.DONE)
    with transaction.atomic():
        work.save()
        if work.kind == "export" and work.state == state.DONE:
            announce(
                "export.ready",
                {
                    "account": work.by_id,
                    "work": work.pk,
                    "name": work.parameters["name"],
                    "guides": work.outcome["guides"],
                },
            )
    if work.path and not is_kept:
        default_storage.delete(work.path)


def _noting(work: DirectoryWork) -> Progress:
    """Writes how far it is, and of how much, through a connection of its own, now and then."""
    last = time.monotonic()

    def note(done: int) -> None:
        nonlocal last
        if time.monotonic() - last < EVERY:
            return
        last = time.monotonic()
        with closing(connection.copy()) as other, other.cursor() as cursor:
            cursor.execute(
                "UPDATE catalogue_directorywork SET done = %s, total = %s WHERE id = %s",
                [done, work.total, work.pk],
            )

    return note


def _language(account_id: int) -> str:
    """The language the editor reads in: outcomes are written in it."""
    found = contacts([account_id]).get(account_id)
    return found.language if found else "zh-hans"
