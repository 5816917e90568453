"""Documents for tests of meaning, synonyms and evaluation."""

from __future__ import annotations

from tongban.search.api import Document


def document(
    number: int,
    *titles: str,
    synonyms: tuple[str, ...] = (),
    region_path: str = "99/",
    stamp: int = 0,
) -> Document:
    """A service of its own, offered in one region."""
    return Document(
        id=number,
        service=number,
        region_path=region_path,
        titles=titles,
        synonyms=synonyms,
        text="",
        facets=(),
        online=False,
        popularity=0,
        stamp=stamp,
    )
