"""Content in several languages: a dict from language to text, such as {"zh": "…", "en": "…"}.

Keys are primary language subtags (BCP 47); any language may occur, so a catalogue that was written
in French keeps its French. Interface text does not belong here: that is gettext's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from django.utils.translation import get_language

Localized: TypeAlias = Mapping[str, str]

# What a reader of a language is shown when the text lacks it, in this order.
FALLBACKS = ("zh", "en")


def language() -> str:
    """The reader's language as a content key: "zh" for the interface language "zh-hans"."""
    return (get_language() or "zh").split("-")[0]


def chosen_language(text: Localized, wanted: str | None = None) -> str:
    """Which language `pick` will take: the wanted one if it has text, else the first that has."""
    wanted = wanted or language()
    for key in (wanted, *FALLBACKS, *text):
        if text.get(key):
            return key
    return wanted


def pick(text: Localized, wanted: str | None = None) -> str:
    """The text in the wanted language (default: the reader's), else in another, else ""."""
    return text.get(chosen_language(text, wanted), "")
