"""Dates, times, money and counts as a reader of the page's language expects them.

Days and hours are those of the installation's time zone. Chinese forms follow GB/T 15835-2011
(numbers in publications) and everyday official writing; English ones are British.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils import timezone
from django.utils.dateformat import format as format_date

from tongban.kernel import clock
from tongban.kernel.localized import language

# Django's date letters; languages that are not listed take the form of "".
_DAY = {"zh": "Y年n月j日", "": "j F Y"}
_DAY_SHORT = {"zh": "n月j日 D", "": "D j M"}
_MOMENT = {"zh": "Y年n月j日 H:i", "": "j F Y, H:i"}
_WEEKDAYS_ZH = "一二三四五六日"

_YI = 100_000_000
_WAN = 10_000


def _local_day(value: date | datetime) -> date:
    return clock.local_date(value) if isinstance(value, datetime) else value


def _form(forms: dict[str, str]) -> str:
    return forms.get(language(), forms[""])


@lru_cache(maxsize=4096)  # long tables name the same days hundreds of times
def _day(on: date, _language: str) -> str:
    return format_date(on, _form(_DAY))


def day(value: date | datetime | None) -> str:
    """22 November 2026 / 2026年11月22日; "" for None."""
    return "" if value is None else _day(_local_day(value), language())


def day_short(value: date | datetime | None) -> str:
    """Thu 26 Nov / 11月26日 周四: where the year is clear from the context."""
    if value is None:
        return ""
    local = _local_day(value)
    if language() == "zh":
        return f"{local.month}月{local.day}日 周{_WEEKDAYS_ZH[local.weekday()]}"
    return format_date(local, _form(_DAY_SHORT))


def weekday(value: date | datetime | None) -> str:
    """Thursday / 星期四."""
    if value is None:
        return ""
    local = _local_day(value)
    if language() == "zh":
        return f"星期{_WEEKDAYS_ZH[local.weekday()]}"
    return format_date(local, "l")


def moment(value: datetime | None) -> str:
    """22 November 2026, 14:05 / 2026年11月22日 14:05, local time."""
    return "" if value is None else format_date(timezone.localtime(value), _form(_MOMENT))


def clock_time(value: datetime | None) -> str:
    """14:05, local time."""
    return "" if value is None else format_date(timezone.localtime(value), "H:i")


def money(value: Decimal | int | float | None, unit: str = "yuan") -> str:
    """¥1,234.50 from yuan, or from fen with unit "fen"; "" for None.

    Raises ValueError for another unit.
    """
    if value is None:
        return ""
    amount = Decimal(str(value))
    if unit == "fen":
        amount /= 100
    elif unit != "yuan":
        raise ValueError(f"money in {unit!r}: expected yuan or fen")
    amount = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    return f"{sign}¥{abs(amount):,.2f}"


def count(value: int | None) -> str:
    """104,174 / 10.4万. Chinese readers count in ten thousands and hundred millions."""
    if value is None:
        return ""
    if language() != "zh" or abs(value) < _WAN:
        return f"{value:,}"
    # 99,999,999 rounds up to 10000.0万: that is 1亿.
    unit, sign = (_YI, "亿") if round(abs(value) / _WAN, 1) >= _WAN else (_WAN, "万")
    return f"{value / unit:,.1f}".removesuffix(".0") + sign
