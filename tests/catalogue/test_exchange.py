"""Guides as files and back: exactly; and files in every bad state."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from openpyxl import Workbook, load_workbook
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.case_factories import make_guide, make_offering
from tests.catalogue.guides_at_random import guides
from tests.catalogue.test_editing import Desk, desk
from tests.factories import OfficerRows, make_agency
from tongban.catalogue.exchange.books import Book, open_book
from tongban.catalogue.exchange.exporting import Form, begin_export, exported_file
from tongban.catalogue.exchange.importing import (
    _incoming,
    begin_import,
    confirm_import,
)
from tongban.catalogue.exchange.problems import Problems
from tongban.catalogue.exchange.tables import content_of, laid_over, rows_of
from tongban.catalogue.exchange.writing import (
    Exported,
    exported,
    write_csv,
    write_json,
    write_xlsx,
)
from tongban.catalogue.guide import Guide
from tongban.catalogue.item_forms import take_form
from tongban.catalogue.models import DirectoryWork, EditorAct, GuideVersion, Item, Offering
from tongban.catalogue.publishing import guide_of
from tongban.catalogue.working import do_work, forget_files
from tongban.catalogue.worklist import GuideFilter
from tongban.directory.models import Agency
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.jobs import tell
from tongban.notices.models import Notice

__all__ = ["desk"]


# --- exactly there and back ---------------------------------------------------------------------
def as_exported(some: list[Guide]) -> list[Exported]:
    """Guides of offerings that are in no database."""
    agency = Agency(name={"zh": "公安局"})
    found = []
    for at, guide in enumerate(some):
        offering = Offering(
            source="t", code=f"0{at}", name={"zh": "甲"}, agency=agency, region_id="99"
        )
        version = GuideVersion(
            offering=offering, number=1, state="published", content=guide.model_dump(mode="json")
        )
        found.append(Exported({"catalogue": "t", "code": f"0{at}", "version": "1"}, version))
    return found


def read_back(book: Book, problems: Problems) -> list[dict[str, Any]]:
    incoming, bad = _incoming(book, problems)
    assert not bad
    assert not problems.errors, problems.kept
    empty = rows_of(Guide(summary={}))
    return [
        content_of(
            laid_over(empty, {t: [x.cells for x in r] for t, r in one.rows.items()}, book.columns)
        )
        if not one.json
        else json.loads(one.json)["guide"]
        for one in incoming
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(guides)
def test_rows_say_what_the_guide_says(guide: Guide) -> None:
    assert Guide.model_validate(content_of(rows_of(guide))) == guide


@pytest.mark.parametrize("kind", ["xlsx", "csv", "jsonl"])
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(some=guides.flatmap(lambda one: guides.map(lambda other: [one, other])))
def test_a_file_says_what_the_guides_say(
    kind: str, some: list[Guide], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("x") / f"guides.{kind}"
    if kind == "jsonl":
        path.write_bytes(b"".join(write_json(as_exported(some))))
    else:
        write = {"xlsx": write_xlsx, "csv": write_csv}[kind]
        write(lambda: as_exported(some), path)
    problems = Problems()
    book = open_book(path.read_bytes(), path.name, problems)
    assert [Guide.model_validate(one) for one in read_back(book, problems)] == some


def test_a_text_longer_than_a_cell(tmp_path: Path) -> None:
    guide = Guide(summary={"zh": "长" * 70_000 + "\r_x000D_"})
    write_xlsx(lambda: as_exported([guide]), tmp_path / "long.xlsx")
    problems = Problems()
    book = open_book((tmp_path / "long.xlsx").read_bytes(), "long.xlsx", problems)
    assert Guide.model_validate(read_back(book, problems)[0]) == guide


# --- bad files ------------------------------------------------------------------------------------
def workbook(fill: Any) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "guides"
    fill(sheet, book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


BOMB = zipped(guides_dot_csv=b"\0" * 50_000_000)
MACROS = zipped(xl__vbaProject_dot_bin=b"x")


def with_entities(start: str, encoding: str) -> bytes:
    """A workbook one of whose parts declares entities."""
    laughs = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 9}">' for n in range(9))
    text = f'{start}<!DOCTYPE sst [<!ENTITY a0 "ha">{laughs}]><sst><si><t>&a9;</t></si></sst>'
    out = io.BytesIO(workbook(lambda sheet, book: sheet.append(["code", "summary.zh"])))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/more.rels", text.encode(encoding))
    return out.getvalue()


WHOLE = zipped(guides_dot_csv="\n".join(f"{n * n}" for n in range(3000)).encode())


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (WHOLE[: len(WHOLE) // 2], "a.zip", "file.broken"),
        (WHOLE[:900] + bytes([WHOLE[900] ^ 1]) + WHOLE[901:], "a.zip", "file.broken"),
        (b"", "a.xlsx", "file.empty"),
        (b"  \n", "a.csv", "file.empty"),
        (b"\xd0\xcf\x11\xe0abc", "a.xls", "file.old"),
        (b"PK\x03\x04 not a zip", "a.xlsx", "file.broken"),
        (b"%PDF-1.7", "a.pdf", "file.kind"),
        (BOMB, "a.zip", "file.bomb"),
        (MACROS, "a.xlsm", "file.macros"),
        (with_entities("", "utf-8"), "a.xlsx", "file.broken"),
        (with_entities(f"<!-- {'x' * 5000} -->", "utf-8"), "a.xlsx", "file.broken"),
        (with_entities("", "utf-16"), "a.xlsx", "file.broken"),
        (b"[" * 100_000, "a.json", "file.json"),
        (zipped(readme_dot_txt=b"x"), "a.zip", "file.no_tables"),
        (b"\xff\xfe\x00", "a.csv", "file.encoding"),
        (b"\x81\x30\xff", "a.csv", "file.encoding"),
        (b'code,summary.zh\n1,"never closed\n' + b"x" * 2_000_000, "a.csv", "file.csv"),
        (b"[1, 2", "a.json", "file.json"),
        (workbook(lambda sheet, book: setattr(sheet, "title", "Tab")), "a.xlsx", "file.no_tables"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_guides_is_refused_with_advice(
    content: bytes, name: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        open_book(content, name, Problems())


def test_odd_cells_are_named() -> None:
    def fill(sheet: Any, book: Workbook) -> None:
        sheet.append(["code", "summary.zh", "visits", "consult_phone", "colour", None])
        sheet.append(["1", "好", "=1+1", 5550100, "red"])
        sheet.append([31990100123456789012, "x", 2.0, "#REF!"])
        sheet.merge_cells("B4:B5")
        book.create_sheet("materials")
        book.create_sheet("Notizen")

    problems = Problems()
    book = open_book(workbook(fill), "a.xlsx", problems)
    said = {(one.table, one.row, one.column, one.is_error) for one in problems.kept}
    assert said == {
        ("guides", 2, "visits", True),  # a formula without a value
        ("guides", 3, "code", True),  # a number
        ("guides", 3, "consult_phone", True),  # an error
        *(("guides", row, "", True) for row in (4, 5)),  # merged cells
        ("materials", 0, "", False),  # empty
        ("Notizen", 0, "", False),
    }
    assert book.tables["guides"][0].cells["consult_phone"] == "5550100"
    assert book.tables["guides"][1].cells["visits"] == "2"


def test_a_table_in_gbk_is_read_and_said() -> None:
    problems = Problems()
    content = "code,summary.zh\n1,户口登记\n".encode("gbk")
    book = open_book(content, "guides.csv", problems)
    assert book.tables["guides"][0].cells["summary.zh"] == "户口登记"
    assert "GB18030" in problems.kept[0].words


# --- taken in -------------------------------------------------------------------------------------
def brought(content: bytes, name: str, who: OfficerRows) -> DirectoryWork:
    work = begin_import(SimpleUploadedFile(name, content), by=who.officer)
    do_work(work_id=work.pk)
    return DirectoryWork.objects.get(pk=work.pk)


def taken(work: DirectoryWork, who: OfficerRows, *, leave_out_bad: bool = False) -> DirectoryWork:
    confirm_import(
        work.pk, leave_out_bad=leave_out_bad, reason={"zh": "校对"}, then="draft", by=who.officer
    )
    do_work(work_id=work.pk)
    return DirectoryWork.objects.get(pk=work.pk)


def workbook_of(offerings: list[Offering], path: Path) -> bytes:
    write_xlsx(lambda: exported([one.pk for one in offerings]), path)
    return path.read_bytes()


@pytest.mark.django_db
def test_export_and_import_change_nothing(desk: Desk, tmp_path: Path) -> None:
    work = brought(workbook_of([desk.offering], tmp_path / "a.xlsx"), "a.xlsx", desk.wang)
    assert work.state == "failed"  # nothing in it to take in
    assert (work.outcome["unchanged"], work.outcome["errors"]) == (1, 0)
    assert GuideVersion.objects.filter(offering=desk.offering).count() == 1


@pytest.mark.django_db
def test_a_workbook_is_taken_in_all_or_nothing(desk: Desk, tmp_path: Path) -> None:
    agency = desk.offering.agency
    others = [make_offering(agency) for _ in range(3)]
    away = make_offering(make_agency())
    path = tmp_path / "a.xlsx"
    workbook_of([desk.offering, *others, away], path)
    book = load_workbook(path)
    sheet, papers = book["guides"], book["materials"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, heads["notes.zh"], "新的说明")
    sheet.cell(3, heads["silence"], "perhaps")  # no such value
    sheet.cell(4, heads["code"], others[2].code)  # twice
    sheet.cell(6, heads["notes.zh"], "别人的")  # not this editor's
    columns = {cell.value: cell.column for cell in papers[1]}
    papers.cell(2, columns["necessity"], "conditional")
    papers.cell(2, columns["condition.zh"], "代办的")
    book.save(path)
    work = brought(path.read_bytes(), "a.xlsx", desk.wang)
    assert work.state == "ready"
    problems = work.outcome["problems"]
    said = {(table, row, column) for table, row, column, _words, bad, _code in problems if bad}
    assert ("guides", 3, "silence") in said
    assert ("guides", 5, "") in said
    assert ("guides", 6, "code") in said
    with pytest.raises(Refused, match=r"import\.bad_rows"):
        taken(work, desk.wang)
    with pytest.raises(Refused, match=r"import\.not_ready"):
        taken(work, desk.li, leave_out_bad=True)  # somebody else's file
    assert GuideVersion.objects.filter(state="draft").count() == 0
    assert (work.outcome["changed"], work.outcome["bad_guides"]) == (1, 3)
    sheet.cell(4, heads["code"], others[1].code)
    book.save(path)
    done = taken(brought(path.read_bytes(), "a.xlsx", desk.wang), desk.wang, leave_out_bad=True)
    assert (done.state, done.outcome["changed"], done.outcome["bad_guides"]) == ("done", 1, 2)
    draft = GuideVersion.objects.get(state="draft")
    guide = guide_of(draft)
    assert draft.offering_id == desk.offering.pk
    assert guide.notes == {"zh": "新的说明"}
    assert guide.materials[0].condition == {"zh": "代办的"}
    assert guide.materials[0].notes == make_guide().materials[0].notes
    # What was exported is now out of date.
    again = brought(path.read_bytes(), "a.xlsx", desk.wang)
    assert again.outcome["unchanged"] >= 1
    sheet.cell(2, heads["notes.zh"], "再改一次")
    book.save(path)
    late = brought(path.read_bytes(), "a.xlsx", desk.wang)
    assert any(
        (table, row, column) == ("guides", 2, "version")
        for table, row, column, *_rest in late.outcome["problems"]
    )


@pytest.mark.django_db
def test_two_hundred_bad_rows_among_many(desk: Desk) -> None:
    """Each is named with its row and column; the good one is there all the same."""
    lines = ["code,visits,summary.zh"]
    lines += [f"{desk.offering.code},2,好"]
    lines += [f"missing{at},{'two' if at % 5 else 1},好" for at in range(200)]
    work = brought("\n".join(lines).encode(), "guides.csv", desk.wang)
    assert (work.state, work.outcome["guides"], work.outcome["bad_guides"]) == ("ready", 201, 200)
    assert {row for _t, row, *_rest in work.outcome["problems"]} == set(range(3, 203))
    done = taken(work, desk.wang, leave_out_bad=True)
    version = GuideVersion.objects.get(offering=desk.offering, state="draft")
    # Columns that the file does not have stay as they were.
    assert guide_of(version).materials == guide_of(desk.offering.current).materials
    assert (guide_of(version).visits, done.outcome["changed"]) == (2, 1)


# --- many guides, written by the worker -------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("form", ["xlsx", "csv", "jsonl"])
def test_a_file_prepared_by_the_worker(form: Form, desk: Desk) -> None:
    """It says what a file written at once says, is its editor's alone, and goes after a week."""
    editor = desk.wang.officer
    work = begin_export(editor, GuideFilter(), form)
    assert exported_file(editor, work.pk) is None  # not yet written
    do_work(work_id=work.pk)
    work.refresh_from_db()
    assert (work.state, work.done, work.total) == ("done", 1, 1)
    found = exported_file(editor, work.pk)
    assert found is not None
    with default_storage.open(found.path, "rb") as file:
        content = file.read()
    assert len(content) == found.size
    problems = Problems()
    book = open_book(content, found.name, problems)
    assert [Guide.model_validate(one) for one in read_back(book, problems)] == [
        guide_of(desk.offering.current)
    ]
    for job in ProcrastinateJob.objects.filter(task_name__endswith="kernel.jobs.tell"):
        tell(**job.args)
    notice = Notice.objects.get(account_id=editor.account_id)
    assert (notice.kind, notice.subject_key) == ("export.ready", str(work.pk))
    assert exported_file(desk.li.officer, work.pk) is None

    do_work(work_id=work.pk)  # a second run finds it done
    assert exported_file(editor, work.pk) == found
    with clock.freeze(clock.now() + timedelta(days=8)):
        assert forget_files() == 1
        assert forget_files() == 0
    assert exported_file(editor, work.pk) is None
    assert not default_storage.exists(found.path)
    with pytest.raises(Refused, match=r"export\.nothing"):
        begin_export(editor, GuideFilter(words="没有这样的事项"), form)


