"""What every act has in common: lock the case, check the move, write what changed, tell.

Private to the package; the acts themselves are in the files named after them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.cases import lifecycle
from tongban.cases.deadlines import DELIVERY_LIMIT, Limit, Pause, Unit, due_date
from tongban.cases.lifecycle import Act, Actor, StageKind, State
from tongban.cases.models import NO_DAY, Case, CaseEvent, Stage
from tongban.cases.queries import cases_of, staff_part, visible_cases
from tongban.directory.api import workdays
from tongban.identity.api import Officer, Resident
from tongban.kernel import clock
from tongban.kernel.announcements import announce
from tongban.kernel.errors import Refused
from tongban.kernel.workdays import Workdays


def lock_as_officer(case_id: UUID, officer: Officer, act: Act) -> tuple[Case, Stage, Actor]:
    """Lock a case for an officer's act. Raises Refused with the reason a person can act on."""
    case = visible_cases(officer).select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None:
        raise Refused("case.not_found", _("No case with that number is open to you."))
    stage = case.stages.select_for_update().filter(closed_at__isnull=True).first()
    if stage is None or case.state not in lifecycle.MOVES[act].to:
        raise _moved_on(case)
    part = staff_part(officer, stage, lifecycle.MOVES[act].by)
    if part is None:
        raise Refused("case.not_your_role", _("Your role does not include this step."))
    if stage.assignee_id not in (None, officer.account_id):
        raise Refused(
            "case.claimed",
            _("A colleague has taken this case. Ask them or a supervisor to hand it over."),
        )
    if is_own(case, officer):
        raise Refused(
            "case.your_own", _("You cannot handle a case of your own. A colleague has to.")
        )
    return case, stage, part


def lock_as_applicant(case_id: UUID, resident: Resident, act: Act) -> tuple[Case, Stage]:
    """Lock a case for its applicant's act. Raises Refused."""
    case = cases_of(resident).select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None:
        raise Refused("case.not_found", _("No case with that number is open to you."))
    stage = case.stages.select_for_update().filter(closed_at__isnull=True).first()
    if stage is None or case.state not in lifecycle.MOVES[act].to:
        raise _moved_on(case)
    return case, stage


def is_own(case: Case, officer: Officer) -> bool:
    """Whether an officer has a case's applicant as their own: filed it, or may act for them."""
    return case.filed_by_id == officer.account_id or is_theirs(case, officer.account_id)


def is_theirs(case: Case, account_id: int) -> bool:
    """Whether the account may act for the case's applicant."""
    return case.party.mandates.filter(account_id=account_id, revoked_at__isnull=True).exists()


