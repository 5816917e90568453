"""Doors for the sites' views: who may enter, and as whom.

@resident_required
def my_cases(request: ResidentRequest) -> HttpResponse: … request.resident …

@officer_required("clerk", "officer")
def queue(request: OfficerRequest) -> HttpResponse: … request.officer …
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeGuard

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tongban.identity.contacts import save_language
from tongban.identity.models import Account
from tongban.identity.viewers import Officer, Resident, officer_for, resident_for

P = ParamSpec("P")


class ResidentRequest(HttpRequest):
    """A request that came through `resident_required`."""

    account: Account
    resident: Resident


class OfficerRequest(HttpRequest):
    """A request that came through `officer_required`."""

    account: Account
    officer: Officer


def resident_required(
    view: Callable[Concatenate[ResidentRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only signed in; others are sent to sign in and come back. Sets `request.resident`."""

    @wraps(view)
    def entered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        account = signed_in(request)
        if account is None:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        if not _enters_as_resident(request, account, resident_for(account)):
            raise PermissionDenied
        return _private(view(request, *args, **kwargs))

    return entered


def officer_required(
    *roles: str,
) -> Callable[
    [Callable[Concatenate[OfficerRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Only staff who hold one of the roles now (any role if none is named); else the 403 page.

    Where the installation demands it, staff without a second factor are sent to set one up.
    """

    def door(
        view: Callable[Concatenate[OfficerRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def entered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            account = signed_in(request)
            if account is None:
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            officer = officer_for(account)
            if officer is None or (roles and not officer.has_role(*roles)):
                raise PermissionDenied
            if settings.STAFF_SECOND_FACTOR and not is_mfa_enabled(account):
                messages.warning(
                    request, _("Set up a second step for signing in first; staff must have one.")
                )
                return redirect("mfa_index")
            if not _enters_as_officer(request, account, officer):
                raise PermissionDenied
            return _private(view(request, *args, **kwargs))

        return entered

    return door


def signed_in(request: HttpRequest) -> Account | None:
    """The account that is signed in, or None. Remembers the language it is reading in."""
    account = request.user
    if not isinstance(account, Account) or not account.is_active:
        return None
    language = get_language()
    if language and language != account.language and request.method == "GET":
        save_language(account.pk, language)
        account.language = language
    return account


def _enters_as_resident(
    request: HttpRequest, account: Account, resident: Resident
) -> TypeGuard[ResidentRequest]:
    """Always true: tells the type checker what the request carries from now on."""
    request.account = account  # type: ignore[attr-defined]
    request.resident = resident  # type: ignore[attr-defined]
    return True


def _enters_as_officer(
    request: HttpRequest, account: Account, officer: Officer
) -> TypeGuard[OfficerRequest]:
    """Always true, as above."""
    request.account = account  # type: ignore[attr-defined]
    request.officer = officer  # type: ignore[attr-defined]
    return True


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """Keep personal pages out of every cache, the shared computer's back button included."""
    if isinstance(response, HttpResponse) and not response.has_header("Cache-Control"):
        add_never_cache_headers(response)
    return response
