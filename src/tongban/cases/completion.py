"""Complete a decided case, and deliver its result (办结、送达)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.cases.lifecycle import Act
from tongban.cases.models import Case
from tongban.cases.records import lock_as_officer, move
from tongban.identity.api import Officer
from tongban.kernel.errors import Refused

WAYS = ("online", "pick_up", "courier")


@transaction.atomic
def complete(case_id: UUID, *, by: Officer, note: str = "") -> Case:
    """Complete: the result is ready. The legal clock stops. Raises Refused."""
    case, stage, part = lock_as_officer(case_id, by, Act.COMPLETE)
    move(case, stage, Act.COMPLETE, by=by.account_id, actor=part, note=note)
    return case


@transaction.atomic
def deliver(case_id: UUID, *, by: Officer, way: str, reference: str = "") -> Case:
    """Record that the applicant has the result: online, picked up, or by courier (with its number).

    Raises Refused.
    """
    if way not in WAYS:
        raise Refused("case.way_unknown", _("Choose how the result was delivered."), "way")
    if way == "courier" and not reference.strip():
        raise Refused("case.courier_number", _("Enter the courier's parcel number."), "reference")
    case, stage, part = lock_as_officer(case_id, by, Act.DELIVER)
    move(
        case,
        stage,
        Act.DELIVER,
        by=by.account_id,
        actor=part,
        data={"way": way, "reference": reference.strip()},
    )
    return case
