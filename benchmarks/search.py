"""(d) Search in a region, as the catalogue grows: ours, tantivy and SQLite's FTS5, same tokens.

Documents are made from distinct titles and regions: a county, its city and its province have some
nine hundred services each, whatever the number of provinces. Ours is asked through `find` with
counts of facets, as the page does; the others through their Python interface for ten ids. All sizes
are there at once; each question is put to all, every time in another order: what else the machine
does, and what the one before left in its caches, falls on all of them alike.
"""

from __future__ import annotations

import importlib.util
import random
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from benchmarks.figures import median, say, timed
from benchmarks.made_up import JIANGSU
from benchmarks.search_table import Figures, table_of
from benchmarks.searched import (
    Asked,
    Made,
    made,
    questions,
    region,
    regions,
    services,
    text_of,
    title_of,
)

CLIENTS = 8
TABLES = ("search_document", "search_entry", "search_word")


@dataclass(frozen=True)
class Sizes:
    documents: tuple[int, ...] = (JIANGSU, 1_000_000, 3_000_000)
    requests: int = 400
    crowd: float = 8.0  # seconds of each of two rounds
    changes: int = 50

    @classmethod
    def quick(cls, quick: bool) -> Sizes:
        return cls(documents=(3_000, 6_000), requests=12, crowd=0.5, changes=3) if quick else cls()


class Engine:
    """What is measured, with so many documents. `open` is called in each process that asks."""

    name = ""

    def __init__(self, size: int) -> None:
        self.size = size

    def build(self) -> None:
        raise NotImplementedError

    def open(self) -> None:
        raise NotImplementedError

    def turn(self) -> None:
        """It is asked next."""

    def ask(self, asked: Asked) -> int:
        """How many were found, up to ten."""
        raise NotImplementedError

    def change(self, made: Made) -> None:
        """Write a document and return when it is found."""
        raise NotImplementedError

    def bytes(self) -> int:
        raise NotImplementedError


class Ours(Engine):
    name = "Tongban, PostgreSQL"

    def __init__(self, size: int) -> None:
        super().__init__(size)
        # How large regions are, as a process remembers it that knows this size alone.
        self.known_sizes: dict[str, tuple[float, bool]] = {}

    @property
    def schema(self) -> str:
        return f"documents_{self.size}"

    def build(self) -> None:
        """As `index.put` writes, but by COPY and INSERT … SELECT, tokens once for each title."""
        from django.db import connection

        from tongban.search.index import count_words

        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {self.schema}")
            self.turn()
            for table in TABLES:
                cursor.execute(f"CREATE TABLE {table} (LIKE public.{table} INCLUDING ALL)")
            cursor.execute("ALTER TABLE search_document SET (toast_tuple_target = 8160)")
            cursor.execute("CREATE UNLOGGED TABLE made (id bigint, service bigint, region text)")
            cursor.execute(
                "CREATE UNLOGGED TABLE tokens (service bigint, key text, title text, text text,"
                " whole text, named text, han int)"
            )
            with cursor.copy("COPY made FROM STDIN") as copy:
                for one in made(self.size):
                    copy.write_row((one.id, one.service, one.region_path))
            with cursor.copy("COPY tokens FROM STDIN") as copy:
                for row in self._tokens():
                    copy.write_row(row)
            cursor.execute(_ENTRIES)
            cursor.execute(_DOCUMENTS)
            cursor.execute("DROP TABLE made, tokens")
        count_words()
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"VACUUM ANALYZE {table}")

    def _tokens(self) -> Iterator[tuple[object, ...]]:
        from tongban.search.tokens import document_tokens

        for service in range(min(self.size, services(self.size))):
            title, text = title_of(service), text_of(service)
            whole = document_tokens((title,), (), text)
            named = document_tokens((title,), (), "")
            yield service, f"{service:032d}", title, text, whole.vector(), named.vector(), whole.han

    def open(self) -> None:
        self.close()
        self.turn()

    def close(self) -> None:
        from django.db import connections

        connections.close_all()

    def turn(self) -> None:
        from django.db import connection

        from tongban.search import finding

        finding._known_sizes = self.known_sizes
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {self.schema}, public")

    def ask(self, asked: Asked) -> int:
        from tongban.search.finding import find

        return len(find(asked.query, region_path=asked.region_path, n=10).hits)

    def change(self, made: Made) -> None:
        from tongban.search.documents import Document
        from tongban.search.finding import find
        from tongban.search.index import put

        put(
            [
                Document(
                    made.id, made.service, made.region_path, (made.title,), (), made.text,
                    ("audience:person",), True, 0,
                )
            ]
        )  # fmt: skip
        found = find(made.title, region_path=made.region_path, n=10, counted=False)
        assert made.id in [hit.id for hit in found.hits]

    def bytes(self) -> int:
        from django.db import connection

        with connection.cursor() as cursor:
            self.turn()
            cursor.execute(
                "SELECT pg_total_relation_size('search_document')"
                " + pg_total_relation_size('search_entry') + pg_total_relation_size('search_word')"
            )
            return int(cursor.fetchone()[0])


