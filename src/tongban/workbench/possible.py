"""Which acts a case's page offers an officer, and what stands in the way of the others."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.cases.api import (
    MOVES,
    Act,
    Actor,
    Case,
    QueueFilter,
    Stage,
    is_own,
    queue,
    staff_part,
)
from tongban.identity.api import Officer

# The pages of the acts, in the order in which they are offered.
ACTS: dict[str, tuple[Act, ...]] = {
    "accept": (Act.ACCEPT,),
    "examine": (Act.EXAMINE,),
    "decide": (Act.GRANT, Act.REFUSE),
    "complete": (Act.COMPLETE,),
    "deliver": (Act.DELIVER,),
    "ask-supplement": (Act.ASK_SUPPLEMENT,),
    "refuse-acceptance": (Act.REFUSE_ACCEPTANCE,),
    "terminate": (Act.TERMINATE,),
}
# The acts that lead a case on its usual way.
ONWARD = ("accept", "examine", "decide", "complete", "deliver")
_WORKERS = frozenset({Actor.CLERK, Actor.OFFICER})


@dataclass(frozen=True)
class Possible:
    """What an officer can do with a case now. `blocked`: why they cannot go on, in words."""

    acts: tuple[str, ...] = ()
    can_claim: bool = False
    can_release: bool = False
    can_assign: bool = False
    is_own: bool = False
    blocked: str = ""


def possible_for(officer: Officer, case: Case, stage: Stage | None, assignee: str = "") -> Possible:
    """The acts to offer; the acts themselves check again, under lock. At most two queries."""
    if is_own(case, officer):
        return Possible(is_own=True)
    if stage is None:
        return Possible()
    assigns = supervises(officer, stage)
    works = staff_part(officer, stage, _WORKERS) is not None
    if stage.assignee_id not in (None, officer.account_id):
        blocked = ""
        if works:
            blocked = _(
                "%(name)s is working on this case. Ask them to give it back, or a supervisor to "
                "hand it over to you."
            ) % {"name": assignee}
        return Possible(can_assign=assigns, blocked=blocked)
    acts = tuple(
        slug
        for slug, moves in ACTS.items()
        if any(
            case.state in MOVES[act].to and staff_part(officer, stage, MOVES[act].by)
            for act in moves
        )
    )
    blocked = ""
    if works and not acts and not stage.waiting:
        blocked = _("This step is for case officers. There is nothing for you to do here now.")
    return Possible(
        acts=acts,
        can_claim=works and stage.assignee_id is None,
        can_release=stage.assignee_id == officer.account_id,
        can_assign=assigns,
        blocked=blocked,
    )


def may_ever(officer: Officer, stage: Stage, slug: str) -> bool:
    """Whether the act is part of the officer's role at all, whatever the case's state."""
    if slug == "assign":
        return supervises(officer, stage)
    return any(staff_part(officer, stage, MOVES[act].by) is not None for act in ACTS[slug])


def supervises(officer: Officer, stage: Stage) -> bool:
    """Whether a stage lies within one of the officer's posts as supervisor."""
    if not officer.has_role("supervisor"):
        return False
    return queue(officer, QueueFilter(roles=("supervisor",))).filter(pk=stage.pk).exists()
