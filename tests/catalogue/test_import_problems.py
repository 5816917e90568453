"""What is wrong with a file is said with its row, its field and a reason; nothing bad gets in."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.catalogue.sources import as_csv, gd_row, sc_row, write_csv
from tongban.catalogue.api import Item, Offering
from tongban.catalogue.importing.importer import SOURCES, Options, Outcome, import_items
from tongban.catalogue.importing.problems import Problems, Severity
from tongban.catalogue.importing.reading import BadFile

pytestmark = pytest.mark.django_db


def run(path: Path, source: str = "gd", **options: object) -> tuple[Outcome, Problems]:
    problems = Problems()
    return import_items(path, SOURCES[source], problems, Options(**options)), problems  # type: ignore[arg-type]


def found(problems: Problems) -> list[tuple[str, str, str]]:
    return [(kind.severity.value, kind.column, kind.reason) for kind in problems.kinds.values()]


@pytest.mark.parametrize(
    ("changes", "column", "says"),
    [
        ({"task_name": ""}, "task_name", "is empty"),
        ({"legal_days": "ten"}, "legal_days", "is not a number"),
        ({"legal_days": "-3"}, "legal_days", "is negative"),
        ({"promise_days": "99999"}, "promise_days", "is more than 3650"),
        ({"promise_days": "9" * 40}, "promise_days", "is more than 3650"),
        ({"legal_days": "2.5"}, "legal_days", "is not a number"),
        ({"days_unit": "周"}, "days_unit", "is neither 工作日 nor 自然日"),
        ({"online": "maybe"}, "online", "is neither 1 nor 0"),
        ({"visits": "x"}, "visits", "is not a number"),
        ({"task_type": "77"}, "task_type", "is not a type of this source: '77'"),
        ({"impl_code31": "1" * 31}, "impl_code31", "does not agree with task_code"),
        ({"task_code": "1" * 30}, "task_code", "an item's code has 31 characters"),
        ({"parent_catalog_code": "44"}, "parent_catalog_code", "a basic code has 12 characters"),
        ({"dept_name": ""}, "", "does not say which body of which region offers the item"),
        ({"area_code": "44"}, "", "does not say which body of which region offers the item"),
        ({"location": "3\0号"}, "location", "holds a NUL character"),
        ({"location": "#REF!"}, "location", "holds a spreadsheet's error"),
        ({"accept_condition": "条" * 350_000}, "accept_condition", "is longer than 100,000"),
    ],
)
def test_errors(changes: dict[str, str], column: str, says: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "items.csv", [gd_row(1) | changes, gd_row(2)])
    outcome, problems = run(path)
    assert not outcome.done
    assert problems.bad_rows == 1
    kind = next(kind for kind in problems.kinds.values() if kind.severity is Severity.ERROR)
    assert (kind.column, kind.rows) == (column, [2])
    assert kind.reason.startswith(says)
    assert not Offering.objects.exists()


@pytest.mark.parametrize(
    ("changes", "column", "says"),
    [
        ({"promise_days": "30"}, "promise_days", "is longer than the statutory limit"),
        ({"days_unit": ""}, "days_unit", "taken as working days"),
        ({"themes": "占星"}, "themes", "names a topic unknown here"),
        ({"service_objects": "外星人"}, "service_objects", "names somebody unknown here"),
        ({"task_type_text": "行政许可"}, "task_type_text", "does not say what task_type says"),
        ({"org_code": "000000000"}, "org_code", "is not what stands in dept_uscc"),
    ],
)
def test_warnings(changes: dict[str, str], column: str, says: str, tmp_path: Path) -> None:
    outcome, problems = run(write_csv(tmp_path / "items.csv", [gd_row(1) | changes]))
    assert outcome.done
    [(severity, where, reason)] = found(problems)
    assert (severity, where) == ("warning", column)
    assert says in reason


def test_a_repeated_code_names_the_earlier_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "items.csv", [gd_row(1), gd_row(2), gd_row(1, visits="2")])
    outcome, problems = run(path)
    assert not outcome.done
    assert found(problems) == [("error", "", "the code stands in an earlier row already")]
    assert problems.bad_rows == 1
    run(path, allow_bad_rows=True)
    assert Offering.objects.count() == 2


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path: Path) -> None:
    rows = [gd_row(1, accept_condition="一，\n二，\n三。"), gd_row(2, legal_days="x")]
    report = StringIO()
    problems = Problems(report)
    import_items(write_csv(tmp_path / "items.csv", rows), SOURCES["gd"], problems)
    [entry] = csv.DictReader(StringIO(report.getvalue()))
    assert (entry["severity"], entry["row"], entry["line"]) == ("error", "3", "5")
    assert (entry["code"], entry["field"]) == (rows[1]["task_code"], "legal_days")
    assert entry["value"] == "x"


def test_gbk_is_read_and_said(tmp_path: Path) -> None:
    outcome, _ = run(write_csv(tmp_path / "items.csv", [gd_row(1)], "gbk"))
    assert outcome.encoding == "gb18030"
    assert Offering.objects.get().name == {"zh": gd_row(1)["task_name"]}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_at_the_beginning_do_not_disturb(encoding: str, tmp_path: Path) -> None:
    outcome, problems = run(write_csv(tmp_path / "items.csv", [gd_row(1)], encoding))
    assert outcome.done
    assert not problems.kinds


def test_neither_utf8_nor_gbk(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(as_csv([gd_row(1)]).encode() + b"\xff\xff\xff")
    with pytest.raises(BadFile, match="Save it as CSV UTF-8"):
        run(path)


def test_missing_and_unknown_columns(tmp_path: Path) -> None:
    row = gd_row(1)
    del row["visits"], row["online"]
    with pytest.raises(BadFile, match="lacks the columns online, visits"):
        run(write_csv(tmp_path / "items.csv", [row]))
    outcome, _ = run(write_csv(tmp_path / "items.csv", [gd_row(1, remark="新")]))
    assert outcome.unknown_columns == ["remark"]


def test_a_row_with_too_few_fields(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(as_csv([gd_row(1)]) + "a,b\r\n\r\n" + as_csv([gd_row(2)]).splitlines()[1])
    outcome, problems = run(path, allow_bad_rows=True)
    assert found(problems) == [("error", "", "has 2 fields; the header has 33")]
    assert outcome.counts.new == 2


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(as_csv([gd_row(1)]) + '"' + as_csv([gd_row(2)]).splitlines()[1])
    with pytest.raises(BadFile, match=r"row 3 .*quotation mark"):
        run(path)


@pytest.mark.parametrize("between", ["\t", ";"])
def test_columns_may_stand_apart_otherwise(between: str, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(as_csv([gd_row(1)]).replace(",", between), encoding="utf-16")
    assert run(path)[0].counts.new == 1


@pytest.mark.parametrize("beginning", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1", b"%PDF-1.7"])
def test_files_of_other_kinds_are_named(beginning: bytes, tmp_path: Path) -> None:
    """A workbook with merged cells, or half of one: only a spreadsheet can say what it means."""
    path = tmp_path / "items.csv"
    path.write_bytes(beginning + as_csv([gd_row(1)]).encode())
    with pytest.raises(BadFile, match='save the sheet as "CSV UTF-8"'):
        run(path)


def test_a_file_without_rows_withdraws_nothing(tmp_path: Path) -> None:
    run(write_csv(tmp_path / "items.csv", [gd_row(1)]))
    path = tmp_path / "none.csv"
    path.write_text(as_csv([]))
    with pytest.raises(BadFile, match="has a header and no rows"):
        run(path, withdraw_missing=True)
    assert Offering.objects.filter(withdrawn_at=None).count() == 1


def test_two_hundred_bad_rows_among_many(tmp_path: Path) -> None:
    """Each is reported, in the file's order, whoever checked it; and nothing gets in."""
    rows = [gd_row(number % 900, serial=f"{number // 900:02d}") for number in range(2000)]
    for row in rows[7::10]:
        row["legal_days"] = "unknown"
    path, report = write_csv(tmp_path / "items.csv", rows), StringIO()
    outcome = import_items(path, SOURCES["gd"], Problems(report), Options(processes=2))
    said = list(csv.DictReader(StringIO(report.getvalue())))
    assert not outcome.done
    assert [int(one["row"]) for one in said] == list(range(9, 2002, 10))
    assert {(one["field"], one["problem"]) for one in said} == {
        ("legal_days", "is not a number: 'unknown'")
    }
    assert not Offering.objects.exists()


