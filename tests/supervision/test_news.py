"""Whoever follows a list, or is responsible for it, hears of what happens; nobody twice."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories import make_officer, make_resident
from tests.supervision.test_acts import GROUND, World, world  # noqa: F401  (a fixture)
from tongban.notices.api import Notice
from tongban.notices.texts import KINDS, letter
from tongban.supervision.api import Change, Entry, Said, change, follow, observe, reply
from tongban.supervision.news import FOLLOWED, TO_OFFICE, TO_SUPERIORS, TO_UNITS, tell

pytestmark = pytest.mark.django_db


def told(world: World) -> list[Notice]:  # noqa: F811
    """What the newest entry makes known, delivered twice as jobs may be."""
    entry = Entry.objects.filter(plan=world.plan).latest("number")
    before = set(Notice.objects.values_list("pk", flat=True))
    for _ in range(2):
        tell({"entry": entry.pk, "plan": entry.plan_id, "task": entry.task_id})
    return list(Notice.objects.exclude(pk__in=before).order_by("pk"))


def test_there_are_words_for_every_kind() -> None:
    wanted = {f"list.{kind}" for kind in FOLLOWED} | {"list.answered"}
    wanted |= {f"list.{kind}.staff" for kind in (*TO_UNITS, *TO_OFFICE, *TO_SUPERIORS)}
    assert wanted <= set(KINDS)


def test_a_follower_sees_a_moved_deadline(world: World) -> None:  # noqa: F811
    follow("task", world.task.pk, by=world.lin)
    moved = Change(world.task.pk, 0, {"due": date(2027, 9, 30)})
    change(world.plan.pk, [moved], ground=GROUND, by=world.office)
    notices = told(world)
    assert {(one.account_id, one.kind) for one in notices} == {
        (world.lin.account_id, "list.task_changed"),
        (world.unit.account_id, "list.task_changed.staff"),
    }
    words = letter(notices[0].kind, notices[0].context, "en")
    assert "30 June 2027" in words.body
    assert "30 September 2027" in words.body
    assert "The equipment came late" in words.body


def test_units_hear_of_observations_and_authors_of_answers(world: World) -> None:  # noqa: F811
    said = observe(world.task.pk, Said("question", "什么时候能用？"), by=world.lin)
    (notice,) = told(world)
    assert (notice.account_id, notice.kind) == (world.unit.account_id, "list.observed.staff")
    reply(said.pk, "下个月", by=world.unit)
    (notice,) = told(world)
    assert (notice.account_id, notice.kind) == (world.lin.account_id, "list.answered")


def test_what_is_held_back_is_nobody_s_news(world: World) -> None:  # noqa: F811
    make_resident()
    make_officer("supervisor")
    observe(world.task.pk, Said("question", "电话13800138000"), by=world.lin)
    assert told(world) == []
