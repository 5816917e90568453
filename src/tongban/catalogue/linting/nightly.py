"""The jobs of checking: some links every night, then all guides."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from tongban.catalogue.linting.bulk import lint_all
from tongban.catalogue.linting.links import check_links

log = structlog.get_logger(__name__)


@app.periodic(cron="11 1 * * *")
@app.task(queue="upkeep", queueing_lock="check_links", pass_context=False)
def check_links_nightly(timestamp: int) -> None:
    """Try the addresses whose turn it is, before the guides are checked."""
    tried, failed = check_links()
    log.info("links_checked", tried=tried, failed=failed)


@app.periodic(cron="31 3 * * *")
@app.task(queue="upkeep", queueing_lock="lint_guides", pass_context=False)
def lint_nightly(timestamp: int) -> None:
    """Check all guides: days pass, links break and other agencies change theirs."""
    tally = lint_all()
    log.info("guides_checked", guides=tally.guides, with_errors=tally.with_errors)
