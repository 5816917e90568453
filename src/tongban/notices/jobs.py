"""The job that sends letters."""

from __future__ import annotations

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from tongban.notices import sending

MAX_ATTEMPTS = 6


@app.task(
    queue="letters",
    retry=RetryStrategy(max_attempts=MAX_ATTEMPTS, exponential_wait=4),
    pass_context=True,
)
def send(context: JobContext, *, delivery: int) -> None:
    """Send one delivery; tried again after about 4, 16, 64 … seconds."""
    sending.send(delivery, last_try=context.job.attempts >= MAX_ATTEMPTS)
