"""Least and greatest answers: numbers, days, and days counted from today. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

_RELATIVE = re.compile(r"today(?:([+-])(\d{1,5})([dmy]))?")


def number(text: str) -> Decimal:
    """A bound of a number or a sum of money. Raises ValueError."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise ValueError(f"{text!r} is not a number")
    return value


def day(text: str, today: date) -> date:
    """A bound of a date: "2026-01-01", "today", "today-18y", "today+30d", "today-3m".

    A day that its month lacks becomes the month's last. Raises ValueError.
    """
    match = _RELATIVE.fullmatch(text)
    if match is None:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f'{text!r} is not a day like "2026-01-01" or "today-18y"') from None
    sign, count, unit = match.groups()
    if count is None:
        return today
    distance = int(count) if sign == "+" else -int(count)
    try:
        if unit == "d":
            return today + timedelta(days=distance)
        months = today.year * 12 + today.month - 1 + distance * (12 if unit == "y" else 1)
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(today.day, monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        raise ValueError(f"{text!r} lies outside the calendar") from None
