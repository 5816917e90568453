"""Guides that differ only in their agency's own words are examined once. Pure.

A hundred counties publish one guide with their own telephones, addresses and hours. Where no rule
minds such words, an example stands for them: what is found in the guide with the example is found
in the guide. Words that a rule might mind, or quote, are kept. A rule that begins to look at one of
`OWN` must be minded here; a test says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tongban.catalogue.linting.facts import (
    holds_more_than_phones,
    lacks_area_code,
    numbers_in,
    plain_prose,
)
from tongban.catalogue.linting.language import (
    ABBREVIATION,
    is_placeholder,
    longest_sentence,
    officialese_in,
)

# What agencies fill in for themselves.
_TEXTS = ("place", "hall", "hours", "directions", "website")
_PHONES = ("consult_phone", "complaint_phone")
OWN = (*_TEXTS, *_PHONES, "windows")

_EXAMPLE, _ADDRESS = "好", "https://a.example/"
_EXAMPLE_PHONES = {"consult_phone": "010-60000001", "complaint_phone": "010-60000002"}

Own = dict[str, Any]  # of a guide's JSON, the parts of `OWN`


def alike(own: Own, *, dead: bool, translated: bool) -> Own:
    """An agency's own words with an example for those that no rule minds.

    `dead`: the agency's website does not open. `translated`: it is known from what its English was
    made, so that no text may be another.
    """
    found = dict(own)
    for name in _PHONES:
        if _is_plain_phone(own.get(name, "")):
            found[name] = _EXAMPLE_PHONES[name]
    if _numbers(own) and _numbers(own) == _numbers(own, "complaint_phone"):
        found |= {name: own[name] for name in _PHONES}
    if translated:
        return found
    for name in _TEXTS:
        if (text := own.get(name)) and not (dead and name == "website"):
            found[name] = _example(text, _ADDRESS if name == "website" else _EXAMPLE)
    if windows := own.get("windows"):
        found["windows"] = [
            {"centre": "", "window": _example(one.get("window", {}))} for one in windows
        ]
    return found


def _numbers(own: Own, name: str = "consult_phone") -> frozenset[str]:
    return frozenset(numbers_in(own.get(name, "")))


@lru_cache(maxsize=4096)
def _is_plain_phone(text: str) -> bool:
    return bool(numbers_in(text)) and not lacks_area_code(text) and not holds_more_than_phones(text)


def _example(text: Mapping[str, str], example: str = _EXAMPLE) -> dict[str, str]:
    if any(_is_minded(language, said) for language, said in text.items()):
        return dict(text)
    return {language: example if said else "" for language, said in text.items()}


@lru_cache(maxsize=8192)
def _is_minded(language: str, said: str) -> bool:
    """Whether a rule on words finds something, or an abbreviation that others explain."""
    prose = plain_prose(said)
    return bool(
        is_placeholder(said)
        or ABBREVIATION.search(prose)
        or longest_sentence(language, prose)
        or officialese_in(language, prose)
    )
