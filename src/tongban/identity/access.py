"""Who looked at whose data: recorded for every view by staff, shown to the person concerned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.identity.contacts import account_names
from tongban.identity.models import AccessRecord, Party
from tongban.identity.parties import open_id_number
from tongban.identity.viewers import Officer, Resident
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized

What = Literal["case", "file", "identity_number", "party"]

# Going back and forth on one case is one look at it.
SAME_LOOK = timedelta(minutes=10)


@dataclass(frozen=True)
class AccessEntry:
    """One look: by whom, in which role, from which agency, at what, when."""

    at: datetime
    officer: str
    role: str
    agency_name: Localized | None
    what: str
    case_number: str


def record_access(
    officer: Officer,
    *,
    party_id: int,
    agency_id: int | None,
    what: What = "case",
    case_number: str = "",
) -> None:
    """Record that an officer looked. Again at the same thing within ten minutes is one look."""
    now = clock.now()
    look = {
        "party_id": party_id,
        "account_id": officer.account_id,
        "what": what,
        "case_number": case_number,
    }
    if AccessRecord.objects.filter(**look, at__gt=now - SAME_LOOK).exists():
        return
    AccessRecord.objects.create(**look, agency_id=agency_id, role=_role(officer, agency_id), at=now)


@transaction.atomic
def reveal_id_number(
    officer: Officer, *, party_id: int, agency_id: int | None, case_number: str
) -> str:
    """A party's identity number in full, and a record that this officer saw it.

    The caller has found the case visible to the officer. "" if no number is known.
    """
    record_access(
        officer,
        party_id=party_id,
        agency_id=agency_id,
        what="identity_number",
        case_number=case_number,
    )
    return open_id_number(Party.objects.get(pk=party_id))


def access_records(
    resident: Resident, party_id: int, *, case_number: str = "", limit: int = 100
) -> list[AccessEntry]:
    """Who looked at a party's data (or at one case of it), newest first.

    Raises Refused if it is not theirs.
    """
    if not resident.may_act_for(party_id):
        raise Refused("party.not_yours", _("You may not act for that person or firm."))
    looks = AccessRecord.objects.filter(party_id=party_id).select_related("agency")
    if case_number:
        looks = looks.filter(case_number=case_number)
    rows = list(looks.order_by("-at", "-pk")[:limit])
    names = account_names(row.account_id for row in rows)
    return [
        AccessEntry(
            at=row.at,
            officer=names[row.account_id],
            role=row.role,
            agency_name=row.agency.name if row.agency else None,
            what=row.what,
            case_number=row.case_number,
        )
        for row in rows
    ]


def _role(officer: Officer, agency_id: int | None) -> str:
    """The role that fits the agency, else the first one held."""
    fitting = [post.role for post in officer.posts if post.agency_id in (None, agency_id)]
    return (fitting or [post.role for post in officer.posts] or [""])[0]
