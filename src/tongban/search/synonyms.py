"""Everyday words for what guides call otherwise: "driving licence" finds 机动车驾驶证.

Editors add them where people search and find nothing; they have effect at once (`expansion.py`).
One that would change nearly every search is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.search.expansion import LONGEST_WORDS
from tongban.search.finding import find
from tongban.search.kept import Synonym
from tongban.search.tokens import (
    has_letters,
    normal,
    query_tokens,
    text_tokens,
    title_tokens,
)

# A synonym whose words stand in more than this share of all services changes too much at once.
MOST_SHARE = 0.2
FEW = 20  # services; of fewer, any share is all right
LONGEST_MEANING = 80
_PREVIEWED = 5


@dataclass(frozen=True)
class Entry:
    """A synonym of the table."""

    id: int
    words: str
    means: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Preview:
    """What a synonym would change: documents found first, before and after; how many services."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    total_before: int
    total_after: int


def entries(n: int = 200) -> list[Entry]:
    """Synonyms of the table that have effect, the newest first."""
    rows = Synonym.objects.filter(removed_at=None).order_by("-at", "-id")[:n]
    return [Entry(one.pk, one.words, one.means, one.by, one.at) for one in rows]


@transaction.atomic
def add(words: str, means: str, *, by: str) -> int:
    """Who types `words` is also shown what has `means`, from now on; its id.

    Raises Refused when it would change nothing, or nearly every search.
    """
    words, means = (" ".join(normal(text).split()) for text in (words, means))
    _check(words, means)
    same = Synonym.objects.filter(words=words, means=means, removed_at=None).first()
    if same is not None:
        return same.pk
    return Synonym.objects.create(words=words, means=means, by=by[:80], at=clock.now()).pk


@transaction.atomic
def preview(words: str, means: str) -> Preview:
    """What `add` would change for who types exactly these words. Raises Refused as it does."""
    before = find(words, n=_PREVIEWED, counted=False)
    with transaction.atomic():
        add(words, means, by="")
        after = find(words, n=_PREVIEWED, counted=False)
        transaction.set_rollback(True)
    return Preview(
        tuple(hit.id for hit in before.hits),
        tuple(hit.id for hit in after.hits),
        before.total,
        after.total,
    )


@transaction.atomic
def remove(synonym_id: int, *, by: str) -> Entry:
    """End a synonym; what it was, so that it can be added again. Raises Refused if it has ended."""
    one = Synonym.objects.select_for_update().filter(pk=synonym_id, removed_at=None).first()
    if one is None:
        raise Refused("search.no_such_synonym", _("This synonym was removed already."))
    one.removed_at, one.removed_by = clock.now(), by[:80]
    one.save(update_fields=["removed_at", "removed_by"])
    return Entry(one.pk, one.words, one.means, one.by, one.at)


def _check(words: str, means: str) -> None:
    if len(words) > LONGEST_WORDS or len(means) > LONGEST_MEANING:
        raise Refused(
            "search.synonym_long",
            _("Too long: %(words)d characters at most, and %(means)d for what it means.")
            % {"words": LONGEST_WORDS, "means": LONGEST_MEANING},
            "words" if len(words) > LONGEST_WORDS else "means",
        )
    for field, text in (("words", words), ("means", means)):
        if not has_letters(text):
            raise Refused("search.synonym_empty", _("Enter a word or a few words."), field)
        if len(text) < 2:
            raise Refused(
                "search.synonym_short",
                _("“%(text)s” is a single character: it stands in too many words.")
                % {"text": text},
                field,
            )
        if not _says_something(text):
            raise Refused(
                "search.synonym_stop_word",
                _("“%(text)s” says nothing about a service: people use it in any question.")
                % {"text": text},
                field,
            )
    if title_tokens(means) - {query_tokens(means).exact} <= title_tokens(words):
        raise Refused(
            "search.synonym_loop",
            _("“%(words)s” finds “%(means)s” already.") % {"words": words, "means": means},
            "means",
        )
    for field, text in (("words", words), ("means", means)):
        having, all_of_them = _services_having(text)
        if having > max(FEW, MOST_SHARE * all_of_them):
            raise Refused(
                "search.synonym_swallows",
                _(
                    "“%(text)s” stands in %(having)d of %(all)d services: nearly every search "
                    "would change. Take words that are more particular."
                )
                % {"text": text, "having": having, "all": all_of_them},
                field,
            )


def _says_something(text: str) -> bool:
    return bool(text_tokens(text) and (query_tokens(text).pairs or query_tokens(text).words))


def _services_having(text: str) -> tuple[int, int]:
    """How many services have anything of a text in their names; and how many there are."""
    query = query_tokens(text)
    terms = " | ".join(f"'{token}'" for token in (*query.pairs, *query.words))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE tsv @@ %s::tsquery), count(*) FROM search_entry", [terms]
        )
        having, all_of_them = cursor.fetchone()
    return having, all_of_them
