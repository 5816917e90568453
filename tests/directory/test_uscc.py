import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.directory import uscc

bodies = st.builds(
    "{}{}{}".format,
    st.text(uscc.ALPHABET, min_size=2, max_size=2),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.text(uscc.ALPHABET, min_size=9, max_size=9),
)


# The first is a real public body's code; the two failures are real ones that break the standard.
@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("11440000006939756B", True),
        ("TE440000GD030003VV", False),
        ("13440000515356094L", False),
        ("11440000006939756b", False),
        ("", False),
    ],
)
def test_known_codes(code: str, valid: bool) -> None:
    assert uscc.is_valid(code) is valid


@given(bodies)
def test_exactly_one_check_character_fits(body: str) -> None:
    fitting = [c for c in uscc.ALPHABET if uscc.is_valid(body + c)]
    assert fitting == [uscc.check_character(body)]


@given(bodies, st.integers(0, 16), st.sampled_from(uscc.ALPHABET))
def test_one_wrong_character_is_noticed(body: str, position: int, other: str) -> None:
    wrong = body[:position] + other + body[position + 1 :]
    if other != body[position]:
        assert not uscc.is_valid(wrong + uscc.check_character(body))


@given(st.text(max_size=20))
def test_any_text_has_an_answer(text: str) -> None:
    assert uscc.is_valid(text) in (True, False)
