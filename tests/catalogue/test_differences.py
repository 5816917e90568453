"""Two versions of a guide compared: nothing that changed is left out, nothing else is said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.catalogue.differences import differences, languages_changed, marked
from tongban.catalogue.guide import Guide

TEXT = st.text(st.sampled_from("ab 申请材料，。.1"), min_size=1, max_size=12)
LOCAL = st.fixed_dictionaries({"zh": TEXT}, optional={"en": TEXT})
MATERIAL = st.fixed_dictionaries(
    {
        "name": LOCAL,
        "notes": st.one_of(st.just({}), LOCAL),
        "copies": st.integers(1, 3),
        "medium": st.sampled_from(["paper", "electronic"]),
    }
)
GUIDE = st.fixed_dictionaries(
    {
        "summary": LOCAL,
        "conditions": st.lists(st.fixed_dictionaries({"text": LOCAL, "basis": LOCAL}), max_size=4),
        "materials": st.lists(
            st.tuples(st.sampled_from("abcdef"), MATERIAL), max_size=4, unique_by=lambda one: one[0]
        ).map(lambda pairs: [{"key": key, **rest} for key, rest in pairs]),
        "limits": st.fixed_dictionaries(
            {"promised": st.integers(0, 30), "statutory": st.integers(0, 30)}
        ),
        "fees": st.lists(
            st.fixed_dictionaries({"name": LOCAL, "amount": st.integers(0, 9), "basis": LOCAL}),
            max_size=3,
        ),
        "steps": st.lists(st.fixed_dictionaries({"name": LOCAL, "text": LOCAL}), max_size=4),
        "result": st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {
                    "name": LOCAL,
                    "kind": st.just("record"),
                    "delivery": st.lists(st.sampled_from(["online", "pick_up"]), max_size=2),
                }
            ),
        ),
        "extra": st.dictionaries(st.sampled_from("xyz"), TEXT, max_size=2),
        "visits": st.one_of(st.none(), st.integers(0, 2)),
        "online": st.booleans(),
    }
).map(Guide.model_validate)


@given(GUIDE)
@settings(max_examples=30)
def test_a_guide_does_not_differ_from_itself(guide: Guide) -> None:
    assert differences(guide, Guide.model_validate(guide.model_dump(mode="json"))) == ()


@given(GUIDE, GUIDE)
@settings(max_examples=60, deadline=None)
def test_every_changed_value_is_mentioned_and_nothing_else(old: Guide, new: Guide) -> None:
    found = differences(old, new)
    assert (found == ()) == (old == new)
    paths = [change.path for change in found]
    # Every top-level part that differs, and no other.
    changed = {name for name in Guide.model_fields if getattr(old, name) != getattr(new, name)}
    assert {path[0] for path in paths} == changed
    for change in found:
        if change.kind == "moved":
            continue
        assert change.old != change.new
        version = old if change.kind == "removed" and len(change.path) == 2 else new
        value: Any = version
        for step in change.path:
            if isinstance(step, int) or isinstance(value, dict):
                value = value.get(step) if isinstance(value, dict) else value[step]
            else:
                value = getattr(value, step)
        assert value == (change.old if version is old else change.new)


@given(GUIDE, st.data())
@settings(max_examples=40, deadline=None)
def test_one_edit_in_a_list_is_one_change_at_its_place(guide: Guide, data: st.DataObject) -> None:
    document = guide.model_dump(mode="json")
    places = [
        (name, place)
        for name in ("conditions", "materials", "steps", "fees")
        for place in range(len(document[name]))
    ]
    if not places:
        return
    name, place = data.draw(st.sampled_from(places))
    field = {"conditions": "basis", "materials": "notes", "steps": "text", "fees": "waiver"}[name]
    document[name][place][field] = {"zh": "绝对没有别处出现过的文字", "en": "Nowhere else."}
    changed = Guide.model_validate(document)
    found = differences(guide, changed)
    assert found
    assert {change.path[0] for change in found} == {name}
    mentioned = [change for change in found if change.path[1:2] == (place,)]
    assert any(
        change.path[2:] == (field,) or change.kind in ("added", "removed") for change in mentioned
    )


@given(TEXT, TEXT)
@settings(max_examples=40)
def test_marks_give_back_both_texts(old: str, new: str) -> None:
    pieces = marked(old, new)
    assert "".join(one.text for one in pieces if one.kind != "inserted") == old
    assert "".join(one.text for one in pieces if one.kind != "deleted") == new
    assert (old == new) == all(one.kind == "same" for one in pieces)


def test_a_reworded_entry_is_changed_and_not_replaced() -> None:
    old = Guide.model_validate(
        {
            "summary": {"en": "A."},
            "conditions": [
                {"text": {"en": "You live in this city with your family."}},
                {"text": {"en": "The car is yours."}},
            ],
            "fees": [{"name": {"en": "Licence"}, "amount": "10", "basis": {"en": "Rules"}}],
        }
    )
    document = old.model_dump(mode="json")
    document["conditions"].insert(0, {"text": {"en": "Born before 1990."}})
    document["conditions"][1]["text"]["en"] = "You live in this county with your family."
    document["fees"][0]["amount"] = "20"
    found = differences(old, Guide.model_validate(document))
    assert [(change.path, change.kind) for change in found] == [
        (("conditions", 0), "added"),
        (("conditions", 1, "text"), "changed"),
        (("fees", 0, "amount"), "changed"),
    ]
    assert (found[2].old, found[2].new) == (Decimal(10), Decimal(20))


def test_entries_in_another_order_have_moved() -> None:
    steps = [{"name": {"en": name}, "text": {"en": name}} for name in ("Apply", "Wait", "Collect")]
    old = Guide.model_validate({"summary": {"en": "A."}, "steps": steps})
    new = Guide.model_validate({"summary": {"en": "A."}, "steps": steps[::-1]})
    assert [(change.path, change.kind) for change in differences(old, new)] == [
        (("steps",), "moved")
    ]


def test_marks_are_by_word_in_english_and_by_character_in_chinese() -> None:
    pieces = marked("within 10 working days", "within 5 working days")
    assert [(one.text, one.kind) for one in pieces] == [
        ("within ", "same"),
        ("10", "deleted"),
        ("5", "inserted"),
        (" working days", "same"),
    ]
    assert ("二", "inserted") in [
        (one.text, one.kind) for one in marked("提交两份材料", "提交二份材料")
    ]


def test_which_languages_were_edited() -> None:
    assert languages_changed({"zh": "甲", "en": "A"}, {"zh": "甲", "en": "B"}) == ["en"]
    assert languages_changed({"zh": "甲"}, {"zh": "乙", "en": "B"}) == ["zh", "en"]
