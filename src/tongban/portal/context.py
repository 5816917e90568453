"""What every page shows of who is signed in. Nothing is read before it is shown."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tongban.identity.api import Greeting, greeting
from tongban.notices.api import unread_count


def personal(request: HttpRequest) -> dict[str, Any]:
    """A context processor: `account_name`, `inbox_unread`, `is_officer`; two queries, if shown."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    known: Greeting = SimpleLazyObject(partial(greeting, user.pk))  # type: ignore[assignment]
    return {
        "account_name": SimpleLazyObject(lambda: known.name),
        "inbox_unread": SimpleLazyObject(partial(unread_count, user.pk)),
        "is_officer": SimpleLazyObject(lambda: known.is_staff),
    }
