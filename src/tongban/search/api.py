"""Search, for the packages above. Everything else in `tongban.search` is private."""

from __future__ import annotations

from tongban.search.documents import Document
from tongban.search.finding import Found, Hit, find
from tongban.search.index import OutOfStep, check, count_words, put, rebuild, remove
from tongban.search.tokens import has_letters

__all__ = [
    "Document",
    "Found",
    "Hit",
    "OutOfStep",
    "check",
    "count_words",
    "find",
    "has_letters",
    "put",
    "rebuild",
    "remove",
]
