"""What a search is: words and meaning together, on the engine the installation has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from tongban.search import finding, meaning, opensearch
from tongban.search.finding import Found
from tongban.search.meaning import Method

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


__all__ = ["Found", "Method", "SearchBackend", "find"]
