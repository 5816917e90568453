"""The catalogue's jobs, for the worker to find."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from tongban.catalogue.feed import number_all
from tongban.catalogue.linting.nightly import check_links_nightly, lint_nightly
from tongban.catalogue.owning import remind_of_checks
from tongban.catalogue.publications import publish_nightly
from tongban.catalogue.rehearsing import rehearse
from tongban.catalogue.scheduling import planned_guides
from tongban.catalogue.working import do_work

__all__ = [
    "check_links_nightly",
    "do_work",
    "lint_nightly",
    "number_all",
    "planned_guides",
    "publish_nightly",
    "rehearse_nightly",
    "remind_of_checks",
]

log = structlog.get_logger(__name__)


@app.periodic(cron="41 2 * * *")
@app.task(queue="upkeep", queueing_lock="rehearse", pass_context=False)
def rehearse_nightly(timestamp: int) -> None:
    """Fill in every published form, and tell the editors of those that broke."""
    tally = rehearse()
    log.info("rehearsed", passed=tally.passed, failed=tally.failed, untried=tally.untried)
