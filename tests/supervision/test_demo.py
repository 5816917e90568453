"""The demonstration's lists: lived through once, in every state, with ledgers that hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tongban.directory.api import load_demo_directory
from tongban.identity.api import load_demo_people
from tongban.supervision import verify_ledger
from tongban.supervision.api import (
    Digest,
    Entry,
    Observation,
    Plan,
    Task,
    TimeState,
    beside_source,
    lines,
    load_lists,
    published,
    unit_of,
    unit_of_task,
    views,
)
from tools.stamps import ROOT

pytestmark = pytest.mark.django_db
DEMO = ROOT / "demo"


def test_the_demo_shows_every_state_and_its_ledgers_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_demo_directory(DEMO)
    load_demo_people(DEMO)
    made = load_lists(DEMO / "lists")
    assert made == [
        "yunze-services",
        "yunzhou-services",
        "yunze-seniors",
        "yunze-2025",
        "qingshi-services",
    ]
    entries = Entry.objects.count()
    assert load_lists(DEMO / "lists") == []
    assert Entry.objects.count() == entries

    tasks = Task.objects.filter(plan__slug="yunze-services").select_related("plan")
    shown = views(tasks)
    assert {view.time for view in shown} >= set(TimeState) - {TimeState.DONE}
    assert any(view.window_open for view in shown)
    assert {task.state for task in tasks} == set(Task.State.values)
    assert tasks.filter(reopened=1).exists()
    assert [view.slip for view in shown if view.slip] == [100]
    said = set(Observation.objects.values_list("kind", "state"))
    assert {kind for kind, _state in said} == set(Observation.Kind.values)
    assert {state for _kind, state in said} >= {"shown", "held", "removed", "erased"}

    city = Task.objects.filter(plan__slug="yunzhou-services").select_related("adopted_from")
    slips = {
        task.code: (task.due - task.adopted_from.due).days
        for task in city
        if task.due and task.adopted_from and task.adopted_from.due
    }
    assert (slips["1.1"], slips["3.1"]) == (-30, 30)
    moved = Entry.objects.get(plan__slug="yunzhou-services", kind="task_changed")
    assert json.loads(moved.body)["data"]["loosens_source"] is True
    beside = beside_source(Plan.objects.filter(slug="qingshi-services"))
    (county,) = beside.values()
    assert (county.tighter, county.looser, county.dropped) == (4, 2, 1)
    named = Task.objects.get(plan__slug="qingshi-services", lead__isnull=True)
    assert unit_of(unit_of_task(named).key) is not None
    assert Plan.objects.get(slug="yunze-seniors").state == Plan.State.DRAFT
    assert Plan.objects.get(slug="yunze-2025").state == Plan.State.CLOSED
    assert set(Observation.objects.values_list("is_verified", flat=True)) == {True, False}
    assert Entry.objects.filter(kind="superior_told").exists()

    digest = tmp_path / "digest.json"
    digest.write_text(json.dumps(published(Digest.objects.get())), encoding="utf-8")
    for plan in Plan.objects.exclude(state=Plan.State.DRAFT):
        path = tmp_path / f"{plan.slug}.jsonl"
        path.write_text("".join(lines(plan)), encoding="utf-8")
        assert verify_ledger.main([str(path), str(digest)]) == 0, capsys.readouterr().out
