"""To-do lists in the workbench: what each role can do there, and what nobody can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import (
    OfficerRows,
    ResidentRows,
    make_agency,
    make_calendar,
    make_officer,
    make_region,
    make_resident,
)
from tongban.config.demo_cases import blank_png
from tongban.kernel import clock
from tongban.supervision.api import (
    Entry,
    IndicatorEntry,
    MilestoneEntry,
    Observation,
    Plan,
    PlanEntry,
    Said,
    Task,
    TaskEntry,
    UnitEntry,
    make_plan,
    observe,
    publish,
)

pytestmark = pytest.mark.django_db
MONDAY = datetime(2027, 3, 1, 1, tzinfo=UTC)
ROWS = {"evidence-TOTAL_FORMS": "1"}
# The parts of the first task as its form shows them.
SAME_ROWS = {
    "milestones-TOTAL_FORMS": "1", "milestones-0-place": "0", "milestones-0-title_zh": "招标",
    "milestones-0-title_en": "Tender", "indicators-TOTAL_FORMS": "1", "indicators-0-place": "0",
    "indicators-0-name_zh": "系统", "indicators-0-name_en": "Systems", "indicators-0-target": "35",
}  # fmt: skip


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 4, tzinfo=UTC)


@dataclass
class World:
    plan: Plan
    first: Task
    second: Task
    office: OfficerRows
    colleague: OfficerRows
    unit: OfficerRows
    other_unit: OfficerRows
    elsewhere: OfficerRows
    supervisor: OfficerRows
    lin: ResidentRows
    bureau: int

    def go(self, who: OfficerRows | ResidentRows) -> Client:
        client = Client()
        client.force_login(who.account)
        return client

    def url(self, view: str, task: Task | None = None, **parts: Any) -> str:
        parts |= {"slug": self.plan.slug}
        if task:
            parts["task_id"] = task.pk
        return reverse(f"workbench:{view}", kwargs=parts)

    def judge(self, name: str) -> str:
        return self.url("judge_task", self.first, name=name)


@pytest.fixture
def world() -> Iterator[World]:
    make_calendar()
    province = make_region("990000")
    city, lakeside = (make_region(code, parent=province) for code in ("990100", "990200"))
    agency, bureau, far = make_agency(city), make_agency(city), make_agency(lakeside)
    with clock.freeze(MONDAY):
        office = make_officer("programme", agency)
        plan = make_plan(
            PlanEntry("plan-2027", "city", "990100", agency.pk, {"zh": "清单", "en": "List"}),
            [
                TaskEntry("1", {"zh": "接通平台", "en": "Connect"},
                          UnitEntry(bureau.name, bureau.pk), due=date(2027, 6, 30),
                          milestones=[MilestoneEntry({"zh": "招标", "en": "Tender"})],
                          indicators=[IndicatorEntry({"zh": "系统", "en": "Systems"},
                                                     target=Decimal(35))]),
                TaskEntry("2", {"zh": "清理系统", "en": "Clear"},
                          UnitEntry({"zh": "各县", "en": "Counties"}), due=date(2027, 2, 1)),
            ],
            by=office.officer,
        )  # fmt: skip
        publish(plan.pk, by=office.officer)
        yield World(
            Plan.objects.get(pk=plan.pk),
            plan.tasks.get(code="1"),
            plan.tasks.get(code="2"),
            office,
            make_officer("programme", agency),
            make_officer("reporter", bureau),
            make_officer("reporter", make_agency(city)),
            make_officer("programme", far),
            make_officer("supervisor", region=city),
            make_resident(name="林晓雨"),
            bureau.pk,
        )


def seen(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.context["seen"])


def claimed(world: World) -> None:
    client, page = world.go(world.unit), world.url("report_task", world.first)
    answer = client.post(page, ROWS | {
        "seen": seen(client, page), "kind": "claim", "text_zh": "已上线",
        "evidence-0-title": "网站", "evidence-0-url": "https://example.org/",
    })  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()


def test_report_then_claim_then_the_window_then_closed(world: World) -> None:
    unit, office = world.go(world.unit), world.go(world.office)
    page = world.url("report_task", world.first)
    picture = SimpleUploadedFile("照片.png", blank_png(), "image/png")
    # Words are missing: the upload is kept, and sent again by its id.
    wrong = unit.post(page, ROWS | {"seen": seen(unit, page), "kind": "progress",
                                    "evidence-0-file": picture, "step_0": "on"})  # fmt: skip
    assert wrong.status_code == 422
    kept = str(wrong.context["rows"].forms[0].stored.pk)
    assert kept in wrong.content.decode()
    # Another line is asked for: nothing is lost.
    more = unit.post(page, ROWS | {"seen": "", "more": "1", "text_zh": "写到一半",
                                   "evidence-0-kept": kept})  # fmt: skip
    assert "写到一半" in more.content.decode()
    assert kept in more.content.decode()
    right = {"seen": seen(unit, page), "kind": "progress", "text_zh": "招标完成",
             "evidence-0-kept": kept, "step_0": "on", "step_0_on": "2027-02-26",
             "figure_0": "12"}  # fmt: skip
    assert unit.post(page, ROWS | right).status_code == 302
    # The same again, as by a double click: asked about, not entered twice.
    again = unit.post(page, ROWS | right)
    assert again.status_code == 422
    assert world.first.reports.count() == 1
    assert world.first.milestones.get().done_on == date(2027, 2, 26)
    assert world.first.indicators.get().actual == 12
    file = world.url("list_file", file_id=kept)
    assert b"".join(office.get(file)).startswith(b"\x89PNG")
    # A claim shows something.
    bare = unit.post(page, ROWS | {"seen": seen(unit, page), "kind": "claim", "text_zh": "完成"})
    assert bare.status_code == 422
    assert bare.context["rows"].forms[0].errors["title"]
    claimed(world)
    task = Task.objects.get(pk=world.first.pk)
    assert (task.state, task.window_until) == ("claimed", date(2027, 3, 15))
    early = office.post(world.judge("close"), {"reasons_zh": "好"})
    assert early.status_code == 422
    assert early.context["form"].non_field_errors()
    objection = observe(task.pk, Said("objection", "打开是空白页"), by=world.lin.resident)
    with clock.freeze(at(2027, 3, 16)):
        answer = world.go(world.office).get(reverse("workbench:lists"))
        review = next(part for part in answer.context["parts"] if part["slug"] == "review")
        assert (review["rows"][0].objections, review["rows"][0].view.window_open) == (1, False)
        office, unit = world.go(world.office), world.go(world.unit)
        refused = office.post(world.judge("close"), {"reasons_zh": "好"})
        assert refused.status_code == 422
        said = reverse("workbench:observation", args=[objection.pk])
        assert unit.post(said, {"act": "answer", "text": ""}).status_code == 422
        assert unit.post(said, {"act": "answer", "text": "已修好"}).status_code == 302
        assert office.post(world.judge("close"), {"reasons_zh": "好"}).status_code == 302
        complete = {"level": "complete", "reasons_zh": "错了"}
        assert office.post(world.judge("reopen"), complete).status_code == 422
        again = office.post(world.judge("reopen"), {"level": "limited", "reasons_zh": "又坏了"})
        assert again.status_code == 302
        # The unit sees why until it has reported again.
        queue, there = reverse("workbench:list_queue", args=["back"]), [task.pk]
        unit = world.go(world.unit)
        assert [row.task.pk for row in unit.get(queue).context["rows"]] == there
        assert unit.get(world.url("list_task", task)).context["back"].reasons == {"zh": "又坏了"}
        assert "又坏了" in unit.get(page).content.decode()
    task.refresh_from_db()
    assert (task.state, task.reopened, task.assessed) == ("open", 1, "limited")
    with clock.freeze(at(2027, 3, 17)):
        unit = world.go(world.unit)
        report = ROWS | {"seen": seen(unit, page), "kind": "progress", "text_zh": "修好了"}
        assert unit.post(page, report).status_code == 302
        assert unit.get(queue).context["rows"] == []
        assert unit.get(world.url("list_task", task)).context["back"] is None


def test_the_wrong_people_change_nothing(world: World) -> None:
    claimed(world)
    said = observe(world.first.pk, Said("objection", "没有上线"), by=world.lin.resident)
    before = Entry.objects.count()
    page, change = world.url("report_task", world.first), world.url("change_tasks")
    words = {"level": "complete", "reasons_zh": "好", "reason_zh": "好"}
    tries: list[tuple[OfficerRows | ResidentRows, str, dict[str, Any]]] = [
        (world.unit, world.judge("assess"), words),
        (world.unit, world.judge("close"), words),
        (world.unit, change, {"task": world.first.pk}),
        (world.other_unit, page, {"kind": "claim", "text_zh": "好"}),
        (world.other_unit, world.url("take_claim_back", world.first), {"text_zh": "好"}),
        (world.elsewhere, world.judge("send-back"), words),
        (world.elsewhere, world.judge("drop"), words),
        (world.elsewhere, change, {"task": world.first.pk, "kind": "shift", "days": 9}),
        (world.elsewhere, world.url("close_list"), words),
        (world.supervisor, world.judge("assess"), words),
        (world.lin, world.judge("close"), words),
        (world.lin, page, {"kind": "progress", "text_zh": "好"}),
    ]
    for who, address, given in tries:
        answer = world.go(who).post(address, given)
        assert answer.status_code == 403, (address, answer.status_code)
    place = reverse("workbench:observation", args=[said.pk])
    for who in (world.other_unit, world.elsewhere, world.supervisor, world.lin):
        assert world.go(who).post(place, {"act": "answer", "text": "好"}).status_code == 403
    for act in ("remove", "show"):
        answer = world.go(world.unit).post(place, {"act": act, "rule": "insult"})
        assert answer.status_code == 403
    assert Entry.objects.count() == before


def test_a_bulk_change_shows_its_effect_and_a_second_officer_is_told(world: World) -> None:
    first, second = world.go(world.office), world.go(world.colleague)
    page = world.url("change_tasks")
    wish = {
        "kind": "shift",
        "days": "30",
        "unit": "days",
        "task": [world.first.pk, world.second.pk],
    }
    look = first.post(page, wish | {"step": "look"})
    assert [row.task.code for row in look.context["rows"]] == ["1", "2"]
    assert Task.objects.get(pk=world.first.pk).due == date(2027, 6, 30)
    revisions = {f"revision_{id}": revision for id, revision in look.context["revisions"]}
    no_reason = first.post(page, wish | revisions | {"step": "do"})
    assert no_reason.status_code == 422
    assert "reason_zh" in no_reason.context["ground"].errors
    done = wish | revisions | {"step": "do", "reason_zh": "设备晚到", "legal_basis": "第3号令"}
    assert first.post(page, done).status_code == 302
    assert Task.objects.get(pk=world.first.pk).due == date(2027, 7, 30)
    late = second.post(page, done | {"reason_zh": "另有原因"})  # looked at what stood before
    assert late.status_code == 409  # both are shown, and what was said is kept
    assert late.context["rows"][0].changes[0][1:] == ("2027年7月30日", "2027年8月29日")
    assert ("reason_zh", "另有原因") in late.context["said"]
    assert Task.objects.get(pk=world.first.pk).due == date(2027, 7, 30)
    # One task in words; a start after its due date is refused at the field.
    one = {"kind": "task", "task": world.first.pk, "title_zh": "接通省平台", "title_en": "Connect",
           "step": "look", "lead": world.bureau, **SAME_ROWS}  # fmt: skip
    wrong = first.post(page, one | {"start": "2028-01-01", "due": "2027-07-30"})
    assert wrong.status_code == 422
    assert "due" in wrong.context["form"].errors
    with clock.freeze(at(2027, 3, 2)):
        client = world.go(world.office)
        good = one | {"due": "2027-07-30", "step": "do", "reason_zh": "名称不准"}
        assert client.post(page, good).status_code == 302
        # The day of the publication begins with it; its end comes after the shift.
        compare = world.url("compare_list")
        for asked, changed in (
            ({}, {"任务名称", "完成期限"}),
            ({"since": "2027-03-01"}, {"任务名称", "完成期限"}),
            ({"since": "2027-03-01", "since_at": "23:59"}, {"任务名称"}),
            ({"since": "2027-03-01", "until": "2027-03-01"}, {"完成期限"}),
        ):
            rows = client.get(compare, asked).context["rows"]
            row = next(one for one in rows if one.task.pk == world.first.pk)
            assert {str(one.label) for one in row.fields} == changed, asked
        assert [step.entry.basis for step in row.steps] == ["第3号令"]
        for bad in ({"since": "1999-01-01"}, {"since": "2027-03-02", "until": "2027-03-01"}):
            assert client.get(compare, bad).status_code == 422
    assert first.post(world.judge("drop"), {"reason_zh": "并入他处"}).status_code == 302
    assert Task.objects.get(pk=world.first.pk).state == "dropped"


def test_choices_of_agencies_cost_no_query_for_each(world: World) -> None:
    region = world.plan.region
    officer = make_officer("programme", region=region)
    client = world.go(officer)
    entry = PlanEntry("draft", world.plan.level, region.code, world.plan.office_id, {"zh": "草稿"})
    draft = make_plan(entry, [], by=officer.officer)
    pages = [reverse("workbench:new_list"), reverse("workbench:add_list_task", args=[draft.slug])]

    def asked() -> list[int]:
        counts = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            counts.append(len(queries.captured_queries))
        return counts

    before = asked()
    for number in range(5):
        make_agency(make_region(f"99{number + 3:02}00", parent=region))
    assert asked() == before


def test_a_draft_is_written_arranged_taken_over_and_published(world: World) -> None:
    client = world.go(world.elsewhere)
    office = world.elsewhere.post.agency_id
    rules = {"evidence_days": 5, "reply_days": 5, "soon_days": 5, "very_late_days": 9,
             "unanswered_most": 2}  # fmt: skip
    given = {"title_zh": "湖区清单", "level": "city", "office": office, "slug": "lake", **rules}
    assert client.post(reverse("workbench:new_list"), given | {"slug": "new"}).status_code == 422
    assert client.post(reverse("workbench:new_list"), given).status_code == 302
    here = {"slug": "lake"}
    add = reverse("workbench:add_list_task", kwargs=here)
    task = {"code": "1", "title_zh": "任务一", "lead": "", "lead_name_zh": "各镇",
            "milestones-TOTAL_FORMS": "1", "milestones-0-title_zh": "启动",
            "milestones-0-due": "2027-03-31", "co_units-TOTAL_FORMS": "1",
            "co_units-0-name_zh": "某局", "indicators-TOTAL_FORMS": "1",
            "indicators-0-name_zh": "事项", "indicators-0-target": "35"}  # fmt: skip
    bad = client.post(add, task | {"milestones-0-due": "明天", "indicators-0-target": "x",
                                   "co_units-0-name_zh": "", "co_units-0-name_en": "A bureau",
                                   "start": "2028-01-01", "due": "2027-01-01"})  # fmt: skip
    assert bad.status_code == 422
    fields = {field for field, _words in bad.context["problems"]}
    assert {"id_milestones-0-due", "id_indicators-0-target", "id_co_units-0-name_zh"} <= fields
    assert "明天" in bad.content.decode()
    turned = client.post(add, task | {"start": "2028-01-01", "due": "2027-01-01"})
    assert "due" in turned.context["form"].errors
    # More rows, and a figure counted at once: nothing is judged, nothing lost.
    more = client.post(add, task | {"more": "milestones", "title_zh": "", "due": "明天"})
    assert more.status_code == 200
    assert "明天" in more.content.decode()
    assert 'name="milestones-2-title_zh"' in more.content.decode()
    # What the browser had kept comes back: the form says so, as many rows as there were.
    back = client.post(add, task | {"more": "back", "title_zh": "", "due": "明天"})
    assert back.status_code == 200
    assert "data-unsaved" in back.content.decode()
    assert "明天" in back.content.decode()
    assert 'name="milestones-2-title_zh"' not in back.content.decode()
    count = {"count": "1", "measure": "online_items", "counted_target": "35"}
    assert client.post(add, task | count).context["figure"].target == 35
    assert (
        client.post(add, task | {"measure": "offerings_of", "counted_items": "no-such"})
        .context["form"]
        .errors["counted_items"]
    )
    assert client.post(add, task | count | {"count": ""} | {"title_zh": ""}).status_code == 200
    del count["count"]
    assert client.post(add, task | count).status_code == 302
    assert client.post(add, task).context["form"].errors["code"]
    assert client.post(add, task | {"code": "2", "title_zh": "任务二"}).status_code == 302
    plan = Plan.objects.get(slug="lake")
    one, two = plan.tasks.order_by("position")
    place = {**here, "task_id": two.pk}
    client.post(reverse("workbench:arrange_list_task", kwargs=place), {"act": "up"})
    assert [row.code for row in plan.tasks.order_by("position")] == ["2", "1"]
    edit = reverse("workbench:edit_list_task", kwargs={**here, "task_id": one.pk})
    shown = client.get(edit)
    figure = {"measure": "online_items", "region": "990200", "target": 35}
    assert Task.objects.get(pk=one.pk).evidence == figure
    assert shown.context["figure"].target == 35
    # Two officers at once: what the second did not touch stays as the first saved it, what both
    # touched is shown side by side, and neither text is lost.
    same = task | {"revision": 0, "base": shown.context["base"], **count}
    assert client.post(edit, same | {"title_zh": "新名", "due": "2027-09-30"}).status_code == 302
    second = client.post(edit, same | {"title_zh": "旧名", "text_zh": "说明"})
    assert second.status_code == 409
    both = {str(label): words for label, *words in second.context["both"]}
    assert both == {"任务名称": ["新名", "旧名"], "任务内容": ["（空）", "说明"]}
    english = client.post(f"/en{edit}", same | {"title_zh": "旧名"})  # the text that differs
    assert [words for _label, *words in english.context["both"]] == [["新名", "旧名"]]
    assert second.context["form"]["due"].value() == date(2027, 9, 30)
    assert Task.objects.get(pk=one.pk).title == {"zh": "新名"}
    # Nobody else sees a draft, whatever they try.
    draft = reverse("workbench:list", kwargs=here)
    for who in (world.office, world.unit, world.supervisor):
        assert world.go(who).get(draft).status_code == 404
        assert world.go(who).post(add, task | {"code": "9"}).status_code in (403, 404)
    looks = reverse("workbench:publish_list", kwargs=here)
    preview = client.get(looks)
    assert len(preview.context["doubts"]) == 2
    for promised in ("某局", "启动", "35"):
        assert promised in preview.content.decode()
    assert client.post(looks).status_code == 302
    assert world.go(world.office).get(draft).status_code == 200
    assert client.post(add, task | {"code": "9"}).status_code == 404
    # The other city takes it over; back again it cannot go.
    adopt = reverse("workbench:adopt_list", kwargs=here)
    mine = given | {"slug": "ours", "office": world.office.post.agency_id}
    assert world.go(world.office).post(adopt, mine).status_code == 302
    assert Plan.objects.get(slug="ours").tasks.filter(adopted_from__isnull=False).count() == 2
    assert client.post(adopt, given | {"slug": "again"}).status_code == 422


def test_words_held_back_are_for_moderators(world: World) -> None:
    said = observe(world.first.pk, Said("question", "电话13812345678"), by=world.lin.resident)
    assert said.state == "held"
    place = reverse("workbench:observation", args=[said.pk])
    assert world.go(world.unit).get(place).status_code == 404
    office = world.go(world.office)
    assert office.get(place).status_code == 200
    assert office.post(place, {"act": "remove"}).status_code == 422
    assert office.post(place, {"act": "remove", "rule": "personal"}).status_code == 302
    assert office.post(place, {"act": "show"}).status_code == 302  # undone
    assert Observation.objects.get(pk=said.pk).state == "shown"
    unit = world.go(world.unit)
    answers = unit.get(reverse("workbench:list_queue", args=["answers"]))
    assert [one.said.pk for one in answers.context["rows"]] == [said.pk]


def test_a_queue_is_narrowed_and_says_how_much_is_where(world: World) -> None:
    unit = UnitEntry({"zh": "本局"}, world.bureau)
    dues = [date(2026, 12, 1), date(2027, 2, 24), date(2027, 2, 26), date(2027, 3, 1),
            date(2027, 3, 9), date(2027, 12, 1)]  # fmt: skip
    tasks = [TaskEntry(str(n), {"zh": f"任务{n}"}, unit, due=due) for n, due in enumerate(dues)]
    tasks.append(TaskEntry("later", {"zh": "未到"}, unit, start=date(2027, 5, 1),
                           due=date(2027, 5, 3)))  # fmt: skip
    entry = PlanEntry("busy", "city", "990100", world.plan.office_id, {"zh": "另一清单"},
                      soon_days=3, very_late_days=5)  # fmt: skip
    plan = make_plan(entry, tasks, by=world.office.officer)
    publish(plan.pk, by=world.office.officer)
    client = world.go(world.unit)
    page = reverse("workbench:list_queue", args=["tasks"])
    everything = client.get(page)
    assert everything.context["narrowed"].count == 8
    told = {row.task.pk: row.view.time.value for row in everything.context["rows"]}
    for state in set(told.values()):
        found = client.get(page, {"time": state}).context
        assert {row.task.pk for row in found["rows"]} == {
            pk for pk, one in told.items() if one == state
        }, state
        assert [one.count for one in found["narrowed"].quick if one.chosen] == [len(found["rows"])]
    found = client.get(page, {"list": str(plan.pk), "time": "due_soon"}).context
    assert {row.task.plan_id for row in found["rows"]} == {plan.pk}
    late = client.get(page, {"waiting": "30"}).context["rows"]
    assert [row.task.code for row in late] == ["0"]
    # What is not offered narrows nothing; nobody sees more than their own by asking for it.
    odds: list[dict[str, str]] = [
        {"list": "0"}, {"unit": "x"}, {"time": "soon"}, {"waiting": "-1"}, {"kind": "1"},
    ]  # fmt: skip
    for odd in odds:
        assert client.get(page, odd).context["narrowed"].count == 8, odd
    other = world.go(world.other_unit).get(page, {"list": plan.pk})
    assert other.context["narrowed"].count == 0


def test_every_page_opens_and_costs_the_same_with_many_tasks(
    world: World, django_assert_max_num_queries: Any
) -> None:
    for who, names in (
        (world.unit, ("answers", "tasks", "undated", "claims")),
        (world.office, ("review", "moderate")),
        (world.supervisor, ("late", "unanswered")),
    ):
        client = world.go(who)
        assert client.get(reverse("workbench:lists")).status_code == 200
        for name in names:
            assert client.get(reverse("workbench:list_queue", args=[name])).status_code == 200
        assert client.get(reverse("workbench:list_queue", args=["none"])).status_code == 404
        assert client.get(world.url("task_by_code", code="1")).status_code == 302
        assert client.get(world.url("list_task", world.first)).status_code == 200
    Task.objects.bulk_create(
        Task(plan=world.plan, code=f"9-{number}", position=number, title={"zh": "任务"},
             lead_name={"zh": "局"}, lead_id=world.bureau, due=date(2027, 2, 1))
        for number in range(60)
    )  # fmt: skip
    client = world.go(world.unit)
    with django_assert_max_num_queries(30):
        client.get(reverse("workbench:lists"))
    pages = 0
    address: str | None = reverse("workbench:list_queue", args=["tasks"])
    while address:
        address, pages = client.get(address).context["next_url"], pages + 1
    assert pages == 3
    with django_assert_max_num_queries(30):
        world.go(world.office).get(world.url("list"))
