"""The robot that rehearses forms: what it finds, what it notes, and whom it tells, once."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.case_factories import ANSWERS, SMALL_FORM, make_guide, make_offering
from tests.factories import make_agency, make_calendar, make_officer, make_region
from tongban.catalogue.api import (
    Offering,
    add_version,
    affected_guides,
    last_rehearsal,
    problem_of,
    publish,
    rehearsals_of,
    rehearse_form,
)
from tongban.directory.api import load_demo_directory
from tongban.forms.api import FormDefinition, publish_form, rehearse_answers, sample_today
from tongban.kernel import clock
from tongban.kernel.announcements import tell
from tongban.notices.api import message, notices_of

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 11, 22, 4, tzinfo=UTC)
DEMO = Path(__file__).parents[2] / "demo"


def form_of(*fields: dict[str, Any], **more: Any) -> FormDefinition:
    named = [
        {"label": {"zh": f"问题{n}", "en": f"Question {n}"}, **f} for n, f in enumerate(fields)
    ]
    step = {"key": "only", "title": {"zh": "一页", "en": "A page"}, "fields": named}
    return FormDefinition.model_validate({"steps": [step], **more})


def offer(definition: FormDefinition, sample: dict[str, Any], **fields: Any) -> Offering:
    """A published service with this form."""
    agency = fields.pop("agency", None) or make_agency(make_region("990100"))
    offering = make_offering(agency, form=None, **fields)
    form_id = publish_form(f"form-{uuid.uuid4()}", definition, sample).pk
    version, _new = add_version(offering, make_guide(), form_id=form_id)
    publish(version.pk)
    offering.refresh_from_db()
    return offering


def form_id_of(offering: Offering) -> int:
    assert offering.current is not None
    assert offering.current.form_id is not None
    return offering.current.form_id


def run_listeners() -> None:
    """What the worker would do with the breaks that were announced."""
    jobs = ProcrastinateJob.objects.filter(args__announcement="rehearsal.broken")
    for job in jobs:
        tell("rehearsal.broken", job.args["listener"], job.args["payload"])


def test_the_robot_gets_through_every_demo_form() -> None:
    load_demo_directory(DEMO)
    with clock.freeze(DAY):
        faults = {}
        for path in sorted((DEMO / "items").glob("*.yaml")):
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            definition = FormDefinition.model_validate(content["form"])
            if fault := rehearse_answers(definition, content["sample_answers"]):
                faults[path.stem] = fault
    assert faults == {}


def test_a_fault_is_said_precisely_in_both_languages() -> None:
    """A question of a row that only shows after another answer, and whose answer is refused."""
    group = {
        "key": "members",
        "kind": "group",
        "item_name": {"zh": "成员", "en": "Member"},
        "fields": [
            {"key": "adult", "kind": "yes_no", "label": {"zh": "成年？", "en": "Adult?"}},
            {"key": "phone", "kind": "phone", "label": {"zh": "电话", "en": "Telephone"},
             "when": "adult == 'yes'"},
        ],
    }  # fmt: skip
    definition = form_of(group)
    rows = [{"adult": "no"}, {"adult": "yes", "phone": "13900000001"}]
    assert rehearse_answers(definition, {"members": rows}) is None
    rows[1]["phone"] = "12"
    fault = rehearse_answers(definition, {"members": rows})
    assert fault is not None
    assert (fault.step, fault.path) == ("only", ("members", 1, "phone"))
    assert fault.label["en"] == "Telephone"
    assert fault.message["en"].startswith("Enter a mobile number")
    assert "手机" in fault.message["zh"]


@pytest.mark.parametrize(
    ("field", "answer", "said"),
    [
        # An option that is not on the page cannot be chosen.
        ({"kind": "choice", "options": [{"value": "a", "label": {"en": "A"}}]}, "b", "Choose one"),
        ({"kind": "choice", "required": False,
          "options": [{"value": "a", "label": {"en": "A"}}]}, "b", "came back changed"),
        ({"kind": "text", "max_length": 3}, "four", "Use 3 characters or fewer"),
        ({"kind": "region"}, "110101", "Choose the region"),
        ({"kind": "file", "accept": ["png"]}, ["a.pdf"], "PNG"),
        ({"kind": "text", "when": "other == 'yes'"}, None, ""),
    ],
)  # fmt: skip
def test_what_an_applicant_would_run_into_is_found(
    field: dict[str, Any], answer: Any, said: str
) -> None:
    other = {"key": "other", "kind": "yes_no"}
    definition = form_of(other, {"key": "asked", **field})
    sample = {"other": "no", "asked": answer} if answer is not None else {"other": "no"}
    fault = rehearse_answers(definition, sample)
    if not said:
        assert fault is None
        return
    assert fault is not None
    assert fault.path[0] == "asked"
    assert said in fault.message["en"]


def test_a_sample_stays_young() -> None:
    """Its dates of around its writing move on with time; a day of birth stays."""
    definition = form_of(
        {"key": "from_day", "kind": "date", "minimum": "today"},
        {"key": "born", "kind": "date", "maximum": "today"},
    )
    with clock.freeze(DAY):
        form_id = publish_form(
            "young", definition, {"from_day": "2026-12-01", "born": "1990-05-01"}
        ).pk
        assert sample_today(form_id)["from_day"] == "2026-12-01"
    with clock.freeze(DAY + timedelta(days=400)):
        assert sample_today(form_id) == {"from_day": "2028-01-05", "born": "1990-05-01"}


def test_editors_are_told_once_of_each_break() -> None:
    region = make_region("990100")
    agency, other = make_agency(region), make_agency(region)
    editor = make_officer("editor", agency)
    everybody = make_officer("editor", region=region)
    elsewhere = make_officer("editor", other)
    young = {"key": "born", "kind": "date", "minimum": "today-18y"}
    offering = offer(form_of(young), {"born": "2010-03-01"}, agency=agency)
    form_id = form_id_of(offering)
    with clock.freeze(datetime(2027, 1, 1, tzinfo=UTC)):
        assert rehearse_form(form_id).passed
        assert last_rehearsal(form_id).passed_at == clock.now()  # type: ignore[union-attr]
    for night in range(3):
        with clock.freeze(datetime(2028, 6, 1 + night, tzinfo=UTC)):
            assert rehearse_form(form_id).failed
    row = last_rehearsal(form_id)
    assert row is not None
    problem, since = problem_of(row)  # type: ignore[misc]
    assert (problem.step, problem.path) == ("only", "born")
    assert since == row.alerted_at == datetime(2028, 6, 1, tzinfo=UTC)
    assert row.run_at == datetime(2028, 6, 3, tzinfo=UTC)
    run_listeners()
    run_listeners()  # a job may run twice
    for told in (editor, everybody):
        (notice,) = notices_of(told.account.pk)
        assert offering.name["zh"] in message(notice).title
        assert "问题0" in message(notice).body
        assert message(notice).link == "/work/rehearsals/"
    assert not notices_of(elsewhere.account.pk)
    # Mended, and broken once more: told once more.
    with clock.freeze(datetime(2027, 2, 1, tzinfo=UTC)):
        assert rehearse_form(form_id).passed
    assert problem_of(last_rehearsal(form_id)) is None  # type: ignore[arg-type]
    with clock.freeze(datetime(2029, 1, 1, tzinfo=UTC)):
        rehearse_form(form_id)
    run_listeners()
    assert notices_of(editor.account.pk).count() == 2
    assert list(rehearsals_of(everybody.officer)) == [row]
    assert not rehearsals_of(elsewhere.officer)
    assert affected_guides(editor.officer, [form_id])[form_id].count == 1


def test_the_command_says_what_is_wrong() -> None:
    make_calendar()
    agency = make_agency(make_region("990100"))
    offer(SMALL_FORM, ANSWERS, agency=agency)
    bare = offer(SMALL_FORM, {}, agency=agency)
    broken = offer(SMALL_FORM, ANSWERS | {"mother_id": "1"}, agency=agency)
    said = io.StringIO()
    with clock.freeze(DAY), pytest.raises(SystemExit) as left:
        call_command("rehearse", stdout=said)
    assert left.value.code == 1
    text = said.getvalue()
    assert "cannot be rehearsed: no sample answers" in text
    assert "fails at parents / mother_id: Enter all 18 characters" in text
    assert "3 forms: 1 passed, 1 failed, 1 without sample answers" in text
    problem, _since = problem_of(last_rehearsal(form_id_of(bare)))  # type: ignore[misc,arg-type]
    assert problem.kind == "no_sample"
    assert last_rehearsal(form_id_of(broken)).passed_at is None  # type: ignore[union-attr]


def test_a_crash_is_the_form_s_problem_and_the_others_follow() -> None:
    group = {
        "key": "rows",
        "kind": "group",
        "item_name": {"zh": "行", "en": "Row"},
        "fields": [{"key": "a", "kind": "text", "label": {"zh": "甲", "en": "A"}}],
    }
    offering = offer(form_of(group), {"rows": "not a list"})
    problem = rehearse_form(form_id_of(offering)).problem
    assert problem is not None
    assert problem.kind == "crashed"
    assert "程序出错" in problem.message["zh"]
