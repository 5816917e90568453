"""Find documents by words. How they are ranked: docs/search.md.

Services first, by their names, and of those the ones that are offered there. Where none of them has
the words, a region with few documents is read whole: guides may have them.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import QuerySet

from tongban.search import acts, lexicon
from tongban.search.counting import by_kind, counted_lines, read
from tongban.search.expansion import known
from tongban.search.models import Row
from tongban.search.statements import (
    ACT,
    COUNT_ALL,
    FACETS_FOUND,
    HITS,
    LARGE_AREA,
    MATCHES,
    MATCHES_OR_MEANT,
    MEANING,
    NAMED,
    PLANNING,
    REGION,
)
from tongban.search.tokens import LONGEST_QUERY, Query, normal, query_tokens, stem

# A search counts at most so many documents (region) or services (large area), the best.
MOST_DOCUMENTS = 2000
MOST_SERVICES = 200
# A region in which more than so many documents are seen is a large area.
LARGE = 8000
_FRESH = 300  # seconds that this is remembered
_MOST_SIZES = 10_000  # regions
_known_sizes: dict[str, tuple[float, bool]] = {}

# Tokens of one query: the rarest of each kind.
_MOST_PAIRS, _MOST_CHARS, _MOST_WORDS, _MOST_SOUNDS = 12, 10, 10, 2
# Of the characters, so many find by themselves: the rarest, if they are rare.
_FINDING_CHARS = 4
# What stands in a larger share of the services finds none by itself; the second is for characters
# in large areas.
_OFTEN, _OFTEN_FAR = 0.1, 0.01
# Tokens of official words for everyday ones, and their weight beside what was typed.
_MOST_ALSO, _ALSO = 12, 0.7
# Weights of tokens in guide texts (D), nothing (C), synonyms and sounds (B), titles (A).
_WEIGHTS = "{0.05,0.1,0.5,1}"
# Terms are ranked together if they weigh at least this share of the heaviest: a rank costs time.
_CLASSES = (0.75, 0.45)
_SOUND_RARITY = 2.0
# A title that is the query has so much more than one that has all of its words.
_EXACT = 0.6
# Saturation and length of BM25; the usual length of a title in tokens, Chinese and other.
_K, _B, _HAN_LENGTH, _LATIN_LENGTH = 1.2, 0.75, 26, 7
# What has less of the query than this is not found: of two words or characters, of each more, of
# a long question. What people say around a thing is not in its name; "passport" alone is the thing.
_FLOOR_OF_TWO, _FLOOR_STEP, _FLOOR = 0.36, 0.06, 0.18
# A query of so many is a sentence: what nobody knows of it is no reason to find nothing.
_SENTENCE = 4
# Of so few, a document that has all is found wherever it has them.
_MOST_TOGETHER = 6
# A query of so few words or pairs names a thing.
_BARE = 3
Parameters: TypeAlias = dict[str, str | int | float | list[str] | list[int] | list[float]]

# What has less than this of what the best has is not found either.
_CUT = 0.3
# `ts_rank` gives one occurrence 6/π² of its weight.
_TS_RANK = 1.64493406685


@dataclass(frozen=True)
class Hit:
    """A service that was found, and the document that serves the reader best."""

    id: int
    service: int
    score: float


@dataclass(frozen=True)
class Found:
    """The best `n` hits; `total` and `facets` (kind → value → services) count all that was found.

    `corrected`: what was searched for instead, where a word was misspelt; else "".
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    corrected: str = ""


def find(
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
    """Services with something of the query, best first; none without a letter or digit in it.

    Found is what is offered to people of `region_path` (by it, above it, below it; "" anywhere)
    and has all `facets` ("kind:value"). Those with a facet of `prefer` come somewhat earlier.
    `counted` False leaves `facets` out. `loose`: also what shares but some characters. `meant`:
    services that mean what was asked, whatever their words, and how well (0 to 1).
    """
    plan = _plan(query, loose=loose)
    if plan is None and not meant:
        return Found()
    plan = plan or _NOTHING
    large = _remembered(region_path)

    def ask(way: str) -> tuple[Any, ...]:
        statement, parameters = _statement(
            way,
            plan,
            region_path,
            facets=facets,
            prefer=prefer,
            n=n,
            counted=counted,
            meant=meant or {},
            measured=large is None and way is NAMED,
        )
        return _row(statement, parameters, PLANNING[way])

    hits, total, lines, is_known, is_far = ask(LARGE_AREA if large else NAMED)
    if is_far is not None:
        _remember(region_path, is_far)
    if is_far:
        hits, total, lines, *_rest = ask(LARGE_AREA)
    elif not large and not is_known:
        # Whether there is something does not depend on facets: nor does what is counted.
        hits, total, lines, *_rest = ask(REGION)
    return Found(
        hits=tuple(Hit(*one) for one in read(hits) or ()),
        total=total,
        facets=by_kind(counted_lines(lines or "")),
        corrected=_corrected(query, plan.corrections),
    )


def count(
    *, region_path: str = "", facets: Sequence[str] = ()
) -> tuple[int, Mapping[str, Mapping[str, int]]]:
    """How many services are offered to people of a region and have all facets, and of each kind.

    Reads each document seen from there: some hundred milliseconds for a hundred thousand.
    """
    where, parameters = serving(region_path)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ALL.format(where=where), {**parameters, "facets": list(facets)})
        total, counts = cursor.fetchone()
    return total, by_kind(read(counts) or {})