class Tantivy(Engine):
    name = "tantivy"

    def __init__(self, size: int, folder: Path) -> None:
        super().__init__(size)
        self.folder = folder / f"tantivy-{size}"

    def _schema(self) -> Any:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=True)
        builder.add_text_field("region", tokenizer_name="raw")
        builder.add_text_field("tokens", tokenizer_name="whitespace")
        return builder.build()

    def build(self) -> None:
        import tantivy

        self.folder.mkdir()
        index = tantivy.Index(self._schema(), path=str(self.folder))
        writer = index.writer(200_000_000, 1)
        for one in made(self.size):
            writer.add_document(
                tantivy.Document(id=one.id, region=one.region_path, tokens=tokens_of(one))
            )
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        import tantivy

        self.index = tantivy.Index(self._schema(), path=str(self.folder))
        self.index.reload()

    def ask(self, asked: Asked) -> int:
        return len(self._ask(asked))

    def _ask(self, asked: Asked) -> list[int]:
        import tantivy

        schema = self.index.schema
        regions = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "region", path))
            for path in seen_from(asked.region_path)
        ]
        words = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "tokens", token))
            for token in query_words(asked.query)
        ]
        query = tantivy.Query.boolean_query(
            [
                (
                    tantivy.Occur.Must,
                    tantivy.Query.const_score_query(tantivy.Query.boolean_query(regions), 0.0),
                ),
                (tantivy.Occur.Must, tantivy.Query.boolean_query(words)),
            ]
        )
        searcher = self.index.searcher()
        hits = searcher.search(query, 10, count=False).hits
        return [searcher.doc(address)["id"][0] for _score, address in hits]

    def change(self, made: Made) -> None:
        import tantivy

        writer = self.index.writer(15_000_000, 1)
        writer.add_document(
            tantivy.Document(id=made.id, region=made.region_path, tokens=tokens_of(made))
        )
        writer.commit()
        self.index.reload()
        assert made.id in self._ask(Asked(made.title, made.region_path))
        del writer

    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.folder.iterdir())


class Fts5(Engine):
    name = "SQLite FTS5"

    def __init__(self, size: int, folder: Path) -> None:
        super().__init__(size)
        self.path = folder / f"fts-{size}.sqlite3"

    def build(self) -> None:
        with sqlite3.connect(self.path) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE VIRTUAL TABLE fts USING fts5(region, tokens, detail='column')")
            database.executemany(
                "INSERT INTO fts (rowid, region, tokens) VALUES (?, ?, ?)",
                ((one.id, _word(one.region_path), tokens_of(one)) for one in made(self.size)),
            )
            database.execute("INSERT INTO fts (fts) VALUES ('optimize')")
        database.close()

    def open(self) -> None:
        self.database = sqlite3.connect(self.path)

    def ask(self, asked: Asked) -> int:
        return len(self._ask(asked))

    def _ask(self, asked: Asked) -> list[int]:
        regions = " OR ".join(_word(path) for path in seen_from(asked.region_path))
        words = " OR ".join(f'"{token}"' for token in query_words(asked.query))
        rows = self.database.execute(
            "SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY bm25(fts, 0, 1) LIMIT 10",
            [f"region : ({regions}) AND tokens : ({words})"],
        )
        return [row[0] for row in rows]

    def change(self, made: Made) -> None:
        with self.database:
            self.database.execute(
                "INSERT INTO fts (rowid, region, tokens) VALUES (?, ?, ?)",
                (made.id, _word(made.region_path), tokens_of(made)),
            )
        assert made.id in self._ask(Asked(made.title, made.region_path))

    def bytes(self) -> int:
        return self.path.stat().st_size


def run(sizes: Sizes, folder: Path) -> str:
    """Build, ask, change, at each size; tables with ratios."""
    with_tantivy = importlib.util.find_spec("tantivy") is not None
    engines: list[Engine] = []
    for size in sizes.documents:
        engines.append(Ours(size))
        if with_tantivy:
            engines.append(Tantivy(size, folder))
        engines.append(Fts5(size, folder))
    built = []
    for engine in engines:
        with timed(f"{engine.name}: {engine.size:,} documents") as seconds:
            engine.build()
        built.append(seconds[0])
    megabytes = [engine.bytes() / 1e6 for engine in engines]
    _checkpoint()
    alone = _alone(engines, sizes.requests)
    crowd: list[list[float]] = [[] for _ in engines]
    rates: list[list[float]] = [[] for _ in engines]
    forth = list(range(len(engines)))
    for turn in (forth, forth[::-1]):
        for place in turn:
            engine = engines[place]
            times, rate = _crowd(engine, sizes.crowd)
            crowd[place] += times
            rates[place].append(rate)
    changes = [_changes(engine, sizes.changes) for engine in engines]
    found = [
        Figures(
            engine.name, engine.size, built[place], megabytes[place], tuple(alone[place]),
            tuple(crowd[place]), median(rates[place]), tuple(changes[place]),
        )
        for place, engine in enumerate(engines)
    ]  # fmt: skip
    missing = "" if with_tantivy else "\n\ntantivy is not installed here: left out."
    asked = (
        f"\n\n{sizes.requests} questions of one client, sizes and engines in turns; of eight,"
        f" twice {sizes.crowd:.0f} seconds each."
    )
    return table_of(found, Ours.name, CLIENTS) + asked + missing


