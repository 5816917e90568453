"""Tokens by which programs act as an account, through the open interface.

A token has 256 random bits, is shown once, and only its SHA-256 digest is kept: with so many bits
a slow hash would add nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.identity.models import ApiToken
from tongban.identity.viewers import Resident, resident_for
from tongban.kernel import clock
from tongban.kernel.errors import Refused

SCOPES = ("cases:read", "cases:write")
MAXIMUM_DAYS = 366
_PREFIX = "tb_"  # so that leaked tokens can be searched for
_USE_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class TokenBearer:
    """Who a valid token speaks for, and what it may do."""

    token_id: int
    resident: Resident
    scopes: frozenset[str]


@dataclass(frozen=True)
class TokenSummary:
    """A token in its owner's list."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


def make_token(resident: Resident, *, name: str, scopes: Iterable[str], days: int) -> str:
    """A new token, to be shown once. Raises Refused for unknown scopes or too long a life."""
    wanted = tuple(sorted(set(scopes)))
    if not wanted or not set(wanted) <= set(SCOPES):
        raise Refused("token.scopes", _("Choose what the token may do."), field="scopes")
    if not 1 <= days <= MAXIMUM_DAYS:
        raise Refused("token.days", _("A token lives from 1 to 366 days."), field="days")
    token = _PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    ApiToken.objects.create(
        account_id=resident.account_id,
        name=name[:80],
        digest=_digest(token),
        scopes=list(wanted),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return token


def account_for_token(token: str) -> TokenBearer | None:
    """Who the token speaks for, or None if it is unknown, expired or revoked, or the account is
    closed."""
    now = clock.now()
    row = (
        ApiToken.objects.filter(
            digest=_digest(token),
            expires_at__gt=now,
            revoked_at__isnull=True,
            account__is_active=True,
        )
        .select_related("account")
        .first()
    )
    if row is None:
        return None
    # At most one write in five minutes, however busy the program.
    ApiToken.objects.filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _USE_NOTED_EVERY), pk=row.pk
    ).update(last_used_at=now)
    return TokenBearer(row.pk, resident_for(row.account), frozenset(row.scopes))


def tokens_of(resident: Resident) -> list[TokenSummary]:
    """The resident's live tokens, newest first."""
    rows = ApiToken.objects.filter(
        account_id=resident.account_id, revoked_at__isnull=True, expires_at__gt=clock.now()
    )
    return [
        TokenSummary(
            row.pk, row.name, tuple(row.scopes), row.created_at, row.expires_at, row.last_used_at
        )
        for row in rows.order_by("-created_at", "-pk")
    ]


def revoke_token(resident: Resident, token_id: int) -> None:
    """End one of the resident's tokens at once; nothing happens if it has ended."""
    ApiToken.objects.filter(
        pk=token_id, account_id=resident.account_id, revoked_at__isnull=True
    ).update(revoked_at=clock.now())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
