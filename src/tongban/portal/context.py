"""What every page of the portal shows of who is signed in. Nothing is read before it is shown."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tongban.identity.api import account_names, officer_for, signed_in
from tongban.notices.api import unread_count


def personal(request: HttpRequest) -> dict[str, Any]:
    """A context processor: `account_name`, `inbox_unread`, `is_officer`; up to five queries."""
    account = signed_in(request) if hasattr(request, "user") else None
    if account is None:
        return {}
    return {
        "account_name": SimpleLazyObject(lambda: account_names([account.pk])[account.pk]),
        "inbox_unread": SimpleLazyObject(lambda: unread_count(account.pk)),
        "is_officer": SimpleLazyObject(lambda: officer_for(account) is not None),
    }
