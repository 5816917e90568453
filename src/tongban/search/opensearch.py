"""Search on OpenSearch or Elasticsearch, for installations that outgrow one database.

Both answer the same requests (`_bulk`, `_search`; none that only one of them knows). Documents hold
the tokens that `tokens.py` made for PostgreSQL, so the engine only splits at spaces. Changes reach
it through `search_change`, written in the transaction of the change and sent by a job: what is
changed is found seconds later. Written from the published interface and tested against recorded
exchanges; not run against a cluster (docs/howto/search-at-scale.md).
"""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection, transaction

from tongban.search.expansion import expand
from tongban.search.finding import Found, Hit, above
from tongban.search.tokens import query_tokens

INDEX = "tongban"
_BATCH = 1000
_PATIENCE, _BULK_PATIENCE = 1.0, 60.0  # seconds
# As PostgreSQL weighs them: titles, other names and sounds, guide texts; official words.
_FIELDS = ("title", "other^0.5", "text^0.05")
_ALSO = 0.6
_NEAREST = (0.6, 0.4)  # the own region; those above
_MEANING = 10.0  # what a meaning of 1 counts, as scores of BM25 go

MAPPING: Mapping[str, Any] = {
    "settings": {"analysis": {"analyzer": {"default": {"type": "whitespace"}}}},
    "mappings": {
        "dynamic": "strict",
        "properties": {
            **{name: {"type": "text", "norms": name == "title"} for name in ("title", "other")},
            "text": {"type": "text", "norms": False},
            **{name: {"type": "keyword"} for name in ("region", "facets")},
            **{name: {"type": "long"} for name in ("service", "entry", "popularity")},
            "online": {"type": "boolean"},
        },
    },
}


class Unreachable(Exception):
    """The engine did not answer, or not as it should."""


@dataclass(frozen=True)
class OpenSearch:
    """One index behind an address such as https://user:password@search.example:9200."""

    url: str
    index: str = INDEX

    def find(
        self,
        query: str,
        *,
        region_path: str = "",
        facets: Sequence[str] = (),
        prefer: Sequence[str] = (),
        n: int = 20,
        counted: bool = True,
        loose: bool = False,
        meant: Mapping[int, float] | None = None,
    ) -> Found:
        """As `finding.find`, without mended spelling. Raises Unreachable."""
        asked = request_for(
            query, region_path, facets=facets, prefer=prefer, n=n, counted=counted,
            loose=loose, meant=meant or {},
        )  # fmt: skip
        if asked is None:
            return Found()
        said = self._call("POST", f"/{self.index}/_search", asked, patience=_PATIENCE)
        try:
            return _found(said)
        except (KeyError, TypeError, ValueError) as error:
            raise Unreachable(f"an answer of another kind: {error!r}") from error

    def prepare(self) -> bool:
        """Make the index unless it is there; whether it was made."""
        try:
            self._call("PUT", f"/{self.index}", MAPPING, patience=_BULK_PATIENCE)
        except Unreachable as error:
            if "resource_already_exists" in str(error):
                return False
            raise
        return True

    def feed(self) -> int:
        """Send what changed, oldest first, until nothing waits; how many documents."""
        done = 0
        while sent := self._feed_some():
            done += sent
        return done

    @transaction.atomic
    def _feed_some(self) -> int:
        """What is sent is locked until the engine has it, and struck off only then."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, document FROM search_change ORDER BY id LIMIT %s"
                " FOR UPDATE SKIP LOCKED",
                [_BATCH],
            )
            changes = cursor.fetchall()
            if not changes:
                return 0
            wanted = sorted({document for _id, document in changes})
            cursor.execute(_DOCUMENTS, [wanted])
            there = {row[0]: row[1:] for row in cursor.fetchall()}
            self._bulk(_bulk_lines(wanted, there))
            cursor.execute(
                "DELETE FROM search_change WHERE id = ANY(%s)", [[c[0] for c in changes]]
            )
        return len(wanted)

    def _bulk(self, lines: Iterable[Mapping[str, Any]]) -> None:
        body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        said = self._call("POST", f"/{self.index}/_bulk", body, patience=_BULK_PATIENCE)
        for item in said.get("items", ()):
            for act, outcome in item.items():
                gone_already = act == "delete" and outcome.get("status") == 404
                if outcome.get("status", 500) >= 300 and not gone_already:
                    raise Unreachable(f"document {outcome.get('_id')}: {outcome.get('error')}")

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | str, *, patience: float
    ) -> dict[str, Any]:
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        address = urlunsplit((parts.scheme, host, parts.path.rstrip("/") + path, "", ""))
        is_lines = isinstance(body, str)
        headers = {"Content-Type": "application/x-ndjson" if is_lines else "application/json"}
        if parts.username:
            pair = f"{parts.username}:{parts.password or ''}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        sent = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        asked = urllib.request.Request(address, sent.encode(), headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=patience) as answer:  # noqa: S310
                said = json.load(answer)
        except urllib.error.HTTPError as error:
            told = error.read(2000).decode(errors="replace")
            raise Unreachable(f"{error.code}: {told}") from error
        except (OSError, ValueError) as error:
            raise Unreachable(str(error)) from error
        if not isinstance(said, dict):
            raise Unreachable("an answer that is no object")
        return said


def configured() -> OpenSearch | None:
    """The engine that the installation's settings name, if one."""
    return OpenSearch(settings.SEARCH_URL) if settings.SEARCH_URL else None


