"""Plain text becomes paragraphs and lists, and nothing it holds becomes markup."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.look.paragraphs import paragraphs

OURS = re.compile(r"</?(?:p|ul|ol|li|br)(?: class=\"govuk-[a-z -]+\")?>")


def bare(html: str) -> str:
    return re.sub(r' class="[^"]*"', "", html)


def test_paragraphs_lines_and_lists() -> None:
    text = "One\ntwo\n\nThree:\n- a\n- b\n1. c\n2、d\n（3）e"
    assert bare(paragraphs(text)) == (
        "<p>One<br>two</p><p>Three:</p><ul><li>a</li><li>b</li></ul>"
        "<ol><li>c</li><li>d</li><li>e</li></ol>"
    )


def test_a_decimal_number_is_not_a_list() -> None:
    assert bare(paragraphs("3.5米以上")) == "<p>3.5米以上</p>"


def test_empty_text_is_nothing() -> None:
    assert paragraphs("") == ""
    assert paragraphs(" \n\n ") == ""


@settings(deadline=None)
@given(st.text(alphabet="<>&\"'/- \n\r1.abc好（）、script=", max_size=80))
def test_only_our_own_tags_come_out(text: str) -> None:
    left = OURS.sub("", paragraphs(text))
    assert "<" not in left
    assert ">" not in left
    assert '"' not in left


@settings(deadline=None)
@given(st.lists(st.text(alphabet="ab好", min_size=1, max_size=5), max_size=6))
def test_no_word_is_lost(words: list[str]) -> None:
    html = paragraphs("\n\n".join(words))
    assert re.findall(r">([^<]+)<", html) == words
