"""Tokens: what is kept of a text, and that a title and a query for it have the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.search.tokens import (
    LONGEST_QUERY,
    document_tokens,
    has_letters,
    normal,
    query_tokens,
    stem,
    syllables,
    title_tokens,
)

# Nothing that would have to be escaped in a tsvector or tsquery.
LEXEME = re.compile(r"'[^'\\:&|!()*\s]+':1[ABD]?")


def test_titles_are_characters_pairs_words_and_sounds() -> None:
    tokens = document_tokens(("护照换发", "Renewing a passport"), ("出国本",), "用于出境旅行")
    weights = tokens.weights
    assert {"护", "护照", "照换", "renew", "passport"} <= {
        t for t, w in weights.items() if w == "A"
    }
    assert {"出国", "Phuzhaohuanfa", "Izhf", "Ihzhf", "Pfa", "Pchuguoben"} <= {
        token for token, weight in weights.items() if weight == "B"
    }
    assert weights["出境"] == ""
    assert "境" not in weights  # of texts, only pairs
    assert (tokens.han, tokens.latin) == (7, 3)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＩＤ　ｃａｒｄ", "id card"),
        ("Zażółć", "zazołc"),
        ("straße", "STRASSE"),
        ("护照\0换发", "护照 换发"),
        ("a\ud800b", "ab"),
        ("補領駕駛證", "补领驾驶证"),
        ("臺灣居民居住證", "台湾居民居住证"),
    ],
)
def test_what_is_written_differently_is_compared_as_one(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_simplified_chinese_stays_as_it_is() -> None:
    assert normal("著作权登记 乾坤") == "著作权登记 乾坤"


@pytest.mark.parametrize(
    "words", [("renew", "renews", "renewed", "renewing"), ("permit", "permits", "permitted"),
              ("licence", "licences", "licencing"), ("identity", "identities")],
)  # fmt: skip
def test_endings_do_not_matter(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1


def test_particles_and_function_words_say_nothing() -> None:
    query = query_tokens("我要的是护照 how do I get a passport")
    assert query.chars == ("护", "照")
    assert query.words == ("passport",)
    assert query_tokens("the").words == ("the",)  # unless there is nothing else
    assert query_tokens("的").chars == ("的",)


def test_pinyin_is_typed_with_v() -> None:
    assert syllables("绿女") == ("lv", "nv")


def test_a_title_is_one_whatever_stands_between_its_words() -> None:
    exact = query_tokens("“护照” （换发）").exact
    assert exact in title_tokens("护照换发")
    assert exact not in title_tokens("护照换发了")


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_any_text_makes_a_vector(text: str) -> None:
    vector = document_tokens((text,), (text[::-1],), text).vector()
    assert all(LEXEME.fullmatch(lexeme) for lexeme in vector.split(" ") if lexeme)
    assert normal(normal(text)) == normal(text)


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_a_title_has_all_tokens_of_a_query_for_it(text: str) -> None:
    query = query_tokens(text)
    assert {*query.words, *query.pairs, *query.chars} <= title_tokens(text)
    assert query.is_empty == (not has_letters(text))


def test_long_queries_are_cut() -> None:
    assert len(query_tokens("护照" * 5000).chars) == 2
    assert query_tokens("a" * LONGEST_QUERY + "护照").chars == ()
