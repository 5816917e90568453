"""The jobs of search."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from tongban.search import log as searches
from tongban.search import meaning, opensearch
from tongban.search.index import count_words

log = structlog.get_logger(__name__)

# One at a time: they take all processors there are, and would do the same work twice.
_ONE = "embed_services"


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", lock=_ONE, queueing_lock="embed_new_services", pass_context=False)
def embed_new_services(timestamp: int) -> None:
    """Give vectors to what was published since the last minute."""
    if meaning.has_new():
        _embed()


@app.periodic(cron="37 3 * * *")
@app.task(queue="upkeep", lock=_ONE, queueing_lock="embed_services", pass_context=False)
def embed_services_nightly(timestamp: int) -> None:
    """Give vectors to services whose other names changed, or all for another embedder."""
    _embed()


def _embed() -> None:
    done = meaning.embed_missing()
    if done:
        log.info("services_embedded", count=done)


@app.periodic(cron="* * * * * */5")
@app.task(queue="upkeep", queueing_lock="feed_search", pass_context=False)
def feed_search(timestamp: int) -> None:
    """Tell another search engine, if there is one, what changed."""
    if engine := opensearch.configured():
        engine.feed()


@app.periodic(cron="47 3 * * *")
@app.task(queue="upkeep", queueing_lock="forget_searches", pass_context=False)
def forget_searches(timestamp: int) -> None:
    """Delete counts of searches that are older than they are kept."""
    log.info("searches_forgotten", count=searches.forget_old())


@app.periodic(cron="23 3 * * *")
@app.task(queue="upkeep", queueing_lock="count_search_words", pass_context=False)
def count_words_nightly(timestamp: int) -> None:
    """How rare words are, which ranking weighs them by."""
    count_words()
