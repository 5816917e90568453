"""The package's jobs, for the worker to find."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from tongban.supervision.digests import make_digest
from tongban.supervision.urging import tell_superiors, warn_all

log = structlog.get_logger(__name__)


# In UTC: five past six in the morning in China, before offices open.
@app.periodic(cron="5 22 * * *")
@app.task(queue="upkeep", queueing_lock="urge", pass_context=False)
def urge_daily(timestamp: int) -> None:
    """Remind, warn, tell superiors, mark."""
    log.info("urged", steps=warn_all(), superiors=len(tell_superiors()))


# Ten past midnight in China.
@app.periodic(cron="10 16 * * *")
@app.task(queue="upkeep", queueing_lock="digest", pass_context=False)
def sign_digest_daily(timestamp: int) -> None:
    """Publish the digest of all ledgers."""
    log.info("signed", day=make_digest().day.isoformat())
