"""Many documents that the index does not have yet, put in at once.

`index.put` compares with what is there; this does not, so it is for ids that were never used. What
is the same for all who offer a service, its names' tokens, is made once; what a guide says comes as
tokens (`tokens.said_tokens`), made anywhere, without a database. The caller's transaction is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tongban.kernel.copying import array, cell, copy_lines
from tongban.search import opensearch
from tongban.search.documents import Document
from tongban.search.index import put_entries
from tongban.search.tokens import document_tokens

_COLUMNS = (
    "id", "entry_id", "region_path", "tsv", "han", "latin", "facets", "online", "popularity",
    "stamp",
)  # fmt: skip
_Service = tuple[int, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A `Document` with its text as tokens; never used before, so without popularity."""

    id: int
    service: int
    region_path: str
    titles: tuple[str, ...]
    synonyms: tuple[str, ...]
    said: Sequence[str]
    facets: tuple[str, ...]
    online: bool
    stamp: int


@dataclass(frozen=True, slots=True)
class _Names:
    """What the names of a service come to: its entry, and its part of a document's row."""

    entry: int
    vector: str
    tokens: frozenset[str]
    lengths: str


class NewDocuments:
    """Adds documents, and remembers their services in between."""

    def __init__(self) -> None:
        self._services: dict[_Service, _Names] = {}

    def add(self, documents: Sequence[NewDocument]) -> None:
        """Make them found. Give them in the order of their region's path, as with `put`."""
        self._meet(documents)
        opensearch.note(one.id for one in documents)
        copy_lines("search_document", _COLUMNS, map(self._line, documents))

    def _meet(self, documents: Iterable[NewDocument]) -> None:
        unmet: dict[_Service, NewDocument] = {}
        for one in documents:
            key = (one.service, one.titles, one.synonyms)
            if key not in self._services:
                unmet.setdefault(key, one)
        if not unmet:
            return
        asked = {
            key: Document(one.id, *key[:1], one.region_path, *key[1:], "", (), False, 0)
            for key, one in unmet.items()
        }
        for key, entry in zip(asked, put_entries(list(asked.values())), strict=True):
            names = document_tokens(key[1], key[2], "")
            self._services[key] = _Names(
                entry, names.vector(), frozenset(names.weights), f"{names.han}\t{names.latin}"
            )

    def _line(self, one: NewDocument) -> str:
        names = self._services[one.service, one.titles, one.synonyms]
        known = names.tokens
        said = "".join([f" '{token}':1" for token in one.said if token not in known])
        return (
            f"{one.id}\t{names.entry}\t{cell(one.region_path)}\t{names.vector}{said}"
            f"\t{names.lengths}\t{_array(one.facets)}\t{'t' if one.online else 'f'}\t0\t{one.stamp}"
        )


@lru_cache(maxsize=20_000)
def _array(facets: tuple[str, ...]) -> str:
    return cell(array(facets))
