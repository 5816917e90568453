"""Decide: grant or refuse (决定)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.cases.lifecycle import Act
from tongban.cases.models import Case, Decision
from tongban.cases.records import lock_as_officer, move
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused


@transaction.atomic
def decide(case_id: UUID, *, by: Officer, granted: bool, reason: str = "") -> Case:
    """Decide. A refusal says why and on what ground (行政许可法 §38). Raises Refused."""
    reason = reason.strip()
    if not granted and not reason:
        raise Refused(
            "case.reason_needed",
            _("A refusal says why, and on what legal ground; the applicant will read it."),
            "reason",
        )
    act = Act.GRANT if granted else Act.REFUSE
    case, stage, part = lock_as_officer(case_id, by, act)
    moment = clock.now()
    Decision.objects.create(
        case=case,
        outcome="granted" if granted else "refused",
        document_number=f"{clock.local_date(moment).year}-{case.number}",
        reason=reason,
        decided_by_id=by.account_id,
        decided_at=moment,
    )
    move(case, stage, act, by=by.account_id, actor=part, note=reason)
    return case