@pytest.mark.parametrize(
    "content", ["", "\n", "{}", '[{"a": 1}', "[1]", '[{"task_code": ' + "[" * 100_000]
)
def test_files_that_are_no_tables(content: str, tmp_path: Path) -> None:
    for name in ("items.csv", "items.json"):
        (tmp_path / name).write_text(content)
        with pytest.raises(BadFile):
            run(tmp_path / name)
    with pytest.raises(BadFile):
        run(tmp_path / "absent.csv")


def test_a_code_that_is_not_of_sichuans_form(tmp_path: Path) -> None:
    outcome, problems = run(write_csv(tmp_path / "i.csv", [sc_row(1, item_code="nonsense")]), "sc")
    assert not outcome.done
    [(severity, column, reason)] = found(problems)
    assert (severity, column) == ("error", "item_code")
    assert reason.startswith("not of the form")


def command(*words: object) -> str:
    out = StringIO()
    call_command("import_items", *map(str, words), stdout=out, no_color=True)
    return out.getvalue()


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "items.csv", [gd_row(1), gd_row(2, promise_days="30")])
    report = tmp_path / "report.csv"
    said = command(path, "--source", "gd", "--report", report)
    assert "warning 1 × promise_days: is longer than the statutory limit (row 3)" in said
    assert "offerings: 2 new, 0 changed, 0 unchanged" in said
    assert "promise_days" in report.read_text(encoding="utf-8-sig")
    assert "offerings: 0 new, 0 changed, 2 unchanged" in command(path, "--source", "gd")


def test_the_command_refuses_a_bad_file(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "items.csv", [gd_row(1, legal_days="x")])
    with pytest.raises(CommandError, match=r"1 row cannot be imported\. Nothing was changed"):
        command(path, "--source", "gd")
    assert not Item.objects.exists()
    with pytest.raises(CommandError, match="Nothing was changed"):
        command(tmp_path / "absent.csv", "--source", "gd")


@pytest.mark.parametrize("source", ["gd", "sc"])
def test_the_mapping_names_every_column(source: str) -> None:
    said = command("--source", source, "--mapping")
    row = gd_row() if source == "gd" else sc_row()
    for column in row:
        assert column in said
