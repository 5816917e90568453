"""Everyday words find what guides call otherwise; editors add theirs, and cannot break the rest."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.documents import document
from tongban.kernel.errors import Refused
from tongban.search.api import (
    add_synonym,
    count_words,
    find,
    preview_synonym,
    put,
    remove_synonym,
    synonyms,
)
from tongban.search.expansion import expand, vocabulary
from tongban.search.tokens import has_letters, normal

TITLES = (
    "普通护照首次申请", "机动车注册登记", "养犬登记", "企业设立登记", "户口迁移", "居住证申领",
    "取水许可", "食品经营许可", "出生医学证明签发", "生育登记", "建筑工程施工许可", "律师执业许可",
)  # fmt: skip


@pytest.fixture
def services(db: None) -> None:
    put(document(number, title) for number, title in enumerate(TITLES, 1))
    put(document(100 + number, f"专项资金申报第{number}号") for number in range(40))
    count_words()


def first(query: str) -> str:
    hits = find(query, method="words").hits
    return TITLES[hits[0].id - 1] if hits and hits[0].id <= len(TITLES) else ""


def test_the_vocabulary_is_general_and_one_step() -> None:
    known = vocabulary()
    assert len(known) > 500
    for words, means in known.items():
        assert words == normal(words)
        assert len(words) >= 2
        assert means
        assert words not in means
        assert all(has_letters(one) for one in means)


def test_everyday_words_are_found_by_the_vocabulary(services: None) -> None:
    assert first("生孩子") in ("出生医学证明签发", "生育登记")
    assert first("I want to start a business") == "企业设立登记"
    assert first("开饭店要办什么") == "食品经营许可"


@pytest.mark.django_db
def test_longer_words_hold_those_within_them() -> None:
    assert "遗失" not in expand("身份证丢了")  # the whole is known: "丢了" alone is not taken too
    assert "居民身份证" in expand("身份证丢了")
    assert expand("carpet") == ()  # no word begins within another
    assert "vehicle" in expand("sell my car")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=400))
@pytest.mark.django_db
def test_anything_may_be_typed(text: str) -> None:
    assert len(expand(text)) < 400


def test_a_synonym_has_effect_at_once_until_it_is_removed(services: None) -> None:
    assert not first("毛孩子本本")
    added = add_synonym("毛孩子", "养犬登记", by="何编")
    assert first("毛孩子本本") == "养犬登记"
    assert [(one.words, one.means, one.by) for one in synonyms()] == [
        ("毛孩子", "养犬登记", "何编")
    ]
    assert add_synonym("毛孩子", "养犬登记", by="别人") == added  # twice is once
    was = remove_synonym(added, by="何编")
    assert not first("毛孩子本本")
    with pytest.raises(Refused):
        remove_synonym(added, by="何编")
    add_synonym(was.words, was.means, by="何编")  # undone
    assert first("毛孩子本本") == "养犬登记"


def test_a_preview_shows_the_change_and_makes_none(services: None) -> None:
    foreseen = preview_synonym("毛孩子", "养犬登记")
    assert foreseen.after[0] == 3
    assert 3 not in foreseen.before
    assert foreseen.total_after > foreseen.total_before
    assert not synonyms()


@pytest.mark.parametrize(
    ("words", "means", "code"),
    [
        ("证", "居住证申领", "search.synonym_short"),
        ("居住证", "证", "search.synonym_short"),
        ("怎么", "养犬登记", "search.synonym_stop_word"),
        ("what", "养犬登记", "search.synonym_stop_word"),
        ("…!", "养犬登记", "search.synonym_empty"),
        ("养犬", "养犬", "search.synonym_loop"),
        ("养犬登记证", "养犬登记", "search.synonym_loop"),
        ("补贴", "专项资金", "search.synonym_swallows"),
        ("资金申报", "养犬登记", "search.synonym_swallows"),
        ("长" * 41, "养犬登记", "search.synonym_long"),
        ("养狗", "养犬" * 41, "search.synonym_long"),
    ],
)
def test_what_would_change_nothing_or_everything_is_refused(
    services: None, words: str, means: str, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        add_synonym(words, means, by="何编")
    assert refusal.value.code == code
    assert not synonyms()
