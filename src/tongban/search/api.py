"""Search, for the packages above. Everything else in `tongban.search` is private."""

from __future__ import annotations

from tongban.search.documents import Document
from tongban.search.finding import Found, Hit, count, find, having
from tongban.search.index import OutOfStep, check, count_words, put, rebuild, remove, set_popularity
from tongban.search.suggesting import suggest
from tongban.search.tokens import has_letters

__all__ = [
    "Document",
    "Found",
    "Hit",
    "OutOfStep",
    "check",
    "count",
    "count_words",
    "find",
    "has_letters",
    "having",
    "put",
    "rebuild",
    "remove",
    "set_popularity",
    "suggest",
]
