"""Meaning: services whose names mean what was asked, in whatever words and language.

Vectors are of services (`search_entry`), never of offerings, kept by their titles' key, and made
after publishing (`jobs.py`) or in bulk (`manage embed_services`). A process holds them as one
matrix and compares with all that its reader's region sees; there is no vector database. What comes
out is a number for each service, which the one statement of `finding.py` adds to what words say.
How it was measured: docs/search-evaluation.md. Without an embedder everything is found by words.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal

import structlog
from django.db import connection, transaction

from tongban.search.finding import is_large, serving
from tongban.search.meaning_embedders import Busy, Embedder, at_hand, chosen
from tongban.search.tokens import LONGEST_QUERY, has_letters, is_han, normal, runs, simplified

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from tongban.search.meaning_embedders import Matrix

    Halves = npt.NDArray[np.float16]

log = structlog.get_logger(__name__)

Method = Literal["words", "meaning", "fused"]

# At most so many services are found by meaning, and only those that stand out by so much.
_MOST, _OUTSTANDING = 60, 1.5
# Of fewer services nothing stands out.
_FEWEST = 8
# A process looks for new vectors at most so often (seconds).
_FRESH = 2.0
# More than so many are read by a thread of their own, and searches go by words until then.
_READ_AT_ONCE = 3000
# So long (seconds) a process remembers what a region sees, of so many regions.
_SEEN_FRESH, _MOST_REGIONS = 60.0, 500
# More rows than this are held in half precision.
_MOST_WHOLE = 60_000
_BATCH = 64
# A title as a question weighs so much beside the same as an answer.
_AS_QUESTION = 2
# Scripts of fields.
_HAN, _OTHER = "h", "o"


# What regions see, and until when it may be believed.
_regions: dict[str, tuple[float, npt.NDArray[np.int64] | None]] = {}


@dataclass(frozen=True)
class Missing:
    """What has no vectors of the embedder yet."""

    key: str
    fields: tuple[str, ...]
    made_of: str


def meant(query: str, *, region_path: str = "") -> dict[int, float]:
    """Services (ids of `search_entry`) that mean what was asked, among those a region sees.

    The number says how far each stands out; 1 counts as much as all the query's words. {} for
    what asks for nothing that is offered, without an embedder, and while it is busy.
    """
    embedder = at_hand()
    if embedder is None or not has_letters(query):
        return {}
    known = _index.current()
    if known is None:
        return {}
    text = simplified(" ".join(query[:LONGEST_QUERY].split()))
    try:
        vector = _vector(embedder, text)
    except Busy:
        return {}
    gates = embedder.gates
    han, other = (gates.han, gates.across) if _script(text) == _HAN else (gates.across, gates.other)
    near = known.near(vector, _seen(region_path), han=han, other=other)
    return {entry: outstanding / embedder.as_all_words for entry, outstanding in near.items()}


@lru_cache(maxsize=2000)
def _vector(embedder: Embedder, text: str) -> Matrix:
    row: Matrix = embedder.embed([text], "query", hurry=True)[0]
    return row


def _seen(region_path: str) -> npt.NDArray[np.int64] | None:
    """The services that a region's people are offered; None: so many that all are compared.

    As they were a minute ago at most: what is new has no vector before that either.
    """
    import numpy as np

    until, seen = _regions.get(region_path, (float("-inf"), None))
    if time.monotonic() < until:
        return seen
    entries = None if is_large(region_path) else np.array(_offered(region_path), dtype=np.int64)
    if len(_regions) >= _MOST_REGIONS:
        _regions.clear()
    _regions[region_path] = (time.monotonic() + _SEEN_FRESH, entries)
    return entries


def _offered(region_path: str) -> list[int]:
    where, parameters = serving(region_path)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT array_agg(DISTINCT entry_id) FROM search_document d WHERE {where}",  # noqa: S608
            parameters,
        )
        (entries,) = cursor.fetchone()
    return entries or []


@dataclass(frozen=True)
class Vectors:
    """The vectors of services as one matrix: those of service `i` begin at row `starts[i]`."""

    entries: npt.NDArray[np.int64]  # ids of search_entry, rising
    starts: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    rows: Halves | Matrix
    is_han: npt.NDArray[np.bool_]  # of each row

    def near(
        self, query: Matrix, seen: npt.NDArray[np.int64] | None, *, han: float, other: float
    ) -> dict[int, float]:
        """How far services stand out among those seen (None: all), in standard deviations.

        {} where no product reaches `han`, that of a Chinese field, or `other`.
        """
        import numpy as np

        if seen is None:
            chosen_ones = np.arange(len(self.entries))
        else:
            places = np.minimum(np.searchsorted(self.entries, seen), len(self.entries) - 1)
            chosen_ones = places[self.entries[places] == seen]
        if len(chosen_ones) < _FEWEST:
            return {}
        counts = self.counts[chosen_ones]
        first = np.concatenate(([0], np.cumsum(counts)[:-1]))
        rows = np.repeat(self.starts[chosen_ones] - first, counts) + np.arange(counts.sum())
        products = np.concatenate(
            [self.rows[part].astype(np.float32, copy=False) @ query for part in _parts(rows)]
        )
        if not (products >= np.where(self.is_han[rows], han, other)).any():
            return {}
        best = np.maximum.reduceat(products, first)
        # A service is near by the best of its fields, and by all of them.
        nearness = best + np.add.reduceat(products, first) / counts
        spread = float(nearness.std())
        if spread == 0:
            return {}
        outstanding = (nearness - nearness.mean()) / spread - _OUTSTANDING
        order = np.argsort(-outstanding)[:_MOST]
        return {
            int(self.entries[chosen_ones[one]]): float(outstanding[one])
            for one in order
            if outstanding[one] > 0
        }


def _parts(rows: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    """Rows in parts that are converted without much memory."""
    for start in range(0, len(rows), 20_000):
        yield rows[start : start + 20_000]


class _Index:
    """This process's vectors, read when they change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: Vectors | None = None
        self._stamp = (0, 0)
        self._look_at = float("-inf")
        self._reading = False

    def current(self) -> Vectors | None:
        """The vectors as they are, or were a moment ago; None while there are none."""
        with self._lock:
            if self._reading or time.monotonic() < self._look_at:
                return self._known
            self._look_at = time.monotonic() + _FRESH
            stamp, many = _stamp()
            if stamp != self._stamp:
                self._stamp = stamp
                if many:
                    self._reading = True
                    threading.Thread(target=self._read_apart, daemon=True).start()
                else:
                    self._known = _read()
            return self._known

    def read(self) -> None:
        """Read now, through the caller's connection."""
        with self._lock:
            self._stamp, _many = _stamp()
            self._known, self._look_at = _read(), float("inf")

    def forget(self) -> None:
        """Read anew at the next search."""
        with self._lock:
            self._known, self._stamp, self._look_at = None, (0, 0), float("-inf")
            _regions.clear()

    def _read_apart(self) -> None:
        began = time.monotonic()
        try:
            self._known = _read()
        except Exception:
            log.exception("vectors_not_read")
        finally:
            connection.close()
            # While many are being made they change all the time: read them now and then.
            self._look_at = time.monotonic() + 20 * (time.monotonic() - began) + _FRESH
            self._reading = False


