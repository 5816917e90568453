"""Who may call, and how often."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.throttling import AnonRateThrottle, AuthRateThrottle

from tongban.identity.api import TokenBearer, account_for_token
from tongban.openapi.problems import language_of


class Token(HttpBearer):
    """A token made under "My data", with a scope."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> TokenBearer | None:
        bearer = account_for_token(token)
        if bearer is not None and self.scope not in bearer.scopes:
            with translation.override(language_of(request)):
                raise HttpError(403, _("This token does not include “%s”.") % self.scope)
        return bearer


class PerAddress(AnonRateThrottle):
    """Callers without a token, by network address."""

    scope = "open"


class PerToken(AuthRateThrottle):
    """Callers with a token, each token by itself."""

    scope = "token"

    def get_cache_key(self, request: HttpRequest) -> str | None:  # type: ignore[override]
        # None: not counted here. ninja itself allows it; only its annotation does not.
        bearer = getattr(request, "auth", None)
        if not isinstance(bearer, TokenBearer):
            return None
        return f"throttle_{self.scope}_{bearer.token_id}"


class Sending(PerToken):
    """Applications sent with one token."""

    scope = "sending"
