"""Telephone numbers: one form for the database (E.164), one for people. Pure."""

from __future__ import annotations

import re
import unicodedata

_MOBILE = re.compile(r"1[3-9]\d{9}")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SEPARATORS = re.compile(r"[\s().\-‐-―]+")


def normalise_phone(text: str) -> str | None:
    """A mobile number as E.164, or None if it is none.

    Takes what people type: "138 0013 8000", "+86 138-0013-8000", "0086…", full-width digits. A
    number without a country code is a mainland mobile; other countries' numbers need theirs.
    """
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    number = re.sub(r"^00(?=[1-9])", "+", number)
    if _MOBILE.fullmatch(number):
        return "+86" + number
    if re.fullmatch(r"86" + _MOBILE.pattern, number):
        return "+" + number
    if number.startswith("+86"):
        return number if _MOBILE.fullmatch(number[3:]) else None
    return number if _E164.fullmatch(number) else None


def local_phone(number: str) -> str:
    """A stored number as people at home write it: +8613800138000 is 13800138000."""
    return number.removeprefix("+86")


def masked_phone(number: str) -> str:
    """A number its owner recognises and nobody else learns: 138****8000."""
    local = local_phone(number)
    return f"{local[:3]}****{local[-4:]}" if len(local) >= 9 else "****"
