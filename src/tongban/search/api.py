"""Search, for the packages above. Everything else in `tongban.search` is private."""

from __future__ import annotations

from tongban.search.adding import NewDocument, NewDocuments
from tongban.search.documents import Document
from tongban.search.finding import Found, Hit, count, having
from tongban.search.index import OutOfStep, check, count_words, put, rebuild, remove, set_popularity
from tongban.search.log import Report as SearchReport
from tongban.search.log import Words as SearchedWords
from tongban.search.log import record as record_search
from tongban.search.log import record_opened
from tongban.search.log import report as search_report
from tongban.search.meaning import coverage as meaning_coverage
from tongban.search.searching import find, warm
from tongban.search.suggesting import suggest
from tongban.search.synonyms import Entry as Synonym
from tongban.search.synonyms import Preview as SynonymPreview
from tongban.search.synonyms import add as add_synonym
from tongban.search.synonyms import entries as synonyms
from tongban.search.synonyms import preview as preview_synonym
from tongban.search.synonyms import remove as remove_synonym
from tongban.search.tokens import has_letters, said_tokens

__all__ = [
    "Document",
    "Found",
    "Hit",
    "NewDocument",
    "NewDocuments",
    "OutOfStep",
    "SearchReport",
    "SearchedWords",
    "Synonym",
    "SynonymPreview",
    "add_synonym",
    "check",
    "count",
    "count_words",
    "find",
    "has_letters",
    "having",
    "meaning_coverage",
    "preview_synonym",
    "put",
    "rebuild",
    "record_opened",
    "record_search",
    "remove",
    "remove_synonym",
    "said_tokens",
    "search_report",
    "set_popularity",
    "suggest",
    "synonyms",
    "warm",
]
