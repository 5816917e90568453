"""Digests by which a row of an earlier import is known again, without checking it anew."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from tongban.catalogue.importing.places import Place
from tongban.catalogue.importing.reading import SourceRow

# Between values of a row. No value of a row that can be imported holds it.
NUL = "\0"
_PACKAGE = Path(__file__).parents[2]
# Code that decides what becomes of a row. Another release may make another guide of the same row.
_DECIDING = (
    "catalogue/*.py", "catalogue/importing/*.py", "forms/*.py", "directory/regions.py",
)  # fmt: skip


class Recogniser:
    """Digests of rows of one file, read in one way."""

    def __init__(self, source: str, columns: tuple[str, ...], *, general_form: bool) -> None:
        start = NUL.join((_code(), source, str(general_form), *columns))
        self._start = hashlib.blake2b(start.encode(), digest_size=16)
        self._places: dict[Place, bytes] = {}

    def digest(self, text: str, place: Place) -> str:
        """Of a row's text (`text_of`) and where it belongs here: 32 hexadecimal digits.

        Rows with one digest become the same offering with the same guide.
        """
        where = self._places.get(place)
        if where is None:
            said = (str(place.agency_id), place.region_code, place.region_path, "")
            where = self._places[place] = NUL.join(said).encode()
        found = self._start.copy()
        found.update(where)
        found.update(text.encode("utf-8", "surrogatepass"))
        return found.hexdigest()


def text_of(row: SourceRow) -> str:
    """All values of a row, in the order of columns."""
    return NUL.join(row.values.values())


@lru_cache(maxsize=1)
def _code() -> str:
    """A digest of the code that reads rows, so that a new release reads every row once."""
    found = hashlib.sha256()
    for pattern in _DECIDING:
        for path in sorted(_PACKAGE.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()
