"""What a search is: words and meaning together, on the engine the installation has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Thread
from typing import Protocol

import structlog
from django.db import DatabaseError, connection

from tongban.search import expansion, finding, lexicon, meaning, opensearch
from tongban.search.finding import Found
from tongban.search.meaning import Method
from tongban.search.tokens import query_tokens

log = structlog.get_logger(__name__)


class SearchBackend(Protocol):
    """An engine that holds the documents: PostgreSQL (`finding.find`), or one beside it."""

    def __call__(
        self,
        query: str,
        *,
        region_path: str = "",
        facets: Sequence[str] = (),
        prefer: Sequence[str] = (),
        n: int = 20,
        counted: bool = True,
        loose: bool = False,
        meant: Mapping[int, float] | None = None,
    ) -> Found:
        """Services with something of the query or among those `meant`, best first."""
        ...


def find(
    query: str,
    *,
    region_path: str = "",
    facets: Sequence[str] = (),
    prefer: Sequence[str] = (),
    n: int = 20,
    counted: bool = True,
    loose: bool = False,
    method: Method = "fused",
) -> Found:
    """Services with something of the query, or that mean it: see `finding.find`.

    By words alone where there is no embedder, and while it is busy; on PostgreSQL where there is
    no other engine, and while that does not answer. `method` is for measuring.
    """
    meant = {} if method == "words" else meaning.meant(query, region_path=region_path)

    def on(engine: SearchBackend) -> Found:
        return engine(
            "" if method == "meaning" else query,
            region_path=region_path,
            facets=facets,
            prefer=prefer,
            n=n,
            counted=counted,
            loose=loose,
            meant=meant,
        )

    if outside := opensearch.configured():
        try:
            return on(outside.find)
        except opensearch.Unreachable as error:
            log.warning("search_engine_unreachable", error=str(error)[:200])
    return on(finding.find)


def warm() -> None:
    """Load what the first search of a process would wait half a second for, in a thread."""
    Thread(target=_warm, daemon=True).start()


def _warm() -> None:
    try:
        query_tokens("護照")  # traditional characters, pinyin
        expansion.vocabulary()
        lexicon.warm()
    except DatabaseError:  # not there yet: the first misspelt word reads them
        log.info("search_words_not_read_yet")
    finally:
        connection.close()


__all__ = ["Found", "Method", "SearchBackend", "find", "warm"]