def test_a_language_that_few_guides_have(tmp_path: Path) -> None:
    """Files are written in one go; a column that turns up late makes them be written again."""
    some = [Guide(summary={"zh": "甲"}), Guide(summary={"fr": "Déclaration"})]
    asked = 0

    def as_often_as_called() -> list[Exported]:
        nonlocal asked
        asked += 1
        return as_exported(some)

    write_csv(as_often_as_called, tmp_path / "some.csv")
    problems = Problems()
    book = open_book((tmp_path / "some.csv").read_bytes(), "some.csv", problems)
    assert [Guide.model_validate(one) for one in read_back(book, problems)] == some
    assert asked == 3  # tried, counted, written
    some.pop()
    write_csv(as_often_as_called, tmp_path / "usual.csv")
    assert asked == 4


# --- new guides -----------------------------------------------------------------------------------
def item_of_directory(code: str = "000123456000") -> Item:
    return Item.objects.create(
        source="tongban",
        code=code,
        name={"zh": "养老补贴", "en": "Old-age allowance"},
        themes=["old-age"],
        audiences=["person"],
        standard={"statutory": 20, "materials": [{"key": "card", "name": {"zh": "身份证"}}]},
    )


@pytest.mark.django_db
def test_a_file_brings_new_guides_of_the_editors_own_agency(desk: Desk, tmp_path: Path) -> None:
    item, agency, other = item_of_directory(), desk.offering.agency, make_agency()
    Item.objects.create(source="tongban", code="000999999000", name={"zh": "旧"},
                        ends_on="2020-01-01")  # fmt: skip
    own = f"{agency.code}3{item.code}"
    lines = [
        "code,name.zh,name.en,region,summary.zh,summary.en,notes.zh",
        f"{own},养老补贴,Old-age allowance,{agency.region_id},每月发放。,Paid monthly.,=说明",
        f"{own}01,高龄补贴,,,八十岁以上。,,",  # a case of it
        f"{other.code}3{item.code},,,,别的部门。,,",
        f"{agency.code}3000999999000,,,,已停止的事项。,,",
        f"11990100999999999X3{item.code},,,,没有的部门。,,",
        f"{agency.code}3{item.code}02,,,990200,别的地方。,,",
        f"{agency.code}3{item.code}03,,,,,,",
    ]
    content = "\n".join(lines).encode()
    work = brought(content, "guides.csv", desk.wang)
    assert work.state == "ready"
    told = {row: words for _t, row, _c, words, bad, _code in work.outcome["problems"] if bad}
    assert set(told) == {4, 5, 6, 7, 8}
    assert other.code in told[4]
    assert (work.outcome["new"], work.outcome["bad_guides"]) == (2, 5)
    assert not Offering.objects.filter(item=item).exists()  # only looked at
    with pytest.raises(Refused, match=r"import\.bad_rows"):
        taken(work, desk.wang)
    done = taken(work, desk.wang, leave_out_bad=True)
    assert (done.state, done.outcome["new"]) == ("done", 2)
    first, second = Offering.objects.filter(item=item).order_by("code")
    assert (first.code, first.agency_id, first.region_id) == (own, agency.pk, agency.region_id)
    assert (first.current_id, first.online, first.level) == (None, False, "3")
    assert first.slug == f"old-age-allowance-{agency.region_id}"
    assert second.slug == second.code.lower()
    version = first.versions.get()
    guide = guide_of(version)
    assert (version.state, version.created_by_id) == ("draft", desk.wang.account.pk)
    assert guide.notes == {"zh": "=说明"}
    # What the basic directory prescribes is there already.
    assert (guide.limits.statutory, guide.materials[0].key) == (20, "card")
    # Taken out and brought again, it says the same; taken elsewhere, it is exactly the same guide.
    path = tmp_path / "new.xlsx"
    again = brought(workbook_of([first, second], path), "new.xlsx", desk.wang)
    assert (again.state, again.outcome["unchanged"], again.outcome["errors"]) == ("failed", 2, 0)
    content = path.read_bytes()
    EditorAct.objects.all().delete()
    GuideVersion.objects.filter(offering__item=item).delete()
    Offering.objects.filter(item=item).delete()
    back = taken(brought(content, "new.xlsx", desk.li), desk.li)  # who edits for all agencies
    assert back.outcome["new"] == 2
    assert guide_of(GuideVersion.objects.get(offering__code=own)) == guide
    assert path.read_bytes() == content


