"""The chain before and after a due date (督办), day by day: the right people, once, in both
languages; over holidays, and when the date moves on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.factories import make_agency, make_officer, make_region
from tests.supervision.test_acts import DONE, GROUND, World, at, world  # noqa: F401  (a fixture)
from tongban.directory.api import CHINA, SpecialDay, set_day
from tongban.kernel import clock
from tongban.notices.api import Notice
from tongban.notices.texts import letter
from tongban.supervision.api import (
    Change,
    Entry,
    Task,
    TaskEntry,
    UnitEntry,
    change,
    claim,
    drop,
    follow,
    send_back,
    tell_superiors,
    warn_all,
)
from tongban.supervision.changing import add_to_published
from tongban.supervision.news import tell

pytestmark = pytest.mark.django_db
STEPS = ("step_remind", "step_warn", "step_superior", "step_mark")


def days_of(first: date, last: date) -> dict[str, list[date]]:
    """The jobs of every night between two days, twice each; on which days each step was taken."""
    taken: dict[str, list[date]] = {kind: [] for kind in STEPS}
    day = first
    while day <= last:
        with clock.freeze(at(day)):
            known = Entry.objects.count()
            for _ in range(2):
                warn_all()
                tell_superiors()
            for entry in Entry.objects.order_by("pk")[known:]:
                taken[entry.kind].append(day)
                for _ in range(2):
                    tell({"entry": entry.pk, "plan": entry.plan_id, "task": entry.task_id})
        day += timedelta(days=1)
    return taken


def told() -> set[tuple[int, str]]:
    return {(one.account_id, one.kind) for one in Notice.objects.all()}


def test_each_step_reaches_whom_it_concerns_once(world: World) -> None:  # noqa: F811
    region = Task.objects.get(pk=world.task.pk).lead.region  # type: ignore[union-attr]
    above = make_officer("supervisor", region=region)
    elsewhere = make_officer("supervisor", region=make_region("980000"))
    shared = make_agency(region)
    partner = make_officer("reporter", shared)
    world.task.co_units.create(position=0, name=shared.name, agency=shared)
    follow("task", world.task.pk, by=world.lin)
    # Wednesday the 30th is the due date; Thursday and Friday after it are holidays.
    for holiday in (date(2027, 7, 1), date(2027, 7, 2)):
        set_day(CHINA, SpecialDay(holiday, "holiday", {"zh": "节日"}))
    taken = days_of(date(2027, 6, 1), date(2027, 8, 10))
    # Ten working days before; the first working day after; a quarter of twenty; past twenty.
    assert taken == {
        "step_remind": [date(2027, 6, 16)],
        "step_warn": [date(2027, 7, 5)],
        "step_superior": [date(2027, 7, 12)],
        "step_mark": [date(2027, 8, 2)],
    }
    unit, other = world.unit.account_id, partner.account.pk
    assert told() == {
        (unit, "list.step_remind.staff"), (other, "list.step_remind.staff"),
        (unit, "list.step_warn.staff"), (other, "list.step_warn.staff"),
        (world.office.account_id, "list.step_superior.staff"),
        (above.account.pk, "list.step_superior.staff"),
        (unit, "list.step_mark.staff"), (other, "list.step_mark.staff"),
        (world.lin.account_id, "list.step_mark"),
    }  # fmt: skip
    assert Notice.objects.count() == 9
    assert not Notice.objects.filter(account=elsewhere.account).exists()
    for notice in Notice.objects.all():
        for language, words in (("zh-hans", ("2027年6月30日", "接通平台")),
                                ("en", ("30 June 2027", "Connect the platform"))):  # fmt: skip
            shown = letter(notice.kind, notice.context, language)
            assert all(word in f"{shown}" for word in words), (language, shown)


def test_a_moved_date_begins_the_chain_anew(world: World) -> None:  # noqa: F811
    first = days_of(date(2027, 6, 10), date(2027, 7, 1))
    assert [len(days) for days in first.values()] == [1, 1, 0, 0]
    with clock.freeze(at(date(2027, 7, 2))):
        later = Change(world.task.pk, 0, {"due": date(2027, 8, 31)})
        change(world.plan.pk, [later], ground=GROUND, by=world.office)
    second = days_of(date(2027, 7, 3), date(2027, 9, 1))
    assert second["step_remind"] == [date(2027, 8, 17)]
    assert second["step_warn"] == [date(2027, 9, 1)]
    # While the public looks at a claim nobody is warned; sent back, the clock runs on.
    with clock.freeze(at(date(2027, 9, 2))):
        claim(world.task.pk, DONE, by=world.unit)
    assert not any(days_of(date(2027, 9, 3), date(2027, 9, 20)).values())
    with clock.freeze(at(date(2027, 9, 21))):
        send_back(world.task.pk, level="limited", reasons={"zh": "打不开"}, by=world.office)
    third = days_of(date(2027, 9, 22), date(2027, 9, 23))
    assert third["step_superior"] == [date(2027, 9, 22)]
    assert third["step_remind"] == third["step_warn"] == []


def test_units_hear_of_a_new_list_once_and_of_tasks_that_come_or_go(
    world: World,  # noqa: F811
) -> None:
    for entry in Entry.objects.filter(plan=world.plan).order_by("number"):
        tell({"entry": entry.pk, "plan": entry.plan_id, "task": entry.task_id})
    unit, lin = world.unit.account_id, world.lin.account_id
    assert told() == {(unit, "list.list_published.staff")}
    follow("plan", world.plan.pk, by=world.lin)
    again = TaskEntry("3", {"zh": "又一项"}, UnitEntry({"zh": "局"}, world.task.lead_id))
    (added,) = add_to_published(world.plan.pk, [again], ground=GROUND, by=world.office)
    drop(added.pk, ground=GROUND, by=world.office)
    for entry in Entry.objects.filter(task=added).order_by("number"):
        tell({"entry": entry.pk, "plan": entry.plan_id, "task": entry.task_id})
    assert told() == {
        (unit, "list.list_published.staff"), (unit, "list.task_published.staff"),
        (unit, "list.task_dropped.staff"), (lin, "list.task_published"), (lin, "list.task_dropped"),
    }  # fmt: skip


def test_a_unit_that_is_relieved_of_a_task_hears_of_it(world: World) -> None:  # noqa: F811
    new = make_agency(make_region("990300"))
    fresh = make_officer("reporter", new)
    moved = Change(world.task.pk, 0, {"lead_id": new.pk, "lead_name": new.name})
    change(world.plan.pk, [moved], ground=GROUND, by=world.office)
    entry = Entry.objects.filter(plan=world.plan).latest("number")
    tell({"entry": entry.pk, "plan": entry.plan_id, "task": entry.task_id})
    assert told() == {
        (world.unit.account_id, "list.task_changed.staff"),
        (fresh.account.pk, "list.task_changed.staff"),
    }
