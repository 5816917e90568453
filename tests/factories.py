"""Rows that tests of several packages need. Each takes what matters to the test, invents the rest.

yunzhou = make_region("990100", parent=make_region("990000"))
police = make_agency(yunzhou)
lin = make_resident(name="林晓雨")          # account + own party + mandate for oneself
firm = make_firm(lin.account)
wu = make_officer("officer", police)        # .officer is the viewer that acts take
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from tongban.directory import uscc
from tongban.directory.api import sort_key
from tongban.directory.models import Agency, Calendar, Region
from tongban.identity import idnumber
from tongban.identity.api import Officer, Resident, officer_for, resident_for
from tongban.identity.models import Account, Mandate, Party, Post
from tongban.identity.parties import ID_NUMBER
from tongban.kernel.sealed import blind_index, seal

PASSWORD = "correct horse 41"
# When what the factories make began: long before anything a test does, also under a frozen clock.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_serial = itertools.count(1)


def make_region(code: str = "990000", *, parent: Region | None = None, **fields: object) -> Region:
    """A region, its path put together from its parent's; the same one if the code is there."""
    if found := Region.objects.filter(pk=code).first():
        return found
    name = fields.pop("name", {"zh": f"区划{code}", "en": f"Region {code}"})
    return Region.objects.create(
        code=code,
        name=name,
        parent=parent,
        level=parent.level + 1 if parent else 1,
        path=f"{parent.path if parent else ''}{code}/",
        **fields,
    )


def make_calendar(code: str = "cn") -> Calendar:
    """A calendar of plain weekends, covered from 2000 to 2099, without holidays."""
    return Calendar.objects.get_or_create(
        code=code,
        defaults={
            "name": {"zh": "工作日历", "en": "Working days"},
            "weekend": [5, 6],
            "covered_from": date(2000, 1, 1),
            "covered_until": date(2099, 12, 31),
        },
    )[0]


def make_agency(region: Region | None = None, **fields: object) -> Agency:
    """An agency with a valid credit code of its own."""
    body = f"11990100{next(_serial):09d}"
    code = body + uscc.check_character(body)
    name = fields.pop("name", {"zh": f"机关{code[-6:]}", "en": f"Agency {code[-6:]}"})
    columns = {
        "code": code,
        "credit_code": code,
        "credit_code_valid": True,
        "function": "civil_affairs",
        "phone": "0990-5550100",
        "complaint_phone": "0990-5550101",
        "sort_key": sort_key(name),  # type: ignore[arg-type]  # a Localized, from the caller
    }
    return Agency.objects.create(region=region or make_region(), name=name, **columns | fields)


def make_account(username: str | None = None, **fields: object) -> Account:
    """An account that may sign in with PASSWORD; a phone or e-mail given counts as proven."""
    phone = fields.get("phone")
    account = Account.objects.create(
        username=username or f"someone{next(_serial)}",
        password=make_password(PASSWORD),
        phone_verified=bool(phone),
        **fields,
    )
    if account.email:
        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account


def make_id_number(born: str = "19900101", region: str = "990102") -> str:
    """A valid identity number nobody else in the test has."""
    body = f"{region}{born}{next(_serial) % 1000:03d}"
    return body + idnumber.check_character(body)


def make_person(*, name: str = "林晓雨", id_number: str | None = None, **fields: object) -> Party:
    """A person with an identity number; `id_number=""` for one without."""
    number = make_id_number() if id_number is None else id_number
    if number:
        fields |= {
            "id_number_sealed": seal(number, ID_NUMBER),
            "id_number_index": blind_index(number, ID_NUMBER),
            "birth_date": idnumber.birth_date(number),
        }
    return Party.objects.create(kind="person", name=name, created_at=LONG_AGO, **fields)


def make_mandate(
    account: Account, party: Party, capacity: str = "agent", **fields: object
) -> Mandate:
    """Lets the account act for the party, since long ago."""
    return Mandate.objects.create(
        account=account, party=party, capacity=capacity, **{"since": LONG_AGO} | fields
    )


@dataclass(frozen=True)
class ResidentRows:
    """What `make_resident` made. `resident` is built anew each time: mandates may have changed."""

    account: Account
    party: Party

    @property
    def resident(self) -> Resident:
        return resident_for(self.account)


def make_resident(
    username: str | None = None, *, name: str = "林晓雨", **fields: object
) -> ResidentRows:
    """An account with its own person. `fields` go to the account."""
    account = make_account(username, **fields)
    party = make_person(name=name)
    make_mandate(account, party, "self")
    return ResidentRows(account, party)


def make_firm(
    account: Account | None = None, *, capacity: str = "representative", **fields: object
) -> Party:
    """A firm, which the account represents if one is given."""
    body = f"91990100MA{next(_serial):07d}"
    columns = {
        "name": "云州青禾食品有限公司",
        "credit_code": body + uscc.check_character(body),
        "representative": "林晓雨",
        "phone": "0990-5550123",
    }
    firm = Party.objects.create(kind="firm", created_at=LONG_AGO, **columns | fields)
    if account is not None:
        make_mandate(account, firm, capacity)
    return firm


@dataclass(frozen=True)
class OfficerRows:
    """What `make_officer` made. `officer` is built anew at each use: posts may have changed."""

    account: Account
    post: Post

    @property
    def officer(self) -> Officer:
        found = officer_for(self.account)
        assert found is not None
        return found


def make_post(
    account: Account,
    role: str,
    agency: Agency | None = None,
    *,
    region: Region | None = None,
    **fields: object,
) -> Post:
    """A post at an agency, or (without one) over all of a region's."""
    return Post.objects.create(
        account=account,
        role=role,
        agency=agency,
        region=region or (agency.region if agency else make_region()),
        **{"since": LONG_AGO} | fields,
    )


def make_officer(
    role: str = "officer",
    agency: Agency | None = None,
    *,
    region: Region | None = None,
    username: str | None = None,
    name: str = "吴建国",
) -> OfficerRows:
    """A member of staff. Clerks and officers get an agency if none is given."""
    if agency is None and role in ("clerk", "officer"):
        agency = make_agency(region)
    account = make_account(username)
    make_mandate(account, make_person(name=name), "self")
    return OfficerRows(account, make_post(account, role, agency, region=region))
