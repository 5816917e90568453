"""What lists show follows from dates and events, counted one by one or all at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_agency, make_calendar, make_officer, make_region
from tongban.kernel import clock
from tongban.supervision.api import (
    Plan,
    PlanEntry,
    Task,
    TaskEntry,
    UnitEntry,
    by_unit,
    make_plan,
    publish,
    tallies,
    tally,
    views,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2027, 6, 15, 4, tzinfo=UTC)
NEAR = st.integers(-60, 60).map(lambda days: date(2027, 6, 15) + timedelta(days=days))
STATES = st.tuples(
    st.sampled_from(["open", "open", "claimed", "closed", "dropped"]), st.none() | NEAR,
    st.none() | NEAR, NEAR,
)  # fmt: skip


@pytest.fixture
def plan() -> Plan:
    make_calendar()
    province = make_region("990000")
    office, bureau = make_agency(province), make_agency(province)
    by = make_officer("programme", office, region=province).officer
    unit = UnitEntry(bureau.name, bureau.pk)
    made = make_plan(
        PlanEntry("p", "province", "990000", office.pk, {"zh": "清单"}),
        [TaskEntry(str(number), {"zh": f"任务{number}"}, unit) for number in range(12)],
        by=by,
    )
    return publish(made.pk, by=by)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(STATES, min_size=12, max_size=12))
def test_counted_at_once_is_counted_one_by_one(
    plan: Plan, wanted: list[tuple[str, date | None, date | None, date]]
) -> None:
    for task, (state, start, due, day) in zip(plan.tasks.order_by("position"), wanted, strict=True):
        if start and due and due < start:
            start, due = due, start
        is_claimed = state in ("claimed", "closed")
        Task.objects.filter(pk=task.pk).update(
            state=state,
            start=start,
            due=due,
            claimed_on=day if is_claimed else None,
            window_until=day if state == "claimed" else None,
            closed_on=day if state in ("closed", "dropped") else None,
            assessed="complete" if state == "closed" else "",
        )
    with clock.freeze(NOON):
        found = views(plan.tasks.select_related("plan"))
        assert tallies([plan]) == {plan.pk: tally(found)}
        (unit,) = by_unit(found)
        assert unit.tally == tally(found)


def test_a_roll_up_costs_as_much_for_many_lists(plan: Plan) -> None:
    with (
        clock.freeze(NOON),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        tallies([plan])
    assert len(queries) <= 5  # the calendar two, patiences, counts, what is claimed
