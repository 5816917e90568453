"""The tags that pages are built of."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template

from tongban.kernel import clock
from tongban.look.api import Bar, Row
from tongban.look.charts import plot, shares
from tongban.look.gallery import SampleForm
from tongban.look.statuses import SHAPES, WORDS, describe


def render(source: str, **context: object) -> str:
    return Template("{% load look %}" + source).render(Context(context))


@pytest.mark.usefixtures("english")
def test_local_falls_back_and_says_in_which_language() -> None:
    only_zh = {"zh": "<公积金>"}
    assert render("{{ x|local }}", x=only_zh) == "&lt;公积金&gt;"
    assert render("{% local_block x %}", x=only_zh) == '<span lang="zh-Hans">&lt;公积金&gt;</span>'
    assert render("{% local_block x %}", x={"zh": "房", "en": "Home"}) == "Home"
    assert render("{{ x|local }}", x=None) == ""


def test_maybe_url_is_empty_for_unknown_names() -> None:
    assert render('{% maybe_url "nowhere:at_all" %}') == ""


def test_every_state_has_a_word_a_tone_and_its_tones_own_shape() -> None:
    assert len(set(SHAPES.values())) == len(SHAPES)
    for state in WORDS:
        label, tone, shape = describe(state)
        assert str(label)
        assert shape == SHAPES[tone]


def test_a_state_keeps_its_packages_own_word() -> None:
    class Own:
        value = "accepted"
        label = "Taken on"

    assert describe(Own()) == ("Taken on", "progress", "half")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("today", "left", "words", "tone"),
    [
        (23, 3, "3 working days left", "neutral"),
        (25, 1, "1 working day left", "action"),
        (26, 0, "Due today", "action"),
        # The weekend after: no working day has passed since.
        (28, 0, "Late since the last working day", "late"),
        (30, -2, "2 working days late", "late"),
    ],
)
def test_due(today: int, left: int, words: str, tone: str) -> None:
    with clock.freeze(datetime(2026, 11, today, 4, tzinfo=UTC)):
        html = render("{% due on left %}", on=date(2026, 11, 26), left=left)
    assert words in html
    assert f"tb-status--{tone}" in html
    assert "(Thu 26 Nov)" in html


@pytest.mark.usefixtures("english")
def test_summary_escapes_and_names_what_its_links_change() -> None:
    html = render("{% summary rows %}", rows=[Row("Name", "<b>\nx", href="/change")])
    assert "&lt;b&gt;<br>x" in html
    assert 'Change<span class="govuk-visually-hidden"> Name</span>' in html


def test_the_error_summary_leads_to_each_field_and_names_it() -> None:
    form = SampleForm({"name": "", "way": ""}, prefix="p")
    html = render("{% error_summary form %}", form=form)
    assert 'href="#id_p-name"' in html
    assert 'href="#id_p-way_0"' in html  # the first choice of a group takes the focus
    assert "Full name" in html or "姓名" in html


def test_fields_tie_label_hint_error_and_control_together() -> None:
    form = SampleForm({"name": ""})
    html = render("{% field form.name %}", form=form)
    assert 'for="id_name"' in html
    for part in ("id_name_helptext", "id_name_error"):
        assert f'id="{part}"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_group_of_choices_has_a_legend_and_keeps_what_was_chosen() -> None:
    form = SampleForm({"way": "window"})
    html = render("{% field form.way %}", form=form)
    assert "<legend" in html
    assert 'value="window" id="id_way_1" checked' in html


def test_hidden_fields_are_drawn_bare() -> None:
    class Hidden(forms.Form):
        token = forms.CharField(widget=forms.HiddenInput)

    html = render("{% form_body form %}", form=Hidden({"token": "t"}))
    assert html.strip() == '<input type="hidden" name="token" value="t" id="id_token">'


def test_chart_lengths() -> None:
    assert [share for _, share in shares([Bar("a", 4), Bar("b", 1), Bar("c", 0)])] == [100, 25, 0]
    assert [share for _, share in shares([Bar("a", 0)])] == [0]
    drawn = plot([Bar("1", 0), Bar("2", 50), Bar("3", 100)])
    assert [tick.value for tick in drawn.ticks] == [0, 25, 50, 75, 100]
    assert [mark.height for mark in drawn.marks] == [0, 94, 188]
    assert plot([]).path == ""


def test_every_chart_has_its_numbers_as_a_table() -> None:
    rows = [Bar("Monday", 3), Bar("Tuesday", 5.5)]
    for tag in ("bars", "columns", "line"):
        html = render(f'{{% {tag} rows "Cases" %}}', rows=rows)
        assert "<table" in html
        assert "5.5" in html
        assert 'scope="row"' in html
