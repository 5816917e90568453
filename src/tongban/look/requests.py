"""A reference number for every request, which a person can read to the help desk."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

log = logging.getLogger("tongban.requests")

# Without 0 O 1 I L U V: read aloud over the phone, each stays itself.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
_LENGTH = 8


def new_reference() -> str:
    """Such as "K7QF-29MX": 29^8 of them, half a trillion."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def reference_of(request: HttpRequest) -> str:
    """The request's reference, or "" when the middleware did not run."""
    return str(getattr(request, "reference", ""))


class ReferenceMiddleware:
    """Sets `request.reference` and the X-Request-ID header; logs replies of 400 and above.

    A reference that a client sends is never taken over: the help desk must be able to trust it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reference = new_reference()
        request.reference = reference  # type: ignore[attr-defined]  # ours, read by reference_of
        response = self.get_response(request)
        response["X-Request-ID"] = reference
        if response.status_code >= 400:
            # The path without its query string, which may hold what a person typed.
            level = logging.ERROR if response.status_code >= 500 else logging.INFO
            log.log(
                level, "%s %s %s %s", reference, response.status_code, request.method, request.path
            )
        return response
