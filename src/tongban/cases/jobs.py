"""The nightly job of cases."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tongban.cases.popularity import count_applications


@app.periodic(cron="17 3 * * *")
@app.task(queue="upkeep", queueing_lock="count_applications")
def count_applications_nightly(timestamp: int) -> None:
    """Keep "most used" true."""
    count_applications()
