from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.forms.builders import field, form_of
from tongban.forms import bounds
from tongban.forms.api import check_all, complete, json_schema, relevant


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ([field("a"), field("a")], "used twice: a"),
        ([field("a", "choice")], "needs options"),
        ([field("a", "choice", options=["x", "x"])], "used twice: x"),
        ([field("a", "group")], "needs fields"),
        ([field("a", "group", fields=[field("b"), field("b")])], "used twice: b"),
        ([field("a", "group", fields=[field("b", "file")])], "no groups and no files"),
        ([field("a", "computed")], "needs formula"),
        ([field("a", "date", maximum="tomorrow")], "not a day"),
        ([field("a", "money", minimum="much")], "not a number"),
        ([field("a", minimum="1")], "have bounds"),
        ([field("a", pattern="(")], "pattern"),
        ([field("a", when="b == 'x'")], "a: when: \"b == 'x'\": unknown name 'b'"),
        ([field("a", "computed", formula="sum(b)")], "a: formula"),
        ([field("a", when="filled(a)")], "goes in circles: a → a"),
        (
            [field("a", when="filled(b)"), field("b", when="filled(a)")],
            "goes in circles",
        ),
        (
            [field("a", "computed", formula="b"), field("b", "computed", formula="a")],
            "goes in circles",
        ),
        (
            [
                field("g", "group", fields=[field("x", "integer", when="total > 1")]),
                field("total", "computed", formula="sum(g.x)"),
            ],
            "goes in circles",
        ),
    ],
)
def test_mistakes_are_named(fields: list[dict[str, Any]], fault: str) -> None:
    with pytest.raises(ValidationError) as error:
        form_of(fields)
    assert fault in str(error.value)


def test_computed_values_follow_each_other_whatever_their_order() -> None:
    definition = form_of(
        [
            field("share", "computed", formula="round(total / count(items), 2)"),
            field("large", "computed", formula="total > 100"),
            field("why", when="large == 'yes'"),
            field(
                "items",
                "group",
                fields=[
                    field("price", "money"),
                    field("number", "integer"),
                    field("cost", "computed", formula="price * number * rate / 100"),
                ],
            ),
            field("rate", "number"),
            field("total", "computed", formula="sum(items.cost)"),
        ]
    )
    answers = {
        "items": [{"price": "10.00", "number": 3}, {"price": "1.50", "number": 100}, {}],
        "rate": "200",
    }
    whole = complete(definition, answers)
    assert (whole["total"], whole["share"], whole["large"]) == ("360.00", "120.00", "yes")
    assert whole["items"][1]["cost"] == "300.00"
    errors = {error.path for error in check_all(definition, answers)}
    assert errors == {("why",), ("items", 2, "price"), ("items", 2, "number")}


def test_what_is_not_asked_counts_as_unanswered() -> None:
    definition = form_of(
        [
            field("a", "yes_no"),
            field("b", "yes_no", when="a == 'yes'"),
            field("c", when="b == 'yes'"),
        ]
    )
    stale = {"a": "no", "b": "yes", "c": "x", "unknown": 1}
    assert relevant(definition, stale) == {"a": "no"}
    assert relevant(definition, {**stale, "a": "yes"}) == {"a": "yes", "b": "yes", "c": "x"}


@given(st.dates(), st.integers(0, 99999), st.sampled_from("dmy"), st.sampled_from("+-"))
def test_any_relative_day_is_a_day_or_outside_the_calendar(
    today: Any, count: int, unit: str, sign: str
) -> None:
    try:
        day = bounds.day(f"today{sign}{count}{unit}", today)
    except ValueError:
        return
    assert day >= today if sign == "+" else day <= today


def test_the_schema_leaves_conditional_questions_open() -> None:
    definition = form_of([field("a", "yes_no"), field("b", "integer", when="a == 'yes'")])
    schema = json_schema(definition)
    assert schema["required"] == ["a"]
    assert schema["properties"]["b"]["x-tongban-when"] == "a == 'yes'"
