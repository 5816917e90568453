"""Parties: the people and firms that cases are about, and what the platform knows of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, transaction
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tongban.directory.api import is_credit_code
from tongban.identity import idnumber
from tongban.identity.models import Account, Mandate, Party
from tongban.identity.phones import local_phone
from tongban.identity.viewers import Resident
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.sealed import blind_index, seal, unseal

# What an identity number is sealed as; part of every sealed value, so it never changes.
ID_NUMBER = "party.id_number"

# A known answer has the shape of its question: text, or an address with region and street.
KnownAnswer = str | dict[str, str]


@dataclass(frozen=True)
class PartySummary:
    """A person or firm as pages show it. The identity number is masked, "" if none is known.

    `capacity` is the asking resident's own: self, representative, agent or guardian; "" for staff.
    """

    id: int
    kind: str
    name: str
    masked_id_number: str
    credit_code: str
    representative: str
    birth_date: date | None
    phone: str
    email: str
    region_code: str | None
    address: str
    capacity: str = ""


@transaction.atomic
def register_person(
    *,
    name: str,
    account_id: int | None = None,
    id_number: str = "",
    phone: str = "",
    email: str = "",
    region_code: str | None = None,
    address: str = "",
) -> int:
    """Make a person, the account's own self if one is given; returns the party's id.

    Raises Refused where the identity number is wrong or taken.
    """
    party = Party(
        kind=Party.Kind.PERSON,
        name=name,
        phone=phone,
        email=email,
        region_id=region_code,
        address=address,
        created_at=clock.now(),
    )
    if id_number:
        _put_id_number(party, id_number)
    _save(party, "party.id_number_taken")
    if account_id is not None:
        Mandate.objects.create(
            account_id=account_id,
            party=party,
            capacity=Mandate.Capacity.SELF,
            since=party.created_at,
            given_by_id=account_id,
        )
    return party.pk


@transaction.atomic
def add_id_number(resident: Resident, party_id: int, id_number: str) -> None:
    """Put down a person's identity number, once: it cannot be changed online afterwards.

    Raises Refused where it is wrong, where one is there already, or where another party has it
    (without saying whose it is).
    """
    _own(resident, party_id)
    party = Party.objects.select_for_update().get(pk=party_id)
    if party.kind != Party.Kind.PERSON:
        raise Refused("party.no_person", _("Only a person has an identity number."))
    if party.id_number_index is not None:
        raise Refused(
            "party.id_number_known",
            _(
                "Your identity number is on file. To correct it, go to a service window with "
                "your card."
            ),
            field="id_number",
        )
    _put_id_number(party, id_number)
    _save(party, "party.id_number_taken")


@transaction.atomic
def register_firm(
    resident: Resident,
    *,
    name: str,
    credit_code: str,
    representative: str,
    phone: str = "",
    region_code: str | None = None,
    address: str = "",
) -> int:
    """Make a firm the resident acts for; returns the party's id.

    Whose name is the legal representative's acts as such and may authorise others; anybody else
    is an agent. Nothing proves the claim yet (no business register is connected): a case's
    officer sees the capacity and checks the papers. Raises Refused where the credit code is
    wrong, or the firm is registered already.
    """
    code = credit_code.strip().upper()
    if not is_credit_code(code):
        raise Refused(
            "firm.credit_code",
            _(
                "That is not a unified social credit code. It has 18 characters and stands on the "
                "business licence."
            ),
            field="credit_code",
        )
    party = Party(
        kind=Party.Kind.FIRM,
        name=name,
        credit_code=code,
        representative=representative,
        phone=phone,
        region_id=region_code,
        address=address,
        created_at=clock.now(),
    )
    _save(party, "firm.taken")
    own = _self(resident)
    Mandate.objects.create(
        account_id=resident.account_id,
        party=party,
        capacity=Mandate.Capacity.REPRESENTATIVE
        if own is not None and own.name == representative
        else Mandate.Capacity.AGENT,
        since=party.created_at,
        given_by_id=resident.account_id,
    )
    return party.pk


@transaction.atomic
def update_party(
    resident: Resident,
    party_id: int,
    *,
    phone: str,
    email: str,
    region_code: str | None,
    address: str,
) -> None:
    """Change how a party is reached and where it lives. Raises Refused if it is not theirs."""
    party = _own(resident, party_id)
    party.phone, party.email, party.region_id, party.address = phone, email, region_code, address
    party.save(update_fields=["phone", "email", "region", "address"])


def parties_named(words: str) -> QuerySet[Party, int]:
    """The ids of parties whose names hold these words, capitals or not; for a condition on rows.

    An index of the pairs of characters finds them; a single character has none, and takes long.
    """
    words = words.lower()
    found = Party.objects.annotate(lower=Lower("name")).filter(lower__contains=words)
    if len(words) > 1:
        found = found.annotate(pairs=_pairs(F("name"))).filter(
            pairs__contains=_pairs(Value(words, TextField()))
        )
    return found.values_list("pk", flat=True)


def _pairs(words: F | Value) -> Func:
    return Func(words, function="identity_pairs", output_field=ArrayField(TextField()))


def parties_of(resident: Resident) -> list[PartySummary]:
    """The parties the resident may act for, their own first."""
    mandates = Mandate.objects.filter(
        account_id=resident.account_id, party_id__in=resident.party_ids, revoked_at__isnull=True
    ).select_related("party")
    found = [_summary(mandate.party, mandate.capacity) for mandate in mandates.order_by("pk")]
    return sorted(found, key=lambda party: party.id != resident.own_party_id)


def party_of(resident: Resident, party_id: int) -> PartySummary:
    """One of the parties the resident may act for. Raises Refused."""
    for party in parties_of(resident):
        if party.id == party_id:
            return party
    raise _not_yours()


def party_card(party_id: int) -> PartySummary:
    """A party for staff, whose case with it the caller has found visible (then `record_access`)."""
    return _summary(Party.objects.get(pk=party_id))


def party_names(party_ids: Iterable[int]) -> dict[int, str]:
    """Names by id, for lists. One query."""
    return dict(Party.objects.filter(pk__in=set(party_ids)).values_list("pk", "name"))


def find_person(id_number: str) -> int | None:
    """The person with that identity number, found by its blind index; for staff at a window."""
    index = blind_index(_tidy(id_number), ID_NUMBER)
    return Party.objects.filter(id_number_index=index).values_list("pk", flat=True).first()


def known_answers(resident: Resident, party_id: int) -> dict[str, KnownAnswer]:
    """What need not be asked again, by what it is: "person.name", "firm.credit_code" ….

    `person.*` is the party if it is a person, else the resident themselves, who acts for the
    firm. Unknown answers are left out. Addresses are {"region": code, "street": text}. Raises
    Refused if the party is not theirs.
    """
    party = _own(resident, party_id)
    answers: dict[str, KnownAnswer] = {}
    person: Party | None = party
    if party.kind == Party.Kind.FIRM:
        answers |= {
            "firm.name": party.name,
            "firm.credit_code": party.credit_code or "",
            "firm.representative": party.representative,
        }
        if party.address and party.region_id:
            answers["firm.address"] = {"region": party.region_id, "street": party.address}
        person = _self(resident)
    if person is not None:
        phone, email = person.phone, person.email
        if person.pk == resident.own_party_id and not (phone and email):
            account = Account.objects.get(pk=resident.account_id)
            phone = phone or (local_phone(account.phone or "") if account.phone_verified else "")
            email = email or account.email
        answers |= {
            "person.name": person.name,
            "person.phone": phone,
            "person.email": email,
            "person.region": person.region_id or "",
            "person.birth_date": person.birth_date.isoformat() if person.birth_date else "",
        }
        if person.id_number_sealed:
            answers["person.id_number"] = unseal(person.id_number_sealed, ID_NUMBER)
        if person.address and person.region_id:
            answers["person.address"] = {"region": person.region_id, "street": person.address}
    return {name: answer for name, answer in answers.items() if answer}


def open_id_number(party: Party) -> str:
    """The party's identity number, "" if none is known. Only for code that records the access."""
    return unseal(party.id_number_sealed, ID_NUMBER) if party.id_number_sealed else ""


