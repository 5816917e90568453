"""What else to look for: the everyday words of a query, in the words of guides.

Two sources, both asked at every search, so that a change has effect at once and everywhere:
`vocabulary.yaml`, which everybody has, and the table that editors fill (`synonyms.py`). One way and
one step: who types the everyday words is also shown what has the official ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

import yaml

from tongban.search import lexicon
from tongban.search.tokens import LONGEST_QUERY, Query, is_han, normal, query_tokens

# Characters of words in the table, and of Chinese words in either.
LONGEST_WORDS = 40
_LONGEST_HAN = 12


def expand(query: str) -> tuple[str, ...]:
    """What else to look for when somebody types `query`; the longest words that are known count.

    One query.
    """
    text = _text(query)
    spans = _spans(text)
    return tuple(_means(text, spans, lexicon.look_up((), _words(text, spans))[1]) if spans else ())


def known(query: str, tokens: Query) -> tuple[Mapping[Query, Query], lexicon.Rarity]:
    """What else to look for → what of the query it stands for; how rare all their tokens are.

    One query; two where editors have words for something in it.
    """
    text = _text(query)
    spans = _spans(text)
    also = _both(_means(text, spans, {}))
    rarity, synonyms = lexicon.look_up(_all(tokens, also), _words(text, spans))
    if synonyms:
        also = _both(_means(text, spans, synonyms))
        rarity, _same = lexicon.look_up(_all(tokens, also), ())
    return also, rarity


@cache
def vocabulary() -> Mapping[str, tuple[str, ...]]:
    """The general vocabulary: everyday words → what guides say, as normal text."""
    path = Path(__file__).with_name("vocabulary.yaml")
    written: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    found: dict[str, dict[str, None]] = {}
    for ways, means in written.items():
        for way in str(ways).split(" | "):
            words = normal(way.strip())
            others = (normal(one) for one in means)
            found.setdefault(words, {}).update({one: None for one in others if one != words})
    return {words: tuple(means) for words, means in found.items() if means}


def _text(query: str) -> str:
    return " ".join(normal(query[:LONGEST_QUERY]).split())


def _words(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    return sorted({text[start:end] for start, end in spans})


def _means(
    text: str, spans: Sequence[tuple[int, int]], synonyms: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """What the longest words of a text mean, by editors and in general → those words."""
    general = vocabulary()
    found: dict[str, str] = {}
    used: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        words = text[start:end]
        means = [*synonyms.get(words, ()), *general.get(words, ())]
        if means and not any(first <= start and end <= last for first, last in used):
            used.append((start, end))
            found = dict.fromkeys(means, words) | found
    return found


def _both(means: Mapping[str, str]) -> dict[Query, Query]:
    return {_tokens(one): _tokens(words) for one, words in means.items()}


def _all(query: Query, also: Mapping[Query, Query]) -> list[str]:
    """The tokens whose rarity says how to search."""
    return [
        *query.words, *query.pairs, *query.chars, query.exact,
        *(
            token
            for one in (*also, *also.values())
            for token in (*one.pairs, *one.words, *one.chars)
        ),
    ]  # fmt: skip


# The same expressions are looked for again and again.
_tokens = lru_cache(maxsize=5000)(query_tokens)


def _spans(text: str) -> list[tuple[int, int]]:
    """Where words may stand in a text: from one boundary to another, as long as words are.

    Between two Han characters there may always be one, within a Latin word never.
    """
    ends = [
        place
        for place in range(len(text) + 1)
        if place in (0, len(text)) or _may_part(text[place - 1], text[place])
    ]
    spans = []
    for index, start in enumerate(ends):
        if start < len(text) and text[start] == " ":
            continue
        for end in ends[index + 1 :]:
            longest = _LONGEST_HAN if is_han(text[start]) else LONGEST_WORDS
            if end - start > longest:
                break
            if end - start >= 2 and text[end - 1] != " ":
                spans.append((start, end))
    return spans


def _may_part(before: str, after: str) -> bool:
    return not (before.isalnum() and after.isalnum()) or is_han(before) or is_han(after)
