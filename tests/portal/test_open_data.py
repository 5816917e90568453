"""Open data over HTTP: the page, files, streams of a part, changes, Atom, site maps."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.portal.public_world import CITY, DEMO, MORNING
from tongban.catalogue.api import (
    Offering,
    add_version,
    guide_of,
    load_items,
    load_themes,
    open_data,
    publish,
    versions_of,
    withdraw,
)
from tongban.catalogue.bulk_data import COLUMNS, Part, compressed, pieces
from tongban.catalogue.linked_data import Addresses, surroundings
from tongban.catalogue.publications import folder, publish_files
from tongban.directory.api import load_demo_directory
from tongban.kernel import clock
from tongban.kernel.cells import safe_cell
from tongban.portal import open_data as views

HOSTILE = '=HYPERLINK("https://evil.example","请点击")</script><b>\u2028'
NAMESPACES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
    "a": "http://www.w3.org/2005/Atom",
}


@pytest.fixture
def province(db: None) -> Iterator[None]:
    """One demo item, offered by the police of three cities."""
    with clock.freeze(MORNING):
        load_demo_directory(DEMO)
        load_themes(DEMO / "themes.yaml")
        for _loaded in load_items([DEMO / "items" / "id-card-renewal.yaml"]):
            pass
        yield


def body(response: HttpResponseBase) -> bytes:
    """What a client reads of a response."""
    found = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    if response.headers.get("Content-Encoding") == "gzip":
        found = gzip.decompress(found)
    return bytes(found)


def give_up(response: Any) -> None:
    """What closing a response does to its stream; the test keeps its database connection."""
    for close in response._resource_closers:
        close()


def table(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


@pytest.mark.usefixtures("province")
class TestFiles:
    def test_the_files_of_the_night(self, client: Client) -> None:
        address = reverse("portal:open_data_file", args=["services.jsonl.gz"])
        assert client.get(address).status_code == 404
        assert "services.zh.csv.gz" not in client.get("/open-data").content.decode()
        made = publish_files()
        assert made.services == 3
        assert {one.name for one in made.files} == {
            "services.zh.csv.gz",
            "services.en.csv.gz",
            "services.jsonl.gz",
            "services.jsonld.gz",
        }
        sums = body(client.get(reverse("portal:open_data_file", args=["SHA256SUMS"]))).decode()
        for file in made.files:
            response = client.get(reverse("portal:open_data_file", args=[file.name]))
            content = body(response)
            assert hashlib.sha256(content).hexdigest() == file.sha256
            assert f"{file.sha256}  {file.name}\n" in sums
            assert len(content) == file.size
            # Who has it is not sent it again.
            for header in (
                {"If-None-Match": response["ETag"]},
                {"If-Modified-Since": response["Last-Modified"]},
            ):
                again = client.get(
                    reverse("portal:open_data_file", args=[file.name]), headers=header
                )
                assert again.status_code == 304
        for other in ("..%2Fmanifest.json", "services.zh.csv", ".."):
            assert client.get(f"/open-data/files/{other}").status_code == 404
        assert not list(folder().glob(".*"))
        page = client.get(reverse("portal:open_data")).content.decode()
        assert "services.zh.csv.gz" in page
        whole = client.get(reverse("portal:open_data_stream", args=["csv"]))
        assert whole["Location"].endswith("services.zh.csv.gz")

    def test_every_form_tells_every_service(self) -> None:
        name = {"zh": "云泽省"}
        offerings = list(Offering.objects.order_by("pk"))
        slugs = [one.slug for one in offerings]
        text = "".join(pieces("csv", Part(), language="en", dataset_name=name))
        rows = table(text.encode())
        assert list(rows[0]) == list(COLUMNS)
        assert [row["slug"] for row in rows] == slugs
        assert all(row["address"].startswith("http://localhost:8000/en/services/") for row in rows)
        objects = [json.loads(line) for line in pieces("jsonl", Part(), dataset_name=name)]
        assert [one["slug"] for one in objects] == slugs
        current = offerings[0].current
        assert current is not None
        assert objects[0]["guide"] == guide_of(current).model_dump(
            mode="json", exclude_defaults=True
        )
        told = json.loads("".join(pieces("jsonld", Part(), dataset_name=name)))
        assert [one["@type"] for one in told["@graph"]][:2] == [
            "dcat:Dataset",
            "cpsv:PublicService",
        ]
        assert len(told["@graph"]) == len(slugs) + 1

    def test_the_part_of_a_region(self, client: Client) -> None:
        address = reverse("portal:open_data_stream", args=["csv"]) + f"?region={CITY}"
        plain = client.get(address)
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        rows = table(body(plain))
        assert table(body(packed)) == rows
        assert {row["region_code"] for row in rows} == {CITY}
        assert len(rows) == 1
        assert plain["ETag"] != packed["ETag"]
        assert client.get(address, headers={"If-None-Match": plain["ETag"]}).status_code == 304
        with clock.freeze(MORNING + timedelta(days=1)):
            withdraw(Offering.objects.filter(region_id=CITY).earliest("pk").pk, why={"zh": "停办"})
        changed = client.get(address, headers={"If-None-Match": plain["ETag"]})
        assert table(body(changed)) == []
        for bad in ("?region=000000", "?agency=nobody", "?region=%00", "?agency=%00"):
            assert (
                client.get(reverse("portal:open_data_stream", args=["csv"]) + bad).status_code
                == 404
            )

    def test_who_stops_reading_gives_the_place_back(self, rf: RequestFactory) -> None:
        request = rf.get("/open-data/services.jsonl", {"region": CITY})
        for _attempt in range(views._MOST_STREAMS + 1):
            give_up(views.stream(request, "jsonl"))  # not a single piece was read
            started: Any = views.stream(request, "jsonl")
            next(iter(started.streaming_content))
            give_up(started)
        held = [views.stream(request, "jsonl") for _place in range(views._MOST_STREAMS)]
        refused = views.stream(request, "jsonl")
        assert (refused.status_code, refused["Retry-After"]) == (503, "60")
        assert views.stream(rf.head("/", {"region": CITY}), "jsonl").status_code == 200
        for response in held:
            give_up(response)
        assert json.loads(body(views.stream(request, "jsonl")))["region"] == CITY

    def test_hostile_names_are_text_in_every_form(self, client: Client) -> None:
        offering = Offering.objects.earliest("pk")
        Offering.objects.filter(pk=offering.pk).update(name={"zh": HOSTILE, "en": "\x01+1"})
        zh, en = (
            table("".join(pieces("csv", Part(), language=key, dataset_name={})).encode())[0]["name"]
            for key in ("zh", "en")
        )
        assert zh == f"'{HOSTILE}"
        assert en == "\x01+1"
        answer = client.get(reverse("portal:service_jsonld", args=[offering.slug]))
        again = client.get(answer.wsgi_request.path, headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304
        told = json.loads(body(answer))
        titles = [one["@value"] for one in told["@graph"][1]["dct:title"]]
        assert HOSTILE in titles
        feed = ElementTree.fromstring(body(client.get("/en/open-data/changes.atom")))
        assert "New: +1" in {one.text for one in feed.iterfind("a:entry/a:title", NAMESPACES)}


@pytest.mark.usefixtures("province")
class TestFollowing:
    def test_changes_are_followed_to_their_end(self, client: Client) -> None:
        seen, address = [], reverse("portal:changes_feed") + "?limit=2"
        while True:
            told = json.loads(body(client.get(address)))
            seen += told["changes"]
            if not told["more"]:
                break
            address = told["next"].removeprefix("http://localhost:8000") + "&limit=2"
        assert [one["position"] for one in seen] == [1, 2, 3]
        assert {one["kind"] for one in seen} == {"new"}
        offering = Offering.objects.get(slug=seen[0]["slug"])
        withdraw(offering.pk, why={"zh": "停办", "en": "Ended"})
        later = client.get(told["next"].removeprefix("http://localhost:8000"))
        (change,) = json.loads(body(later))["changes"]
        assert (change["kind"], change["why"]["en"]) == ("withdrawn", "Ended")
        assert "guide_version" not in change
        after = reverse("portal:changes_feed") + "?after=4"
        nothing = client.get(after)
        assert json.loads(nothing.content)["changes"] == []
        assert client.get(after, headers={"If-None-Match": nothing["ETag"]}).status_code == 304
        regional = json.loads(body(client.get(reverse("portal:changes_feed") + f"?region={CITY}")))
        assert {one["region"] for one in regional["changes"]} == {CITY}

    def test_the_script_of_the_documentation_keeps_a_copy(
        self, client: Client, tmp_path: Path
    ) -> None:
        """As it stands there: files first, then changes, until both say the same."""
        text = Path("docs/open-data.md").read_text(encoding="utf-8")
        script: dict[str, Any] = {"__name__": "mirror"}
        exec(text.partition("```python\n")[2].partition("```")[0], script)

        def fetch(address: str) -> bytes:
            return body(client.get(address.removeprefix("http://localhost:8000")))

        def is_equal() -> bool:
            copy = script["mirror"]("http://localhost:8000", tmp_path / "copy.json", fetch)
            now = [json.loads(line) for line in pieces("jsonl", Part(), dataset_name={})]
            return bool(copy == {one["slug"]: one for one in now})

        publish_files()
        first, second, third = Offering.objects.order_by("pk")
        withdraw(first.pk, why={"zh": "停办"})
        assert is_equal()
        assert not (tmp_path / "copy.json").read_text(encoding="utf-8").count(first.slug)
        for one, summary in ((second, "改过的。"), (first, "又回来了。")):
            guide = guide_of(versions_of(one)[0]).model_copy(update={"summary": {"zh": summary}})
            publish(add_version(one, guide)[0].pk)
        withdraw(third.pk, why={"zh": "停办"})
        assert is_equal()
        assert Offering.objects.filter(current__isnull=False).count() == 2

    def test_positions_that_are_none(self, client: Client) -> None:
        for bad in ("after=-1", "after=x", "limit=0", "limit=1001", "with=service&limit=201"):
            assert client.get(f"{reverse('portal:changes_feed')}?{bad}").status_code == 400

    def test_site_maps_name_every_guide_in_both_languages(self, client: Client) -> None:
        index = ElementTree.fromstring(body(client.get("/sitemap.xml")))
        maps = [str(one.text) for one in index.iterfind("s:sitemap/s:loc", NAMESPACES)]
        found = set()
        for address in maps:
            path = address.removeprefix("http://localhost:8000")
            for entry in ElementTree.fromstring(body(client.get(path))).iterfind(
                "s:url", NAMESPACES
            ):
                found.add(str(entry.findtext("s:loc", "", NAMESPACES)))
                links = entry.findall("x:link", NAMESPACES)
                assert [one.get("hreflang") for one in links] == ["zh-Hans", "en", "x-default"]
        for slug in Offering.objects.values_list("slug", flat=True):
            assert f"http://localhost:8000/services/{slug}" in found
            assert f"http://localhost:8000/en/services/{slug}" in found
        for address in found:
            resolve(address.removeprefix("http://localhost:8000").replace("/en/", "/", 1))
        assert client.get("/sitemaps/99.xml").status_code == 404
        assert (
            "Sitemap: http://localhost:8000/sitemap.xml"
            in client.get("/robots.txt").content.decode()
        )

    def test_names_of_things_are_addresses_that_exist(self, client: Client) -> None:
        offering = Offering.objects.select_related("item", "current").earliest("pk")
        assert offering.current is not None
        around = surroundings("", [(offering, guide_of(offering.current))])
        addresses: Addresses = around.addresses
        for path in (
            addresses.guide(offering.slug, "en"),
            addresses.apply(offering.slug),
            addresses.agency(around.agencies[offering.agency_id].code).partition("#")[0],
            addresses.centre(next(iter(around.centres))).partition("#")[0],
        ):
            resolve(path.replace("/en/", "/", 1))
        terms = client.get("/open-data/terms").content.decode()
        for kind, words in open_data.TERMS.items():
            for code in words:
                assert f'id="{addresses.term(kind, code).partition("#")[2]}"' in terms


@given(st.text(max_size=40))
def test_no_cell_begins_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert cell.removeprefix("'") == text or cell == text


@given(st.lists(st.text(max_size=2000), max_size=40))
def test_compressed_pieces_are_one_gzip_file(texts: list[str]) -> None:
    valid = [text.encode(errors="ignore").decode() for text in texts]
    assert gzip.decompress(b"".join(compressed(valid))) == "".join(valid).encode()
