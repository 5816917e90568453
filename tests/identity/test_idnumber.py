from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.identity import idnumber

bodies = st.builds(
    "{:06d}{:%Y%m%d}{:03d}".format,
    st.integers(990000, 999999),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
)


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("11010519491231002X", True),  # the standard's own example
        ("11010519491231002x", False),
        ("110105194912310020", False),
        ("990101199002300014", False),  # 30 February
        ("１１０１０５１９４９１２３１００２X", False),
        ("", False),
    ],
)
def test_known_numbers(number: str, valid: bool) -> None:
    assert idnumber.is_valid(number) is valid


@given(bodies)
def test_exactly_one_check_character_fits(body: str) -> None:
    fitting = [c for c in "0123456789X" if idnumber.is_valid(body + c)]
    assert fitting == [idnumber.check_character(body)]


@given(bodies, st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_noticed(body: str, position: int, other: str) -> None:
    if other != body[position]:
        wrong = body[:position] + other + body[position + 1 :]
        assert not idnumber.is_valid(wrong + idnumber.check_character(body))


@given(bodies)
def test_the_birthday_is_read(body: str) -> None:
    born = idnumber.birth_date(body + idnumber.check_character(body))
    assert born is not None
    assert f"{born:%Y%m%d}" == body[6:14]


@given(st.text(max_size=20))
def test_any_text_has_an_answer(text: str) -> None:
    assert idnumber.is_valid(text) in (True, False)
