"""Lists as files in the workbench: taken out and brought back, looked at, taken in or refused."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from openpyxl.worksheet.cell_range import MultiCellRange

from tests.conftest import SHARED_DATA
from tests.factories import make_agency, make_calendar, make_officer, make_region
from tests.supervision.test_exchange import workbook
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.supervision.api import (
    Entry,
    IndicatorEntry,
    MilestoneEntry,
    Plan,
    PlanEntry,
    Task,
    TaskEntry,
    UnitEntry,
    export_list,
    make_plan,
    publish,
)
from tongban.supervision.exchange_files import HELP
from tongban.supervision.matching import aligned
from tongban.supervision.models import Incoming

pytestmark = pytest.mark.django_db
MONDAY = datetime(2027, 3, 1, 1, tzinfo=UTC)
BRING = "/work/lists/import/"


class World:
    def __init__(self) -> None:
        make_calendar()
        province = make_region("990000")
        self.agency = make_agency(province)
        self.office = make_officer("programme", self.agency, region=province)
        make_region("990100", parent=province)
        self.client = self.go(self.office)

    def go(self, who: Any) -> Client:
        client = Client()
        client.force_login(who.account)
        return client

    def plan(self, slug: str = "a-list") -> Plan:
        entry = PlanEntry(slug, "province", "990000", self.agency.pk, {"zh": "清单"})
        first = TaskEntry(
            "1", {"zh": "接通平台"}, UnitEntry({"zh": "省厅"}, self.agency.pk),
            section={"zh": "一"}, due=date(2027, 6, 30), co_units=[UnitEntry({"zh": "各市"})],
            milestones=[MilestoneEntry({"zh": "招标"}, date(2027, 4, 1)),
                        MilestoneEntry({"zh": "上线"}, date(2027, 6, 1))],
            indicators=[IndicatorEntry({"zh": "事项"}, {"zh": "项"}, None, Decimal(35))],
        )  # fmt: skip
        second = TaskEntry("2", {"zh": "清理系统"}, UnitEntry({"zh": "各市"}))
        return make_plan(entry, [first, second], by=self.office.officer)

    def bring(self, content: bytes, name: str, to: str = "", **given: str) -> Any:
        """The page that shows what the file does, or the form with what is wrong."""
        file = SimpleUploadedFile(name, content)
        address = f"{BRING}?list={to}" if to else BRING
        return self.client.post(address, {"file": file, **given}, follow=True)

    def take_in(self, page: Any, **given: str) -> Any:
        stamps = [one.outlook.stamp for one in page.context["looks"]]
        address = reverse("workbench:look_at_list_file", args=[page.context["kept"].pk])
        return self.client.post(address, {"stamp": stamps, **given})


@pytest.fixture
def world() -> Any:
    with clock.freeze(MONDAY):
        yield World()


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_taken_out_and_brought_back_nothing_changes(world: World, kind: str) -> None:
    plan = world.plan()
    out = world.client.get(reverse("workbench:export_list", args=[plan.slug, kind]))
    assert "attachment" in out["Content-Disposition"]
    name = f"list.{'zip' if kind == 'csv' else kind}"
    back = world.bring(out.content, name)
    (look,) = back.context["looks"]
    assert (look.outlook.is_nothing, look.bad, look.added) == (True, [], [])
    # Under another address it is a copy, told before it is made.
    copy = world.bring(out.content, name, slug="copy")
    assert [one.code for one in copy.context["looks"][0].added] == ["1", "2"]
    assert not Plan.objects.filter(slug="copy").exists()
    assert world.take_in(copy).status_code == 302
    made = Plan.objects.get(slug="copy")
    assert export_list(made, "json") == export_list(plan, "json").replace(b"a-list", b"copy")
    assert Incoming.objects.count() == 1  # the one that was only looked at


def test_a_draft_is_rewritten_and_a_colleague_is_noticed(world: World) -> None:
    plan = world.plan()
    kept = plan.tasks.get(code="2")
    document = json.loads(export_list(plan, "json"))
    first, second = document["tasks"]
    second |= {"title": {"zh": "清理旧系统"}, "section": {"zh": "二"}, "due": "2027-05-31"}
    third = {**second, "code": "3", "section": {"zh": "一"}, "title": {"zh": "新任务"}}
    document["tasks"] = [second, third]
    document["list"]["reply_days"] = 7
    del first
    changed = json.dumps(document).encode()
    page = world.bring(changed, "list.json", to=plan.slug)
    (look,) = page.context["looks"]
    assert [one.code for one in look.outlook.gone] == ["1"]
    assert [one.code for one in look.added] == ["3"]
    assert [effect.code for effect, _title, _fields in look.changed] == ["2"]
    kept.title = {"zh": "同事写的"}
    kept.save()
    assert world.take_in(page).status_code == 422  # it was looked at as it is no more
    assert plan.tasks.count() == 2
    assert world.take_in(world.bring(changed, "list.json", to=plan.slug)).status_code == 302
    plan.refresh_from_db()
    assert json.loads(export_list(plan, "json")) == document
    assert plan.tasks.get(code="2").pk == kept.pk
    assert [one.title["zh"] for one in plan.sections.order_by("position")] == ["二", "一"]


def test_a_published_list_changes_in_its_ledger_with_one_reason(world: World) -> None:
    plan = world.plan()
    publish(plan.pk, by=world.office.officer)
    task = plan.tasks.get(code="1")
    task.milestones.filter(position=0).update(done_on=date(2027, 2, 26))
    archive = zipfile.ZipFile(io.BytesIO(export_list(plan, "csv")))
    table = archive.read("milestones.csv").decode("utf-8-sig")
    # One table alone, written by a spreadsheet that knows no UTF-8; a new step before the last.
    late = table.replace("2027-06-01", "2027-06-15") + "1,验收,,2027年6月20日\r\n"
    page = world.bring(late.encode("gb18030"), "milestones.csv", to=plan.slug)
    (look,) = page.context["looks"]
    ((effect, _title, fields),) = look.changed
    assert (effect.code, look.is_published, len(fields)) == ("1", True, 1)
    assert world.take_in(page).status_code == 422
    assert Entry.objects.filter(kind="task_changed").count() == 0
    assert world.take_in(page, reason_zh="设备晚到", legal_basis="第3号令").status_code == 302
    steps = task.milestones.order_by("position")
    assert [(one.position, one.due.day if one.due else 0, one.done_on) for one in steps] == [
        (0, 1, date(2027, 2, 26)), (1, 15, None), (2, 20, None),
    ]  # fmt: skip
    entry = json.loads(Entry.objects.get(kind="task_changed").body)
    assert (entry["reason"], entry["basis"]) == ({"zh": "设备晚到"}, "第3号令")
    assert entry["data"]["milestones"]["new"][2] == {"title": {"zh": "验收"}, "due": "2027-06-20"}
    # A step that is reached keeps its day; a task that is new gets an entry; none leaves.
    wrong = world.bring(late.replace("2027-04-01", "2027-08-01").encode(), "milestones.csv",
                        to=plan.slug)  # fmt: skip
    assert [one.row for one in wrong.context["looks"][0].bad] == [2]
    tasks = archive.read("tasks.csv").decode("utf-8-sig").splitlines()
    text = "\r\n".join([tasks[0], tasks[1].replace("1,", "9,", 1)])
    page = world.bring(text.encode(), "我的表.csv", to=plan.slug)
    assert page.context["looks"][0].bad  # parts of a task that is not in the table
    document = json.loads(export_list(plan, "json"))
    document["tasks"] = [{**document["tasks"][1], "code": "9", "due": "2027-12-31"}]
    page = world.bring(json.dumps(document).encode(), "list.json")
    assert len(page.context["looks"][0].outlook.gone) == 2
    assert world.take_in(page, reason_zh="增补").status_code == 302
    assert plan.tasks.count() == 3
    new = Task.objects.get(plan=plan, code="9")
    assert (new.first_due, new.due) == (date(2027, 12, 31), date(2027, 12, 31))
    assert Entry.objects.get(task=new).kind == "task_published"


def test_five_hundred_broken_rows_are_told_and_nothing_is_taken_in(world: World) -> None:
    head: list[object] = ["code", "title:zh", "lead:zh", "due", "section:zh"]
    rows: list[list[object]] = [[str(n), "题", "局", "soon", "一"] for n in range(500)]
    content = workbook(
        list=[["slug", "level", "region", "office", "title:zh"],
              ["new", "city", "990000", world.agency.code, "清单"]],
        tasks=[head, *rows],
    )  # fmt: skip
    book = load_workbook(io.BytesIO(content))
    book["tasks"].merge_cells("E2:E9")  # the rows below the first would lose their section
    written = io.BytesIO()
    book.save(written)
    page = world.bring(written.getvalue(), "list.xlsx")
    (look,) = page.context["looks"]
    assert (len(look.bad), look.more) == (50, 451)
    assert ("tasks", 2, "section:zh") in {(one.table, one.row, one.column) for one in look.bad}
    assert not page.content.decode().count('name="stamp"')
    table = reverse("workbench:list_file_problems", args=[page.context["kept"].pk])
    lines = list(csv.reader(io.StringIO(world.client.get(table).content.decode("utf-8-sig"))))
    assert len(lines) == 502
    assert world.take_in(page).status_code == 422
    assert not Plan.objects.exists()


def test_files_of_others_and_what_is_no_list_are_refused(world: World) -> None:
    plan = world.plan()
    content = export_list(plan, "json")
    page = world.bring(content, "list.json")
    elsewhere = make_agency(make_region("990200"))
    stranger = make_officer("programme", elsewhere)
    address = reverse("workbench:look_at_list_file", args=[page.context["kept"].pk])
    assert world.go(stranger).post(address, {"stamp": "new"}).status_code == 302
    world.client = world.go(stranger)
    assert world.client.post(f"{BRING}?list={plan.slug}").status_code == 404  # a draft of others
    publish(plan.pk, by=world.office.officer)
    assert world.client.post(f"{BRING}?list={plan.slug}").status_code == 403
    # A city's officer with the province's file: refused at the row, nothing made.
    for slug in ("", "mine"):
        taken = world.bring(content, "list.json", slug=slug)
        assert [one.row for one in taken.context["looks"][0].bad] == [1]
        assert world.take_in(taken).status_code == 422
    assert Plan.objects.count() == 1
    for bad, name in (
        (b"", "a.xlsx"),
        (b"x", "a.doc"),
        (b"PK\x03\x04 no", "a.xlsx"),
        (b"a,b\r\n1,2", "a.csv"),
        (b"{}", "a.json"),
        (b"\xff\xfe\x80", "a.csv"),
    ):
        refused = world.bring(bad, name)
        assert refused.status_code == 422, name
        assert refused.context["form"].errors["file"], name
    assert world.client.post(BRING).context["form"].errors["file"]
    # Tasks of documents that name none: told once their office is known.
    asked = world.bring(b"[{}]", "a.json")
    here = asked.redirect_chain[-1][0]
    assert world.client.get(f"{here}problems.csv").status_code == 404
    named = world.client.post(here, {"office": elsewhere.code}, follow=True)
    assert named.redirect_chain[-1][0] == BRING


def test_a_workbook_never_cuts_a_text_off(world: World) -> None:
    plan = world.plan()
    task = plan.tasks.get(code="1")
    task.text = {"zh": "行\r" * 9000}  # each return is written as seven characters
    task.save()
    with pytest.raises(Refused, match="long_cell"):
        export_list(plan, "xlsx")
    assert world.client.get(
        reverse("workbench:export_list", args=[plan.slug, "xlsx"])
    ).status_code == 302  # fmt: skip
    found = world.bring(export_list(plan, "csv"), "list.zip").context["looks"][0]
    assert found.outlook.is_nothing


def test_the_empty_workbook_is_read_back_as_empty(world: World) -> None:
    for language in ("", "/en"):
        content = world.client.get(f"{language}/work/lists/template.xlsx").content
        book = load_workbook(io.BytesIO(content))
        assert set(book.sheetnames[-2:]) <= HELP
        # Numbers of tasks and codes of agencies stay texts, whatever a spreadsheet makes of them.
        assert book["tasks"].column_dimensions["A"].number_format == "@"
        (levels,) = book["list"].data_validations.dataValidation
        assert levels.sqref == MultiCellRange("B2:B1000")
        codes = {row[0].value for row in book.worksheets[-1].iter_rows()}
        assert world.agency.code in codes
        look = world.bring(content, "list.xlsx").context["looks"][0]
        assert {(one.table, one.row) for one in look.bad} == {("list", 0), ("tasks", 0)}
        # Filled in, it is a list.
        book["list"].append(["filled", "city", "990100", world.agency.code, "清单"])
        book["tasks"].append(["1", "一", None, "接通", None, None, None, None, None, None, None,
                              "市局"])  # fmt: skip
        written = io.BytesIO()
        book.save(written)
        assert not world.bring(written.getvalue(), "list.xlsx").context["has_problems"]


@pytest.mark.shared_data
def test_the_tasks_of_real_documents_come_in_through_the_page(world: World) -> None:
    path = SHARED_DATA / "policy_tasks_2017" / "tasks.json"
    if not path.is_file():
        pytest.skip("the real tasks are not here")
    asked = world.bring(path.read_bytes(), "tasks.json")
    here = asked.redirect_chain[-1][0]
    assert world.client.post(here, {"office": "x"}).context["form"].errors["office"]
    page = world.client.post(here, {"office": world.agency.code}, follow=True)
    assert not page.context["has_problems"]
    assert sum(len(one.added) for one in page.context["looks"]) == 24
    assert world.take_in(page).status_code == 302
    assert Task.objects.count() == 24
    assert Incoming.objects.count() == 0


def _step(name: str) -> MilestoneEntry:
    return MilestoneEntry({"zh": name})


def test_what_is_reported_of_a_part_stays_with_it() -> None:
    now = {0: _step("甲"), 1: _step("乙"), 4: _step("丙")}
    wanted = [_step(one) for one in ("丙", "新", "甲", "又")]
    assert {place: one.title["zh"] for place, one in aligned(now, wanted).items()} == {
        4: "丙", 1: "新", 0: "甲", 5: "又",
    }  # fmt: skip
