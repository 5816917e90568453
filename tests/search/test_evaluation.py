"""Figures of an evaluation: right on paper, and from the engine itself."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.documents import document
from tongban.search.api import find, put
from tongban.search.evaluation import bootstrap, rank, wilson


def test_wilson_interval_is_that_of_the_books() -> None:
    share = wilson(81, 263)  # the first example of Newcombe (1998)
    assert (share.low, share.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    # With all or none the other end is n / (n + z²).
    assert wilson(29, 29).low == pytest.approx(29 / (29 + 1.959964**2))
    assert wilson(0, 20).high == pytest.approx(1 - 20 / (20 + 1.959964**2))


@settings(max_examples=50)
@given(st.integers(1, 500), st.data())
def test_intervals_hold_their_share(n: int, data: st.DataObject) -> None:
    share = wilson(data.draw(st.integers(0, n)), n)
    assert 0 <= share.low <= share.value + 1e-9
    assert share.value <= share.high + 1e-9 <= 1 + 2e-9


def test_bootstrap_of_equal_values_is_certain_and_repeats() -> None:
    assert bootstrap([0.5] * 10).low == bootstrap([0.5] * 10).high == 0.5
    values = [0.0, 1.0] * 20
    assert bootstrap(values) == bootstrap(values)
    assert 0.3 < bootstrap(values).low < 0.5 < bootstrap(values).high < 0.7


def test_any_relevant_one_among_the_first_ten_counts() -> None:
    found = list(range(20))
    assert rank(found, frozenset({7, 3})) == 4
    assert rank(found, frozenset({10})) is None
    assert rank([], frozenset({1})) is None


@pytest.mark.django_db
def test_a_set_is_searched_apart_from_what_is_installed(tmp_path: Path) -> None:
    put([document(1, "普通护照首次申请")])
    folder = tmp_path / "passports"
    folder.mkdir()
    corpus = [
        {"id": "a", "title": "办理养犬登记"},
        {"id": "b", "title": "机动车注册登记"},
        {"id": "c", "title": "取水许可（新办）", "parent": "取水许可"},
        {"id": "d", "title": "取水许可（延续）", "parent": "取水许可"},
    ]
    queries = [
        {"query": "养犬", "relevant": ["a"], "group": "dogs"},
        {"query": "养犬登记", "relevant": ["a"], "group": "dogs"},
        {"query": "机动车", "relevant": ["b", "gone"]},
        {"query": "取水许可新办", "relevant": ["d"], "group": "water"},
        {"query": "没有答案", "relevant": ["gone"]},
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    out = StringIO()
    call_command("evaluate_search", str(tmp_path), "--method", "words", stdout=out)
    _head, figures, more, left_out = out.getvalue().splitlines()
    assert figures.split()[:4] == ["passports", "words", "4", ".750"]
    # Two of three answers were found first, and a sister of the third.
    assert "3 answers once: hit@1 .667" in more
    assert "variant of the item: hit@1 1.000" in more
    assert "1 questions without an answer" in left_out
    # The installed index is as it was, and was not searched.
    assert [hit.id for hit in find("普通护照").hits] == [1]
    assert not find("养犬").hits
    with pytest.raises(CommandError):
        call_command("evaluate_search", str(tmp_path / "passports"), "--method", "meaning")
    with pytest.raises(CommandError):
        call_command("evaluate_search", str(tmp_path / "nowhere"))
