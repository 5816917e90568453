"""The table of moves, walked exhaustively."""

import pytest

from tongban.cases.lifecycle import (
    ANSWERED,
    FINAL,
    FIRST,
    MOVES,
    STAGE_OF,
    WAITING_FOR_APPLICANT,
    Act,
    Actor,
    ImpossibleMove,
    State,
    after,
    possible,
)


def reachable_from(state: State) -> set[State]:
    seen: set[State] = set()
    waiting = [state]
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen.add(here)
            waiting += [move.to[here] for move in MOVES.values() if here in move.to]
    return seen


def test_every_state_is_reached_from_submission() -> None:
    assert reachable_from(FIRST) == set(State)


@pytest.mark.parametrize("state", sorted(State))
def test_every_case_can_come_to_an_end(state: State) -> None:
    assert reachable_from(state) & FINAL


@pytest.mark.parametrize("state", sorted(FINAL))
def test_nothing_moves_an_ended_case(state: State) -> None:
    for act in Act:
        with pytest.raises((ImpossibleMove, KeyError)):
            after(act, state)
    assert all(not possible(state, actor) for actor in Actor)


def test_every_act_but_submission_is_in_the_table() -> None:
    assert set(MOVES) == set(Act) - {Act.SUBMIT}


def test_staff_never_act_for_the_applicant_and_applicants_never_decide() -> None:
    for act, move in MOVES.items():
        assert (Actor.APPLICANT in move.by) == (act in {Act.SUPPLEMENT, Act.WITHDRAW}), act
        assert move.by


def test_clerks_neither_examine_nor_decide_nor_terminate() -> None:
    clerk = set().union(*(possible(state, Actor.CLERK) for state in State))
    assert clerk.isdisjoint({Act.EXAMINE, Act.GRANT, Act.REFUSE, Act.TERMINATE})


def test_nothing_is_decided_that_was_not_accepted_and_examined() -> None:
    for decided in (State.GRANTED, State.REFUSED):
        sources = {
            state for move in MOVES.values() for state, to in move.to.items() if to is decided
        }
        assert sources == {State.EXAMINED}
    into_examined = {
        s for move in MOVES.values() for s, to in move.to.items() if to is State.EXAMINED
    }
    assert into_examined == {State.ACCEPTED}


def test_a_supplement_leads_back_to_where_it_was_asked() -> None:
    for state, waiting in MOVES[Act.ASK_SUPPLEMENT].to.items():
        assert after(Act.SUPPLEMENT, waiting) is state


def test_open_cases_stand_in_a_stage_and_ended_ones_in_none() -> None:
    assert {state for state, stage in STAGE_OF.items() if stage is None} == FINAL
    assert set(STAGE_OF) == set(State)


def test_withdrawal_ends_with_the_decision() -> None:
    may = {state for state in State if Act.WITHDRAW in possible(state, Actor.APPLICANT)}
    decided = ANSWERED | {State.GRANTED, State.REFUSED}
    assert may == set(State) - decided - FINAL


def test_only_what_was_accepted_is_terminated_and_answered_is_what_was_decided() -> None:
    may = {state for state in State if Act.TERMINATE in possible(state, Actor.OFFICER)}
    assert may == {State.ACCEPTED, State.SUSPENDED, State.EXAMINED}
    assert {State.COMPLETED, State.DELIVERED} == ANSWERED
    assert set(MOVES[Act.SUPPLEMENT].to) == WAITING_FOR_APPLICANT