def mask_id_number(number: str) -> str:
    """Enough to recognise one's own: 9901**********1234."""
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}" if len(number) > 8 else ""


def _put_id_number(party: Party, id_number: str) -> None:
    number = _tidy(id_number)
    born = idnumber.birth_date(number)
    if not idnumber.is_valid(number) or born is None or born > clock.today():
        raise Refused(
            "party.id_number",
            _(
                "That is not an identity number. It has 18 characters and stands on the identity "
                "card; check each digit."
            ),
            field="id_number",
        )
    party.id_number_sealed = seal(number, ID_NUMBER)
    party.id_number_index = blind_index(number, ID_NUMBER)
    party.birth_date = born


def _tidy(id_number: str) -> str:
    return "".join(id_number.split()).upper()


def _save(party: Party, taken: str) -> None:
    """Save, leaving it to the database to find that an identifier is taken."""
    try:
        with transaction.atomic():
            party.save()
    except IntegrityError as error:
        if "_key" not in str(error) and "_uniq" not in str(error):
            raise
        message = {
            "party.id_number_taken": _(
                "This identity number cannot be used here. If it is yours, go to a service window "
                "with your card, and we will sort it out."
            ),
            "firm.taken": _(
                "This firm is registered already. Ask its legal representative to authorise you."
            ),
        }[taken]
        field = "id_number" if party.kind == Party.Kind.PERSON else "credit_code"
        raise Refused(taken, message, field=field) from error


def _own(resident: Resident, party_id: int) -> Party:
    if not resident.may_act_for(party_id):
        raise _not_yours()
    return Party.objects.get(pk=party_id)


def _self(resident: Resident) -> Party | None:
    if resident.own_party_id is None:
        return None
    return Party.objects.get(pk=resident.own_party_id)


def _not_yours() -> Refused:
    return Refused("party.not_yours", _("You may not act for that person or firm."))


def _summary(party: Party, capacity: str = "") -> PartySummary:
    return PartySummary(
        id=party.pk,
        kind=party.kind,
        name=party.name,
        masked_id_number=mask_id_number(open_id_number(party)),
        credit_code=party.credit_code or "",
        representative=party.representative,
        birth_date=party.birth_date,
        phone=party.phone,
        email=party.email,
        region_code=party.region_id,
        address=party.address,
        capacity=capacity,
    )
