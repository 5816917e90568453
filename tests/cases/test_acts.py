"""Acts through the api on PostgreSQL: who may, what it changes, what the database refuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.case_factories import ANSWERS, SMALL_FORM, make_case, make_offering
from tests.factories import (
    LONG_AGO,
    make_account,
    make_agency,
    make_calendar,
    make_firm,
    make_mandate,
    make_officer,
    make_region,
    make_resident,
)
from tongban.cases import api as cases
from tongban.cases.api import Act, Case, Point, State
from tongban.cases.models import CaseEvent, Decision, Submission
from tongban.directory.api import SpecialDay, set_day
from tongban.identity.api import Officer, Resident
from tongban.kernel import clock
from tongban.kernel.errors import Refused

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)  # 10:00 in Beijing


@dataclass(frozen=True)
class World:
    applicant: Resident
    clerk: Officer
    officer: Officer
    supervisor: Officer
    stranger: Officer
    offering_id: int
    case: Case


@pytest.fixture
def world() -> World:
    make_calendar()
    city = make_region("990100", parent=make_region())
    agency, other = make_agency(city), make_agency(make_region("990200", parent=make_region()))
    offering = make_offering(agency)
    applicant = make_resident().resident
    with clock.freeze(MONDAY):
        case = make_case(applicant, offering)
    return World(
        applicant=applicant,
        clerk=make_officer("clerk", agency).officer,
        officer=make_officer("officer", agency).officer,
        supervisor=make_officer("supervisor", agency).officer,
        stranger=make_officer("officer", other).officer,
        offering_id=offering.pk,
        case=case,
    )


def on(day: int, hour: int = 2) -> Any:
    return clock.freeze(datetime(2026, 11, day, hour, tzinfo=UTC))


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_the_whole_way_leaves_one_event_for_each_act(world: World) -> None:
    case = world.case
    with on(3):
        cases.accept(case.pk, by=world.clerk)
    with on(4):
        cases.examine(case.pk, by=world.officer, opinion="Complete and right.")
    with on(5):
        cases.decide(case.pk, by=world.officer, granted=True)
        cases.complete(case.pk, by=world.officer)
    with on(6):
        cases.deliver(case.pk, by=world.officer, way="online")
    done = fresh(case)
    assert done.state == State.DELIVERED
    assert [event.act for event in done.events.order_by("id")] == [
        "submit", "accept", "examine", "grant", "complete", "deliver",
    ]  # fmt: skip
    assert done.due_on == date(2026, 11, 6)  # three working days after Tuesday the 3rd
    assert not done.stages.filter(closed_at__isnull=True).exists()


def test_acceptance_starts_the_clock_at_the_promised_limit(world: World) -> None:
    with on(6):  # a Friday
        accepted = cases.accept(world.case.pk, by=world.clerk)
    assert (accepted.due_on, accepted.due_provisional) == (date(2026, 11, 11), False)
    stage = cases.open_stage(accepted)
    assert stage is not None
    assert (stage.kind, stage.due_on, stage.assignee_id) == ("examination", accepted.due_on, None)


def test_the_clock_stands_while_the_applicant_is_asked(world: World) -> None:
    with on(3):
        cases.accept(world.case.pk, by=world.clerk)
    with on(4):
        asked = cases.ask_supplement(
            world.case.pk, by=world.officer, points=[Point("Page 2")], answer_by=date(2026, 11, 20)
        )
    assert (asked.state, asked.due_on) == (State.SUSPENDED, None)
    with on(16):
        back = cases.supplement(world.case.pk, by=world.applicant, answers=ANSWERS)
    # The 4th counted; the 5th to the 16th did not; the 17th and 18th are days two and three.
    assert (back.state, back.due_on) == (State.ACCEPTED, date(2026, 11, 18))
    assert [s.number for s in back.submissions.order_by("number")] == [1, 2]


def test_a_supplement_before_acceptance_starts_the_acceptance_period_anew(world: World) -> None:
    with on(3):
        cases.ask_supplement(
            world.case.pk, by=world.clerk, points=[Point("Page 2")], answer_by=date(2026, 11, 20)
        )
    assert cases.open_stage(fresh(world.case)).due_on is None  # type: ignore[union-attr]
    with on(16):
        back = cases.supplement(world.case.pk, by=world.applicant, answers=ANSWERS)
    stage = cases.open_stage(back)
    assert stage is not None
    assert (back.state, stage.due_on, stage.waiting) == (
        State.SUBMITTED,
        date(2026, 11, 23),
        False,
    )


def test_a_refusal_needs_a_reason_and_keeps_it(world: World) -> None:
    with on(3):
        cases.accept(world.case.pk, by=world.clerk)
        cases.examine(world.case.pk, by=world.officer, opinion="Not resident here.")
        with pytest.raises(Refused, match="reason_needed"):
            cases.decide(world.case.pk, by=world.officer, granted=False, reason="  ")
        cases.decide(world.case.pk, by=world.officer, granted=False, reason="Not resident here.")
    decision = Decision.objects.get(case=world.case)
    assert (decision.outcome, decision.reason) == ("refused", "Not resident here.")


@pytest.mark.parametrize("act", ["accept", "examine", "decide"])
def test_other_agencies_do_not_find_the_case(world: World, act: str) -> None:
    calls: dict[str, Any] = {
        "accept": lambda: cases.accept(world.case.pk, by=world.stranger),
        "examine": lambda: cases.examine(world.case.pk, by=world.stranger, opinion="x"),
        "decide": lambda: cases.decide(world.case.pk, by=world.stranger, granted=True),
    }
    with pytest.raises(Refused, match="not_found"):
        calls[act]()
    assert not cases.visible_cases(world.stranger).exists()
    assert not cases.queue(world.stranger).exists()


def test_a_clerk_neither_examines_nor_decides(world: World) -> None:
    cases.accept(world.case.pk, by=world.clerk)
    with pytest.raises(Refused, match="not_your_role"):
        cases.examine(world.case.pk, by=world.clerk, opinion="Fine.")


def test_supervisors_see_but_do_not_handle(world: World) -> None:
    assert cases.visible_cases(world.supervisor).get() == world.case
    with pytest.raises(Refused, match="not_your_role"):
        cases.accept(world.case.pk, by=world.supervisor)


def test_a_colleagues_case_is_left_alone(world: World) -> None:
    stage = cases.open_stage(world.case)
    assert stage is not None
    assert cases.claim([stage.pk], by=world.clerk).taken == (stage.pk,)
    assert cases.claim([stage.pk], by=world.officer).missed == (stage.pk,)
    with pytest.raises(Refused, match="claimed"):
        cases.accept(world.case.pk, by=world.officer)
    cases.assign(world.case.pk, to=world.officer, by=world.supervisor)
    assert cases.accept(world.case.pk, by=world.officer).state == State.ACCEPTED


def test_releasing_undoes_claiming(world: World) -> None:
    stage = cases.open_stage(world.case)
    assert stage is not None
    cases.claim([stage.pk], by=world.clerk)
    assert cases.release([stage.pk], by=world.clerk) == 1
    assert cases.release([stage.pk], by=world.clerk) == 0
    assert cases.claim([stage.pk], by=world.officer).taken == (stage.pk,)


def test_nobody_handles_their_own_case(world: World) -> None:
    agency = world.case.agency
    both = make_officer("officer", agency)
    firm = make_firm(both.account)
    applicant = make_resident()
    make_mandate(applicant.account, firm)
    case = make_case(applicant.resident, world.case.offering, party_id=firm.pk)
    with pytest.raises(Refused, match="your_own"):
        cases.accept(case.pk, by=both.officer)
    stage = cases.open_stage(case)
    assert stage is not None
    assert cases.claim([stage.pk], by=both.officer).taken == ()
    with pytest.raises(Refused, match="your_own"):
        cases.assign(case.pk, to=both.officer, by=world.supervisor)


def test_an_act_on_a_case_that_moved_on_says_so(world: World) -> None:
    cases.accept(world.case.pk, by=world.clerk)
    with pytest.raises(Refused, match="moved_on"):
        cases.accept(world.case.pk, by=world.clerk)
    with pytest.raises(Refused, match="moved_on"):
        cases.refuse_acceptance(world.case.pk, by=world.officer, reason="Too late.")


def test_other_residents_do_not_find_the_case(world: World) -> None:
    other = make_resident().resident
    assert not cases.cases_of(other).exists()
    with pytest.raises(Refused, match="not_found"):
        cases.withdraw(world.case.pk, by=other)
    with pytest.raises(Refused, match="not_found"):
        cases.supplement(world.case.pk, by=other, answers=ANSWERS)


def test_a_withdrawn_case_is_over(world: World) -> None:
    withdrawn = cases.withdraw(world.case.pk, by=world.applicant, reason="Moved away.")
    assert withdrawn.state == State.WITHDRAWN
    assert cases.open_stage(withdrawn) is None
    with pytest.raises(Refused, match="moved_on"):
        cases.accept(world.case.pk, by=world.clerk)


def test_a_suspended_case_that_ends_does_not_wait_any_more(world: World) -> None:
    cases.accept(world.case.pk, by=world.clerk)
    until = clock.today() + timedelta(days=15)
    cases.ask_supplement(world.case.pk, by=world.officer, points=[Point("x")], answer_by=until)
    ended = cases.terminate(world.case.pk, by=world.officer, reason="No answer.")
    assert ended.state == State.TERMINATED
    assert cases.open_request(ended) is None
    assert not ended.pauses.filter(answered_on__isnull=True).exists()


def test_sending_a_draft_twice_gives_one_case(world: World) -> None:
    party = world.applicant.own_party_id
    assert party is not None
    draft = cases.start_draft(world.applicant, world.offering_id, party)
    cases.save_draft(world.applicant, draft.pk, ANSWERS, step="parents")
    first = cases.submit(draft.pk, by=world.applicant)
    assert cases.submit(draft.pk, by=world.applicant) == first
    with pytest.raises(Refused, match="sent"):
        cases.save_draft(world.applicant, draft.pk, ANSWERS, step="parents")
    with pytest.raises(Refused, match="sent"):
        cases.discard_draft(world.applicant, draft.pk)


def test_a_draft_is_resumed_not_made_again(world: World) -> None:
    party = world.applicant.own_party_id
    assert party is not None
    draft = cases.start_draft(world.applicant, world.offering_id, party)
    assert cases.start_draft(world.applicant, world.offering_id, party) == draft
    with pytest.raises(Refused, match="not_found"):
        cases.find_draft(make_resident().resident, draft.pk)


def test_wrong_answers_send_nothing(world: World) -> None:
    party = world.applicant.own_party_id
    assert party is not None
    draft = cases.start_draft(world.applicant, world.offering_id, party)
    wrong = ANSWERS | {"mother_id": "990102199001010016"}
    cases.save_draft(world.applicant, draft.pk, wrong, step="parents")
    before = Case.objects.count()
    with pytest.raises(cases.InvalidAnswers) as caught:
        cases.submit(draft.pk, by=world.applicant)
    assert [error.id for error in caught.value.errors] == ["f-mother_id"]
    assert Case.objects.count() == before


def test_an_idempotency_key_gives_the_same_case_or_a_refusal(world: World) -> None:
    party = world.applicant.own_party_id
    assert party is not None
    send = lambda answers: cases.submit_answers(  # noqa: E731
        world.offering_id, party, answers, by=world.applicant, key="k1"
    )
    first, new = send(ANSWERS)
    again, renewed = send(ANSWERS)
    assert (first, new, renewed) == (again, True, False)
    with pytest.raises(Refused, match="key_reused"):
        send(ANSWERS | {"child_name": "林大满"})


def test_identity_numbers_are_sealed_in_what_was_sent(world: World) -> None:
    stored = Submission.objects.get(case=world.case)
    assert ANSWERS["mother_id"] not in str(stored.answers)
    assert cases.case_answers(world.case)["mother_id"] == ANSWERS["mother_id"]
    assert SMALL_FORM.field("mother_id") is not None


def test_a_calendar_that_changes_moves_running_deadlines_and_says_so(world: World) -> None:
    with on(3):
        cases.accept(world.case.pk, by=world.clerk)
    with on(4):
        set_day("cn", SpecialDay(date(2026, 11, 5), "holiday", {"zh": "地方节日"}))
        assert cases.recalculate(since=date(2026, 11, 10)) == 0
        assert cases.recalculate(since=date(2026, 11, 5)) == 1
        assert cases.recalculate() == 0
    assert fresh(world.case).due_on == date(2026, 11, 9)
    assert world.case.events.order_by("-id")[0].act == "recalculate"


# What no code path does, the database refuses by itself.


def refused_by_database(sql: str, *values: object) -> None:
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)


@pytest.mark.parametrize(
    "change",
    [
        "state = 'granted'",
        "state = 'accepted'",
        "state = 'delivered', delivered_at = now()",
        "state = 'withdrawn'",
        "state = 'nonsense'",
        "completed_at = now()",
        "accepted_at = now()",
        "decided_at = now()",
        "state = 'accepted', accepted_at = submitted_at - interval '1 day'",
    ],
)
def test_impossible_rows_are_refused(world: World, change: str) -> None:
    refused_by_database(f"UPDATE cases_case SET {change} WHERE id = %s", world.case.pk)


@pytest.mark.parametrize("table", ["cases_caseevent", "cases_submission"])
def test_history_cannot_be_rewritten(world: World, table: str) -> None:
    refused_by_database(f"DELETE FROM {table} WHERE case_id = %s", world.case.pk)
    refused_by_database(f"UPDATE {table} SET note = 'x' WHERE case_id = %s", world.case.pk)
    assert CaseEvent.objects.filter(case=world.case).count() == 1


def test_a_case_has_one_open_stage_of_a_kind_at_an_agency(world: World) -> None:
    refused_by_database(
        "INSERT INTO cases_stage (case_id, kind, agency_id, region_path, opened_at, waiting,"
        " sort_day) SELECT case_id, kind, agency_id, region_path, opened_at, waiting,"
        " '9999-12-31' FROM cases_stage WHERE case_id = %s",
        world.case.pk,
    )


def test_acts_are_announced_with_what_listeners_need(world: World) -> None:
    from tongban.cases.records import news

    event = world.case.events.get()
    make_mandate(make_account(), world.case.party, until=LONG_AGO + timedelta(days=1))  # over
    told = news(world.case, event, cases.open_stage(world.case))
    assert told["accounts"] == [world.applicant.account_id]
    assert told["number"] == world.case.number
    assert told["item"] == world.case.offering.name
    assert told["act"] == Act.SUBMIT
