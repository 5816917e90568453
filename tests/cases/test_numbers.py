"""Case numbers that survive being read aloud and written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.cases.numbers import CAPACITY, BadNumber, case_number, grouped, read_number

counts = st.integers(0, CAPACITY - 1)
numbers = st.builds(case_number, st.integers(2026, 2099), counts)


@given(numbers, st.integers(0, 11), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    with pytest.raises(BadNumber):
        read_number(number[:place] + wrong + number[place + 1 :])


@given(numbers, st.integers(0, 10))
def test_every_swap_of_neighbours_is_caught(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        with pytest.raises(BadNumber):
            read_number(swapped)


@given(st.sets(counts, min_size=2, max_size=50))
def test_different_counts_have_different_numbers(some: set[int]) -> None:
    assert len({case_number(2026, count) for count in some}) == len(some)


@given(counts.filter(lambda count: count + 1 < CAPACITY))
def test_neighbours_in_time_look_different(count: int) -> None:
    one, next_one = case_number(2026, count), case_number(2026, count + 1)
    assert sum(a != b for a, b in zip(one, next_one, strict=True)) >= 4


@given(numbers)
def test_numbers_are_read_however_they_are_written(number: str) -> None:
    full_width = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for written in (number, grouped(number), number[:4] + "-" + number[4:], full_width):
        assert read_number(written) == number


@pytest.mark.parametrize(
    "text", ["", "123", "abcdefghijkl", "2648 3177 209", "' OR 1=1 --", "٢٦٤٨٣١٧٧٢٠٩٣"]
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(BadNumber):
        read_number(text)


def test_a_year_holds_a_thousand_million_numbers() -> None:
    with pytest.raises(ValueError, match="used up"):
        case_number(2026, CAPACITY)
