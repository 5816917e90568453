"""What the index knows of words: how rare they are, and what a misspelt one was meant to be."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock, Thread

import structlog
from django.core.cache import cache
from django.db import DatabaseError, connection

from tongban.search.tokens import INITIALS, SOUND, WRITTEN, stem

log = structlog.get_logger(__name__)

# A process keeps the words to mend spelling with for so long (seconds). Reading them takes some
# fifty milliseconds; a word that came since is found, only not mended to.
_FRESH = 600
# The most frequent are kept: comparing with twenty thousand takes some milliseconds.
_MOST_WORDS = 20_000
_NEAREST_WORD = 0.6  # Damerau-Levenshtein similarity
_NEAREST_SOUND = 0.7  # Levenshtein similarity
_MOST_SOUNDS = 3
# A token of sounds holds so many letters at least before it is cut (`tokens`: five syllables).
_SHORTEST_CUT = 5
_MOST_INITIALS = 8


@dataclass(frozen=True)
class Rarity:
    """How much a token says: the inverse document frequency of BM25 (natural logarithm)."""

    entries: int  # in the whole index
    known: Mapping[str, int]  # token → in how many entries it stands

    def of(self, token: str) -> float:
        """That of an unknown token is the highest."""
        seen = self.known.get(token, 0)
        return math.log(1 + (max(self.entries - seen, 0) + 0.5) / (seen + 0.5))

    def is_frequent(self, token: str, share: float) -> bool:
        """Whether it stands in more than a share of the entries: finding all helps nobody."""
        return self.entries > 100 and self.known.get(token, 0) > share * self.entries


@dataclass(frozen=True)
class Meant:
    """What a Latin word may mean. `words` are stemmed; `prefixes` begin tokens of sounds."""

    words: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    corrected: str = ""  # the word as it should have been written


def look_up(
    tokens: Sequence[str], words: Sequence[str]
) -> tuple[Rarity, Mapping[str, Sequence[str]]]:
    """How rare tokens are, and what editors say that words mean, the oldest first. One query."""
    known: dict[str, int] = {}
    said: list[tuple[int, str, str]] = []
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP, [["", *tokens], list(words)])
        for word, number, means in cursor.fetchall():
            if means is None:
                known[word] = number
            else:
                said.append((number, word, means))
    # Between two countings: at least as many as the most frequent of these stands in.
    entries = max([known.pop("", 0), *known.values(), 1])
    synonyms: dict[str, list[str]] = {}
    for _id, word, means in sorted(said):
        synonyms.setdefault(word, []).append(means)
    return Rarity(entries, known), synonyms


def spoken(letters: str) -> tuple[str, ...]:
    """Beginnings of tokens that `letters` are the pinyin or the initials of; () if there are none.

    Longer than what a token holds is cut where one ends. One query.
    """
    if not (letters.isascii() and letters.isalpha()):
        return ()
    sound, initials = SOUND + letters, INITIALS + letters[:_MOST_INITIALS]
    cuts = [sound[:end] for end in range(_SHORTEST_CUT + 1, len(sound))]
    with connection.cursor() as cursor:
        cursor.execute(_SPOKEN, [sound, sound + "{", initials, initials + "{", cuts])
        has_sound, has_initials, longest = cursor.fetchone()
    found = []
    if has_sound:
        found.append(sound)
    elif longest and len(longest) > max(12, 2 * len(sound) // 3):
        found.append(longest)
    if has_initials and len(letters) > 1:
        found.append(initials)
    return tuple(found)


def mend(word: str, *, alone: bool) -> Meant:
    """What an unknown Latin word may have been meant to be. `alone`: nothing else was typed."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein, Levenshtein

    if len(word) < 4:
        return Meant()
    lists = _lists()
    written = process.extractOne(
        word,
        lists.written,
        scorer=DamerauLevenshtein.normalized_similarity,
        score_cutoff=_NEAREST_WORD,
    )
    if alone:
        cut = len(word) + 1
        beginnings = lists.beginnings(cut)
        sounds = process.extract(
            word,
            beginnings,
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=_NEAREST_SOUND,
            limit=_MOST_SOUNDS,
        )
        if sounds and (written is None or sounds[0][1] > written[1]):
            return Meant(prefixes=tuple(SOUND + found for found, _score, _place in sounds))
    if written is None:
        return Meant()
    return Meant(words=(stem(written[0]),), corrected=written[0])


@dataclass
class _Lists:
    token: str = ""
    written: list[str] = field(default_factory=list)
    sounds: list[str] = field(default_factory=list)
    _cut: dict[int, list[str]] = field(default_factory=dict)

    def beginnings(self, length: int) -> list[str]:
        """The sounds cut to a length, each once."""
        if length not in self._cut:
            self._cut[length] = list(dict.fromkeys(one[:length] for one in self.sounds))
        return self._cut[length]


_kept = _Lists()
_lock = Lock()  # of whoever reads them
RENEWING = "search-words"  # the thread


def warm() -> None:
    """Load what the first misspelt word would wait for."""
    import rapidfuzz.process  # noqa: F401

    _lists()


def _lists() -> _Lists:
    """The words of the index, read again now and then: the cache says when.

    Nobody waits for what is read again: the old ones serve until it is there. But within a
    transaction the words it wrote itself count.
    """
    token = str(cache.get_or_set("search:lexicon", lambda: secrets.token_hex(8), _FRESH))
    if _kept.token == token:
        return _kept
    if _kept.token and not connection.in_atomic_block:
        if _lock.acquire(blocking=False):  # else somebody is reading
            Thread(target=_renew, args=[token], name=RENEWING, daemon=True).start()
        return _kept
    with _lock:
        return _kept if _kept.token == token else _read(token)


def _renew(token: str) -> None:
    """In a thread of its own, which has the lock and gives it back."""
    try:
        _read(token)
    except DatabaseError as error:  # the next misspelt word tries again
        log.warning("search_words_not_read", error=str(error)[:200])
    finally:
        _lock.release()
        connection.close()


def _read(token: str) -> _Lists:
    global _kept
    _kept = _Lists(token, _most_frequent(WRITTEN), _most_frequent(SOUND))
    return _kept


def _most_frequent(kind: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(word, 2) FROM search_word WHERE word >= %s AND word < %s"
            " AND length(word) > 3 ORDER BY entries DESC, word LIMIT %s",
            [kind, kind + "{", _MOST_WORDS],
        )
        return [word for (word,) in cursor.fetchall()]


_LOOK_UP = """
SELECT word, entries::bigint, NULL FROM search_word WHERE word = ANY(%s::text[])
UNION ALL
SELECT words, id, means FROM search_synonym WHERE words = ANY(%s::text[]) AND removed_at IS NULL
"""

# "{" follows "z" in the collation C: a range of all that begins with something.
_SPOKEN = """
SELECT EXISTS (SELECT FROM search_word WHERE word >= %s AND word < %s),
    EXISTS (SELECT FROM search_word WHERE word >= %s AND word < %s),
    (SELECT max(word) FROM search_word WHERE word = ANY(%s::text[]))
"""
