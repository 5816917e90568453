"""Accounts as others need them: their names, how to reach them, what they prefer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Q, Subquery

from tongban.identity.models import Account, Mandate, Party, Post
from tongban.identity.phones import local_phone
from tongban.kernel import clock


@dataclass(frozen=True)
class Contact:
    """How to reach an account. `email` is proven, or ""; `phone` too, as people write it."""

    account_id: int
    name: str
    email: str
    phone: str
    language: str
    region_code: str | None


def contacts(account_ids: Iterable[int]) -> dict[int, Contact]:
    """Those of the accounts that exist and are active, by id. Three queries."""
    accounts = list(Account.objects.filter(pk__in=set(account_ids), is_active=True))
    ids = [account.pk for account in accounts]
    names = account_names(ids)
    proven = EmailAddress.objects.filter(user_id__in=ids, verified=True).order_by("primary", "pk")
    emails = dict(proven.values_list("user_id", "email"))  # the primary one comes last and stays
    return {
        account.pk: Contact(
            account_id=account.pk,
            name=names[account.pk],
            email=emails.get(account.pk, ""),
            phone=local_phone(account.phone or "") if account.phone_verified else "",
            language=account.language,
            region_code=account.region_id,
        )
        for account in accounts
    }


def contacts_for_party(party_id: int) -> list[Contact]:
    """Everyone who may act for a party now, to be told about its cases."""
    now = clock.now()
    live = Mandate.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now),
        party_id=party_id,
        revoked_at__isnull=True,
        since__lte=now,
    )
    return list(contacts(live.values_list("account_id", flat=True)).values())


def account_names(account_ids: Iterable[int]) -> dict[int, str]:
    """What to call accounts: the person's name, else the user name. Two queries."""
    rows = Account.objects.filter(pk__in=set(account_ids)).values_list("pk", "username")
    names = dict(rows)
    own = Party.objects.filter(
        mandates__account_id__in=names,
        mandates__capacity=Mandate.Capacity.SELF,
        mandates__revoked_at__isnull=True,
    )
    names.update(own.values_list("mandates__account_id", "name"))
    return names


@dataclass(frozen=True)
class Greeting:
    """What a page's header says of who is signed in."""

    name: str
    is_staff: bool


def greeting(account_id: int) -> Greeting:
    """The header's words for an account. One query."""
    now = clock.now()
    own = Party.objects.filter(
        mandates__account_id=OuterRef("pk"),
        mandates__capacity=Mandate.Capacity.SELF,
        mandates__revoked_at__isnull=True,
    )
    posts = Post.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), account_id=OuterRef("pk"), since__lte=now
    )
    username, name, staff = (
        Account.objects.filter(pk=account_id)
        .annotate(own_name=Subquery(own.values("name")[:1]), holds_post=Exists(posts))
        .values_list("username", "own_name", "holds_post")
        .get()
    )
    return Greeting(name or username, staff)


def save_language(account_id: int, language: str) -> None:
    """Remember the language somebody reads in; notices are written in it."""
    Account.objects.filter(pk=account_id).exclude(language=language).update(language=language)


def save_region(account_id: int, region_code: str | None) -> None:
    """Remember where somebody lives; pages begin with what is offered there."""
    Account.objects.filter(pk=account_id).update(region_id=region_code)
