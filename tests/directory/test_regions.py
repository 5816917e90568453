"""The region tree: any order of rows, any country, moved branches, the real codes of China."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_region
from tongban.directory.api import (
    BadTree,
    NoSuchRegion,
    RegionRow,
    ancestors,
    children,
    descendants,
    full_region_name,
    load_regions,
    region,
    region_names,
    subtree,
)
from tongban.directory.models import Region
from tongban.directory.regions import _place

pytestmark = pytest.mark.django_db

TREE = [
    RegionRow("1101", {"zh": "江岸区", "en": "Jiang'an District"}, "11"),
    RegionRow("1", {"zh": "云泽省", "en": "Yunze"}, None, 1),
    RegionRow("11", {"zh": "云州市", "en": "Yunzhou"}, "1"),
    RegionRow("12", {"zh": "临湖市", "en": "Linhu"}, "1"),
]


def test_rows_may_come_in_any_order_and_twice() -> None:
    assert load_regions(TREE).added == 4
    again = load_regions(reversed(TREE))
    assert (again.added, again.changed, again.unchanged) == (0, 0, 4)
    assert region("1101").path == "1/11/1101/"
    assert [one.level for one in [*ancestors("1101"), region("1101")]] == [1, 2, 3]
    assert [one.code for one in children("1")] == ["11", "12"]
    assert [one.code for one in children(None)] == ["1"]
    assert [one.code for one in descendants("1", levels=1)] == ["1", "11", "12"]


def test_a_subtree_is_the_region_and_what_lies_below_not_its_namesakes() -> None:
    load_regions([*TREE, RegionRow("111", {"zh": "不是云州的"}, "1")])
    within = Region.objects.filter(subtree(region("11").path)).values_list("pk", flat=True)
    assert set(within) == {"11", "1101"}


def test_a_renamed_and_a_moved_region_change_and_take_their_branch_along() -> None:
    load_regions(TREE)
    moved = load_regions([RegionRow("11", {"zh": "新云州市"}, "12")])
    assert moved.changed >= 1
    assert region("11").name == {"zh": "新云州市"}
    assert region("1101").path == "1/12/11/1101/"
    assert region("1101").level == 4


def test_a_tree_with_a_hole_or_a_circle_is_refused_whole() -> None:
    with pytest.raises(BadTree, match="22"):
        load_regions([*TREE, RegionRow("221", {"zh": "孤"}, "22")])
    with pytest.raises(BadTree, match="circle"):
        load_regions([*TREE, RegionRow("a", {"zh": "甲"}, "b"), RegionRow("b", {"zh": "乙"}, "a")])
    assert not Region.objects.exists()


def test_names_go_from_large_to_small_in_chinese_and_the_other_way_in_english() -> None:
    load_regions(TREE)
    assert full_region_name("1101", "zh") == "云泽省云州市江岸区"
    assert full_region_name("1101", "en") == "Jiang'an District, Yunzhou, Yunze"
    assert region_names(["12", "nowhere"], "en") == {"12": "Linhu"}
    with pytest.raises(NoSuchRegion):
        full_region_name("nowhere")


def test_the_database_refuses_a_path_that_does_not_end_in_the_code() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Region.objects.create(code="7", name={}, level=1, path="8/")
    parent = make_region("9")
    with pytest.raises(IntegrityError), transaction.atomic():
        Region.objects.create(code="91", name={}, level=2, path="9/1/", parent=parent)


def test_a_csv_of_another_country_loads(tmp_path: Path) -> None:
    file = tmp_path / "regions.csv"
    file.write_text(
        "code,parent,name_fr,name_en\nFR,,France,France\nFR-BRE,FR,Bretagne,Brittany\n", "utf-8"
    )
    call_command("load_regions", str(file), "--scheme", "csv")
    assert full_region_name("FR-BRE", "en") == "Brittany, France"
    file.write_text("code,parent,name_fr\nX,FR,\n", "utf-8")
    with pytest.raises(CommandError, match="line 2"):
        call_command("load_regions", str(file))


@given(st.dictionaries(st.integers(1, 40), st.integers(1, 40), max_size=40))
def test_any_tree_is_placed_parents_first_and_any_other_refused(parents: dict[int, int]) -> None:
    rows = {
        str(code): RegionRow(str(code), {"zh": str(code)}, str(parent) if parent < code else None)
        for code, parent in parents.items()
    }
    holes = {row.parent_code for row in rows.values() if row.parent_code} - rows.keys()
    if holes:
        with pytest.raises(BadTree):
            _place(rows, {})
        return
    placed = _place(rows, {})
    seen: set[str] = set()
    for one in placed:
        above = one.path.split("/")[:-2]
        assert one.path == "".join(f"{code}/" for code in [*above, one.code])
        assert (above[-1] if above else None) == rows[one.code].parent_code
        assert set(above) <= seen
        seen.add(one.code)
    assert seen == rows.keys()


@pytest.mark.shared_data
def test_the_real_codes_load_as_one_tree(shared_data: Path) -> None:
    call_command("load_regions", str(shared_data / "cn_regions"), "--scheme", "nbs")
    assert Region.objects.count() == 31 + 342 + 2978 + 41352 - 3
    assert len(children(None)) == 31
    # A city without counties: its streets lie right below, still on the level of streets.
    dongguan = children("441900")
    assert len(dongguan) == 36
    assert {one.level for one in dongguan} == {4}
    assert full_region_name("110101001", "zh") == "北京市东城区东华门街道"
