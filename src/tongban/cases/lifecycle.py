"""The one table of moves: which act takes a case from which state to which, and whose act it is.

Pure. Acts ask `after()`; the database's constraints on `Case` repeat the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a case is."""

    SUBMITTED = "submitted"  # 已提交，待受理
    INCOMPLETE = "incomplete"  # 待补正 (before acceptance)
    ACCEPTED = "accepted"  # 已受理，审查中
    SUSPENDED = "suspended"  # 审查中待补正，计时中止
    EXAMINED = "examined"  # 已审查，待决定
    GRANTED = "granted"  # 准予，待办结
    REFUSED = "refused"  # 不予许可，待办结
    COMPLETED = "completed"  # 已办结，待送达
    DELIVERED = "delivered"  # 已送达
    NOT_ACCEPTED = "not_accepted"  # 不予受理
    WITHDRAWN = "withdrawn"  # 申请人撤回
    TERMINATED = "terminated"  # 终止办理


class Act(StrEnum):
    """What somebody does to a case. Each is one function of this package."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    REFUSE_ACCEPTANCE = "refuse_acceptance"
    ASK_SUPPLEMENT = "ask_supplement"
    SUPPLEMENT = "supplement"
    EXAMINE = "examine"
    GRANT = "grant"
    REFUSE = "refuse"
    COMPLETE = "complete"
    DELIVER = "deliver"
    WITHDRAW = "withdraw"
    TERMINATE = "terminate"


class Actor(StrEnum):
    """In what part somebody acts. Staff parts are roles of identity's posts."""

    APPLICANT = "applicant"
    CLERK = "clerk"
    OFFICER = "officer"


@dataclass(frozen=True)
class Move:
    """From which states to which, and who may."""

    to: Mapping[State, State]
    by: frozenset[Actor]


_APPLICANT = frozenset({Actor.APPLICANT})
_WINDOW = frozenset({Actor.CLERK, Actor.OFFICER})
_OFFICER = frozenset({Actor.OFFICER})

# SUBMIT makes a case, so it has no state to come from.
FIRST = State.SUBMITTED

MOVES: Mapping[Act, Move] = {
    Act.ACCEPT: Move({State.SUBMITTED: State.ACCEPTED}, _WINDOW),
    Act.REFUSE_ACCEPTANCE: Move(
        {State.SUBMITTED: State.NOT_ACCEPTED, State.INCOMPLETE: State.NOT_ACCEPTED}, _WINDOW
    ),
    Act.ASK_SUPPLEMENT: Move(
        {State.SUBMITTED: State.INCOMPLETE, State.ACCEPTED: State.SUSPENDED}, _WINDOW
    ),
    Act.SUPPLEMENT: Move(
        {State.INCOMPLETE: State.SUBMITTED, State.SUSPENDED: State.ACCEPTED}, _APPLICANT
    ),
    Act.EXAMINE: Move({State.ACCEPTED: State.EXAMINED}, _OFFICER),
    Act.GRANT: Move({State.EXAMINED: State.GRANTED}, _OFFICER),
    Act.REFUSE: Move({State.EXAMINED: State.REFUSED}, _OFFICER),
    Act.COMPLETE: Move({State.GRANTED: State.COMPLETED, State.REFUSED: State.COMPLETED}, _WINDOW),
    Act.DELIVER: Move({State.COMPLETED: State.DELIVERED}, _WINDOW),
    # Until the decision, an applicant may take back what they sent.
    Act.WITHDRAW: Move(
        {
            State.SUBMITTED: State.WITHDRAWN,
            State.INCOMPLETE: State.WITHDRAWN,
            State.ACCEPTED: State.WITHDRAWN,
            State.SUSPENDED: State.WITHDRAWN,
            State.EXAMINED: State.WITHDRAWN,
        },
        _APPLICANT,
    ),
    # An applicant who never supplements, died, or lost what the case was about.
    Act.TERMINATE: Move(
        {
            State.ACCEPTED: State.TERMINATED,
            State.SUSPENDED: State.TERMINATED,
            State.EXAMINED: State.TERMINATED,
        },
        _OFFICER,
    ),
}

FINAL = frozenset({State.DELIVERED, State.NOT_ACCEPTED, State.WITHDRAWN, State.TERMINATED})
# The applicant has been given an answer on the matter and may rate it.
ANSWERED = frozenset({State.COMPLETED, State.DELIVERED})
WAITING_FOR_APPLICANT = frozenset({State.INCOMPLETE, State.SUSPENDED})


class ImpossibleMove(Exception):
    """The act is not possible in this state."""


def after(act: Act, state: State) -> State:
    """The state `act` leads to from `state`. Raises ImpossibleMove."""
    try:
        return MOVES[act].to[state]
    except KeyError:
        raise ImpossibleMove(f"{act} from {state}") from None


def possible(state: State, actor: Actor) -> frozenset[Act]:
    """The acts open to `actor` in `state`."""
    return frozenset(act for act, move in MOVES.items() if state in move.to and actor in move.by)


class StageKind(StrEnum):
    """A piece of work on a case. One is open at a time for each agency that works on it."""

    ACCEPTANCE = "acceptance"
    EXAMINATION = "examination"
    DECISION = "decision"
    COMPLETION = "completion"
    DELIVERY = "delivery"


# The stage a case in a state stands in; final states stand in none.
STAGE_OF: Mapping[State, StageKind | None] = {
    State.SUBMITTED: StageKind.ACCEPTANCE,
    State.INCOMPLETE: StageKind.ACCEPTANCE,
    State.ACCEPTED: StageKind.EXAMINATION,
    State.SUSPENDED: StageKind.EXAMINATION,
    State.EXAMINED: StageKind.DECISION,
    State.GRANTED: StageKind.COMPLETION,
    State.REFUSED: StageKind.COMPLETION,
    State.COMPLETED: StageKind.DELIVERY,
    State.DELIVERED: None,
    State.NOT_ACCEPTED: None,
    State.WITHDRAWN: None,
    State.TERMINATED: None,
}
