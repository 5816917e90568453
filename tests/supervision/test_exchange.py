"""Lists out of and into files: exactly back, or every bad cell named and nothing taken in."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from tests.conftest import SHARED_DATA
from tests.factories import make_agency, make_calendar, make_officer, make_region
from tongban.identity.api import Officer
from tongban.kernel.errors import Refused
from tongban.supervision import exchange_files as files
from tongban.supervision.api import (
    IndicatorEntry,
    MilestoneEntry,
    Plan,
    PlanEntry,
    TaskEntry,
    UnitEntry,
    export_list,
    import_list,
    make_plan,
)
from tongban.supervision.exchange import REASONS
from tongban.supervision.exchange_tables import FORMAT, PARTS, TABLES, Line, Problem, check

KINDS = ("xlsx", "csv", "json")
ODD = {
    "zh": "=1+1\n第二行  ",
    "en": '\'+49 "quoted", _x000D_; a tab\tand \r\n a return',
    "fr": "@ l’été 😀",
}


@dataclass
class World:
    plan: Plan
    office: Officer
    code: str


@pytest.fixture
def world() -> World:
    make_calendar()
    province = make_region("990000")
    agency = make_agency(province)
    office = make_officer("programme", agency, region=province).officer
    entry = PlanEntry(
        "a-list", "province", "990000", agency.pk, ODD, source_url="https://example.org/list",
        reply_days=7,
    )  # fmt: skip
    first = TaskEntry(
        "一-1", ODD, UnitEntry({"zh": "省厅"}, agency.pk), section={"zh": "一"}, text=ODD,
        start=date(2027, 1, 1), due=date(2027, 6, 30),
        co_units=[UnitEntry({"zh": "各市"}), UnitEntry({"zh": "本局"}, agency.pk)],
        milestones=[MilestoneEntry({"zh": "招标"}, date(2027, 2, 1)), MilestoneEntry({"zh": "="})],
        indicators=[IndicatorEntry({"zh": "比例"}, {"zh": "%"}, Decimal("0.5"), Decimal(100))],
        evidence={"measure": "online_items", "region": "990000", "target": 35},
    )  # fmt: skip
    second = TaskEntry("2", {"zh": "又一项"}, UnitEntry({"zh": "某局"}))
    plan = make_plan(entry, [first, second], by=office)
    return World(plan, office, agency.code)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_exported_comes_back_exactly(world: World, kind: str) -> None:
    json_before, content = export_list(world.plan, "json"), export_list(world.plan, kind)
    with pytest.raises(Refused, match=r"plan.slug_taken"):
        import_list(content, f"list.{kind}", by=world.office)
    world.plan.tasks.all().delete()
    world.plan.delete()
    tried = import_list(content, f"list.{kind}", by=world.office, dry_run=True)
    assert (tried.plan, tried.tasks, tried.problems) == (None, 2, ())
    assert not Plan.objects.exists()
    made = import_list(content, f"list.{kind}", by=world.office).plan
    assert made is not None
    assert made.state == Plan.State.DRAFT
    assert export_list(made, "json") == json_before
    if kind != "xlsx":  # a workbook holds the moment it was written
        assert export_list(made, kind) == content
    other = import_list(content, f"list.{kind}", by=world.office, slug="b-list").plan
    assert other is not None
    assert export_list(other, "json") == json_before.replace(b'"a-list"', b'"b-list"')


@pytest.mark.django_db
def test_a_workbook_holds_text_only(world: World) -> None:
    book = load_workbook(io.BytesIO(export_list(world.plan, "xlsx")))
    assert book.sheetnames == list(TABLES)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("=+-@'\t\r\n_x0D\""),
    min_size=1,
    max_size=12,
).filter(str.strip)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4), st.sampled_from(KINDS))
@settings(max_examples=40, deadline=None)
def test_every_text_survives_every_file(texts: list[tuple[str, str]], kind: str) -> None:
    head = Line(2, {"slug": "s", "level": "city", "region": "1", "office": "o", "title:zh": "t"})
    tasks = [
        Line(row, {"code": str(row), "title:zh": one, "text:fr": other, "lead:en": other})
        for row, (one, other) in enumerate(texts, start=2)
    ]
    tables = {"list": [head], "tasks": tasks, **{part: [] for part in PARTS}}
    back = files.read(files.write(tables, kind), f"list.{kind}")
    assert [line.cells for line in back["tasks"]] == [dict(line.cells) for line in tasks]
    assert check(back).problems == []


def workbook(**tables: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.django_db
def test_every_bad_cell_of_five_hundred_rows_is_named_and_nothing_is_taken_in(
    world: World,
) -> None:
    head: list[object] = ["slug", "level", "region", "office", "title:zh", "surprise"]
    head_of_tasks: list[object] = ["code", "title:zh", "lead:zh", "start", "due", "lead_agency"]
    tasks = [head_of_tasks]
    tasks += [[f"{row}", "题", "局", date(2027, 3, 1), "2027年2月1日"] for row in range(2, 252)]
    tasks += [["7", "", "=A1&B1", "next year", "", "no-such"] for _row in range(250)]
    content = workbook(
        list=[head, ["New List", "moon", "123", world.code, "清单", "!"]],
        tasks=tasks,
        milestones=[["task", "title:zh", "due"], ["999", "无此任务", 7]],
        notes=[["anything"], ["here"]],
        co_units=[],
    )
    found = import_list(content, "list.xlsx", by=world.office)
    assert found.plan is None
    assert Plan.objects.count() == 1
    told = set(found.problems)
    assert {
        Problem("list", 2, "slug", "no_slug", "New List"),
        Problem("list", 2, "level", "no_level", "moon"),
        Problem("list", 2, "surprise", "unknown_column"),
        Problem("tasks", 2, "due", "due_before_start", "2027-02-01"),
        Problem("tasks", 251, "due", "due_before_start", "2027-02-01"),
        Problem("tasks", 252, "lead:zh", "formula", "=A1&B1"),
        Problem("tasks", 252, "title", "missing"),
        Problem("tasks", 501, "start", "no_day", "next year"),
        Problem("tasks", 501, "code", "code_twice", "7"),
        Problem("milestones", 2, "due", "no_day", "7"),
        Problem("notes", 0, "", "unknown_table"),
    } <= told
    assert set(range(2, 502)) == {one.row for one in told if one.table == "tasks"}
    assert {one.code for one in told} <= set(REASONS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "file.empty"),
        (b"PK\x03\x04 broken", "a.xlsx", "file.broken"),
        (b"slug,title", "a.doc", "file.kind"),
        (b'{"format": "something else"}', "a.json", "file.no_list"),
        (b"[" * 100_000, "a.json", "file.no_list"),
        (json.dumps({"format": FORMAT, "list": [], "tasks": 3}).encode(), "a.json", "file.no_list"),
    ],
)
def test_what_is_no_list_is_refused(world: World, content: bytes, name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        import_list(content, name, by=world.office)
    assert refused.value.code == code


@pytest.mark.django_db
def test_agencies_and_regions_must_exist_and_empty_tables_are_told(world: World) -> None:
    line = {"slug": "new", "level": "city", "region": "123", "office": "x", "title:zh": "t"}
    content = files.write({"list": [Line(2, line)], "tasks": []}, "csv")
    found = import_list(content, "list.zip", by=world.office)
    assert [(one.table, one.column, one.code) for one in found.problems] == [
        ("list", "office", "no_agency"),
        ("list", "region", "no_region"),
        ("tasks", "", "no_tasks"),
    ]


@pytest.mark.django_db
def test_the_command_names_what_is_wrong_and_takes_in_what_is_not(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(export_list(world.plan, "json"))
    document = json.loads(good.read_text(encoding="utf-8"))
    document["tasks"][1]["due"] = "soon"
    bad.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(CommandError, match="1 cells are wrong"):
        call_command("import_list", str(bad), slug="copy")
    assert "tasks row 2, due: " in capsys.readouterr().out
    call_command("import_list", str(good), slug="copy", dry_run=True)
    assert not Plan.objects.filter(slug="copy").exists()
    call_command("import_list", str(good), slug="copy")
    assert Plan.objects.get(slug="copy").tasks.count() == 2


@pytest.mark.shared_data
@pytest.mark.django_db
def test_the_tasks_of_real_documents_become_a_list_for_each(world: World) -> None:
    path = SHARED_DATA / "policy_tasks_2017" / "tasks.json"
    if not path.is_file():
        pytest.skip("the real tasks are not here")
    call_command("import_list", str(path), region="990000", office=world.code)
    plans = Plan.objects.exclude(pk=world.plan.pk)
    tasks = [task for plan in plans for task in plan.tasks.all()]
    assert len(tasks) == 24
    assert sum(task.due is None for task in tasks) == 3
    assert plans.count() == len({task["doc"] for task in json.loads(path.read_text("utf-8"))})
    assert not any("牵头" in str(task.lead_name) for task in tasks)
    audit = next(task for task in tasks if task.lead_name == {"zh": "审计署"})
    assert [unit.name for unit in audit.co_units.all()] == [{"zh": "国务院各有关部门"}]