def having(facet: str) -> QuerySet[Row, int]:
    """The ids of all documents with a facet, for a condition of another query."""
    return Row.objects.filter(facets__contains=[facet]).values_list("id", flat=True)


@dataclass(frozen=True)
class _Plan:
    """What is looked for: one of `match`, ranked by `ranks` (weight, tokens of that weight)."""

    match: str
    match_far: str  # the same for large areas: what would find a tenth of everything is left out
    ranks: tuple[tuple[float, str], ...]
    sure: str  # what has this is found although it is ranked below `floor`
    first: str  # among equals, what has this comes first
    last: str  # and what has this last
    floor: float
    whole: float  # rank of what has all of the query
    length: str  # column of the titles' length
    usual_length: int
    corrections: Mapping[str, str]  # of words, as typed


_NOTHING = _Plan("'X'", "'X'", (), "'X'", "'X'", "'X'", 0, 1, "han", _HAN_LENGTH, {})


def _plan(typed: str, *, loose: bool) -> _Plan | None:
    """How to search for what was typed; None if nothing could be found."""
    query = query_tokens(typed)
    if query.is_empty:
        return None
    also, rarity = known(typed, query)
    terms: dict[str, float] = {}  # as in a tsquery → weight
    corrections: dict[str, str] = {}

    # What stands in no title says nothing, unless little else was said: guides may have it.
    is_short = len(query.words) + len(query.pairs) <= _MOST_TOGETHER
    pairs, words, chars = (
        _rarest(rarity, [one for one in tokens if is_short or one in rarity.known], most)
        for tokens, most in (
            (query.pairs, _MOST_PAIRS), (query.words, _MOST_WORDS), (query.chars, _MOST_CHARS)
        )
    )  # fmt: skip
    for token in (*pairs, *words, *chars):
        terms[_term(token)] = rarity.of(token)
    # Who has one of these surely has what was asked for, however little of it is in the title.
    sure: list[str] = []
    if len(query.pairs) < _SENTENCE or any(pair not in rarity.known for pair in query.pairs):
        for sound in query.sounds[:_MOST_SOUNDS]:
            terms[_term(sound, prefix=True)] = _SOUND_RARITY
            sure.append(_term(sound, prefix=True))
    for term, weight in _meant(query, rarity, corrections).items():
        terms[term] = weight
        sure.append(term)
    if query.exact in rarity.known:
        sure.append(_term(query.exact))
    finders = list(sure)
    everything = [_term(token) for token in (*query.words, *query.pairs) or query.chars]
    if is_short:
        sure.append(f"({' & '.join(everything)})")
    said = [token for token in (*pairs, *words) if not rarity.is_frequent(token, _OFTEN)]
    if loose or not any(token in rarity.known for token in said):
        said = [*pairs, *words, *chars] if loose else [*pairs, *words] or chars
    finders += [_term(token) for token in said]
    rare_chars, very_rare_chars = (
        [_term(token) for token in chars[:_FINDING_CHARS] if not rarity.is_frequent(token, often)]
        for often in (_OFTEN, _OFTEN_FAR)
    )
    for term, weight in _official(also, rarity, finders, sure).items():
        terms.setdefault(term, weight)
    if not finders and not rare_chars:
        return None
    if query.exact in rarity.known:
        terms[_term(query.exact)] = _EXACT * sum(terms.values())
    is_bare = len(query.words) + len(query.pairs) <= _BARE
    first, last = acts.sought(query, tuple(also), is_bare=is_bare)
    is_han = bool(query.chars)
    size = len(query.typed) + len(query.chars)
    asked = [
        token
        for token in (*pairs, *words, *chars)
        if token in rarity.known or (size < _SENTENCE and not corrections)
    ]
    # Of the query, what some title has, or what stands for something in titles.
    counted = {*rarity.known, *(token for one in also.values() for token in _all_of(one))}
    floor = max(_FLOOR, _FLOOR_OF_TWO - _FLOOR_STEP * (size - 2))
    whole = sum(rarity.of(token) for token in (*pairs, *words, *chars) if token in counted)
    return _Plan(
        match=" | ".join(dict.fromkeys([*finders, *rare_chars])),
        match_far=" | ".join(dict.fromkeys([*finders, *very_rare_chars])),
        ranks=tuple(
            (weight * len(members) * _TS_RANK, " | ".join(members))
            for weight, members in _classes(terms)
        ),
        sure=" | ".join(sure),
        first=first,
        last=last,
        floor=0 if loose else floor * sum(rarity.of(token) for token in asked),
        whole=max(whole, rarity.of("")),
        length="han" if is_han else "latin",
        usual_length=_HAN_LENGTH if is_han else _LATIN_LENGTH,
        corrections=corrections,
    )


