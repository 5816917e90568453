from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.forms.builders import faults, field, form_of, post, text
from tongban.forms.api import FieldDefinition, Kind
from tongban.forms.values import as_typed, read
from tongban.forms.values import faults as value_faults
from tongban.kernel import clock
from tongban.kernel.models import StoredFile


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def one(kind: str, **more: Any) -> FieldDefinition:
    return FieldDefinition.model_validate(field("q", kind, **more))


@pytest.mark.parametrize(
    ("kind", "typed", "answer"),
    [
        ("text", "  李  雷\x00 ", "李 雷"),
        ("long_text", "a\r\nb\x07 ", "a\nb"),
        ("integer", "１，２００", 1200),
        ("integer", "-3", -3),
        ("integer", "１２.0", 12),
        ("number", " 1,234.50 ", "1234.5"),
        ("number", "０.５", "0.5"),
        ("number", "100", "100"),
        ("money", "￥1，234.5元", "1234.50"),
        ("money", "12", "12.00"),
        ("date", {"year": "１９９０", "month": "03", "day": " 7 "}, "1990-03-07"),
        ("date", {"year": "1990年3月7日", "month": "", "day": ""}, "1990-03-07"),
        ("date", {"year": "", "month": "", "day": "19900307"}, "1990-03-07"),
        ("id_number", "11010519491231002x", "11010519491231002X"),
        ("id_number", "１１０１０５ 19491231 002Ｘ", "11010519491231002X"),
        ("credit_code", "1144 0000 0069 3975 6b", "11440000006939756B"),
        ("phone", "+86 139-0000-0126", "13900000126"),
        ("phone", "0086 13900000126", "13900000126"),
        ("phone", "（0990）5550123", "0990-5550123"),
        ("phone", "09905550123转8", "0990-5550123-8"),
        ("phone", "010 8888 7777", "010-88887777"),
        ("email", " Ａ@example.com ", "A@example.com"),
        ("text", " \t", None),
        ("date", {"year": " ", "month": "", "day": ""}, None),
    ],
)
def test_lenient_where_the_meaning_is_plain(kind: str, typed: Any, answer: Any) -> None:
    found = read(one(kind), typed)
    assert (found.answer, found.faults) == (answer, ())
    if answer is not None:
        assert value_faults(one(kind), answer, clock.today()) == []


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("integer", "12.5", "whole number"),
        ("integer", "twelve", "in digits"),
        ("number", "1,23", "in digits"),
        ("number", "9" * 16, "too large"),
        ("number", "1e5", "in digits"),
        ("number", "NaN", "in digits"),
        ("money", "1.234", "two decimal places"),
        ("date", {"year": "1990", "month": "2", "day": "30"}, "no such day"),
        ("date", {"year": "90", "month": "2", "day": "3"}, "four digits"),
        ("date", {"year": "1990", "month": "", "day": "3"}, "month as well"),
        ("date", {"year": "1990", "month": "Feb", "day": "3"}, "in digits"),
    ],
)
def test_what_is_not_understood_says_what_to_do(kind: str, typed: Any, says: str) -> None:
    found = read(one(kind), typed)
    assert found.answer is None
    assert says in str(found.faults[0][1])


