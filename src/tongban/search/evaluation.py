"""How well search finds: sets of questions with the documents that answer them.

A set is a folder with `corpus.jsonl` (id, title, perhaps parent, dept or agency) and
`queries.jsonl` (query, relevant: ids, any of which counts, perhaps group: of questions that ask for
the same). It is searched by the code that
residents' searches run, in tables of its own that end with the transaction.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from tongban.search import meaning
from tongban.search.documents import Document
from tongban.search.index import rebuild
from tongban.search.searching import Method, find

# 95 % of a normal distribution lie within so many standard deviations.
_Z = 1.959964
_DRAWS = 2000  # of the bootstrap
_DEPTH = 10
_REGION = "1/"
_TABLES = ("search_entry", "search_document", "search_word", "search_vectors")


@dataclass(frozen=True)
class Question:
    """What somebody asked, and the documents of which any is an answer.

    `family`: these and the other variants of the same items. `answer`: what it has in common with
    other questions that ask for the same.
    """

    text: str
    relevant: frozenset[int]
    family: frozenset[int]
    answer: str


@dataclass(frozen=True)
class Set:
    """Documents and questions. `left_out`: questions whose answers are not among the documents."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]
    left_out: int


@dataclass(frozen=True)
class Share:
    """A mean and the interval that holds the true one in 95 of 100 samples."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Figures:
    """How well a set was found with a method, and what a question took (milliseconds, median).

    `each1` and `each5`: with each answer counted once, however many questions ask for it; their
    intervals are for other answers, not for other questions. `family1`: any variant counts.
    """

    n: int
    hit1: Share
    hit5: Share
    mrr10: Share
    answers: int
    each1: Share
    each5: Share
    family1: Share
    nothing: int  # questions that found nothing at all
    milliseconds: float


def sets_in(folder: Path) -> list[Path]:
    """The sets in a folder, or the folder itself if it is one; by name."""
    if (folder / "queries.jsonl").is_file():
        return [folder]
    return sorted(one.parent for one in folder.glob("*/queries.jsonl"))


def read_set(folder: Path) -> Set:
    """A set. Raises OSError, ValueError or KeyError for what is not one."""
    documents, places, variants = [], {}, defaultdict(set)
    for place, line in enumerate(_lines(folder / "corpus.jsonl"), 1):
        about = " ".join(str(line[name]) for name in ("dept", "agency") if line.get(name))
        title = str(line["title"])
        # The item whose variant it is: another name, as in the catalogue's own documents.
        parent = str(line.get("parent") or title)
        places[str(line["id"])] = place
        variants[parent].add(place)
        documents.append(
            Document(
                id=place,
                service=place,
                region_path=_REGION,
                titles=(title,),
                synonyms=(parent,) if parent != title else (),
                text=about,
                facets=(),
                online=False,
                popularity=0,
                stamp=0,
            )
        )
    family = {place: all_of_it for all_of_it in variants.values() for place in all_of_it}
    questions, left_out = [], 0
    for line in _lines(folder / "queries.jsonl"):
        relevant = frozenset(places[one] for one in line["relevant"] if one in places)
        if relevant:
            questions.append(
                Question(
                    text=str(line["query"]),
                    relevant=relevant,
                    family=frozenset().union(*(family[one] for one in relevant)),
                    answer=str(line.get("group") or sorted(relevant)),
                )
            )
        left_out += not relevant
    return Set(folder.name, tuple(documents), tuple(questions), left_out)


@contextmanager
def indexed(documents: Sequence[Document], *, with_meaning: bool) -> Iterator[None]:
    """An index of these documents alone, in this transaction and process, gone afterwards.

    Temporary tables of the same names stand before the installation's, which are not touched.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING ALL) ON COMMIT DROP"
            )
        try:
            meaning.forget()
            rebuild(documents)
            for table in _TABLES:
                cursor.execute(f"ANALYZE {table}")
            if with_meaning:
                meaning.embed_missing()
                meaning.read()
            yield
        finally:
            meaning.forget()
        transaction.set_rollback(True)


def evaluate(questions: Sequence[Question], method: Method) -> Figures:
    """Ask all questions of what is indexed. Raises ValueError without any."""
    if not questions:
        raise ValueError("there is no question")
    ranks: list[int | None] = []
    family_first = 0
    of_answers: dict[str, list[int | None]] = defaultdict(list)
    seconds: list[float] = []
    nothing = 0
    for question in questions:
        began = time.perf_counter()
        found = find(question.text, region_path=_REGION, n=_DEPTH, counted=False, method=method)
        seconds.append(time.perf_counter() - began)
        ids = [hit.id for hit in found.hits]
        ranks.append(rank(ids, question.relevant))
        of_answers[question.answer].append(ranks[-1])
        family_first += rank(ids, question.family) == 1
        nothing += not found.hits
    reciprocal = [0.0 if place is None else 1 / place for place in ranks]
    return Figures(
        n=len(ranks),
        hit1=wilson(_hits(ranks, 1), len(ranks)),
        hit5=wilson(_hits(ranks, 5), len(ranks)),
        mrr10=bootstrap(reciprocal),
        answers=len(of_answers),
        each1=bootstrap([_hits(of_one, 1) / len(of_one) for of_one in of_answers.values()]),
        each5=bootstrap([_hits(of_one, 5) / len(of_one) for of_one in of_answers.values()]),
        family1=wilson(family_first, len(ranks)),
        nothing=nothing,
        milliseconds=1000 * sorted(seconds)[len(seconds) // 2],
    )


def rank(found: Sequence[int], relevant: frozenset[int]) -> int | None:
    """The place, from 1, of the first relevant one among the first ten; None if there is none."""
    for place, one in enumerate(found[:_DEPTH], 1):
        if one in relevant:
            return place
    return None


def _hits(ranks: Sequence[int | None], within: int) -> int:
    return sum(place is not None and place <= within for place in ranks)


def wilson(hits: int, n: int) -> Share:
    """A share of `n` trials with Wilson's 95 % interval."""
    share = hits / n
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    spread = _Z / (1 + _Z**2 / n) * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n))
    return Share(share, max(0.0, centre - spread), min(1.0, centre + spread))


def bootstrap(values: Sequence[float]) -> Share:
    """A mean with the 95 % interval of its bootstrap distribution; the same every time."""
    draw = random.Random(20261122)  # noqa: S311 - a sample, not a secret
    n = len(values)
    means = sorted(sum(draw.choices(values, k=n)) / n for _ in range(_DRAWS))
    return Share(sum(values) / n, means[int(0.025 * _DRAWS)], means[int(0.975 * _DRAWS) - 1])


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)
