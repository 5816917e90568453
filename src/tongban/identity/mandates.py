"""Mandates: who may act for whom, given, ended, and kept for the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tongban.identity.contacts import account_names
from tongban.identity.models import Account, Mandate
from tongban.identity.phones import normalise_phone
from tongban.identity.viewers import Resident
from tongban.kernel import clock
from tongban.kernel.errors import Refused


@dataclass(frozen=True)
class MandateSummary:
    """One mandate, live or ended. `holder` is the name of who may act."""

    id: int
    party_id: int
    party_name: str
    account_id: int
    holder: str
    capacity: str
    since: datetime
    until: datetime | None
    revoked_at: datetime | None


@transaction.atomic
def authorise(
    resident: Resident,
    party_id: int,
    *,
    contact: str,
    name: str,
    capacity: Literal["agent", "guardian"] = "agent",
    until: datetime | None = None,
) -> int:
    """Let another account act for a party; returns the mandate's id.

    Only the person themselves, or a firm's legal representative, may. The other is found by a
    proven phone or e-mail address and must bear that name, so that nothing is learned of
    strangers. Raises Refused.
    """
    _require_principal(resident, party_id)
    if until is not None and until <= clock.now():
        raise Refused("mandate.past", _("The last day must lie in the future."), field="until")
    other = _account(contact, name)
    if other is None:
        raise Refused(
            "mandate.nobody",
            _(
                "We found no account with that contact and name. Ask the other person which mobile "
                "number or e-mail address they sign in with, and how their name is written there."
            ),
            field="contact",
        )
    if other.pk == resident.account_id:
        raise Refused("mandate.self", _("You may act for this party already."), field="contact")
    now = clock.now()
    # An expired mandate makes room for a new one; a live one is replaced, so that the record shows
    # what held when.
    Mandate.objects.filter(account=other, party_id=party_id, revoked_at__isnull=True).update(
        revoked_at=now
    )
    mandate = Mandate.objects.create(
        account=other,
        party_id=party_id,
        capacity=capacity,
        since=now,
        until=until,
        given_by_id=resident.account_id,
    )
    return mandate.pk


@transaction.atomic
def revoke(resident: Resident, mandate_id: int) -> None:
    """End a mandate: by who gave it for the party, or by its holder. Raises Refused."""
    mandate = (
        Mandate.objects.select_for_update()
        .filter(pk=mandate_id, revoked_at__isnull=True)
        .exclude(capacity=Mandate.Capacity.SELF)
        .first()
    )
    if mandate is None:
        raise Refused("mandate.gone", _("That authorisation has ended already."))
    if mandate.account_id != resident.account_id:
        _require_principal(resident, mandate.party_id)
    mandate.revoked_at = clock.now()
    mandate.save(update_fields=["revoked_at"])


def mandates_for(resident: Resident, party_id: int) -> list[MandateSummary]:
    """Who may or might act for a party, newest first. Raises Refused unless it is theirs to say."""
    _require_principal(resident, party_id)
    return _summaries(Mandate.objects.filter(party_id=party_id))


def mandates_held(resident: Resident) -> list[MandateSummary]:
    """The resident's own mandates, ended ones too, newest first."""
    return _summaries(Mandate.objects.filter(account_id=resident.account_id))


def _require_principal(resident: Resident, party_id: int) -> None:
    principal = Mandate.objects.filter(
        Q(until__isnull=True) | Q(until__gt=clock.now()),
        account_id=resident.account_id,
        party_id=party_id,
        revoked_at__isnull=True,
        capacity__in=[Mandate.Capacity.SELF, Mandate.Capacity.REPRESENTATIVE],
    )
    if not principal.exists():
        raise Refused(
            "mandate.not_yours_to_give",
            _("Only the person themselves, or the firm's legal representative, can do this."),
        )


def _account(contact: str, name: str) -> Account | None:
    """The active account with that proven contact whose own party bears that name."""
    number = normalise_phone(contact)
    owners = EmailAddress.objects.filter(email=contact.strip().lower(), verified=True)
    found = Q(phone=number, phone_verified=True) if number else Q(pk__in=owners.values("user_id"))
    return (
        Account.objects.filter(found, is_active=True)
        .filter(
            mandates__capacity=Mandate.Capacity.SELF,
            mandates__revoked_at__isnull=True,
            mandates__party__name=" ".join(name.split()),
        )
        .first()
    )


def _summaries(rows: QuerySet[Mandate]) -> list[MandateSummary]:
    mandates = list(rows.select_related("party").order_by("-since", "-pk"))
    names = account_names(mandate.account_id for mandate in mandates)
    return [
        MandateSummary(
            id=mandate.pk,
            party_id=mandate.party_id,
            party_name=mandate.party.name,
            account_id=mandate.account_id,
            holder=names[mandate.account_id],
            capacity=mandate.capacity,
            since=mandate.since,
            until=mandate.until,
            revoked_at=mandate.revoked_at,
        )
        for mandate in mandates
    ]
