"""Every demo item's form: sound in both languages, and its sample answers pass it."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tongban.forms import api
from tongban.kernel import clock

ITEMS = sorted(Path(__file__).parents[2].glob("demo/items/*.yaml"))
# The samples were written for the day of the demo.
DEMO_DAY = datetime(2026, 11, 22, 4, tzinfo=UTC)


def _load(path: Path) -> tuple[api.FormDefinition, api.Answers]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    definition = api.FormDefinition.model_validate(content["form"])
    answers: api.Answers = content["sample_answers"]
    for step in definition.steps:
        for field in step.fields:
            if field.kind is api.Kind.FILE and field.key in answers:  # names stand in for ids
                answers[field.key] = [
                    str(uuid.uuid5(uuid.NAMESPACE_URL, name)) for name in answers[field.key]
                ]
    return definition, answers


@pytest.fixture(params=ITEMS, ids=lambda path: path.stem)
def item(
    request: pytest.FixtureRequest, demo_regions: None
) -> Iterator[tuple[api.FormDefinition, api.Answers]]:
    with clock.freeze(DEMO_DAY):
        yield _load(request.param)


Item = tuple[api.FormDefinition, api.Answers]


def test_sample_answers_pass(item: Item) -> None:
    definition, answers = item
    assert [(e.path, str(e.message)) for e in api.check_all(definition, answers)] == []
    assert [(e.path, str(e.message)) for e in api.check_submission(definition, answers)] == []


def test_each_required_answer_is_missed(item: Item) -> None:
    definition, answers = item
    for step in definition.steps:
        for field in step.fields:
            if not field.required or field.key not in api.relevant(definition, answers):
                continue
            without = copy.deepcopy(answers)
            del without[field.key]
            if field.key not in _asked(definition, without):
                continue
            errors = api.check_all(definition, without)
            assert field.key in {error.path[0] for error in errors}, field.key
            assert api.first_unfinished(definition, without) in definition.steps


def _asked(definition: api.FormDefinition, answers: api.Answers) -> set[str]:
    from tongban.forms.answers import situation

    now = situation(definition, answers)
    return {f.key for step in definition.steps for f in step.fields if now.asked(f.key)}


def test_computed_values_come_out(item: Item) -> None:
    definition, answers = item
    complete = api.complete(definition, answers)
    for step in definition.steps:
        for field in step.fields:
            if field.kind is api.Kind.COMPUTED and field.key in _asked(definition, answers):
                assert field.key in complete


def test_samples_answer_nothing_that_is_not_asked(item: Item) -> None:
    definition, answers = item
    answered = {key for key, answer in answers.items() if answer not in ("", [])}
    assert api.relevant(definition, answers).keys() == answered


def test_the_way_through_ends_at_the_review(item: Item) -> None:
    definition, answers = item
    step: api.Step | None = definition.steps[0]
    seen: list[str] = []
    while step is not None:
        seen.append(step.key)
        here = api.progress(definition, step.key, answers)
        assert here.number == len(seen)
        before = api.previous_step(definition, step.key, answers)
        assert (before.key if before else None) == (seen[-2] if len(seen) > 1 else None)
        step = api.next_step(definition, step.key, answers)
    assert api.first_unfinished(definition, answers) is None
    assert set(seen) == api.finished_steps(definition, answers)


def test_sealing_loses_nothing_and_hides_identity_numbers(item: Item) -> None:
    definition, answers = item
    sealed = api.seal_answers(definition, answers)
    assert api.unseal_answers(definition, sealed) == answers
    text = str(sealed)
    for number in _identity_numbers(definition, answers):
        assert number not in text


def _identity_numbers(definition: api.FormDefinition, answers: dict[str, Any]) -> Iterator[str]:
    for step in definition.steps:
        for field in step.fields:
            if field.kind is api.Kind.ID_NUMBER and field.key in answers:
                yield answers[field.key]
            for part in field.fields:
                for row in answers.get(field.key, ()):
                    if part.kind is api.Kind.ID_NUMBER and part.key in row:
                        yield row[part.key]