def note(documents: Iterable[int]) -> None:
    """Keep, in the caller's transaction, that documents changed or are gone."""
    if not settings.SEARCH_URL:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_change (document) SELECT unnest(%s::bigint[])", [list(documents)]
        )


def note_all() -> int:
    """Keep that all documents are to be sent anew; how many."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_change (document) SELECT id FROM search_document")
        return int(cursor.rowcount)


def request_for(
    query: str,
    region_path: str,
    *,
    facets: Sequence[str],
    prefer: Sequence[str],
    n: int,
    counted: bool,
    loose: bool,
    meant: Mapping[int, float],
) -> dict[str, Any] | None:
    """The body of `_search` for a query; None for one that finds nothing."""
    asked = query_tokens(query)
    if asked.is_empty and not meant:
        return None
    said = [*asked.pairs, *asked.words] or list(asked.chars)
    tokens = [*said, *asked.chars] if loose else said
    words: list[dict[str, Any]] = []
    if tokens:
        words.append(_any_of([*tokens, asked.exact]))
    official = [query_tokens(text) for text in expand(query)]
    if also := [token for one in official for token in (*one.pairs, *one.words)]:
        words.append(_any_of(also, boost=_ALSO))
    words += [{"prefix": {"other": {"value": sound}}} for sound in asked.sounds]
    words += [
        {"constant_score": {"filter": {"term": {"entry": entry}}, "boost": _MEANING * meaning}}
        for entry, meaning in meant.items()
    ]
    body: dict[str, Any] = {
        "size": n,
        "_source": ["service"],
        "query": {
            "bool": {
                "filter": [
                    *_seen_from(region_path),
                    *({"term": {"facets": one}} for one in facets),
                ],
                "must": [{"bool": {"should": words, "minimum_should_match": 1}}],
                "should": _preferred(region_path, prefer),
            }
        },
        "collapse": {"field": "entry"},
        "aggs": {"services": {"cardinality": {"field": "entry"}}},
        "track_total_hits": False,
    }
    if counted:
        body["aggs"]["facets"] = {
            "terms": {"field": "facets", "size": 200},
            "aggs": {"services": {"cardinality": {"field": "entry"}}},
        }
    return body


def _any_of(tokens: Sequence[str], *, boost: float = 1.0) -> dict[str, Any]:
    return {
        "multi_match": {
            "query": " ".join(token for token in tokens if token),
            "fields": list(_FIELDS),
            "type": "most_fields",
            "boost": boost,
        }
    }


def _seen_from(region_path: str) -> list[dict[str, Any]]:
    if not region_path:
        return []
    here = [{"terms": {"region": above(region_path)}}, {"prefix": {"region": region_path}}]
    return [{"bool": {"should": here, "minimum_should_match": 1}}]


def _preferred(region_path: str, prefer: Sequence[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"term": {"online": {"value": True, "boost": 0.4}}}]
    if region_path:
        own, upper = _NEAREST
        found.append({"term": {"region": {"value": region_path, "boost": own}}})
        found.append({"terms": {"region": above(region_path), "boost": upper}})
    if prefer:
        found.append({"terms": {"facets": list(prefer), "boost": 0.6}})
    return found


def _found(said: Mapping[str, Any]) -> Found:
    hits = [
        Hit(int(hit["_id"]), int(hit["_source"]["service"]), float(hit["_score"] or 0))
        for hit in said["hits"]["hits"]
    ]
    counts: dict[str, dict[str, int]] = {}
    for bucket in said["aggregations"].get("facets", {}).get("buckets", ()):
        kind, _colon, value = bucket["key"].partition(":")
        counts.setdefault(kind, {})[value] = int(bucket["services"]["value"])
    return Found(tuple(hits), int(said["aggregations"]["services"]["value"]), counts)


def _bulk_lines(
    wanted: Sequence[int], there: Mapping[int, Sequence[Any]]
) -> Iterable[Mapping[str, Any]]:
    for document in wanted:
        row = there.get(document)
        if row is None:
            yield {"delete": {"_id": str(document)}}
            continue
        yield {"index": {"_id": str(document)}}
        yield dict(zip(_COLUMNS, row, strict=True))


_COLUMNS = (
    "service", "entry", "region", "facets", "online", "popularity", "title", "other", "text",
)  # fmt: skip
_DOCUMENTS = """
SELECT d.id, e.service, e.id, d.region_path, d.facets, d.online, d.popularity,
    array_to_string(tsvector_to_array(ts_filter(d.tsv, '{a}')), ' '),
    array_to_string(tsvector_to_array(ts_filter(d.tsv, '{b}')), ' '),
    array_to_string(tsvector_to_array(ts_filter(d.tsv, '{d}')), ' ')
FROM search_document d JOIN search_entry e ON e.id = d.entry_id WHERE d.id = ANY(%s)
"""
