"""Dates, money and counts as a reader of each language expects them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from tongban.look import formats

# 23:30 in London is the next morning in Beijing.
LATE = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
DAY = date(2026, 11, 26)


@pytest.mark.usefixtures("english")
def test_english_dates() -> None:
    assert formats.day(DAY) == "26 November 2026"
    assert formats.day_short(DAY) == "Thu 26 Nov"
    assert formats.weekday(DAY) == "Thursday"
    assert formats.moment(LATE) == "22 November 2026, 07:30"


@pytest.mark.usefixtures("chinese")
def test_chinese_dates() -> None:
    assert formats.day(DAY) == "2026年11月26日"
    assert formats.day_short(DAY) == "11月26日 周四"
    assert formats.weekday(DAY) == "星期四"
    assert formats.moment(LATE) == "2026年11月22日 07:30"


def test_a_moment_counts_as_its_local_day() -> None:
    with translation.override("en"):
        assert formats.day(LATE) == "22 November 2026"


def test_nothing_is_written_as_nothing() -> None:
    assert [
        formats.day(None),
        formats.day_short(None),
        formats.weekday(None),
        formats.moment(None),
        formats.clock_time(None),
        formats.money(None),
        formats.count(None),
    ] == [""] * 7


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (Decimal("1234.5"), "yuan", "¥1,234.50"),
        (0, "yuan", "¥0.00"),
        (123450, "fen", "¥1,234.50"),
        (1, "fen", "¥0.01"),
        (Decimal("0.005"), "yuan", "¥0.01"),
        (-5, "yuan", "\N{MINUS SIGN}¥5.00"),
    ],
)
def test_money(value: Decimal | int, unit: str, written: str) -> None:
    assert formats.money(value, unit) == written


def test_money_in_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="jiao"):
        formats.money(1, "jiao")


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (9_999, "9,999", "9,999"),
        (10_000, "1万", "10,000"),
        (104_174, "10.4万", "104,174"),
        (99_999_999, "1亿", "99,999,999"),
        (132_000_000, "1.3亿", "132,000,000"),
    ],
)
def test_counts(value: int, zh: str, en: str) -> None:
    with translation.override("zh-hans"):
        assert formats.count(value) == zh
    with translation.override("en"):
        assert formats.count(value) == en