def _official(
    also: Mapping[Query, Query], rarity: lexicon.Rarity, finders: list[str], sure: list[str]
) -> dict[str, float]:
    """What guides say for everyday words of the query: terms that rank; what finds is added.

    Such an expression weighs as much as the words it stands for, however long it is. Who has all
    of it surely has what was asked for.
    """
    weights: dict[str, float] = {}
    for one, words in also.items():
        tokens = [token for token in _all_of(one) if token in rarity.known]
        typed, official = (sum(map(rarity.of, some)) for some in (_all_of(words), tokens))
        share = _ALSO * min(1.0, typed / official) if official else 0.0
        for token in tokens:
            weights[token] = max(weights.get(token, 0), share * rarity.of(token))
    found: dict[str, float] = {}
    chars = {char for one in also for char in one.chars}
    for are_chars in (False, True):
        some = [token for token in weights if (token in chars) is are_chars]
        for token in sorted(some, key=weights.__getitem__, reverse=True)[:_MOST_ALSO]:
            found[_term(token)] = weights[token]
            if not are_chars and not rarity.is_frequent(token, _OFTEN):
                finders.append(_term(token))
    for one in also:
        tokens = [*one.pairs, *one.words]
        is_known = bool(tokens) and all(token in rarity.known for token in tokens)
        if is_known and not all(rarity.is_frequent(token, _OFTEN) for token in tokens):
            sure.append(f"({' & '.join(map(_term, tokens))})")
    return found


def _all_of(query: Query) -> tuple[str, ...]:
    return (*query.pairs, *query.words, *query.chars)


def _meant(query: Query, rarity: lexicon.Rarity, corrections: dict[str, str]) -> dict[str, float]:
    """What unknown Latin words stand for: pinyin, initials, or the words they were meant to be."""
    unknown = [word for word in query.typed if stem(word) not in rarity.known]
    found: dict[str, float] = {}
    if unknown and not query.chars and len(unknown) == len(query.typed):
        for prefix in lexicon.spoken("".join(query.typed)):
            found[_term(prefix, prefix=True)] = rarity.of("")
        if found:
            return found
    for word in unknown:
        meant = lexicon.mend(word, alone=len(query.typed) == 1 and not query.chars)
        for token in meant.words:
            found[_term(token)] = rarity.of("") / 2
        for prefix in meant.prefixes:
            found[_term(prefix, prefix=True)] = rarity.of("") / 2
        if meant.corrected:
            corrections[word] = meant.corrected
    return found


def _classes(terms: Mapping[str, float]) -> list[tuple[float, list[str]]]:
    """Terms of like weight and the mean of their weights: for each class one rank is computed."""
    heaviest = max(terms.values(), default=0)
    classes: dict[int, list[str]] = defaultdict(list)
    for term, weight in terms.items():
        place = next((at for at, share in enumerate(_CLASSES) if weight >= share * heaviest), -1)
        classes[place].append(term)
    return [
        (sum(terms[term] for term in members) / len(members), members)
        for members in classes.values()
    ]


def _rarest(rarity: lexicon.Rarity, tokens: Sequence[str], n: int) -> list[str]:
    return sorted(tokens, key=rarity.of, reverse=True)[:n]


def _term(token: str, *, prefix: bool = False) -> str:
    """A token in a tsquery. Tokens hold letters and digits alone: nothing is to be escaped."""
    return f"'{token}':*" if prefix else f"'{token}'"


def _corrected(query: str, corrections: Mapping[str, str]) -> str:
    """The query with its misspelt words replaced; "" if none was."""
    if not corrections:
        return ""
    return " ".join(corrections.get(word, word) for word in normal(query[:LONGEST_QUERY]).split())