_index = _Index()
forget, read = _index.forget, _index.read


def _stamp() -> tuple[tuple[int, int], bool]:
    """What changes with vectors and services; and whether there are many vectors."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT max(number) FROM search_vectors), 0),"
            " coalesce((SELECT max(id) FROM search_entry), 0),"
            " (SELECT count(*) FROM (SELECT FROM search_vectors LIMIT %s) x)",
            [_READ_AT_ONCE + 1],
        )
        number, entry, some = cursor.fetchone()
    return (number, entry), some > _READ_AT_ONCE


def _read() -> Vectors | None:
    import numpy as np

    entries: list[int] = []
    scripts: list[str] = []
    parts: list[Halves] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, v.scripts, v.vectors"
            " FROM search_vectors v JOIN search_entry e USING (key) ORDER BY e.id"
        )
        while found := cursor.fetchmany(5000):
            for entry, of_fields, vectors in found:
                entries.append(entry)
                scripts.append(of_fields)
                parts.append(np.frombuffer(vectors, dtype=np.float16).reshape(len(of_fields), -1))
    if not entries:
        return None
    counted = np.array([len(one) for one in scripts], dtype=np.int64)
    rows = np.concatenate(parts)
    return Vectors(
        entries=np.array(entries, dtype=np.int64),
        starts=np.concatenate(([0], np.cumsum(counted)[:-1])),
        counts=counted,
        rows=rows.astype(np.float32) if len(rows) <= _MOST_WHOLE else rows,
        is_han=np.array([one == _HAN for one in "".join(scripts)]),
    )


def fields_of(titles: Sequence[str], synonyms: Sequence[str]) -> tuple[str, ...]:
    """The texts of a service that are given vectors: its titles, and what else it is called."""
    fields = [title for title in dict.fromkeys(titles) if has_letters(title)]
    others = [one for one in dict.fromkeys(synonyms) if one not in fields and has_letters(one)]
    if fields and others:
        fields.append(f"{fields[0]}: {', '.join(others)}"[:400])
    return tuple(fields)


def missing(embedder: Embedder) -> list[Missing]:
    """Services without vectors, or with those of other words or of another embedder."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.key, e.titles, array_agg(DISTINCT s.one) FILTER (WHERE s.one IS NOT NULL),"
            " min(v.made_of) FROM search_entry e LEFT JOIN search_vectors v USING (key)"
            " LEFT JOIN LATERAL unnest(e.synonyms) s (one) ON true GROUP BY e.key, e.titles"
            " ORDER BY min(e.id)"
        )
        found = []
        for key, titles, synonyms, made_of in cursor.fetchall():
            fields = fields_of(titles, synonyms or ())
            wanted = _digest(embedder.name, fields)
            if fields and wanted != made_of:
                found.append(Missing(key, fields, wanted))
    return found


