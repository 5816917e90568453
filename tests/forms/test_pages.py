from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from tests.forms.builders import field, form_of, post, text
from tongban.forms import api

pytestmark = pytest.mark.django_db


def flat(html: str) -> str:
    """Without the line breaks that only the templates' layout has."""
    return re.sub(r"\s+", " ", html)


def ids(html: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', html)


EVERYTHING = form_of(
    [
        field("name", hint=text("As on your card."), prefill="person.name"),
        field("story", "long_text", required=False, max_length=100),
        field("age", "integer", unit={"zh": "岁", "en": "years"}),
        field("pay", "money", unit={"zh": "元", "en": "yuan"}),
        field("born", "date"),
        field("married", "yes_no"),
        field("spouse", when="married == 'yes'"),
        field("colour", "choice", options=["red", "blue"]),
        field("country", "choice", options=[f"c{n}" for n in range(20)]),
        field("wants", "choices", options=["tea", "milk"]),
        field("district", "region"),
        field("home", "address"),
        field("card", "id_number"),
        field("firm", "credit_code"),
        field("ring", "phone"),
        field("mail", "email"),
        field("papers", "file"),
        field(
            "people",
            "group",
            item_name={"zh": "家人", "en": "Person"},
            fields=[
                field("who"),
                field("works", "yes_no"),
                field("income", "money", when="works == 'yes'"),
            ],
        ),
        field("total", "computed", formula="sum(people.income)"),
        field("truth", "declaration"),
    ],
    [field("single")],
)
ANSWERS = {
    "name": "Li <b>Lei</b>",
    "story": "a\nb",
    "age": 7,
    "pay": "1234.50",
    "born": "1990-03-27",
    "married": "yes",
    "spouse": "Han",
    "colour": "blue",
    "country": "c3",
    "wants": ["tea", "milk"],
    "district": "990102",
    "home": {"region": "990121", "street": "1 Lane"},
    "card": "11010519491231002X",
    "firm": "11440000006939756B",
    "ring": "13900000126",
    "mail": "a@example.com",
    "people": [{"who": "A", "works": "yes", "income": "5.00"}, {"who": "B", "works": "no"}],
    "truth": "yes",
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("answers", [{}, ANSWERS], ids=["empty", "filled"])
def test_a_page_has_sound_references(
    demo_regions: None, language: str, answers: dict[str, Any]
) -> None:
    for result in (None, post(EVERYTHING, {}, answers=answers)):
        html = api.render_step(EVERYTHING, "one", answers, result=result, language=language).html
        found = ids(html)
        assert len(found) == len(set(found)), sorted(i for i in found if found.count(i) > 1)
        for reference in re.findall(r'\s(?:for|aria-describedby)="([^"]+)"', html):
            assert set(reference.split()) <= set(found), reference
        for error in result.errors if result else ():
            assert error.id in found
        assert html.count("<h1") == 1
        assert "style=" not in html
        assert "onclick" not in html


def test_answers_stand_in_their_boxes_escaped(demo_regions: None) -> None:
    html = flat(api.render_step(EVERYTHING, "one", ANSWERS, language="en").html)
    assert 'value="Li &lt;b&gt;Lei&lt;/b&gt;"' in html
    assert 'name="born-month" type="text" inputmode="numeric" value="3"' in html
    assert re.search(r'value="blue" checked', html)
    assert '<option value="990121" selected>Qingshi County</option>' in html
    assert "<output>5.00</output>" in html
    assert 'name="people-1-who" type="text" value="B"' in html


def test_a_page_posted_back_unchanged_gives_the_same_answers(demo_regions: None) -> None:
    """Every control's name and value is one that parse_step reads."""
    html = str(api.render_step(EVERYTHING, "one", ANSWERS, language="en").html)
    data: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        off = attributes["type"] in ("radio", "checkbox") and " checked" not in tag
        if attributes["type"] != "file" and not off and " disabled" not in tag:
            value = attributes["value"].replace("&lt;", "<").replace("&gt;", ">")
            data.setdefault(attributes["name"], []).append(value)
    for name, value in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n([^<]*)<', html):
        data[name] = [value]
    joined = flat(html)
    for name, options in re.findall(r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', joined):
        data[name] = re.findall(r'value="(\w+)" selected', options)
    result = post(EVERYTHING, data)
    assert api.relevant(EVERYTHING, result.answers) == ANSWERS
    assert [error.path for error in result.errors] == [("papers",)]


def test_what_was_typed_comes_back_with_the_error(demo_regions: None) -> None:
    with translation.override("en"):
        result = post(EVERYTHING, {"age": "old", "born-year": "19", "people-rows": "0"})
    page = api.render_step(EVERYTHING, "one", {}, result=result, language="en")
    assert page.title.startswith("Error: ")
    html = flat(page.html)
    assert 'name="age" type="text" value="old"' in html
    assert 'name="born-year" type="text" inputmode="numeric" value="19"' in html
    assert '<a href="#f-age">Age – Enter a number' in html


def test_conditional_questions_wait_in_the_page(demo_regions: None) -> None:
    waiting = flat(api.render_step(EVERYTHING, "one", {}, language="en").html)
    assert 'data-reveal="married" data-reveal-values="yes" hidden>' in waiting
    assert 'name="_hidden" value="spouse">' in waiting
    assert 'data-reveal="people-0-works"' in waiting
    shown = flat(api.render_step(EVERYTHING, "one", {"married": "yes"}, language="en").html)
    assert 'name="_hidden" value="spouse" disabled>' in shown


def test_conditions_on_other_steps_are_settled_by_the_server() -> None:
    definition = form_of([field("a", "yes_no")], [field("b", when="a == 'yes'"), field("c")])
    assert 'name="b"' not in api.render_step(definition, "two", {"a": "no"}).html
    asked = api.render_step(definition, "two", {"a": "yes"}).html
    assert 'name="b"' in asked
    assert "data-reveal" not in asked


def test_dates_are_asked_in_the_readers_order() -> None:
    definition = form_of([field("born", "date"), field("x")])
    english = api.render_step(definition, "one", {}, language="en").html
    assert re.findall(r'name="born-(\w+)"', english) == ["day", "month", "year"]
    chinese = api.render_step(definition, "one", {}, language="zh").html
    assert re.findall(r'name="born-(\w+)"', chinese) == ["year", "month", "day"]


HOME = form_of([field("home", "address"), field("from_where", "region")])


def _chosen(html: str, name: str) -> list[str]:
    selects = re.findall(rf'<select[^>]* name="{name}"[^>]*>(.*?)</select>', html.replace("\n", ""))
    return ["".join(re.findall(r'value="(\w+)" selected', select)) for select in selects]


def test_with_many_provinces_a_region_is_chosen_level_by_level(many_provinces: None) -> None:
    html = api.render_step(HOME, "one", {}, language="en").html
    assert _chosen(html, "home-region") == ["990000", ""]
    data = {"home-region": ["920000", ""], "home-street": "1 Lane", "_choose": "home-region"}
    result = post(HOME, data)
    assert (result.stays, result.errors) == (True, ())
    assert result.focus == "f-home-region"
    html = api.render_step(HOME, "one", {}, result=result, language="en").html
    assert _chosen(html, "home-region") == ["920000", ""]
    assert 'value="920100"' in html
    assert 'value="1 Lane"' in html
    assert "Town" not in html
    whole = {"home-region": ["920000", "920100", "920101"], "home-street": "1 Lane"}
    result = post(HOME, {**whole, "from_where": ["990000", "990100", "990102"]})
    assert result.errors == ()
    assert result.answers["home"] == {"region": "920101", "street": "1 Lane"}
    assert result.answers["from_where"] == "990102"


def test_a_whole_city_is_no_address(many_provinces: None) -> None:
    # Changing the province leaves a city of the old one behind: it does not count.
    data = {"home-region": ["920000", "930100", "930101"], "home-street": "x"}
    result = post(HOME, {**data, "from_where": "990100"})
    assert [error.id for error in result.errors] == ["f-home-region", "f-from_where"]
    answers = {"home": {"region": "92", "street": "x"}, "from_where": "920101001"}
    assert [error.path for error in api.check_all(HOME, answers)] == [("home", "region")]


def test_a_single_question_is_the_heading() -> None:
    page = api.render_step(EVERYTHING, "two", {}, language="en")
    assert page.title == "Single"
    assert re.search(r'<h1[^>]*><label[^>]* for="f-single">Single</label></h1>', page.html)


def test_it_says_what_came_from_the_profile(demo_regions: None) -> None:
    known = {"person.name": "Li Lei"}
    filled = api.prefilled(EVERYTHING, known)
    assert filled.answers == {"name": "Li Lei"}
    note = "Filled in from your profile"
    sources = api.sources(EVERYTHING, filled.answers, known)
    page = api.render_step(EVERYTHING, "one", filled.answers, sources=sources, language="en")
    assert note in page.html
    changed = {"name": "Han Meimei"}
    sources = api.sources(EVERYTHING, changed, known)
    assert sources == {}
    page = api.render_step(EVERYTHING, "one", changed, sources=sources, language="en")
    assert note not in page.html


def test_unfit_knowledge_is_not_filled_in() -> None:
    definition = form_of(
        [
            field("born", "date", prefill="person.birth_date", maximum="today-18y"),
            field("card", "id_number", prefill="person.id_number"),
        ]
    )
    known = {"person.birth_date": "2026-01-01", "person.id_number": "1"}
    assert api.prefilled(definition, known).answers == {}


def test_the_review_says_everything_in_words(demo_regions: None) -> None:
    sections = api.review_sections(
        EVERYTHING, ANSWERS, language="en", change_url=lambda step: f"/apply/{step}/"
    )
    said = {row.key: row.value for section in sections for row in section.rows}
    assert said["name"] == "Li <b>Lei</b>"
    assert said["age"] == "7 years"
    assert said["pay"] == "¥1,234.50"
    assert said["born"] == "27 March 1990"
    assert said["married"] == "Yes"
    assert said["district"] == "Jiang'an District, Yunzhou"
    assert said["home"] == "1 Lane, Qingshi County, Yunzhou"
    assert said["card"] == "110***********002X"
    assert said["papers"] == "Not given"
    assert said["total"] == "5.00"
    html = api.render_review(sections)
    assert "Li &lt;b&gt;Lei&lt;/b&gt;" in html
    assert 'href="/apply/one/#f-name"' in html
    people = next(row for row in sections[0].rows if row.key == "people")
    assert [part.title for part in people.parts] == ["Person 1", "Person 2"]
    assert ("Person 1 – Income", "¥5.00") in api.readable(EVERYTHING, ANSWERS, language="en")
    chinese = dict(api.readable(EVERYTHING, ANSWERS, language="zh", masked=False))
    assert chinese["Home（中）"] == "云州市青石县1 Lane"
    assert chinese["Card（中）"] == "11010519491231002X"


def test_the_review_takes_sealed_answers(demo_regions: None) -> None:
    sealed = api.seal_answers(EVERYTHING, ANSWERS)
    assert api.review_sections(EVERYTHING, sealed) == api.review_sections(EVERYTHING, ANSWERS)


def test_paper_has_every_question(demo_regions: None) -> None:
    blank = api.print_form(EVERYTHING, language="en")
    filled = api.print_form(EVERYTHING, ANSWERS, language="en")
    for step in EVERYTHING.steps:
        for one in step.fields:
            assert one.label["en"] in blank
            assert one.label["en"] in filled
    assert "11010519491231002X" in filled


KINDS = ["text", "integer", "money", "date", "yes_no", "id_number", "phone", "choice", "choices"]


def _long_field(number: int) -> dict[str, Any]:
    kind = KINDS[number % len(KINDS)]
    more: dict[str, Any] = {"options": ["a", "b", "c"]} if kind.startswith("choice") else {}
    if number % 10 == 5:
        more["when"] = "filled(q0)"
    return field(f"q{number}", kind, **more)


def test_seven_hundred_questions_are_drawn_without_asking_the_database(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    definition = form_of([_long_field(number) for number in range(700)])
    api.render_step(definition, "one", {})
    with django_assert_num_queries(0):
        page = api.render_step(definition, "one", {"q0": "x"})
        api.check_all(definition, {"q0": "x"})
    assert page.html.count("govuk-form-group") >= 700
