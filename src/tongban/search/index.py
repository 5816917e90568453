"""The index: put documents in, take them out, make it anew, see what is out of step.

All within the caller's transaction, so what is changed is found differently from that moment on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice

from django.db import connection, transaction

from tongban.search import opensearch
from tongban.search.documents import Document
from tongban.search.tokens import WRITTEN, DocumentTokens, document_tokens, written_words

# Documents sent to PostgreSQL at once. Neighbouring agencies say the same of most services, and
# what is the same is sent once.
_BATCH = 10_000


@dataclass(frozen=True)
class OutOfStep:
    """How the index differs from what it should hold, in documents."""

    missing: int  # should be found, and are not
    stale: int  # are found as they were
    surplus: int  # should not be found any more

    @property
    def total(self) -> int:
        return self.missing + self.stale + self.surplus


@transaction.atomic
def put(documents: Iterable[Document]) -> int:
    """Make documents found as they are now; how many. A document stands in them at most once.

    Give many in the order of their region's path: reading a region is then reading neighbours.
    """
    done = 0
    waiting = iter(documents)
    while batch := list(islice(waiting, _BATCH)):
        _put(batch)
        done += len(batch)
    return done


@transaction.atomic
def remove(ids: Iterable[int]) -> None:
    """Make documents found no more. Unknown ids are ignored."""
    ids = list(ids)
    opensearch.note(ids)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_document WHERE id = ANY(%s) RETURNING entry_id", [ids])
        _drop_unused({entry for (entry,) in cursor.fetchall()})


def set_popularity(counts: Mapping[int, int]) -> None:
    """How often documents were used. Unknown ids are ignored."""
    opensearch.note(counts)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE search_document d SET popularity = x.popularity"
            " FROM unnest(%s::bigint[], %s::int[]) AS x (id, popularity)"
            " WHERE d.id = x.id AND d.popularity <> x.popularity",
            [list(counts), list(counts.values())],
        )


@transaction.atomic
def rebuild(documents: Iterable[Document]) -> int:
    """Make the whole index anew; how many documents. Searches see the old one until it is done.

    `documents` may be a stream, in the order of their region's path; memory stays bounded.
    """
    with connection.cursor() as cursor:
        # A change made meanwhile waits, and is written to the new index.
        cursor.execute("LOCK TABLE search_document IN SHARE ROW EXCLUSIVE MODE")
        if opensearch.configured():
            opensearch.note_all()  # those that are gone afterwards, too
        cursor.execute("DELETE FROM search_document")
        cursor.execute("DELETE FROM search_entry")
        cursor.execute("DELETE FROM search_word")
    done = put(documents)
    count_words()
    return done


def check(expected: Iterable[tuple[int, int]]) -> OutOfStep:
    """Compare with what the index should hold: (id, stamp), in the order of ids. Streams both."""
    missing = stale = surplus = 0
    there = _stamps()
    entry = next(there, None)
    for wanted in expected:
        while entry is not None and entry[0] < wanted[0]:
            surplus += 1
            entry = next(there, None)
        if entry is None or entry[0] != wanted[0]:
            missing += 1
            continue
        stale += entry[1] != wanted[1]
        entry = next(there, None)
    while entry is not None:
        surplus += 1
        entry = next(there, None)
    return OutOfStep(missing, stale, surplus)


def count_words() -> int:
    """Count anew how many entries each token stands in; how many tokens. For rare-word weights."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_word")
        cursor.execute(_COUNT_WORDS, {"written": WRITTEN})
        return int(cursor.rowcount)


def _put(batch: Sequence[Document]) -> None:
    tokens = {one.id: document_tokens(one.titles, one.synonyms, one.text) for one in batch}
    # What many agencies say of a service is sent and read once.
    distinct = list({id(one): one for one in tokens.values()}.values())
    places = {id(one): place for place, one in enumerate(distinct, start=1)}
    entries = _put_entries(batch)
    rows = sorted(batch, key=lambda one: (one.region_path, one.id))
    opensearch.note(one.id for one in rows)
    with connection.cursor() as cursor:
        ids = [one.id for one in rows]
        cursor.execute(
            "SELECT entry_id FROM search_document WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids]
        )
        before = {entry for (entry,) in cursor.fetchall()}
        cursor.execute(
            _PUT_DOCUMENTS,
            [
                [one.vector() for one in distinct],
                [one.han for one in distinct],
                [one.latin for one in distinct],
                ids,
                [entries[_entry_key(one)] for one in rows],
                [one.region_path for one in rows],
                [places[id(tokens[one.id])] for one in rows],
                [" ".join(one.facets) for one in rows],
                [one.online for one in rows],
                [one.popularity for one in rows],
                [one.stamp for one in rows],
            ],
        )
        _drop_unused(before - set(entries.values()))


def put_entries(documents: Sequence[Document]) -> list[int]:
    """Write the services of documents alone, for `adding`; the id of each one's entry."""
    ids = _put_entries(documents)
    return [ids[_entry_key(one)] for one in documents]