@pytest.mark.django_db
def test_new_guides_are_brought_by_whose_they_are(desk: Desk) -> None:
    item = item_of_directory()
    code = f"{desk.offering.agency.code}3{item.code}"
    content = f"code,summary.zh\n{code},补贴\n{desk.offering.code},改\n".encode()
    work = brought(content, "guides.csv", desk.stranger)
    assert (work.state, work.outcome["bad_guides"]) == ("failed", 2)
    assert [row for _t, row, *_rest in work.outcome["problems"]] == [2, 3]
    assert not Offering.objects.filter(item=item).exists()


@pytest.mark.django_db
def test_a_new_guide_takes_the_form_of_its_item(desk: Desk) -> None:
    """Or it is said that there is none; a draft can take it once there is one."""
    item, agency = item_of_directory(), desk.offering.agency
    alone = f"{agency.code}3{item.code}"
    work = brought(f"code,summary.zh\n{alone},每月发放。".encode(), "guides.csv", desk.wang)
    assert work.outcome["new_without_form"] == 1
    taken(work, desk.wang)
    version = GuideVersion.objects.get(offering__code=alone)
    assert version.form_id is None
    with pytest.raises(Refused, match=r"form\.none"):
        take_form(version.pk, by=desk.wang.officer)

    other = make_offering(agency)
    assert other.current is not None
    form = other.current.form_id
    assert form is not None
    Offering.objects.filter(pk=other.pk).update(item=item)
    later = f"{alone}01"
    work = brought(f"code,summary.zh\n{later},每月发放。".encode(), "guides.csv", desk.wang)
    assert [one["has_form"] for one in work.outcome["news"]] == [True]
    taken(work, desk.wang)
    assert GuideVersion.objects.get(offering__code=later).form_id == form
    done = take_form(version.pk, by=desk.wang.officer)
    assert (done.form_id, done.revision) == (form, version.revision + 1)
    assert take_form(version.pk, by=desk.wang.officer).revision == done.revision


def test_every_row_of_a_merge_is_named(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "guides"
    for row in (["code", "notes.zh"], *([f"0{at}", "说明"] for at in range(6))):
        sheet.append(row)
    sheet.merge_cells("B3:B5")
    book.save(tmp_path / "a.xlsx")
    problems = Problems()
    opened = open_book((tmp_path / "a.xlsx").read_bytes(), "a.xlsx", problems)
    incoming, bad = _incoming(opened, problems)
    assert [one.row for one in problems.kept] == [3, 4, 5]
    assert (len(incoming), bad) == (6, {"01", "02", "03"})


def test_json_lines_may_come_packed() -> None:
    """Ten thousand guides as JSON lines are larger than a file may be; packed they are not."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "guides.jsonl", '{"code": "1", "guide": {"summary": {"zh": "好"}}}\n{"a": 1}'
        )
    problems = Problems()
    incoming, _bad = _incoming(open_book(packed.getvalue(), "guides.zip", problems), problems)
    assert [one.code for one in incoming] == ["1"]
    assert [one.row for one in problems.kept] == [2]
