"""Importing: what a file brings, what a second and a changed one bring, and what undoes itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection

from tests.catalogue.sources import BODY, OTHER_BODY, gd_row, sc_row, write_csv
from tests.factories import make_calendar, make_resident
from tongban.cases import api as cases
from tongban.catalogue.api import (
    GuideVersion,
    Item,
    Offering,
    Theme,
    check_index,
    find,
    guide_of,
    rebuild_index,
)
from tongban.catalogue.importing.importer import SOURCES, Options, Outcome, import_items
from tongban.catalogue.importing.problems import Problems, Severity
from tongban.catalogue.publishing import add_version, publish
from tongban.directory.api import agencies_by_code, region
from tongban.forms.api import Kind, form

pytestmark = pytest.mark.django_db


def run(path: Path, source: str = "gd", **options: object) -> tuple[Outcome, Problems]:
    problems = Problems()
    return import_items(path, SOURCES[source], problems, Options(**options)), problems  # type: ignore[arg-type]


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    found = outcome.counts
    return found.new, found.changed, found.unchanged, found.withdrawn


def reasons(problems: Problems, severity: Severity) -> list[tuple[str, str, list[int]]]:
    return [
        (kind.column, kind.reason, kind.rows)
        for kind in problems.kinds.values()
        if kind.severity is severity
    ]


def test_a_row_becomes_an_offering_with_a_published_guide(tmp_path: Path) -> None:
    row = gd_row(1, serial="03", sub_task_name="夜场", task_name="河灯会场地登记(夜场)")
    outcome, problems = run(write_csv(tmp_path / "items.csv", [row]))
    assert outcome.done
    assert counts(outcome) == (1, 0, 0, 0)
    assert not problems.kinds

    offering = Offering.objects.get()
    assert offering.code == row["task_code"]
    assert offering.slug == f"gd-{row['task_code'].lower()}"
    assert offering.name == {"zh": "河灯会场地登记(夜场)"}
    assert offering.level == "3"
    assert offering.audiences == ["person", "firm"]
    assert offering.themes == ["culture", "culture_firms", "other", "other_firms"]
    assert offering.online
    assert offering.region_path == "990000/990100/"
    assert offering.sort_key.startswith("he deng hui")
    assert [one.offering.pk for one in find("河灯会夜场").services] == [offering.pk]
    assert [one.offering.pk for one in find(row["task_code"].lower()).services] == [offering.pk]
    assert check_index().total == 0
    assert offering.item.code == row["catalog_code"]
    assert offering.item.name == {"zh": row["parent_catalog_name"]}
    assert offering.item.type == "20"  # the national code of Guangdong's 21
    assert sorted(offering.item.audiences) == ["firm", "person"]
    assert Theme.objects.filter(code="culture", name__zh="文化体育").exists()

    version = offering.current
    assert version is not None
    assert (version.state, version.number) == (GuideVersion.State.PUBLISHED, 1)
    assert (version.statutory_days, version.promised_days) == (20, 5)
    guide = guide_of(version)
    assert [material.name["zh"] for material in guide.materials] == ["场地登记表", "安全预案"]
    assert guide.place == {"zh": "云州市望江路1号3号窗口"}
    assert guide.conditions[0].text == {"zh": "在本市举办河灯会的人。"}
    assert guide.consult_phone == "0990-5550100"
    assert guide.visits == 0
    assert guide.served == ("person", "company")
    assert guide.channels.ways == ("window", "online")
    assert (guide.channels.appointments.offered, guide.channels.courier.offered) == (True, False)
    assert guide.extra == {"来源主题": "文化体育、其他"}
    assert version.checked_on is None  # no editor has looked at it


def test_regions_and_agencies_are_made_from_the_rows(tmp_path: Path) -> None:
    outcome, _ = run(write_csv(tmp_path / "items.csv", [gd_row()]))
    assert outcome.new_regions == ["990000", "990100"]
    assert region("990000").name == {"zh": "云泽省"}
    assert region("990100").name == {"zh": "云州市"}
    assert (region("990100").level, region("990100").parent_code) == (2, "990000")
    agency = agencies_by_code([BODY])[BODY]
    assert agency.name == {"zh": "云州市文化局"}
    assert agency.credit_code_valid


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "items.csv", [gd_row(n) for n in range(1, 6)])
    run(path)
    before = list(Offering.objects.order_by("id").values())
    outcome, _ = run(path)
    assert counts(outcome) == (0, 0, 5, 0)
    assert (outcome.new_regions, outcome.new_agencies, outcome.new_themes) == ([], 0, 0)
    assert list(Offering.objects.order_by("id").values()) == before
    assert GuideVersion.objects.count() == 5


def test_a_json_file_brings_the_same_as_a_csv_file(tmp_path: Path) -> None:
    rows = [gd_row(n) for n in (1, 2)]
    run(write_csv(tmp_path / "items.csv", rows))
    lists = {"themes", "service_objects", "materials"}
    objects = [
        {name: text.split("|") if name in lists else text for name, text in row.items()}
        | {"legal_days": 20}
        for row in rows
    ]
    (tmp_path / "items.json").write_text(json.dumps(objects, ensure_ascii=False, indent=1))
    outcome, problems = run(tmp_path / "items.json")
    assert counts(outcome) == (0, 0, 2, 0)
    assert not problems.kinds


def test_a_changed_row_makes_a_new_version(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    run(write_csv(path, [gd_row(1), gd_row(2)]))
    outcome, _ = run(write_csv(path, [gd_row(1), gd_row(2, promise_days="3")]))
    assert counts(outcome) == (0, 1, 1, 0)
    offering = Offering.objects.get(code=gd_row(2)["task_code"])
    old, new = offering.versions.order_by("number")
    assert old.state == GuideVersion.State.WITHDRAWN
    assert (new.state, new.number, new.promised_days) == (GuideVersion.State.PUBLISHED, 2, 3)
    assert offering.current == new


def test_what_vanished_is_reported_and_withdrawn_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    run(write_csv(path, [gd_row(1), gd_row(2)]))
    write_csv(path, [gd_row(1)])

    outcome, _ = run(path)
    assert [gone.code for gone in outcome.gone] == [gd_row(2)["task_code"]]
    assert counts(outcome) == (0, 0, 1, 0)
    assert Offering.objects.filter(withdrawn_at__isnull=True).count() == 2

    outcome, _ = run(path, withdraw_missing=True)
    assert counts(outcome) == (0, 0, 1, 1)
    withdrawn = Offering.objects.get(withdrawn_at__isnull=False)
    assert withdrawn.current is None
    assert not withdrawn.online
    assert withdrawn.withdrawn_why["zh"]

    outcome, _ = run(write_csv(path, [gd_row(1), gd_row(2)]))
    assert outcome.counts.returned == 1
    withdrawn.refresh_from_db()
    assert withdrawn.withdrawn_at is None
    assert withdrawn.current is not None
    assert withdrawn.current.number == 2


def test_a_region_narrows_what_can_be_missing(tmp_path: Path) -> None:
    province = gd_row(
        2, use_level="2", area_code="990000", area_name="云泽省", dept_uscc=OTHER_BODY,
        dept_name="云泽省文化厅",
    )  # fmt: skip
    run(write_csv(tmp_path / "all.csv", [gd_row(1), province]))
    outcome, problems = run(write_csv(tmp_path / "city.csv", [gd_row(1)]), region="990100")
    assert outcome.gone == []
    assert not problems.kinds
    outcome, problems = run(tmp_path / "all.csv", region="990100")
    assert not outcome.done
    assert reasons(problems, Severity.ERROR) == [("", "lies outside region 990100", [3])]


def test_a_dry_run_counts_and_keeps_nothing(tmp_path: Path) -> None:
    outcome, _ = run(write_csv(tmp_path / "items.csv", [gd_row(1)]), dry_run=True)
    assert counts(outcome) == (1, 0, 0, 0)
    assert not outcome.done
    assert not Offering.objects.exists()
    assert not Item.objects.exists()


def test_one_bad_row_stops_all_unless_bad_rows_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    write_csv(path, [gd_row(1), gd_row(2, legal_days="-1"), gd_row(3)])
    outcome, problems = run(path)
    assert not outcome.done
    assert problems.bad_rows == 1
    assert not Offering.objects.exists()
    outcome, _ = run(path, allow_bad_rows=True)
    assert counts(outcome) == (2, 0, 0, 0)


def test_a_row_that_turned_bad_is_not_a_missing_one(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    run(write_csv(path, [gd_row(1), gd_row(2)]))
    write_csv(path, [gd_row(1), gd_row(2, legal_days="many")])
    outcome, _ = run(path, allow_bad_rows=True, withdraw_missing=True)
    assert outcome.gone == []
    assert Offering.objects.filter(withdrawn_at__isnull=True).count() == 2


def test_an_editors_version_stays_until_the_source_changes(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "items.csv", [gd_row(1)])
    run(path)
    offering = Offering.objects.get()
    assert offering.current is not None
    editor = make_resident().account
    guide = guide_of(offering.current).model_copy(update={"summary": {"zh": "登记河灯会场地。"}})
    version, _new = add_version(offering, guide, form_id=offering.current.form_id)
    GuideVersion.objects.filter(pk=version.pk).update(created_by=editor)
    publish(version.pk)

    assert counts(run(path)[0]) == (0, 0, 1, 0)
    offering.refresh_from_db()
    assert offering.current == version

    outcome, problems = run(write_csv(path, [gd_row(1, promise_days="4")]))
    assert counts(outcome) == (0, 1, 0, 0)
    assert reasons(problems, Severity.WARNING) == [
        ("", "an editor's version gives way to this row", [2])
    ]


def test_sub_items_have_their_main_item(tmp_path: Path) -> None:
    rows = [
        gd_row(1, parent_catalog_code="99212009900Y", parent_catalog_name="水上活动管理"),
        gd_row(2, parent_catalog_code="99212009900Y", parent_catalog_name="水上活动管理"),
    ]
    run(write_csv(tmp_path / "items.csv", rows))
    main = Item.objects.get(code="99212009900Y")
    assert main.name == {"zh": "水上活动管理"}
    assert main.children.count() == 2
    assert not main.offerings.exists()


def test_one_item_at_two_agencies_has_two_offerings(tmp_path: Path) -> None:
    rows = [gd_row(1), gd_row(1, dept_uscc=OTHER_BODY, dept_name="云州市水务局")]
    run(write_csv(tmp_path / "items.csv", rows))
    assert Item.objects.get().offerings.count() == 2


def test_imported_offerings_can_be_applied_for(tmp_path: Path) -> None:
    run(write_csv(tmp_path / "items.csv", [gd_row(1), gd_row(2)]))
    first, second = Offering.objects.select_related("current").order_by("code")
    assert first.current is not None
    assert second.current is not None
    assert first.current.form_id == second.current.form_id  # the same documents, one form
    definition = form(first.current.form_id or 0)
    uploads = [
        field.label["zh"]
        for step in definition.steps
        for field in step.fields
        if field.kind is Kind.FILE
    ]
    assert uploads == ["场地登记表", "安全预案"]

    make_calendar()
    lin = make_resident()
    draft = cases.start_draft(lin.resident, first.pk, lin.party.pk)
    answers = cases.draft_answers(draft) | {
        "applying_as": "person",
        "phone": "13900000001",
        "request": "七月十五在望江码头放河灯。",
        "declared": "yes",
    }
    assert answers["person_name"] == "林晓雨"
    cases.save_draft(lin.resident, draft.pk, answers, step="documents")
    case = cases.submit(draft.pk, by=lin.resident)
    assert case.limit_days == 5
    assert case.agency.code == BODY


def test_without_the_form_and_where_the_source_says_so_nothing_is_online(tmp_path: Path) -> None:
    run(write_csv(tmp_path / "items.csv", [gd_row(1)]), general_form=False)
    assert not Offering.objects.get().online
    outcome, _ = run(write_csv(tmp_path / "items.csv", [gd_row(1, online="0")]))
    assert counts(outcome) == (0, 1, 0, 0)
    assert not Offering.objects.get().online


def test_limits_may_be_missing(tmp_path: Path) -> None:
    rows = [
        gd_row(1, legal_days="", promise_days="", days_unit=""),
        gd_row(2, legal_days="", days_unit="自然日"),
    ]
    outcome, problems = run(write_csv(tmp_path / "items.csv", rows))
    assert outcome.done
    assert not problems.kinds
    units = dict(GuideVersion.objects.values_list("promised_days", "limit_unit"))
    assert units == {None: "working_days", 5: "calendar_days"}


def test_sichuans_bodies_are_told_by_name(tmp_path: Path) -> None:
    rows = [
        sc_row(1, body_code="2222222222222"),
        sc_row(2),
        sc_row(3, body_code="2222222222222"),
        sc_row(4, dept="区水务局", body_code="", item_code="E-000004-001-4444444444",
               local_basic_code=""),
    ]  # fmt: skip
    outcome, problems = run(write_csv(tmp_path / "items.csv", rows), "sc")
    assert outcome.done, reasons(problems, Severity.ERROR)
    assert outcome.new_regions == ["510000", "511600", "511602"]
    assert region("511602").name["zh"] == "广安区"
    culture = agencies_by_code([BODY])[BODY]
    assert culture.name == {"zh": "区文化局"}
    assert Offering.objects.filter(agency_id=culture.id).count() == 3
    water = Offering.objects.get(item__code="E-000004-001").agency
    assert (water.credit_code, water.name) == ("", {"zh": "区水务局"})
    assert Item.objects.get(name={"zh": "河灯会登记"}).children.count() == 4
    assert problems.warned_rows == 3
    assert counts(run(tmp_path / "items.csv", "sc")[0]) == (0, 0, 4, 0)


def test_a_known_row_is_read_anew_when_what_it_became_is_no_more(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "items.csv", [gd_row(1), gd_row(2)])
    run(path)
    outcome, _ = run(path)
    assert (counts(outcome), outcome.forms) == ((0, 0, 2, 0), 1)
    offering = Offering.objects.get(code=gd_row(1)["task_code"])
    assert offering.current is not None

    # Another import of the same offering since: the row no longer is what was imported last.
    guide = guide_of(offering.current).model_copy(update={"summary": {"zh": "另一来源的说法。"}})
    publish(add_version(offering, guide, form_id=offering.current.form_id)[0].pk)
    assert counts(run(path)[0]) == (0, 1, 1, 0)
    assert counts(run(path)[0]) == (0, 0, 2, 0)

    # Read in another way, the same row becomes another guide; and back again.
    assert counts(run(path, general_form=False)[0]) == (0, 2, 0, 0)
    assert counts(run(path)[0]) == (0, 2, 0, 0)
    assert counts(run(path)[0]) == (0, 0, 2, 0)
    assert check_index().total == 0


def test_known_rows_count_like_others(tmp_path: Path) -> None:
    """For what stands twice, and for items' names."""
    path = write_csv(tmp_path / "items.csv", [gd_row(1)])
    run(path)
    Item.objects.update(name={"zh": "改过的名字"})
    outcome, _ = run(path)
    assert (counts(outcome), outcome.new_themes) == ((0, 0, 1, 0), 0)
    assert Item.objects.get().name == {"zh": gd_row(1)["parent_catalog_name"]}

    outcome, problems = run(write_csv(path, [gd_row(1), gd_row(1)]), allow_bad_rows=True)
    assert counts(outcome) == (0, 0, 1, 0)
    assert reasons(problems, Severity.ERROR) == [
        ("", "the code stands in an earlier row already", [3])
    ]


