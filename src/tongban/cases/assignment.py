"""Who works on a stage: claim it, give it back, or hand it to a colleague."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.cases.lifecycle import Actor
from tongban.cases.models import Case, Stage
from tongban.cases.queries import QueueFilter, queue, staff_part, visible_cases
from tongban.cases.records import is_theirs, write_event
from tongban.identity.api import Officer
from tongban.kernel.errors import Refused

# A queue page can be claimed at once, a whole department's backlog cannot.
MOST_AT_ONCE = 100
_WORKERS = frozenset({Actor.CLERK, Actor.OFFICER})


@dataclass(frozen=True)
class Claimed:
    """What a bulk claim did: stages now yours, and those that were not to be had."""

    taken: tuple[int, ...]
    missed: tuple[int, ...]


@transaction.atomic
def claim(stage_ids: Sequence[int], *, by: Officer) -> Claimed:
    """Take open, unclaimed stages. Those a colleague took first, and one's own cases, are missed.

    Raises Refused for more than MOST_AT_ONCE.
    """
    if len(stage_ids) > MOST_AT_ONCE:
        raise Refused("claim.too_many", _("Claim at most 100 cases at once."))
    stages = list(
        queue(by, QueueFilter(roles=("clerk", "officer")))
        .select_for_update(of=("self",))
        .filter(pk__in=stage_ids, assignee__isnull=True)
        .order_by("pk")
    )
    taken = []
    for stage in stages:
        part = staff_part(by, stage, _WORKERS)
        if part is None or is_theirs(stage.case, by.account_id):
            continue
        stage.assignee_id = by.account_id
        stage.save(update_fields=["assignee"])
        write_event(stage.case, "claim", by=by.account_id, actor=part, stage=stage)
        taken.append(stage.pk)
    return Claimed(tuple(taken), tuple(pk for pk in stage_ids if pk not in taken))


@transaction.atomic
def release(stage_ids: Sequence[int], *, by: Officer) -> int:
    """Give claimed stages back to the queue; how many. The undo of `claim`."""
    stages = Stage.objects.select_for_update().filter(
        pk__in=stage_ids, assignee_id=by.account_id, closed_at__isnull=True
    )
    count = 0
    for stage in stages:
        stage.assignee_id = None
        stage.save(update_fields=["assignee"])
        part = staff_part(by, stage, _WORKERS) or Actor.OFFICER
        write_event(stage.case, "release", by=by.account_id, actor=part, stage=stage)
        count += 1
    return count


@transaction.atomic
def assign(case_id: UUID, *, to: Officer | None, by: Officer) -> Case:
    """A supervisor gives a case's open stage to a colleague, or (None) back to the queue.

    Raises Refused.
    """
    case = visible_cases(by).select_for_update(of=("self",)).filter(pk=case_id).first()
    stage = case.stages.select_for_update().filter(closed_at__isnull=True).first() if case else None
    if case is None or stage is None:
        raise Refused("case.not_found", _("No case with that number is open to you."))
    supervises = any(
        post.agency_id in (None, stage.agency_id) and stage.region_path.startswith(post.region_path)
        for post in by.posts_as("supervisor")
    )
    if not supervises:
        raise Refused("case.not_your_role", _("Your role does not include this step."))
    if to is not None and staff_part(to, stage, _WORKERS) is None:
        raise Refused("assign.not_theirs", _("That colleague holds no post for this case."), "to")
    if to is not None and is_theirs(case, to.account_id):
        raise Refused("case.your_own", _("That colleague is the applicant of this case."), "to")
    stage.assignee_id = to.account_id if to else None
    stage.save(update_fields=["assignee"])
    write_event(
        case,
        "assign",
        by=by.account_id,
        actor="supervisor",
        stage=stage,
        data={"to": to.account_id if to else None},
    )
    return case