@pytest.mark.parametrize(
    ("kind", "answer", "more", "says"),
    [
        ("id_number", "110105194912310020", {}, "a digit is wrong"),
        ("id_number", "110105491231002", {}, "15 digits"),
        ("id_number", "1101", {}, "all 18"),
        ("id_number", "990101209901010016", {}, "a digit is wrong"),
        ("credit_code", "13440000515356094L", {}, "a character is wrong"),
        ("phone", "12345", {}, "area code"),
        ("email", "nobody", {}, "name@example.com"),
        ("text", "x" * 11, {"max_length": 10}, "10 characters"),
        ("text", "x", {"min_length": 2}, "at least 2"),
        ("text", "ab", {"pattern": "[0-9]+", "pattern_message": text("Digits.")}, "Digits."),
        ("choice", "c", {"options": ["a", "b"]}, "listed"),
        ("choices", ["a", "c"], {"options": ["a", "b"]}, "listed"),
        ("choices", ["a", "a"], {"options": ["a", "b"]}, "wrong form"),
        ("yes_no", "maybe", {}, "listed"),
        ("money", "5.00", {"minimum": "10"}, "¥10.00 or more"),
        ("integer", 5, {"maximum": "3", "unit": text("m")}, "3 m or less"),
        ("integer", True, {}, "wrong form"),
        ("integer", "5", {}, "wrong form"),
        ("number", "1,000", {}, "wrong form"),
        ("date", "2999-01-01", {"maximum": "today"}, "still to come"),
        ("date", "2026-01-01", {"minimum": "2026-01-02"}, "2 January 2026"),
        ("date", "20260101", {}, "like 2026-11-22"),
        ("address", {"region": "990102"}, {}, "street"),
        ("address", {"region": "990102", "street": "x", "more": "y"}, {}, "wrong form"),
        ("text", "a\x00b", {}, "wrong form"),
        ("text", "a\ud800b", {}, "wrong form"),
        ("text", {"a": 1}, {}, "wrong form"),
        ("group", ["x"], {"fields": [field("a")]}, "wrong form"),
    ],
)
def test_answers_that_may_not_stand(
    kind: str, answer: Any, more: dict[str, Any], says: str
) -> None:
    found = value_faults(one(kind, **more), answer, clock.today())
    assert found
    assert says in str(found[0][1])


@pytest.mark.parametrize(
    ("bound", "day", "stands"),
    [
        ({"maximum": "today-18y"}, "2008-11-22", True),
        ({"maximum": "today-18y"}, "2008-11-23", False),
        ({"minimum": "today+30d"}, "2026-12-22", True),
        ({"minimum": "today+30d"}, "2026-12-21", False),
        ({"minimum": "today-3m"}, "2026-08-22", True),
    ],
)
def test_bounds_counted_from_today(bound: dict[str, str], day: str, stands: bool) -> None:
    from datetime import date

    assert (value_faults(one("date", **bound), day, date(2026, 11, 22)) == []) is stands


kinds = st.sampled_from([k for k in Kind if k not in (Kind.GROUP, Kind.COMPUTED, Kind.FILE)])


def _any_field(kind: Kind) -> FieldDefinition:
    more = {"options": ["a", "b"]} if kind in (Kind.CHOICE, Kind.CHOICES) else {}
    return one(kind.value, **more)


@given(kinds, st.text(max_size=40) | st.lists(st.text(max_size=5), max_size=3))
def test_whatever_is_typed_is_understood_or_explained(kind: Kind, typed: Any) -> None:
    asked = _any_field(kind)
    if isinstance(typed, list) and kind is not Kind.CHOICES:
        typed = {"year": "".join(typed), "region": "".join(typed)}
    if isinstance(typed, dict) and kind not in (Kind.DATE, Kind.ADDRESS):
        typed = str(typed)
    found = read(asked, typed)
    assert all(str(message) for _path, message in found.faults)
    if found.answer is not None and not value_faults(asked, found.answer, clock.today()):
        # What stands in the boxes afterwards is read as the same answer.
        assert read(asked, as_typed(asked, found.answer)).answer == found.answer


@given(
    kinds,
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
        ),
        max_leaves=6,
    ),
)
def test_any_json_is_accepted_or_refused(kind: Kind, answer: Any) -> None:
    value_faults(_any_field(kind), answer, clock.today())


# --- whole posts -------------------------------------------------------------------------------

MARRIED = form_of(
    [
        field("name"),
        field("married", "yes_no"),
        field("spouse", when="married == 'yes'"),
        field("note", "long_text", required=False),
    ],
    [field("age", "integer")],
)


