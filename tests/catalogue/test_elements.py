"""Every element of the standard has a place, and the places are there."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from tests.case_factories import make_guide
from tongban.catalogue.anatomy import element
from tongban.catalogue.codes import CODE_MAPS, BadCode, CodeMap
from tongban.catalogue.elements import ELEMENTS, GROUPS, document
from tongban.catalogue.guide import Guide
from tongban.catalogue.publishing import digest_of


def test_the_elements_are_those_of_the_standard(shared_data: Path) -> None:
    with (shared_data / "item_elements" / "elements.csv").open(encoding="utf-8") as file:
        wanted = [(row["field"], row["zh"], row["group"]) for row in csv.DictReader(file)]
    assert [(one.field, one.zh, one.group) for one in ELEMENTS] == wanted


def test_every_place_is_there() -> None:
    assert len(ELEMENTS) == 105
    assert {one.group for one in ELEMENTS} == set(GROUPS)
    for one in ELEMENTS:
        assert one.lives, one.field
        for path in one.lives:
            first, *rest = path.split(".")
            if first != "guide":
                apps.get_model("catalogue", first)._meta.get_field(*rest)
                continue
            model = Guide
            for step in rest:
                found = element(model, step.removesuffix("[]"))
                assert step.endswith("[]") <= (found.kind == "many"), path
                model = found.model or model


def test_the_documentation_is_up_to_date() -> None:
    assert Path("docs/elements.md").read_text(encoding="utf-8") == document()


def test_a_guide_without_the_new_parts_is_stored_and_marked_as_before() -> None:
    """Stored as JSON without them; the digest of a guide written before they existed is kept."""
    guide = make_guide()
    stored = guide.model_dump(mode="json")
    assert not {"channels", "authority", "payment", "quota", "served"} & stored.keys()
    assert "basis" not in stored["materials"][0]
    assert Guide.model_validate(stored) == guide
    assert digest_of({"zh": "出生登记"}, guide, 7) == (
        "9d382649c6b6a66ec2f06af3e7ca310b9611c59ed020bfd4eaf693673f8d15a6"
    )
    said = make_guide(channels={"courier": {"results": False}})
    assert said.model_dump(mode="json")["channels"] == {"courier": {"results": False}}
    assert digest_of({"zh": "出生登记"}, said, 7) != digest_of({"zh": "出生登记"}, guide, 7)


def _entries() -> st.SearchStrategy[tuple[CodeMap, str, str]]:
    entries = [
        (code_map, table, theirs)
        for code_map in CODE_MAPS.values()
        for table, values in code_map.tables.items()
        for theirs in values
    ]
    return st.sampled_from(entries)


@given(_entries())
def test_codes_of_a_source_come_back_as_they_were(entry: tuple[CodeMap, str, str]) -> None:
    code_map, table, theirs = entry
    assert code_map.write(table, code_map.read(table, theirs)) == theirs


@given(_entries(), st.text(max_size=6))
def test_what_a_table_lacks_is_refused(entry: tuple[CodeMap, str, str], text: str) -> None:
    code_map, table, _theirs = entry
    known = code_map.tables[table].keys() | code_map.also.get(table, {}).keys()
    if text in known:
        return
    with pytest.raises(BadCode, match=table):
        code_map.read(table, text)
    with pytest.raises(BadCode, match=table):
        code_map.write(table, f"?{text}")


@pytest.mark.parametrize(
    ("source", "table", "theirs", "ours"),
    [
        ("gd", "type", "20", "10"),
        ("gd", "type", "21", "20"),
        ("sc", "type", "20", "20"),
        ("national", "served", "9", "other"),
        ("national", "depth", "9", "other"),
        ("national", "depth", "8", "other"),
        ("gd", "flag", "不支持", "no"),
    ],
)
def test_the_same_code_means_different_things(
    source: str, table: str, theirs: str, ours: str
) -> None:
    assert CODE_MAPS[source].read(table, theirs) == ours


def test_the_values_of_the_tables_are_those_of_guides() -> None:
    """A code map that writes a value the guide does not know would lose it."""
    paths = {
        "way": ("channels", "ways"),
        "depth": ("channels", "depth"),
        "old_depth": ("channels", "level"),
        "served": ("served",),
        "case_type": ("limits", "kind"),
        "limit_unit": ("limits", "unit"),
        "reach": ("channels", "reach"),
        "body_nature": ("authority", "nature"),
        "power": ("authority", "power"),
        "original": ("materials", "original"),
        "medium": ("materials", "medium"),
        "necessity": ("materials", "necessity"),
        "material_source": ("materials", "source"),
        "result": ("result", "kind"),
    }
    for code_map in CODE_MAPS.values():
        for table, path in paths.items():
            model: type = Guide
            for name in path:
                found = element(model, name)
                model = found.model or model
            assert set(code_map.tables.get(table, {}).values()) <= set(found.choices), table
