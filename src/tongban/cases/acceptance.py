"""Accept an application, or refuse to (受理／不予受理)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.cases.lifecycle import Act
from tongban.cases.models import Case
from tongban.cases.records import lock_as_officer, move
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused


@transaction.atomic
def accept(case_id: UUID, *, by: Officer, note: str = "") -> Case:
    """Accept: the application is complete and in the right place; the legal clock starts.

    Raises Refused.
    """
    case, stage, part = lock_as_officer(case_id, by, Act.ACCEPT)
    move(case, stage, Act.ACCEPT, by=by.account_id, actor=part, note=note)
    return case


@transaction.atomic
def refuse_acceptance(case_id: UUID, *, by: Officer, reason: str) -> Case:
    """Refuse acceptance: not this agency's matter, or not open to applications. Says why.

    Raises Refused.
    """
    if not reason.strip():
        raise Refused(
            "case.reason_needed",
            _("Write why the application is not accepted; the applicant will read it."),
            "reason",
        )
    case, stage, part = lock_as_officer(case_id, by, Act.REFUSE_ACCEPTANCE)
    case.supplement_requests.filter(answered_at__isnull=True).update(answered_at=clock.now())
    move(case, stage, Act.REFUSE_ACCEPTANCE, by=by.account_id, actor=part, note=reason)
    return case
