"""OpenSearch and Elasticsearch: what is sent to them and how their answers are read.

No cluster takes part. The exchanges are written from the published interface of `_bulk` and
`_search`; a plain HTTP server replays them, and fails a request that differs.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from tests.search.documents import document
from tongban.search import opensearch
from tongban.search.api import count_words, find, put, rebuild, remove
from tongban.search.kept import Change
from tongban.search.opensearch import OpenSearch, Unreachable

pytestmark = pytest.mark.django_db

Exchange = tuple[str, str, int, Any]  # method, path, status, answer


class Cluster:
    """Answers in turn what was recorded, and keeps what was asked."""

    def __init__(self, *exchanges: Exchange) -> None:
        self.waiting = list(exchanges)
        self.asked: list[Any] = []
        self.headers: list[dict[str, str]] = []
        cluster = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length).decode()
                is_lines = "ndjson" in self.headers["Content-Type"]
                lines = [json.loads(line) for line in body.splitlines()] if is_lines else None
                cluster.asked.append(lines if is_lines else json.loads(body))
                cluster.headers.append(dict(self.headers))
                method, path, status, answer = cluster.waiting.pop(0)
                if (method, path) != (self.command, self.path):
                    status, answer = 599, f"expected {method} {path}"
                self.send_response(status)
                self.end_headers()
                said = answer if isinstance(answer, str) else json.dumps(answer)
                self.wfile.write(said.encode())

            do_PUT = do_POST = _answer

            def log_message(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://reader:secret@127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Cluster:
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def outside(settings: Settings) -> None:
    """Changes are kept for an engine that is not asked yet."""
    settings.SEARCH_URL = "http://127.0.0.1:1"


def taken(*acts: tuple[str, int, int]) -> dict[str, Any]:
    """An answer of `_bulk`: act, document, status."""
    return {
        "took": 5,
        "errors": any(status >= 300 for _act, _id, status in acts),
        "items": [
            {act: {"_index": "tongban", "_id": str(one), "status": status, "_version": 1}}
            for act, one, status in acts
        ],
    }


SEARCHED = {
    "took": 4,
    "timed_out": False,
    "_shards": {"total": 5, "successful": 5, "skipped": 0, "failed": 0},
    "hits": {
        "max_score": 11.2,
        "hits": [
            {"_index": "tongban", "_id": "7", "_score": 11.2, "_source": {"service": 70},
             "fields": {"entry": [3]}},
            {"_index": "tongban", "_id": "9", "_score": 4.5, "_source": {"service": 90},
             "fields": {"entry": [4]}},
        ],
    },
    "aggregations": {
        "services": {"value": 12},
        "facets": {
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": 0,
            "buckets": [
                {"key": "theme:birth", "doc_count": 30, "services": {"value": 11}},
                {"key": "theme:death", "doc_count": 2, "services": {"value": 1}},
            ],
        },
    },
}  # fmt: skip


def test_changes_wait_in_the_transaction_of_the_change(outside: None) -> None:
    put([document(1, "养犬登记"), document(2, "取水许可")])
    remove([2])
    assert list(Change.objects.order_by("id").values_list("document", flat=True)) == [1, 2, 2]


def test_without_an_engine_nothing_is_kept() -> None:
    put([document(1, "养犬登记")])
    assert not Change.objects.exists()


def test_the_engine_is_fed_with_our_tokens(outside: None) -> None:
    put([document(1, "养犬登记", synonyms=("狗证",), region_path="99/1/"), document(2, "取水许可")])
    remove([2])
    bulk = ("POST", "/tongban/_bulk", 200, taken(("index", 1, 201), ("delete", 2, 404)))
    with Cluster(bulk) as cluster:
        assert OpenSearch(cluster.url).feed() == 2
    act, sent, gone = cluster.asked[0]
    assert act == {"index": {"_id": "1"}}
    assert gone == {"delete": {"_id": "2"}}
    assert {"养犬", "登记", "养", "犬"} <= set(sent["title"].split())
    assert {"狗证", "Pyangquandengji"} <= set(sent["other"].split())
    assert sent["region"] == "99/1/"
    assert set(sent) == set(opensearch.MAPPING["mappings"]["properties"])
    assert cluster.headers[0]["Authorization"] == "Basic cmVhZGVyOnNlY3JldA=="
    assert not Change.objects.exists()


def test_what_the_engine_refuses_waits_on(outside: None) -> None:
    put([document(1, "养犬登记"), document(2, "取水许可")])
    refused = taken(("index", 1, 201), ("index", 2, 429))
    for answer in (("POST", "/tongban/_bulk", 200, refused), ("POST", "/tongban/_bulk", 503, "no")):
        with Cluster(answer) as cluster, pytest.raises(Unreachable):
            OpenSearch(cluster.url).feed()
        assert Change.objects.count() == 2


def test_making_everything_anew_sends_what_is_gone_too(outside: None) -> None:
    put([document(1, "养犬登记")])
    Change.objects.all().delete()
    rebuild([document(2, "取水许可")])
    assert set(Change.objects.values_list("document", flat=True)) == {1, 2}


def test_the_index_is_made_once() -> None:
    exists = {"error": {"type": "resource_already_exists_exception"}, "status": 400}
    made = {"acknowledged": True, "shards_acknowledged": True, "index": "tongban"}
    with Cluster(
        ("PUT", "/tongban", 200, made),
        ("PUT", "/tongban", 400, exists),
        ("PUT", "/tongban", 500, ""),
    ) as cluster:
        engine = OpenSearch(cluster.url)
        assert engine.prepare()
        assert not engine.prepare()
        with pytest.raises(Unreachable):
            engine.prepare()
    analysis = cluster.asked[0]["settings"]["analysis"]
    assert analysis == {"analyzer": {"default": {"type": "whitespace"}}}


def test_a_search_and_its_answer(settings: Settings) -> None:
    with Cluster(("POST", "/tongban/_search", 200, SEARCHED)) as cluster:
        settings.SEARCH_URL = cluster.url
        found = find(
            "新生儿上户口", region_path="99/1/", facets=["theme:birth"], prefer=["audience:person"]
        )
    assert [(hit.id, hit.service) for hit in found.hits] == [(7, 70), (9, 90)]
    assert (found.total, found.facets) == (12, {"theme": {"birth": 11, "death": 1}})
    (asked,) = cluster.asked
    rules = asked["query"]["bool"]
    assert {"term": {"facets": "theme:birth"}} in rules["filter"]
    seen = rules["filter"][0]["bool"]["should"]
    assert seen == [{"terms": {"region": ["99/"]}}, {"prefix": {"region": "99/1/"}}]
    typed, official, *_rest = rules["must"][0]["bool"]["should"]
    assert "户口" in typed["multi_match"]["query"].split()
    assert "登记" in official["multi_match"]["query"].split()  # from the vocabulary
    assert official["multi_match"]["boost"] < typed["multi_match"]["boost"]
    assert {"terms": {"facets": ["audience:person"], "boost": 0.6}} in rules["should"]
    assert asked["collapse"] == {"field": "entry"}


def test_what_is_meant_is_found_by_its_service() -> None:
    with Cluster(("POST", "/tongban/_search", 200, SEARCHED)) as cluster:
        assert OpenSearch(cluster.url).find("", meant={5: 0.5}).total == 12
        assert OpenSearch(cluster.url).find("？！").total == 0  # is not asked at all
    should = cluster.asked[0]["query"]["bool"]["must"][0]["bool"]["should"]
    assert should == [{"constant_score": {"filter": {"term": {"entry": 5}}, "boost": 5.0}}]


@pytest.mark.parametrize(
    "answer", [(503, "overloaded"), (200, "<html>"), (200, [1]), (200, {"hits": {}})]
)
def test_when_it_fails_postgresql_answers(settings: Settings, answer: tuple[int, Any]) -> None:
    put([document(1, "养犬登记")])
    count_words()
    with Cluster(("POST", "/tongban/_search", *answer)) as cluster:
        settings.SEARCH_URL = cluster.url
        assert [hit.id for hit in find("养犬").hits] == [1]
    assert len(cluster.asked) == 1
