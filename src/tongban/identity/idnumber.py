"""Citizens' identity numbers (公民身份号码, GB 11643-1999). Pure.

18 characters: region (6), date of birth (8), serial (3, odd for men), check character (1).
"""

from __future__ import annotations

from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def check_character(body: str) -> str:
    """The check character for the first 17 digits. Raises ValueError unless they are digits."""
    if len(body) != 17 or not (body.isascii() and body.isdigit()):
        raise ValueError("needs 17 digits")
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK[total % 11]


def birth_date(number: str) -> date | None:
    """The date of birth in `number`, or None if there is no such day."""
    digits = number[6:14]
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def is_valid(number: str) -> bool:
    """Whether `number` (upper case X, no spaces) has a right check character and a real birthday.

    Birthdays before 1900 are refused as misreadings. Whether the day lies in the future is the
    caller's to ask (`birth_date`), who knows today.
    """
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    born = birth_date(number)
    return born is not None and born.year >= 1900 and check_character(number[:17]) == number[17]