def test_a_good_post_has_its_answers_and_no_errors() -> None:
    result = post(MARRIED, {"name": "Li Lei", "married": "no"}, answers={"age": 3})
    assert result.answers == {"name": "Li Lei", "married": "no", "age": 3}
    assert result.errors == ()
    assert not result.stays


def test_errors_are_at_their_fields_and_keep_what_was_typed() -> None:
    definition = form_of([field("name"), field("age", "integer"), field("born", "date")])
    result = post(definition, {"age": "old", "born-year": "1990", "born-month": "2"})
    assert faults(result) == {
        "name": "Enter an answer.",
        "age": "Enter a number, such as 1200 or 12.5, in digits only.",
        "born": "Enter the day as well.",
    }
    assert result.typed["age"] == "old"
    assert result.typed["born"] == {"year": "1990", "month": "2", "day": ""}
    assert [error.id for error in result.errors] == ["f-name", "f-age", "f-born"]
    assert str(result.errors[0].summary) == "Name – Enter an answer."
    assert result.answers == {}


def test_an_answer_that_became_wrong_replaces_the_earlier_one() -> None:
    definition = form_of([field("age", "integer")])
    assert post(definition, {"age": "x"}, answers={"age": 4}).answers == {}


def test_questions_opened_by_an_answer_are_shown_before_they_are_demanded() -> None:
    hidden = {"name": "Li Lei", "married": "yes", "_hidden": ["spouse"]}
    result = post(MARRIED, hidden)
    assert result.stays
    assert result.errors == ()
    assert result.revealed == ("f-spouse",)
    # Shown now: missing is missing.
    assert faults(post(MARRIED, {"name": "Li Lei", "married": "yes"})) == {
        "spouse": "Enter an answer."
    }


def test_other_errors_come_with_the_opened_questions_but_not_about_them() -> None:
    result = post(MARRIED, {"married": "yes", "_hidden": ["spouse"]})
    assert faults(result) == {"name": "Enter an answer."}
    assert result.revealed == ("f-spouse",)


def test_a_closed_question_keeps_its_answer_but_it_does_not_count() -> None:
    from tongban.forms.api import check_all, relevant

    result = post(MARRIED, {"name": "Li", "married": "no", "spouse": "Han"}, answers={"age": 1})
    assert result.answers["spouse"] == "Han"
    assert "spouse" not in relevant(MARRIED, result.answers)
    assert check_all(MARRIED, result.answers) == []


GROUP = form_of(
    [
        field(
            "people",
            "group",
            item_name={"zh": "家人", "en": "Person"},
            fields=[
                field("name"),
                field("works", "yes_no"),
                field("income", "money", when="works == 'yes'"),
                field("double", "computed", formula="income * 2"),
            ],
            min_items=1,
            max_items=3,
        ),
        field("total", "computed", formula="sum(people.income)"),
    ]
)


def test_rows_are_read_and_their_errors_name_them() -> None:
    data = {
        "people-rows": "2",
        "people-0-name": "Li",
        "people-0-works": "yes",
        "people-0-income": "1,000",
        "people-1-works": "yes",
        "people-1-income": "lots",
    }
    result = post(GROUP, data)
    assert result.answers["people"][0] == {"name": "Li", "works": "yes", "income": "1000.00"}
    assert set(faults(result)) == {"people-1-name", "people-1-income"}
    assert result.errors[0].label == "Person 2 – Name"


def test_adding_and_removing_rows_calls_nothing_wrong() -> None:
    data = {"people-rows": "1", "people-0-name": "Li", "_add": "people"}
    added = post(GROUP, data)
    assert (added.stays, added.errors, len(added.typed["people"])) == (True, (), 2)
    assert added.focus == "f-people-1"
    data = {
        "people-rows": "2",
        "people-0-name": "Li",
        "people-1-name": "Han",
        "people-1-income": "half typ",
        "_remove": "people:0",
    }
    removed = post(GROUP, data)
    assert removed.stays
    assert [row["name"] for row in removed.typed["people"]] == ["Han"]
    assert removed.typed["people"][0]["income"] == "half typ"
    assert removed.answers["people"] == [{"name": "Han"}]