def _checkpoint() -> None:
    """Write what building left to be written, if we may: else it is written while we ask."""
    from django.db import DatabaseError, connection

    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def _alone(engines: Sequence[Engine], requests: int) -> list[list[float]]:
    """One client, all engines and sizes in turns: milliseconds of each answer."""
    times: list[list[float]] = [[] for _ in engines]
    for engine in engines:
        engine.open()
    asked = [list(questions(engine.size, requests)) for engine in engines]
    warm = max(3, requests // 10)
    order = random.Random(0)
    for number in [*range(warm), *range(requests)]:
        for place in order.sample(range(len(engines)), len(engines)):
            engine = engines[place]
            engine.turn()
            one = asked[place][number]
            began = time.perf_counter()
            engine.ask(one)
            times[place].append(1000 * (time.perf_counter() - began))
    for place, engine in enumerate(engines):
        del times[place][:warm]
        slow = sorted(zip(times[place], asked[place], strict=True), key=lambda one: -one[0])[:3]
        say(
            f"  {engine.name}, {engine.size:,}: p50 {median(times[place]):.1f} ms; slowest "
            + ", ".join(f"{one.query} {taken:.1f}" for taken, one in slow)
        )
    return times


def _changes(engine: Engine, changes: int) -> list[float]:
    """Documents written and found again, one after the other: milliseconds of each."""
    engine.open()
    times = []
    for number in range(changes):
        place = region(number % regions(engine.size))
        document = Made(engine.size + number + 1, number, place, title_of(number), "")
        began = time.perf_counter()
        engine.change(document)
        times.append(1000 * (time.perf_counter() - began))
    return times


def _crowd(engine: Engine, seconds: float) -> tuple[list[float], float]:
    """Eight processes that ask at once: milliseconds of each answer, and answers a second."""
    context = get_context("fork")
    said: Queue[tuple[float, float, list[float]]] = context.Queue()
    processes = [
        context.Process(target=_client, args=(engine, seconds, seed, said))
        for seed in range(CLIENTS)
    ]
    if isinstance(engine, Ours):
        engine.close()  # children must not share a connection
    for process in processes:
        process.start()
    told = [said.get(timeout=600) for _ in processes]
    for process in processes:
        process.join()
    began, ended = min(one[0] for one in told), max(one[1] for one in told)
    times = [value for one in told for value in one[2]]
    return times, len(times) / (ended - began)


def _client(
    engine: Engine, seconds: float, seed: int, said: Queue[tuple[float, float, list[float]]]
) -> None:
    engine.open()
    asked = list(questions(engine.size, 500, seed=seed + 100))
    for one in asked[:3]:
        engine.ask(one)
    times, began = [], time.monotonic()
    for one in cycle(asked):
        started = time.perf_counter()
        engine.ask(one)
        times.append(1000 * (time.perf_counter() - started))
        if time.monotonic() - began > seconds:
            break
    said.put((began, time.monotonic(), times))


def seen_from(region_path: str) -> list[str]:
    from tongban.search.finding import above

    return [region_path, *above(region_path)]


def query_words(query: str) -> tuple[str, ...]:
    from tongban.search.tokens import query_tokens

    tokens = query_tokens(query)
    return (*tokens.pairs, *tokens.words, *tokens.chars)


def tokens_of(one: Made) -> str:
    """The same tokens as ours, apart from sounds and whole titles, which are not asked for."""
    from tongban.search.tokens import document_tokens

    tokens = document_tokens((one.title,), (), one.text)
    return " ".join(token for token in tokens.weights if not token[0].isupper())


def _word(region_path: str) -> str:
    return "r" + region_path.replace("/", "x")


_ENTRIES = """
INSERT INTO search_entry (service, key, titles, synonyms, words, tsv, han, latin)
SELECT service, key, ARRAY[title], '{}', '{}', named::tsvector, han, 0 FROM tokens t
WHERE EXISTS (SELECT FROM made m WHERE m.service = t.service)
"""
_DOCUMENTS = """
INSERT INTO search_document (id, entry_id, region_path, tsv, han, latin, facets, online,
    popularity, stamp)
SELECT m.id, e.id, m.region, t.whole::tsvector, t.han, 0,
    ARRAY['audience:' || CASE m.service % 3 WHEN 0 THEN 'firm' ELSE 'person' END,
        'theme:t' || m.service % 17, 'level:' || m.service % 3, 'agency:' || m.service % 30,
        'region:' || m.region],
    m.service % 2 = 0, m.service % 100, 0
FROM made m JOIN tokens t USING (service) JOIN search_entry e USING (service)
ORDER BY m.region, m.id
"""


if __name__ == "__main__":
    sys.exit("python -m benchmarks --only search")
