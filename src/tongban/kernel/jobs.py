"""The jobs of the kernel: delivering announcements, and freeing jobs whose worker died."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import Task, configure_task

from tongban.kernel import announcements, files

log = structlog.get_logger(__name__)

# 7 tries: at once, then after about 2, 6, 18, 54, 162, 486 seconds. A listener that still fails
# stays as a failed job, which `doctor` shows.
RETRY = RetryStrategy(max_attempts=7, exponential_wait=3)

# A worker that has not shown itself for this long (seconds) is dead: workers do so three times as
# often.
DEAD_AFTER: int = settings.JOB_WORKER_DEAD_AFTER


def enqueue(task: Task[..., Any, Any], **arguments: Any) -> None:
    """Queue a job in the caller's transaction: a rollback drops it, nobody runs it before commit.

    `task.defer` does that in the web server only. In the worker it writes through a connection of
    the worker's own, so that a job could begin before its rows are there, or without them.
    """
    configure_task(
        name=task.name,
        job_manager=JobManager(DjangoConnector()),
        queue=task.queue,
        priority=task.priority,
        lock=task.lock,
        queueing_lock=task.queueing_lock,
    ).defer(**arguments)


@app.task(queue="announcements", retry=RETRY, pass_context=False)
def tell(*, announcement: str, listener: str, payload: dict[str, Any]) -> None:
    """Run one listener of one announcement."""
    announcements.tell(announcement, listener, payload)


@app.periodic(cron="* * * * * */15")
@app.task(queue="upkeep", queueing_lock="free_stalled_jobs", pass_context=True)
async def free_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Retry jobs left `doing` by a worker that was killed; procrastinate does not by itself."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        log.warning("job_freed", job=job.id, task=job.task_name)
        await manager.retry_job(job)


@app.periodic(cron="17 3 * * *")
@app.task(queue="upkeep", queueing_lock="discard_files", pass_context=False)
def discard_files(timestamp: int) -> None:
    """Throw away uploads that nothing refers to, and contents that were never committed."""
    count = files.discard_unattached() + files.discard_unsettled()
    log.info("files_discarded", count=count)
