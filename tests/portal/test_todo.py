"""Pages of to-do lists: what a journalist without account and a resident see and do."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    ResidentRows,
    make_agency,
    make_calendar,
    make_officer,
    make_region,
    make_resident,
)
from tongban.config.demo_cases import blank_png
from tongban.config.wiring import LINKS
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.portal.todo_history import tell
from tongban.supervision import verify_ledger
from tongban.supervision.api import (
    LIST_NEWS,
    Change,
    EntryView,
    EvidenceEntry,
    Ground,
    Observation,
    Plan,
    PlanEntry,
    Progress,
    Said,
    Task,
    TaskEntry,
    UnitEntry,
    change,
    claim,
    follows,
    make_digest,
    make_plan,
    observe,
    publish,
    remove,
    reply,
    take_back,
    warn_all,
)

pytestmark = pytest.mark.django_db
MONDAY = datetime(2027, 3, 1, 1, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script>'
KINDS = (*LIST_NEWS, "task_published", "reported", "removed", "shown", "erased")


@dataclass
class World:
    plan: Plan
    tasks: list[Task]
    office: Officer
    unit: Officer
    lin: ResidentRows

    def page(self, path: str = "", who: ResidentRows | None = None, **query: str) -> str:
        client = Client()
        if who:
            client.force_login(who.account, "allauth.account.auth_backends.AuthenticationBackend")
        answer = client.get(path or f"/lists/{self.plan.slug}", query)
        assert answer.status_code == 200, (path, answer.status_code)
        return (b"".join(answer) if answer.streaming else answer.content).decode()  # type: ignore[arg-type]


@pytest.fixture
def world() -> Iterator[World]:
    cache.clear()
    make_calendar()
    province = make_region("990000")
    office, bureau = make_agency(province), make_agency(province)
    with clock.freeze(MONDAY):
        programme = make_officer("programme", office, region=province).officer
        plan = make_plan(
            PlanEntry("plan-2027", "province", "990000", office.pk,
                      {"zh": "2027年清单", "en": "List of 2027"}),
            [
                TaskEntry(f"一-{number}", {"zh": f"任务{number}", "en": f"Task {number} {HOSTILE}"},
                          UnitEntry(bureau.name, bureau.pk) if number > 2 else UnitEntry(
                              {"zh": "各市", "en": "=Cities"}),
                          section={"zh": "平台", "en": "Platform"},
                          due=date(2027, 3, 1) + timedelta(days=10 * number - 20))
                for number in range(1, 9)
            ],
            by=programme,
        )  # fmt: skip
        publish(plan.pk, by=programme)
        yield World(
            Plan.objects.get(pk=plan.pk),
            list(Task.objects.filter(plan=plan).order_by("position")),
            programme,
            make_officer("reporter", bureau).officer,
            make_resident(name="林晓雨"),
        )


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def signed_in(who: ResidentRows) -> Client:
    client = Client()
    client.force_login(who.account, "allauth.account.auth_backends.AuthenticationBackend")
    return client


DONE = Progress(
    {"zh": "已上线", "en": f"Online {HOSTILE}"},
    [EvidenceEntry(f"Site {HOSTILE}", url="https://example.org/?a=1&b=2")],
)


def test_a_journalist_reads_everything_without_an_account(world: World) -> None:
    task = world.tasks[4]
    ground = Ground({"zh": "设备晚到", "en": f"Late {HOSTILE}"}, "Decree 3")
    change(world.plan.pk, [Change(task.pk, 0, {"due": date(2027, 9, 30)})], ground=ground,
           by=world.office)  # fmt: skip
    claim(task.pk, DONE, by=world.unit)
    said = observe(task.pk, Said("objection", f"打不开 {HOSTILE}", "云州"), by=world.lin.resident)
    reply(said.pk, f"已修复 {HOSTILE}", by=world.unit)
    warn_all()
    make_digest()
    slug = world.plan.slug
    for language in ("", "/en"):
        pages = [
            world.page(f"{language}/lists", region="990000", level="province"),
            *(world.page(f"{language}/lists/{slug}", view=view)
              for view in ("table", "timeline", "units")),
            world.page(f"{language}/lists/{slug}/tasks/{task.code}"),
            world.page(f"{language}/lists/{slug}/ledger"),
            world.page(f"{language}/lists/{slug}/embed"),
            world.page(f"{language}/lists/{slug}/badge.svg"),
            world.page(f"{language}/lists/digests"),
            world.page(f"{language}/lists/rules"),
        ]  # fmt: skip
        for text in pages:
            assert "<script>alert" not in text
    story = world.page(f"/en/lists/{slug}/tasks/{task.code}")
    for words in (
        "first promised for 31 March 2027",
        "moved back from 31 March 2027 to 30 September 2027",
        "Decree 3",
        "Claimed done on 1 March 2027",
        "Answered on 1 March 2027, in time.",
        'rel="nofollow noopener external" href="https://example.org/?a=1&amp;b=2"',
    ):
        assert words in story, words


def test_a_list_is_narrowed_down_and_sorted(world: World) -> None:
    claim(world.tasks[7].pk, DONE, by=world.unit)
    late = world.page(time="overdue")
    assert late.count("data-label") == 5 * late.count('class="tb-number"') > 0
    assert "任务8" not in late
    text = world.page(q="任务3")
    assert "任务3" in text
    assert "任务4" not in text
    unit = world.page(unit="各市")
    assert "任务2" in unit
    assert "任务3" not in unit
    urgent = world.page(sort="urgency")
    assert urgent.index("任务1") < urgent.index("任务8")
    assert world.page(time="nonsense", unit="\0", section="-1", sort="?", after="x")
    units = world.page("/en/lists/plan-2027", view="units")
    assert units.index("Units with few tasks") < units.index("=Cities", units.index("few tasks"))


def test_a_list_of_200_tasks_takes_few_queries(world: World) -> None:
    source = world.tasks[5]
    Task.objects.bulk_create(
        Task(plan=world.plan, code=f"x{number}", position=100 + number, title=source.title,
             lead_name=source.lead_name, lead=source.lead, due=source.due)
        for number in range(192)
    )  # fmt: skip
    for view in ("table", "timeline", "units"):
        with CaptureQueriesContext(connection) as queries:
            world.page(view=view)
        assert len(queries) <= 12, [one["sql"][:90] for one in queries]
    with CaptureQueriesContext(connection) as queries:
        world.page("/lists")
    assert len(queries) <= 14, [one["sql"][:90] for one in queries]


def test_only_the_embedded_page_may_be_framed(world: World) -> None:
    framed = Client().get(f"/lists/{world.plan.slug}/embed")
    assert "X-Frame-Options" not in framed.headers
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert not framed.cookies
    for path in ("/lists", f"/lists/{world.plan.slug}", f"/lists/{world.plan.slug}/ledger"):
        answer = Client().get(path)
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_open_data_says_what_the_pages_say(world: World) -> None:
    claim(world.tasks[3].pk, DONE, by=world.unit)
    told = json.loads(world.page("/lists/plan-2027.json"))
    one = told["tasks"][3]
    assert (one["code"], one["state"], one["claimed_on"]) == ("一-4", "claimed", "2027-03-01")
    assert one["reports"][0]["evidence"][0]["url"] == "https://example.org/?a=1&b=2"
    rows = list(csv.DictReader(io.StringIO(world.page("/lists/plan-2027.csv").lstrip("\ufeff"))))
    assert len(rows) == 8
    assert rows[0]["lead_en"] == "'=Cities"  # no formula
    assert json.loads(world.page("/lists/plan-2027.jsonld"))["numberOfItems"] == 8
    feed = ET.fromstring(world.page("/en/lists/plan-2027/feed.atom"))
    titles = [one.text or "" for one in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert any("The unit says that it is done" in title for title in titles)
    assert ET.fromstring(world.page("/lists/feed.atom", region="990000")) is not None
    calendar = world.page("/lists/plan-2027.ics")
    assert calendar.count("BEGIN:VEVENT") == 9  # eight dates, one window
    assert "DTSTART;VALUE=DATE:20270331" in calendar
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))


def test_a_ledger_is_checked_with_what_everybody_can_download(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_digest()
    ledger, digest = tmp_path / "ledger.jsonl", tmp_path / "digest.json"
    ledger.write_text(world.page("/lists/plan-2027/ledger.jsonl"), encoding="utf-8")
    digest.write_text(world.page("/lists/digests/2027-03-01.json"), encoding="utf-8")
    program = tmp_path / "verify_ledger.py"
    program.write_text(world.page("/lists/verify_ledger.py"), encoding="utf-8")
    assert program.read_text("utf-8") == Path(verify_ledger.__file__).read_text("utf-8")
    assert verify_ledger.main([str(ledger), str(digest)]) == 0
    lines = ledger.read_text("utf-8").splitlines(keepends=True)
    ledger.write_text("".join(lines[:-1]), encoding="utf-8")
    assert verify_ledger.main([str(ledger), str(digest)]) == 1
    assert "cut off" in capsys.readouterr().out


def test_a_resident_speaks_and_nothing_is_lost(world: World) -> None:
    task, client = world.tasks[4], signed_in(world.lin)
    path = f"/en/lists/plan-2027/say/{task.code}"
    picture = SimpleUploadedFile("hall.png", blank_png(), "image/png")
    refused = client.post(
        path, {"kind": "objection", "text": "Not so", "place": "Hall", "picture": picture}
    )
    text = refused.content.decode()
    assert 'href="#kind-question"' in text
    assert "Not so" in text
    assert 'value="Hall"' in text
    kept = refused.context["kept"]
    answer = client.post(
        path, {"kind": "observation", "text": "Not so", "place": "Hall", "kept": str(kept.pk)}
    )
    assert answer.status_code == 302
    said = Observation.objects.get()
    assert said.picture_id == kept.pk
    shown = Client().get(f"/lists/pictures/{said.pk}")
    assert b"".join(shown)  # type: ignore[arg-type]  # files are closed when read
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    other = signed_in(make_resident(name="许清"))
    other.post(f"/lists/observations/{said.pk}/second")
    other.post(f"/lists/observations/{said.pk}/second")
    page = world.page(f"/en/lists/plan-2027/tasks/{task.code}")
    assert "Seen by 1 more person with a verified name too." in page
    assert "No answer yet; due by 15 March 2027." in page
    with clock.freeze(at(date(2027, 3, 18))):
        late = world.page(f"/en/lists/plan-2027/tasks/{task.code}")
        assert "it was due by 15 March 2027: 3 working days late." in late
    assert other.post(f"/lists/observations/{said.pk}/erase").status_code == 404
    assert client.post(f"/lists/observations/{said.pk}/erase").status_code == 302
    gone = world.page(f"/en/lists/plan-2027/tasks/{task.code}")
    assert "Not so" not in gone
    assert "Erased by the person who wrote it." in gone
    assert Client().get(f"/lists/pictures/{said.pk}").status_code == 404


def test_held_and_removed_words_are_seen_by_nobody_else(world: World) -> None:
    task, client = world.tasks[4], signed_in(world.lin)
    path = f"/en/lists/plan-2027/tasks/{task.code}"
    said = client.post(
        f"/en/lists/plan-2027/say/{task.code}", {"kind": "question", "text": "找我 13912345678"},
        follow=True,
    )  # fmt: skip
    assert "because of this rule" in said.content.decode()
    assert "13912345678" in world.page(path, world.lin)
    assert "13912345678" not in world.page(path)
    shown = observe(task.pk, Said("question", "你们都是饭桶"), by=world.lin.resident)
    remove(shown.pk, rule="insult", by=world.office)
    page = world.page(path)
    assert "饭桶" not in page
    assert "It insults people." in page


def test_objecting_ends_with_the_claim(world: World) -> None:
    task, client = world.tasks[4], signed_in(world.lin)
    path = f"/lists/plan-2027/say/{task.code}"
    claim(task.pk, DONE, by=world.unit)
    assert "kind-objection" in client.get(path).content.decode()
    take_back(task.pk, text={"zh": "撤回"}, by=world.unit)
    assert "kind-objection" not in client.get(path).content.decode()
    assert client.post(path, {"kind": "objection", "text": "不对"}).status_code == 200
    assert not Observation.objects.exists()


def test_one_address_cannot_flood_a_list(world: World) -> None:
    client = signed_in(world.lin)
    path = f"/lists/plan-2027/say/{world.tasks[4].code}"
    codes = [client.post(path, {"kind": "question", "text": f"问题{n}"}).status_code
             for n in range(12)]  # fmt: skip
    assert codes == [302] * 10 + [429] * 2
    assert "问题11" in client.post(path, {"kind": "question", "text": "问题11"}).content.decode()


def test_following_and_stopping(world: World) -> None:
    client, task = signed_in(world.lin), world.tasks[4]
    bureau = task.lead_id
    for kind, key in (("plan", world.plan.pk), ("task", task.pk), ("unit", bureau),
                      ("region", "990000")):  # fmt: skip
        answer = client.post(
            "/me/following/change", {"kind": kind, "key": key, "next": "https://evil.example/"}
        )
        assert answer.headers["Location"] == "/me/following"
        assert follows(kind, key, by=world.lin.resident)  # type: ignore[arg-type]
    page = client.get("/en/me/following").content.decode()
    assert page.count('name="stop"') == 4
    client.post("/me/following/change", {"kind": "task", "key": task.pk, "stop": "1"})
    assert not follows("task", task.pk, by=world.lin.resident)
    for kind, key in (("plan", "99999"), ("nothing", "1"), ("region", "x"), ("unit", "-1")):
        answer = client.post("/me/following/change", {"kind": kind, "key": key})
        assert answer.status_code == 404


def test_drafts_are_nobody_s_business(world: World) -> None:
    Plan.objects.filter(pk=world.plan.pk).update(state="draft", published_at=None)
    for path in ("", ".json", ".csv", "/ledger", "/ledger.jsonl", "/embed", "/tasks/一-1"):
        assert Client().get(f"/lists/plan-2027{path}").status_code == 404
    assert "2027年清单" not in world.page("/lists")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_entry_is_told(kind: str) -> None:
    told = tell(EntryView(1, kind, MONDAY, "1", 1, {"zh": "局"}, "unit"))
    assert told.sentence
    assert "Entry “" not in told.sentence
    assert "%" not in told.sentence


def test_notices_lead_to_the_pages() -> None:
    assert LINKS["list"]("plan-2027").endswith("/lists/plan-2027")
    assert "/lists/plan-2027/tasks/3.1" in LINKS["list_task"]("plan-2027 3.1")