def test_rows_never_exceed_the_most() -> None:
    data = {"people-rows": "99999999999", "_add": "people"}
    assert len(post(GROUP, data).typed["people"]) == 1
    full = {"people-rows": "3", "_add": "people"}
    assert len(post(GROUP, full).typed["people"]) == 3


def test_empty_rows_vanish_when_the_step_is_sent() -> None:
    data = {"people-rows": "3", "people-1-name": "Han", "people-1-works": "no"}
    result = post(GROUP, data)
    assert result.answers["people"] == [{"name": "Han", "works": "no"}]
    assert result.errors == ()


def test_questions_opened_within_a_row() -> None:
    data = {
        "people-rows": "1",
        "people-0-name": "Li",
        "people-0-works": "yes",
        "_hidden": ["people-0-income"],
    }
    result = post(GROUP, data)
    assert result.revealed == ("f-people-0-income",)
    assert (result.stays, result.errors) == (True, ())


def test_checks_speak_only_when_all_they_need_is_there() -> None:
    definition = form_of(
        [field("start", "date"), field("end", "date")],
        checks=({"holds": "end > start", "message": text("End later."), "field": "end"},),
    )
    day = {"year": "2026", "month": "5", "day": "2"}
    both = {f"{key}-{part}": value for key in ("start", "end") for part, value in day.items()}
    assert faults(post(definition, both)) == {"end": "End later."}
    only = {key: value for key, value in both.items() if key.startswith("end")}
    assert faults(post(definition, only)) == {"start": "Enter the date."}


# --- files -------------------------------------------------------------------------------------

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FILES = form_of([field("papers", "file", max_files=2, accept=["pdf"]), field("name")])


@pytest.fixture
def owner_id(db: None) -> int:
    return get_user_model().objects.create(username="li").pk


def pdf(name: str = "户口簿.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.django_db
def test_uploads_are_kept_even_if_something_else_is_wrong(owner_id: int) -> None:
    result = post(FILES, {}, uploads={"papers": [pdf()]}, owner_id=owner_id)
    assert faults(result) == {"name": "Enter an answer."}
    assert StoredFile.objects.get(pk=result.answers["papers"][0]).name == "户口簿.pdf"
    again = post(FILES, {"name": "Li"}, answers=result.answers, owner_id=owner_id)
    assert again.errors == ()
    assert again.answers["papers"] == result.answers["papers"]


@pytest.mark.django_db
def test_a_refused_upload_is_named(owner_id: int) -> None:
    result = post(
        FILES,
        {"_upload": "papers"},
        uploads={"papers": [pdf("a.pdf", b"GIF89a")]},
        owner_id=owner_id,
    )
    assert faults(result)["papers"].startswith("a.pdf: This file cannot be read here.")


@pytest.mark.django_db
def test_too_many_files_and_removal(owner_id: int) -> None:
    uploads = {"papers": [pdf("1.pdf"), pdf("2.pdf"), pdf("3.pdf")]}
    result = post(FILES, {"name": "Li"}, uploads=uploads, owner_id=owner_id)
    assert faults(result) == {
        "papers": "Only 2 files are taken here. Put several pages into one PDF."
    }
    first, second = result.answers["papers"]
    removed = post(FILES, {"_remove": f"papers:{first}"}, answers=result.answers, owner_id=owner_id)
    assert removed.stays
    assert removed.answers["papers"] == [second]


@pytest.mark.django_db
def test_ids_cannot_be_posted(owner_id: int) -> None:
    result = post(FILES, {"papers": "0190a0a0-0000-7000-8000-000000000000", "name": "Li"})
    assert faults(result) == {"papers": "Upload at least one file."}
