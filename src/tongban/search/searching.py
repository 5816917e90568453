"""What a search is: words and meaning together, on the engine the installation has."""

from __future__ import annotations

from collections.abc import Sequence

from tongban.search import finding, meaning
from tongban.search.finding import Found
from tongban.search.meaning import Method


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

    By words alone where there is no embedder, and while it is busy. `method` is for measuring.
    """
    meant = {} if method == "words" else meaning.meant(query, region_path=region_path)
    return finding.find(
        "" if method == "meaning" else query,
        region_path=region_path,
        facets=facets,
        prefer=prefer,
        n=n,
        counted=counted,
        loose=loose,
        meant=meant,
    )


__all__ = ["Found", "Method", "find"]
