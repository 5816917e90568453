"""Case numbers people can read aloud: twelve digits, "2648 3177 2093".

Two digits of the year, nine that come from a counter, one check digit (Damm's, 2004: it catches
every single wrong digit and every swap of neighbours). The counter is scattered by multiplication
modulo 10^9, so that two numbers given out together differ in most digits and a number does not
tell how many cases there are; it is not a secret. Digits only, because digits are read aloud the
same way in every language. Pure.
"""

from __future__ import annotations

import unicodedata

CAPACITY = 10**9
_SCATTER = 618_033_989  # shares no factor with 10^9

# Damm's weakly totally anti-symmetric quasigroup of order 10.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class BadNumber(ValueError):
    """Not a case number: wrong length, or the check digit does not fit."""


def case_number(year: int, count: int) -> str:
    """The number of the `count`-th case (from 0, below CAPACITY a year), as twelve digits."""
    if not 0 <= count < CAPACITY:
        raise ValueError("the year's numbers are used up")
    body = f"{year % 100:02d}{count * _SCATTER % CAPACITY:09d}"
    return body + str(_check(body))


def grouped(number: str) -> str:
    """The number as it is shown: groups of four."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def read_number(text: str) -> str:
    """The number somebody typed or dictated, without spaces, dashes or full-width digits.

    Raises BadNumber.
    """
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(character for character in plain if character not in " -\u00b7\t.")
    if len(digits) != 12 or not (digits.isascii() and digits.isdigit()) or _check(digits):
        raise BadNumber(text)
    return digits


def _check(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim
