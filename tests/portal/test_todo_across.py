"""Across lists: pages of units, regions and levels; everything public as open data; floods."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import (
    OfficerRows,
    ResidentRows,
    make_account,
    make_agency,
    make_calendar,
    make_officer,
    make_region,
    make_resident,
)
from tongban.directory.models import Agency, Region
from tongban.identity.api import Resident
from tongban.kernel import clock
from tongban.kernel.often import seconds_left, too_often
from tongban.kernel.workdays import Workdays
from tongban.supervision.api import (
    Change,
    EvidenceEntry,
    Ground,
    IndicatorEntry,
    MilestoneEntry,
    Observation,
    Plan,
    PlanEntry,
    Progress,
    Said,
    Task,
    TaskEntry,
    UnitEntry,
    adopt,
    change,
    claim,
    drop,
    erase,
    follow,
    followers,
    make_digest,
    make_plan,
    observe,
    publish,
    remove,
    reply,
    report,
    second,
    unfollow,
)

pytestmark = pytest.mark.django_db
MONDAY = datetime(2027, 3, 1, 1, tzinfo=UTC)
LATER = datetime(2027, 4, 30, 1, tzinfo=UTC)


@dataclass
class World:
    """A province's list, taken over by a city; one unit leads everything but a named task."""

    province: Region
    plan: Plan
    city_plan: Plan
    bureau: Agency
    office: OfficerRows
    unit: OfficerRows
    lin: ResidentRows

    def task(self, code: str) -> Task:
        return self.plan.tasks.select_related("plan").get(code=code)

    def get(self, path: str, status: int = 200) -> str:
        answer = Client().get(path)
        assert answer.status_code == status, (path, answer.status_code)
        return (b"".join(answer) if answer.streaming else answer.content).decode()


@pytest.fixture
def world() -> Iterator[World]:
    cache.clear()
    make_calendar()
    province = make_region("990000")
    city = make_region("990100", parent=province)
    office = make_agency(province)
    bureau = make_agency(province, name={"zh": "数据局", "en": "Data"})
    with clock.freeze(MONDAY):
        by = make_officer("programme", office, region=province)
        plan = make_plan(
            PlanEntry("plan-2027", "province", "990000", office.pk, {"zh": "省清单", "en": "List"}),
            [
                TaskEntry(
                    str(number),
                    {"zh": f"任务{number}", "en": f"Task {number}"},
                    UnitEntry({"zh": "各市/县"})
                    if number == 8
                    else UnitEntry(bureau.name, bureau.pk),
                    due=date(2027, 3, 10) + timedelta(days=10 * number),
                    milestones=[MilestoneEntry({"zh": "试点"}, date(2027, 3, 5))],
                    indicators=[IndicatorEntry({"zh": "接通"}, {}, Decimal(0), Decimal("12.50"))],
                )
                for number in range(1, 9)
            ],
            by=by.officer,
        )
        publish(plan.pk, by=by.officer)
        entry = PlanEntry("city-2027", "city", city.code, office.pk, {"zh": "市清单"})
        below = adopt(plan.pk, entry, by=by.officer)
        tasks = below.tasks.order_by()
        tasks.update(lead=make_agency(city), lead_name={"zh": "市局"})
        tasks.filter(code="1").update(due=date(2027, 3, 13))
        tasks.filter(code="2").update(due=date(2027, 4, 9))
        publish(below.pk, by=by.officer)
        yield World(
            province, plan, below, bureau, by, make_officer("reporter", bureau), make_resident()
        )


def nobody() -> Resident:
    """Somebody whose name is not verified."""
    return ResidentRows(make_account(), None).resident  # type: ignore[arg-type]


def test_a_unit_over_all_lists(world: World) -> None:
    key, unit = world.bureau.code, world.unit.officer
    with clock.freeze(LATER):
        for number in range(5):
            said = observe(
                world.task("1").pk, Said("question", f"问{number}"), by=make_resident().resident
            )
            reply(said.pk, "答", by=unit)
        observe(world.task("1").pk, Said("question", "未实名"), by=nobody())
        page = world.get(f"/en/lists/units/{key}")
        for words in ("0 of 7 tasks done, 5 late", "100%", "0 working days", "Other accounts"):
            assert words in page, words
        assert "Task 7" in page
        assert "Task 8" not in page
        rows = csv.DictReader(io.StringIO(world.get(f"/lists/tasks.csv?unit={key}")[1:]))
        assert [row["code"] for row in rows] == [str(number) for number in range(1, 8)]
        assert world.get(f"/lists/calendar.ics?unit={key}").count("BEGIN:VEVENT") == 5
        assert "Task 3" not in world.get(f"/lists/feed.atom?unit={key}")
        change(world.plan.pk, [Change(world.task("3").pk, 0, {"due": date(2027, 9, 1)})],
               ground=Ground({"zh": "设备晚到"}), by=world.office.officer)  # fmt: skip
        assert "设备晚到" in world.get(f"/lists/feed.atom?unit={key}")
        assert "设备晚到" in world.get(f"/lists/units/{key}")
        assert "Task 8" in world.get("/en/lists/units/各市/县")
        for path in (f"/lists/units/{world.office.account.pk}", "/lists/feed.atom?unit=nobody"):
            world.get(path, 404)
        # Drafts count for nothing, and nobody sees that there are any.
        Plan.objects.update(state="draft", published_at=None)
        world.get(f"/lists/units/{key}", 404)
        assert "数据局" not in world.get("/lists/units")


def test_pages_over_many_lists_ask_no_more_than_over_few(world: World) -> None:
    paths = (f"/lists/units/{world.bureau.code}", "/lists/regions/990000", "/lists/units",
             "/lists/plan-2027/levels", "/lists/tasks.json", "/lists.json")  # fmt: skip

    def asked() -> list[int]:
        counts = []
        for path in paths:
            world.get(path)
            with CaptureQueriesContext(connection) as queries:
                answer = Client().get(path)
                assert not answer.streaming or b"".join(answer)
                counts.append(len(queries.captured_queries))
        return counts

    before = asked()
    for number in range(6):
        entry = PlanEntry(f"city-{number}", "city", "990100", world.plan.office_id, {"zh": "清单"})
        make_region(f"9902{number:02}", parent=world.province)
        entry = PlanEntry(f"p-{number}", "city", f"9902{number:02}", world.plan.office_id,
                          {"zh": "清单"})  # fmt: skip
        below = adopt(world.plan.pk, entry, by=world.office.officer)
        below.tasks.update(lead=world.bureau)
        publish(below.pk, by=world.office.officer)
    assert asked() == before
    assert max(before) <= 24


def test_who_follows_a_unit_hears_of_what_it_leads_and_shares_in(world: World) -> None:
    lin, other = world.lin.resident, make_agency(world.province)
    follow("unit", other.pk, by=lin)
    task = world.task("1")
    assert followers(world.plan, [task]) == set()
    task.co_units.create(position=0, name={"zh": "配合"}, agency=other)
    assert followers(world.plan, [task]) == {lin.account_id}
    unfollow("unit", other.pk, by=lin)
    follow("region", "990000", by=lin)
    assert followers(world.city_plan, []) == {lin.account_id}
    page = world.get(f"/en/lists/units/{other.code}?role=shared")
    assert "Task 1" in page
    assert "Task 2" not in page


def test_a_unit_that_is_only_a_name_can_be_followed(world: World) -> None:
    task = world.task("1")
    Task.objects.filter(pk=task.pk).update(lead=None, lead_name={"zh": "各市人民政府"})
    task.refresh_from_db()
    here, press = "/en/lists/units/各市人民政府", "Follow this unit"
    assert press in world.get(here)
    client = Client()
    client.force_login(world.lin.account)
    assert press in client.get(here).content.decode()
    given = {"kind": "named", "key": "各市人民政府", "next": here}
    assert client.post(reverse("portal:todo_follow"), given).status_code == 302
    assert "Stop following this unit" in client.get(here).content.decode()
    assert "各市人民政府" in client.get(reverse("portal:me_following")).content.decode()
    assert followers(world.plan, [task]) == {world.lin.resident.account_id}
    agency = {"kind": "named", "key": world.bureau.code}
    assert client.post(reverse("portal:todo_follow"), agency).status_code == 404
    client.post(reverse("portal:todo_follow"), {**given, "stop": "1"})
    assert followers(world.plan, [task]) == set()


def test_a_region_counts_all_below_it(world: World) -> None:
    with clock.freeze(LATER):
        page = world.get("/en/lists/regions/990000")
        assert "0 of 16 tasks done, 10 late" in page
        assert 'href="/en/lists/regions/990100"' in page
        city = world.get("/en/lists/regions/990100")
        assert "0 of 8 tasks done, 5 late" in city
        assert "Follow this region" in city
        told = json.loads(world.get("/lists/tasks.json?region=990100"))
        assert {task["list"] for task in told["tasks"]} == {"city-2027"}
        world.get("/lists/regions/1", 404)


def test_what_is_loosened_on_the_way_down_shows(world: World) -> None:
    drop(world.city_plan.tasks.get(code="3").pk, ground=Ground({"zh": "并入"}),
         by=world.office.officer)  # fmt: skip
    page = world.get("/en/lists/plan-2027/levels")
    for words in ("1 due earlier", "1 due later", "5 on the same day", "1 dropped"):
        assert words in page, words
    below = world.get("/en/lists/city-2027")
    assert "7 days earlier than in the list above" in below
    assert "10 days later than in the list above" in below
    assert "10 days later than in the list above" in world.get("/en/lists/plan-2027/tasks/2")
    assert "10 days later than in the list above" in world.get("/en/lists/city-2027/tasks/2")


def test_everything_public_is_open_and_nothing_else(world: World) -> None:
    task, lin = world.task("1"), world.lin.resident
    report(task.pk, Progress({"zh": "试点已完成"}, [EvidenceEntry("=1+1", url="https://a.example/")],
                             {0: date(2027, 3, 1)}, {0: Decimal("3.10")}),
           by=world.unit.officer)  # fmt: skip
    claim(task.pk, Progress({"zh": "全部完成"}, [EvidenceEntry("数", value=Decimal(5))]),
          by=world.unit.officer)  # fmt: skip
    said = {
        words: observe(task.pk, Said("objection", words, "东城"), by=lin)
        for words in ("打不开", "要移除的话", "要擦掉的话", "电话13912345678")
    }
    second(said["打不开"].pk, by=nobody())
    reply(said["打不开"].pk, "已修复", by=world.unit.officer)
    remove(said["要移除的话"].pk, rule="insult", by=world.office.officer)
    erase(said["要擦掉的话"].pk, by=lin)
    whole = world.get("/lists/plan-2027.json")
    told = json.loads(whole)["tasks"][0]
    assert told["milestones"] == [{"title": {"zh": "试点"}, "due": "2027-03-05",
                                   "done_on": "2027-03-01"}]  # fmt: skip
    assert told["indicators"][0]["actual"] == "3.1"
    assert [one["is_claim"] for one in told["reports"]] == [False, True]
    assert told["reports"][0]["evidence"][0]["url"] == "https://a.example/"
    said_so = {(one["state"], one["rule"], one["text"]) for one in told["observations"]}
    assert said_so == {("shown", "", "打不开"), ("removed", "insult", ""), ("erased", "", "")}
    answers = [reply["text"] for one in told["observations"] for reply in one["replies"]]
    assert answers == ["已修复"]
    assert told["said"] == {
        "observations": 1, "observations_verified": 1, "unanswered": 0, "objections": 1,
        "seconds_verified": 0, "seconds_others": 1,
    }  # fmt: skip
    linked = world.get("/lists/plan-2027.jsonld")
    kinds = [one["@type"] for one in json.loads(linked)["itemListElement"][0]["item"]["subjectOf"]]
    assert kinds == ["Report", "Report", "Comment"]
    parts = {
        part: world.get(f"/lists/plan-2027/{part}.csv")
        for part in ("co_units", "milestones", "indicators", "reports", "evidence", "assessments",
                     "observations", "replies")
    }  # fmt: skip
    assert "'=1+1" in parts["evidence"]
    rows = list(csv.DictReader(io.StringIO(parts["observations"][1:])))
    assert sorted(row["state"] for row in rows) == ["erased", "removed", "shown"]
    everything = "".join([whole, linked, *parts.values(), world.get("/lists/plan-2027.csv"),
                          world.get("/lists/tasks.json"), world.get("/lists.json")])  # fmt: skip
    for secret in ("要移除的话", "要擦掉的话", "13912345678", world.lin.account.username,
                   world.unit.account.username, "林晓雨", "吴建国"):  # fmt: skip
        assert secret not in everything, secret
    make_digest()
    digests = json.loads(world.get("/lists/digests.json"))
    assert digests["digests"][0]["ledgers"]["plan-2027"]["entries"] > 8
    catalogue = json.loads(world.get("/lists.jsonld"))
    assert [len(one["distribution"]) for one in catalogue["dataset"]] == [4, 4]


def test_the_interface_tells_what_the_pages_show(world: World) -> None:
    claim(world.task("1").pk, Progress({"zh": "完成"}, [EvidenceEntry("数", value=Decimal(5))]),
          by=world.unit.officer)  # fmt: skip
    make_digest()
    first = json.loads(world.get("/api/v1/lists?region=990000&limit=1"))
    second_page = json.loads(world.get(first["next"]))
    assert {one["slug"] for one in (*first["items"], *second_page["items"])} == {
        "plan-2027", "city-2027",
    }  # fmt: skip
    assert second_page["next"] is None
    one = json.loads(world.get("/api/v1/lists/plan-2027/tasks?limit=3"))
    assert [task["code"] for task in one["items"]] == ["1", "2", "3"]
    detail = json.loads(world.get("/api/v1/lists/plan-2027/tasks/1"))
    assert (detail["state"], detail["evidence"][0]["value"]) == ("claimed", "5")
    named = json.loads(world.get("/api/v1/tasks?unit=各市/县"))
    assert [task["code"] for task in named["items"]] == ["8"]
    (digest,) = json.loads(world.get("/api/v1/digests"))["items"]
    assert digest["ledgers"]["plan-2027"]["entries"] == 10
    for path in ("lists/nothing", "lists/plan-2027/tasks/99", "tasks?unit=x", "lists?region=x"):
        world.get(f"/api/v1/{path}", 404)
    assert (
        "/api/v1/lists/{slug}/tasks/{code}"
        in json.loads(world.get("/api/v1/openapi.json"))["paths"]
    )


def test_a_task_s_story_is_told_in_sentences(world: World) -> None:
    task = world.task("1")
    change(world.plan.pk, [Change(task.pk, 0, {"due": date(2027, 3, 25)})],
           ground=Ground({"zh": "设备晚到"}), by=world.office.officer)  # fmt: skip
    observe(task.pk, Said("question", "何时？"), by=world.lin.resident)
    with clock.freeze(LATER):
        page = world.get("/en/lists/plan-2027/tasks/1")
    for words in (
        "would do this by 20 March 2027", "The date was moved once since", "It is not done and is",
        "has not reported anything yet", "has not looked at it",
        "People have said something once; 1 waits for an answer",
    ):  # fmt: skip
        assert words in page, words


def test_a_flood_gets_so_many_through_and_is_told_when_to_come_again(world: World) -> None:
    assert [too_often("try", "::1", most=3) for _ in range(6)] == [False] * 3 + [True] * 3
    assert not too_often("try", "::2", most=3)
    assert seconds_left() == 60
    people = [make_resident() for _ in range(21)]
    said = observe(world.task("4").pk, Said("observation", "看见了"), by=world.lin.resident)
    answers = []
    for one in people:  # many accounts, one address
        client = Client()
        client.force_login(one.account, "allauth.account.auth_backends.AuthenticationBackend")
        answers.append(client.post(f"/en/lists/observations/{said.pk}/second"))
    assert [one.status_code for one in answers] == [302] * 20 + [429]
    assert answers[-1]["Retry-After"] == "60"
    assert "60 seconds" in answers[-1].content.decode()
    assert Observation.objects.get(pk=said.pk).seconds_verified == 20
    path, client = "/en/lists/plan-2027/say/4", Client()
    client.force_login(people[0].account, "allauth.account.auth_backends.AuthenticationBackend")
    for number in range(11):
        answer = client.post(path, {"kind": "question", "text": f"问题{number}", "place": "东城"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    for words in ("60 seconds", "问题10", "东城"):  # nothing that was entered is lost
        assert words in answer.content.decode()


DAYS = st.dates(date(2026, 1, 1), date(2027, 6, 30))


@settings(max_examples=60, deadline=None)
@given(st.sets(DAYS, max_size=40), st.sets(DAYS, max_size=20), DAYS, DAYS,
       st.sets(st.integers(0, 6), max_size=4))  # fmt: skip
def test_working_days_are_counted_as_one_by_one(
    holidays: set[date], makeup: set[date], one: date, other: date, weekend: set[int]
) -> None:
    days = Workdays(frozenset(holidays), frozenset(makeup), None, frozenset(weekend))
    first, last = sorted((one, other))
    counted = sum(
        days.is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1)
    )
    assert days.count(first, last) == counted
    assert days.count(last, first) == -counted
