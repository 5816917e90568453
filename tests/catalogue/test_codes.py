"""Codes of items are read and written without loss, and wrong ones are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.catalogue.codes import (
    LEVELS,
    BadCode,
    BasicCode,
    OfferingCode,
    SichuanCode,
    read_basic_code,
    read_code,
    read_sichuan_code,
)

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def digits(n: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=n, max_size=n)


def letters(n: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=n, max_size=n)


basics = st.builds(BasicCode, digits(2), digits(2), letters(2), letters(3), letters(3))
offerings = st.builds(
    OfferingCode, letters(18), st.sampled_from(list(LEVELS)), basics, st.just("") | digits(2)
)
sichuan_codes = st.builds(
    SichuanCode,
    basic=letters(12) | st.from_regex(r"\A[A-Z]-[0-9]{6}-[0-9]{3}\Z"),
    body=letters(18) | digits(9) | st.from_regex(r"\A[0-9]{8}-[0-9X]\Z"),
    area=digits(12),
    zone=digits(3),
    version=digits(1),
    serial=digits(2),
)


@given(basics)
def test_basic_codes_are_read_as_they_are_written(code: BasicCode) -> None:
    assert len(str(code)) == 12
    assert read_basic_code(str(code)) == code


@given(offerings)
def test_offering_codes_are_read_as_they_are_written(code: OfferingCode) -> None:
    assert len(str(code)) == (33 if code.serial else 31)
    assert len(code.offering) == 31
    assert str(code).startswith(code.offering)
    assert read_code(str(code)) == code


@given(sichuan_codes)
def test_sichuan_codes_are_read_as_they_are_written(code: SichuanCode) -> None:
    assert read_sichuan_code(str(code)) == code


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_a_bad_code(text: str) -> None:
    for read in (read_basic_code, read_code, read_sichuan_code):
        try:
            code = read(text)
        except BadCode:
            continue
        assert read(str(code)) == code


@given(offerings, st.integers(0, 30))
def test_a_lost_character_is_noticed(code: OfferingCode, place: int) -> None:
    text = code.offering
    with pytest.raises(BadCode):
        read_code(text[:place] + text[place + 1 :])


def test_parts_stand_where_the_standard_puts_them() -> None:
    code = read_code("11990000MB1234567X" + "2" + "990120003001" + "07")
    assert code.body == "11990000MB1234567X"
    assert code.level == "2"
    assert code.basic == BasicCode("99", "01", "20", "003", "001")
    assert code.serial == "07"
    assert code.offering == "11990000MB1234567X2990120003001"


def test_codes_are_read_as_people_type_them() -> None:
    typed = " １１９９００００ｍｂ１２３４５６７ｘ2990120003001 "
    assert read_code(typed).offering == "11990000MB1234567X2990120003001"


def test_letters_may_stand_in_the_sub_item() -> None:
    assert read_basic_code("99010200300Y").sub == "00Y"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not 0"),
        ("11990000MB1234567X299012000300", "not 30"),
        ("11990000MB1234567X0990120003001", "level"),
        ("11990000MB1234567X2990120003001A1", "serial"),
        ("11990000MB12345-7X2990120003001", "body"),
        ("11990000MB1234567X29901200030_1", "sub-item"),
        ("11990000MB1234567X299A120003001", "item type"),
    ],
)
def test_a_bad_code_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(BadCode, match=says):
        read_code(text)


def test_the_oldest_form_has_no_area() -> None:
    code = read_sichuan_code("E-000004-001-11990000MB1234567X")
    assert (code.basic, code.body, code.area) == ("E-000004-001", "11990000MB1234567X", "")
    assert str(code) == "E-000004-001-11990000MB1234567X"
