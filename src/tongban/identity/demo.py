"""The demonstration's people, firms, accounts and posts, from files an editor can read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.directory.api import agencies_by_code
from tongban.identity import idnumber
from tongban.identity.models import Account, Mandate, Party, Post
from tongban.identity.parties import ID_NUMBER
from tongban.identity.phones import normalise_phone
from tongban.kernel import clock
from tongban.kernel.localized import Localized
from tongban.kernel.sealed import blind_index, seal

# The demonstration's cases have a past, and so have the people in them.
_PAST = timedelta(days=1000)


@dataclass(frozen=True)
class DemoAccount:
    """An account to show to whoever tries the demonstration: its name, and what to try with it."""

    username: str
    name: str
    note: Localized


@transaction.atomic
def load_demo_people(folder: Path) -> list[DemoAccount]:
    """Load people.yaml, firms.yaml and accounts.yaml; a second time changes nothing.

    Returns the accounts to show. The shared password stands at the top of accounts.yaml.
    """
    people = _people(_read(folder, "people")["people"])
    firms = _firms(_read(folder, "firms")["firms"])
    written = _read(folder, "accounts")
    _accounts(written["accounts"], written["password"], people, firms)
    return [
        DemoAccount(one["username"], one["person"], one["note"])
        for one in written["accounts"]
        if one.get("note")
    ]


def _people(written: list[dict[str, Any]]) -> dict[str, Party]:
    """People by name, found again by the blind index of their identity number."""
    rows = {}
    for one in written:
        number = one["id_number"]
        rows[blind_index(number, ID_NUMBER)] = Party(
            kind=Party.Kind.PERSON,
            name=one["name"],
            id_number_sealed=seal(number, ID_NUMBER),
            id_number_index=blind_index(number, ID_NUMBER),
            birth_date=idnumber.birth_date(number),
            phone=one.get("phone", ""),
            email=one.get("email", ""),
            region_id=one["region"],
            address=one["address"],
            created_at=clock.now() - _PAST,
        )
    known = set(
        Party.objects.filter(id_number_index__in=rows).values_list("id_number_index", flat=True)
    )
    Party.objects.bulk_create(row for index, row in rows.items() if index not in known)
    return {party.name: party for party in Party.objects.filter(id_number_index__in=rows)}


def _firms(written: list[dict[str, Any]]) -> dict[str, Party]:
    """Firms by credit code."""
    codes = [one["credit_code"] for one in written]
    known = set(Party.objects.filter(credit_code__in=codes).values_list("credit_code", flat=True))
    Party.objects.bulk_create(
        Party(
            kind=Party.Kind.FIRM,
            name=one["name"],
            credit_code=one["credit_code"],
            representative=one["representative"],
            phone=one["phone"],
            region_id=one["region"],
            address=one["address"],
            created_at=clock.now() - _PAST,
        )
        for one in written
        if one["credit_code"] not in known
    )
    return {party.credit_code or "": party for party in Party.objects.filter(credit_code__in=codes)}


def _accounts(
    written: list[dict[str, Any]],
    password: str,
    people: dict[str, Party],
    firms: dict[str, Party],
) -> None:
    names = [one["username"] for one in written]
    known = set(Account.objects.filter(username__in=names).values_list("username", flat=True))
    new = [one for one in written if one["username"] not in known]
    if not new:
        return
    hashed = make_password(password)  # once: it is slow on purpose, and the same for all
    since = clock.now() - _PAST
    Account.objects.bulk_create(
        Account(
            username=one["username"],
            password=hashed,
            email=one.get("email", ""),
            phone=normalise_phone(one["phone"]) if one.get("phone") else None,
            phone_verified=bool(one.get("phone")),
            region_id=people[one["person"]].region_id if "person" in one else None,
            is_staff=one.get("superuser", False),
            is_superuser=one.get("superuser", False),
            date_joined=since,
        )
        for one in new
    )
    accounts = {row.username: row for row in Account.objects.filter(username__in=names)}
    EmailAddress.objects.bulk_create(
        EmailAddress(
            user=accounts[one["username"]], email=one["email"], verified=True, primary=True
        )
        for one in new
        if one.get("email")
    )
    mandates, posts = [], []
    agencies = agencies_by_code(
        post["agency"] for one in new for post in one.get("posts", ()) if post.get("agency")
    )
    for one in new:
        account = accounts[one["username"]]
        held = [(people[one["person"]], "self")] if "person" in one else []
        held += [
            (firms.get(other["party"]) or people[other["party"]], other["capacity"])
            for other in one.get("acts_for", ())
        ]
        mandates += [
            Mandate(account=account, party=party, capacity=capacity, since=since, given_by=account)
            for party, capacity in held
        ]
        posts += [
            Post(
                account=account,
                role=post["role"],
                region_id=post["region"],
                agency_id=agencies[post["agency"]].id if post.get("agency") else None,
                since=since,
            )
            for post in one.get("posts", ())
        ]
    Mandate.objects.bulk_create(mandates)
    Post.objects.bulk_create(posts)


def _read(folder: Path, name: str) -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return written