def _put_entries(batch: Sequence[Document]) -> dict[tuple[int, str], int]:
    """Write the services of documents; their ids by service and key."""
    distinct = {_entry_key(one): one for one in batch}
    # Always in one order: two transactions that write the same entries wait, and never for each
    # other.
    keys = sorted(distinct)
    found = [distinct[key] for key in keys]
    tokens = [document_tokens(one.titles, one.synonyms, "") for one in found]
    written = [written_words((*one.titles, *one.synonyms)) for one in found]
    columns: list[list[int] | list[str]] = [
        [service for service, _key in keys],
        [key for _service, key in keys],
        [json.dumps(one.titles) for one in found],
        [json.dumps(one.synonyms) for one in found],
        [json.dumps(sorted(words)) for words in written],
        [one.vector() for one in tokens],
        [one.han for one in tokens],
        [one.latin for one in tokens],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_PUT_ENTRIES, columns)
        cursor.execute(
            "SELECT e.service, e.key, e.id FROM search_entry e"
            " JOIN unnest(%s::bigint[], %s::text[]) AS wanted (service, key) USING (service, key)",
            columns[:2],
        )
        ids = {(service, key): entry for service, key, entry in cursor.fetchall()}
        cursor.execute(_PUT_WORDS, [sorted(_words(tokens, written))])
    return ids


def _words(tokens: Iterable[DocumentTokens], written: Iterable[Iterable[str]]) -> set[str]:
    """What typing is compared with."""
    found = {word for one in tokens for word in one.weights}
    return found | {WRITTEN + word for words in written for word in words}


def _entry_key(document: Document) -> tuple[int, str]:
    titles = json.dumps(document.titles, ensure_ascii=False)
    return document.service, blake2b(titles.encode(), digest_size=16).hexdigest()


def _drop_unused(entries: set[int]) -> None:
    if not entries:
        return
    with connection.cursor() as cursor:
        # A transaction that gives one of them a document ends first; only then is it looked for.
        cursor.execute(
            "SELECT FROM search_entry WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(entries)]
        )
        cursor.execute(
            "DELETE FROM search_entry e WHERE id = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM search_document d WHERE d.entry_id = e.id)",
            [sorted(entries)],
        )


def _stamps() -> Iterator[tuple[int, int]]:
    last = -(2**62)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, stamp FROM search_document WHERE id > %s ORDER BY id LIMIT 10000",
                [last],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        yield from rows
        last = rows[-1][0]


_PUT_ENTRIES = """
INSERT INTO search_entry AS e (service, key, titles, synonyms, words, tsv, han, latin)
SELECT service, key, ARRAY(SELECT json_array_elements_text(titles)),
    ARRAY(SELECT json_array_elements_text(synonyms)),
    ARRAY(SELECT json_array_elements_text(words)), tsv::tsvector, han, latin
FROM unnest(%s::bigint[], %s::text[], %s::json[], %s::json[], %s::json[], %s::text[], %s::int[],
    %s::int[]) AS x (service, key, titles, synonyms, words, tsv, han, latin)
ON CONFLICT (service, key) DO UPDATE SET synonyms = excluded.synonyms, words = excluded.words,
    tsv = excluded.tsv
WHERE e.synonyms <> excluded.synonyms OR e.tsv <> excluded.tsv
"""

_PUT_DOCUMENTS = """
WITH said AS MATERIALIZED (
    SELECT place, tsv::tsvector, han, latin
    FROM unnest(%s::text[], %s::int[], %s::int[]) WITH ORDINALITY AS x (tsv, han, latin, place)
)
INSERT INTO search_document (id, entry_id, region_path, tsv, han, latin, facets, online,
    popularity, stamp)
SELECT id, entry, region_path, tsv, han, latin, string_to_array(facets, ' '), online,
    popularity, stamp
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::text[],
    %s::boolean[], %s::int[], %s::bigint[]) WITH ORDINALITY
    AS x (id, entry, region_path, place, facets, online, popularity, stamp, line)
JOIN said USING (place) ORDER BY line
ON CONFLICT (id) DO UPDATE SET entry_id = excluded.entry_id, region_path = excluded.region_path,
    tsv = excluded.tsv, han = excluded.han, latin = excluded.latin, facets = excluded.facets,
    online = excluded.online, popularity = excluded.popularity, stamp = excluded.stamp
"""

# What is new is rare until it is counted.
_PUT_WORDS = """
INSERT INTO search_word (word, entries) SELECT word, 1 FROM unnest(%s::text[]) AS x (word)
ON CONFLICT DO NOTHING
"""

_COUNT_WORDS = """
INSERT INTO search_word (word, entries)
SELECT word, ndoc FROM ts_stat('SELECT tsv FROM search_entry')
UNION ALL SELECT %(written)s || word, count(*) FROM search_entry, unnest(words) word GROUP BY word
UNION ALL SELECT '', count(*) FROM search_entry
"""