def test_the_index_is_what_making_it_anew_would_write(tmp_path: Path) -> None:
    rows = [
        gd_row(n, materials="|".join(f"第{n}号证明{m}" for m in range(n * 9)), courier="是")
        for n in range(1, 5)
    ]
    run(write_csv(tmp_path / "items.csv", [*rows, gd_row(1, dept_uscc=OTHER_BODY, dept_name="乙")]))
    run(write_csv(tmp_path / "more.csv", [*rows, gd_row(5, serial="02", task_name="另一个名字")]))

    def index() -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT d.id, d.region_path, d.tsv::text, d.han, d.latin, d.facets, d.online,"
                " d.popularity, d.stamp, e.service, e.key, e.titles, e.words"
                " FROM search_document d JOIN search_entry e ON e.id = d.entry_id"
                " ORDER BY d.id"
            )
            return list(cursor.fetchall())

    imported = index()
    assert len(imported) == 6
    assert rebuild_index() == 6
    assert index() == imported


def test_a_row_that_warns_warns_every_time(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "items.csv", [gd_row(1, level_text="省级"), gd_row(2)])
    run(path)
    outcome, problems = run(path)
    assert counts(outcome) == (0, 0, 2, 0)
    assert reasons(problems, Severity.WARNING) == [
        ("level_text", "does not say what use_level says", [2])
    ]