def move(
    case: Case,
    stage: Stage,
    act: Act,
    *,
    by: int,
    actor: Actor,
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """Take `case` (locked) through `act`: state, times, clock, stages, event, announcement.

    Facts an act adds (a decision, a pause) are written by it before, so that the clock sees them.
    """
    moment = clock.now()
    case.state = lifecycle.after(act, State(case.state))
    _stamp(case, State(case.state), moment)
    set_clock(case)
    _move_stage(case, stage, by if actor is not Actor.APPLICANT else None, moment)
    case.save()
    return write_event(case, act, by=by, actor=actor, stage=stage, note=note, data=data)


def write_event(
    case: Case,
    act: str,
    *,
    by: int | None,
    actor: str,
    stage: Stage | None = None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """Leave the one row an act leaves, and announce it as `case.<act>`."""
    event = CaseEvent.objects.create(
        case=case,
        act=str(act),
        state=case.state,
        by_id=by,
        actor=str(actor),
        agency_id=stage.agency_id if stage and actor != Actor.APPLICANT else None,
        at=clock.now(),
        note=note,
        data=dict(data or {}),
    )
    announce(f"case.{act}", news(case, event, stage))
    return event


def news(case: Case, event: CaseEvent, stage: Stage | None) -> dict[str, Any]:
    """What listeners are told: enough to tell a person without asking back."""
    in_force = Q(until__isnull=True) | Q(until__gt=clock.now())
    accounts = case.party.mandates.filter(in_force, revoked_at__isnull=True).values_list(
        "account_id", flat=True
    )
    return {
        "event": event.pk,
        "case": str(case.pk),
        "number": case.number,
        "act": event.act,
        "state": case.state,
        "actor": event.actor,
        "by": event.by_id,
        "at": event.at.isoformat(),
        "note": event.note,
        "data": event.data,
        "accounts": sorted({*accounts, case.filed_by_id}),
        "assignee": stage.assignee_id if stage else None,
        "item": case.offering.name,
        "agency": case.agency.name,
        "agency_id": case.agency_id,
        "offering_id": case.offering_id,
        "region": case.region_id,
        "due_on": case.due_on.isoformat() if case.due_on else None,
    }


def set_clock(case: Case, calendar: Workdays | None = None) -> None:
    """Derive `due_on` of a case from acceptance, limit, pauses and calendar."""
    case.due_on, case.due_provisional = None, False
    running = (State.ACCEPTED, State.EXAMINED, State.GRANTED, State.REFUSED)
    stopped = (State.COMPLETED, State.DELIVERED, State.TERMINATED, State.WITHDRAWN)
    if case.accepted_at is None or case.limit_days is None:
        return
    if case.state in running or case.state in stopped:
        due = due_date(
            clock.local_date(case.accepted_at),
            Limit(case.limit_days, Unit(case.limit_unit)),
            calendar or workdays(),
            pauses_of(case),
        )
        if due is not None:
            case.due_on, case.due_provisional = due.day, due.provisional


def pauses_of(case: Case) -> list[Pause]:
    """The pauses of a case's main clock (those after acceptance), in order."""
    rows = sorted(case.pauses.all(), key=lambda row: (row.asked_on, row.pk))
    return [Pause(row.asked_on, row.answered_on) for row in rows]


def stage_due(
    case: Case,
    kind: StageKind,
    calendar: Workdays | None = None,
    last_sent: datetime | None = None,
) -> date | None:
    """By when a stage is to be done; None while it waits for the applicant or has no limit.

    `calendar` instead of the one in force; `last_sent` spares looking up the newest submission.
    """
    if case.state in lifecycle.WAITING_FOR_APPLICANT:
        return None
    if kind is StageKind.ACCEPTANCE:
        # A supplement that arrives starts the acceptance period anew (行政许可法 §32).
        since = last_sent or (
            case.submissions.order_by("-number").values_list("made_at", flat=True).first()
        )
        days = case.guide_version.acceptance_days
        start = clock.local_date(since or case.submitted_at)
        due = due_date(start, Limit(days), calendar or workdays())
        return due.day if due else None
    if kind is StageKind.DELIVERY and case.completed_at:
        start = clock.local_date(case.completed_at)
        due = due_date(start, DELIVERY_LIMIT, calendar or workdays())
        return due.day if due else None
    return case.due_on


def open_new_stage(
    case: Case, kind: StageKind, assignee: int | None, *, last_sent: datetime | None = None
) -> Stage:
    """Open a stage at the case's agency. `last_sent` as for `stage_due`."""
    due = stage_due(case, kind, last_sent=last_sent)
    return Stage.objects.create(
        case=case,
        kind=kind,
        agency_id=case.agency_id,
        region_path=case.region_path,
        assignee_id=assignee,
        opened_at=clock.now(),
        due_on=due,
        sort_day=due or NO_DAY,
    )


def _move_stage(case: Case, stage: Stage, by: int | None, moment: datetime) -> None:
    kind = lifecycle.STAGE_OF[State(case.state)]
    if by is not None and stage.assignee_id is None:
        stage.assignee_id = by
    if kind is not None and kind == stage.kind:
        stage.waiting = case.state in lifecycle.WAITING_FOR_APPLICANT
        stage.due_on = stage_due(case, kind)
        stage.sort_day = stage.due_on or NO_DAY
        stage.save()
        return
    stage.closed_at = moment
    stage.waiting = False
    stage.save()
    if kind is not None:
        # Whoever examines also decides and completes, until a colleague takes it; a case fresh
        # from the window waits in the examiners' queue for whoever is free, and a finished one
        # for whoever is at the window.
        keeps = stage.kind != StageKind.ACCEPTANCE and kind != StageKind.DELIVERY
        open_new_stage(case, kind, stage.assignee_id if keeps else None)


_TIMES = {
    State.ACCEPTED: "accepted_at",
    State.EXAMINED: "examined_at",
    State.GRANTED: "decided_at",
    State.REFUSED: "decided_at",
    State.COMPLETED: "completed_at",
    State.DELIVERED: "delivered_at",
    State.NOT_ACCEPTED: "ended_at",
    State.WITHDRAWN: "ended_at",
    State.TERMINATED: "ended_at",
}


def _stamp(case: Case, state: State, moment: datetime) -> None:
    name = _TIMES.get(state)
    # A supplement leads back to "accepted", but a case is accepted once.
    if name and getattr(case, name) is None:
        setattr(case, name, moment)


def _moved_on(case: Case) -> Refused:
    return Refused(
        "case.moved_on",
        _("This case has moved on since you opened it. Look at it again before you act."),
    )
