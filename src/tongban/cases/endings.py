"""Cases that end without a decision: withdrawn by the applicant, or terminated (撤回、终止)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.cases.lifecycle import Act, Actor
from tongban.cases.models import Case
from tongban.cases.records import lock_as_applicant, lock_as_officer, move
from tongban.identity.api import Officer, Resident
from tongban.kernel import clock
from tongban.kernel.errors import Refused


@transaction.atomic
def withdraw(case_id: UUID, *, by: Resident, reason: str = "") -> Case:
    """Take an application back before it is decided. Raises Refused."""
    case, stage = lock_as_applicant(case_id, by, Act.WITHDRAW)
    _end_waiting(case)
    move(case, stage, Act.WITHDRAW, by=by.account_id, actor=Actor.APPLICANT, note=reason.strip())
    return case


@transaction.atomic
def terminate(case_id: UUID, *, by: Officer, reason: str) -> Case:
    """End a case that can no longer be decided, and say why. Raises Refused."""
    if not reason.strip():
        raise Refused(
            "case.reason_needed",
            _("Write why the case ends; the applicant will read it."),
            "reason",
        )
    case, stage, part = lock_as_officer(case_id, by, Act.TERMINATE)
    _end_waiting(case)
    move(case, stage, Act.TERMINATE, by=by.account_id, actor=part, note=reason.strip())
    return case


def _end_waiting(case: Case) -> None:
    """Nothing is expected of the applicant any more."""
    case.supplement_requests.filter(answered_at__isnull=True).update(answered_at=clock.now())
    case.pauses.filter(answered_on__isnull=True).update(answered_on=clock.today())