def is_large(region_path: str) -> bool:
    """Whether so many documents are seen from there that not each can be compared.

    Remembered by the process: it decides how is searched, not what is found.
    """
    known = _remembered(region_path)
    if known is None:
        where, parameters = serving(region_path)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) > %(large)s FROM (SELECT FROM search_document d"  # noqa: S608
                f" WHERE {where} LIMIT %(large)s + 1) x",
                {**parameters, "large": LARGE},
            )
            known = bool(cursor.fetchone()[0])
        _remember(region_path, known)
    return known


def _remembered(region_path: str) -> bool | None:
    """Whether a region is large; None if that is not known, or no more."""
    if not region_path:
        return True
    until, known = _known_sizes.get(region_path, (0.0, False))
    return known if time.monotonic() < until else None


def _remember(region_path: str, is_far: bool) -> None:
    if len(_known_sizes) > _MOST_SIZES:
        _known_sizes.clear()
    _known_sizes[region_path] = (time.monotonic() + _FRESH, is_far)


def serving(region_path: str) -> tuple[str, Parameters]:
    """A condition on documents `d`: offered to people of a region; with its parameters."""
    if not region_path:
        return "true", {}
    return (
        "(d.region_path = ANY(%(above)s::text[])"
        " OR d.region_path >= %(region)s AND d.region_path < %(after)s)",
        {"above": above(region_path), "region": region_path, "after": region_path[:-1] + "0"},
    )


def above(region_path: str) -> list[str]:
    """The paths above a path, the nearest first."""
    codes = region_path.split("/")[:-1]
    return ["/".join(codes[:depth]) + "/" for depth in range(len(codes) - 1, 0, -1)]


def _statement(
    way: str,
    plan: _Plan,
    region_path: str,
    *,
    facets: Sequence[str],
    prefer: Sequence[str],
    n: int,
    counted: bool,
    meant: Mapping[int, float],
    measured: bool,
) -> tuple[str, Parameters]:
    """One statement for hits, total and facets, and its parameters.

    `measured`: it also says whether the region is large, and reads no more of it than that takes.
    """
    where, parameters = serving(region_path)
    parameters |= {
        "match": plan.match_far if way is LARGE_AREA else plan.match,
        "weights": _WEIGHTS,
        "near": [region_path, *above(region_path)] if region_path else [],
        "floor": plan.floor,
        "sure": plan.sure,
        "first": plan.first,
        "last": plan.last,
        "whole": plan.whole,
        "cut": _CUT,
        "facets": list(facets),
        "prefer": list(prefer),
        "n": n,
        "most": MOST_DOCUMENTS,
        "most_services": MOST_SERVICES,
        "large": LARGE,
        "length_base": _K * (1 - _B) + 1,
        "length_rate": _K * _B / plan.usual_length,
        "meant": list(meant),
        "meaning": list(meant.values()),
    }
    raw = []
    for place, (weight, tokens) in enumerate(plan.ranks):
        raw.append(
            f"%(weight{place})s * ts_rank(%(weights)s::float4[], tsv, %(rank{place})s::tsquery)"
        )
        parameters |= {f"weight{place}": weight, f"rank{place}": tokens}
    entry = "entry_id" if way is REGION else "id"
    parts = {
        "raw": " + ".join(raw) or "0",
        "act": ACT,
        "length": plan.length,
        "where": where,
        "somewhere": "EXISTS (SELECT FROM search_document o WHERE o.entry_id = d.id AND "
        + where.replace("d.region_path", "o.region_path")
        + ")"
        if region_path
        else "true",
        "matches": (MATCHES_OR_MEANT if meant else MATCHES).format(entry=entry),
        "meaning": MEANING.format(entry=entry) if meant else "0",
        "facets_found": FACETS_FOUND if counted else "NULL",
        "limit": "LIMIT %(large)s + 1" if measured else "",
        "is_large": "(SELECT count(*) FROM here) > %(large)s" if measured else "NULL",
    }
    return (way + HITS).format(**parts), parameters


def _row(statement: str, parameters: Parameters, planning: Mapping[str, str]) -> tuple[Any, ...]:
    """The row that is asked for. `planning`: settings for this statement alone.

    All in one round trip, which is a transaction; in one that goes on, what is set is set back.
    """
    settings = ", ".join(
        f"set_config('{name}', '{value}', true)" for name, value in planning.items()
    )
    back = (
        ""
        if connection.get_autocommit()
        else "".join(f"; SET LOCAL {name} TO DEFAULT" for name in planning)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {settings}; {statement}{back}", parameters)
        cursor.nextset()
        row: tuple[Any, ...] = cursor.fetchone()
        return row