@dataclass(frozen=True)
class Coverage:
    """How far search by meaning goes; `embedder` "": there is none, and words alone find."""

    embedder: str
    services: int
    with_vectors: int


def coverage() -> Coverage:
    """How many services have vectors of meaning, and whose."""
    embedder = chosen()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(v.key)"
            " FROM search_entry e LEFT JOIN search_vectors v USING (key)"
        )
        services, with_vectors = cursor.fetchone()
    return Coverage(embedder.name if embedder else "", services, with_vectors)


def has_new() -> bool:
    """Whether there is an embedder, and a service without vectors."""
    if chosen() is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM search_entry e"
            " WHERE NOT EXISTS (SELECT FROM search_vectors v WHERE v.key = e.key))"
        )
        (is_new,) = cursor.fetchone()
    return bool(is_new)


def embed_missing(
    embedder: Embedder | None = None, told: Callable[[int, int], None] = lambda done, of: None
) -> int:
    """Give vectors to all that have none; how many. 0 where the installation has no embedder.

    Each batch is a transaction of its own, so that what was done stays; `told` hears of it.
    Raises Busy if the embedder cannot be reached.
    """
    embedder = embedder or chosen()
    if embedder is None:
        return 0
    waiting = missing(embedder)
    for start in range(0, len(waiting), _BATCH):
        batch = waiting[start : start + _BATCH]
        _write(embedder, batch)
        told(start + len(batch), len(waiting))
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM search_vectors v"
            " WHERE NOT EXISTS (SELECT FROM search_entry e WHERE e.key = v.key)"
        )
    return len(waiting)


@transaction.atomic
def _write(embedder: Embedder, batch: Sequence[Missing]) -> None:
    import numpy as np

    texts = [text for one in batch for text in one.fields]
    # The same text as an answer and as a question: together they are found by both.
    rows = embedder.embed(texts, "passage") + _AS_QUESTION * embedder.embed(texts, "query")
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    start = 0
    with connection.cursor() as cursor:
        for one in batch:
            own = rows[start : start + len(one.fields)]
            start += len(one.fields)
            scripts = "".join(_script(text) for text in one.fields)
            cursor.execute(_PUT, [one.key, one.made_of, scripts, own.tobytes()])


def _script(text: str) -> str:
    return _HAN if any(is_han(run) for run in runs(normal(text))) else _OTHER


def _digest(name: str, fields: Sequence[str]) -> str:
    told = json.dumps([name, _AS_QUESTION, *fields], ensure_ascii=False)
    return blake2b(told.encode(), digest_size=16).hexdigest()


_PUT = """
INSERT INTO search_vectors AS v (key, made_of, scripts, vectors) VALUES (%s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE SET made_of = excluded.made_of, scripts = excluded.scripts,
    vectors = excluded.vectors,
    number = nextval(pg_get_serial_sequence('search_vectors', 'number'))
"""
