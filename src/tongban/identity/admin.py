"""Emergency access to accounts, for superusers only, through the same door as everybody.

Parties, mandates and access records are not here: nobody edits those by hand.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongban.identity.models import Account, Post


class _SuperusersOnly(admin.AdminSite):
    """The admin's own rules let in whoever is marked as staff, by a door of their own."""

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and request.user.is_superuser

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The front door, which counts wrong attempts and asks for the second factor."""
        if request.user.is_authenticated:
            raise PermissionDenied
        target = request.GET.get(REDIRECT_FIELD_NAME) or request.get_full_path()
        return redirect_to_login(target, reverse("account_login"))


admin.site.__class__ = _SuperusersOnly


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """To shut an account, or to mend how its owner signs in."""

    list_display = ("username", "email", "phone", "is_active", "last_login")
    search_fields = ("username", "email", "phone")
    fields = ("username", "email", "phone", "phone_verified", "is_active", "language")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return False


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """To end a post by setting `until`; posts stay on record."""

    list_display = ("account", "role", "region", "agency", "since", "until")
    raw_id_fields = ("account", "region", "agency", "given_by", "ended_by")

    def has_delete_permission(self, request: HttpRequest, obj: Post | None = None) -> bool:
        return False
