"""Rows of identity."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tongban.kernel import clock


class AccountManager(UserManager["Account"]):
    """Django's own, which lowers only the domain of an e-mail address."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return (email or "").strip().lower()


class Account(AbstractUser):
    """Who signs in, with user name, phone or e-mail. Names live with the party, not here."""

    first_name = None  # type: ignore[assignment]  # the party carries the name
    last_name = None  # type: ignore[assignment]
    phone = models.CharField(max_length=20, null=True, unique=True)  # E.164, +8613900000000
    phone_verified = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="zh-hans")
    region = models.ForeignKey("directory.Region", models.SET_NULL, null=True)  # where they live
    date_joined = models.DateTimeField(_("date joined"), default=clock.now)

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        verbose_name = _("account")
        constraints = [
            models.UniqueConstraint(
                fields=["email"], name="account_email_once", condition=~Q(email="")
            ),
            # Kept in lower case, so that signing in asks an index and no two differ by case alone.
            models.CheckConstraint(
                name="sign_in_names_are_lower_case",
                condition=Q(username=Lower("username"), email=Lower("email")),
            ),
            # Else one could take somebody's phone or address as a user name, and their sign-in.
            models.CheckConstraint(
                name="username_is_no_phone_or_email",
                condition=~Q(username__regex=r"@|^[+0-9 -]+$"),
            ),
            models.CheckConstraint(
                name="phone_is_e164",
                condition=Q(phone__isnull=True) | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
            ),
            models.CheckConstraint(
                name="verified_phone_is_there",
                condition=Q(phone_verified=False) | Q(phone__isnull=False),
            ),
        ]

    @classmethod
    def normalize_username(cls, username: str) -> str:
        return super().normalize_username(username).lower()


class Party(models.Model):
    """Who a case is about: a person or a firm."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        FIRM = "firm", _("Firm or organisation")

    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=200)
    # GB 11643 number of a person, sealed; its blind index finds it and keeps it unique.
    id_number_sealed = models.TextField(blank=True)
    id_number_index = models.CharField(max_length=64, null=True, unique=True)
    credit_code = models.CharField(max_length=18, null=True, unique=True)  # firms; public
    representative = models.CharField(max_length=120, blank=True)  # firms: 法定代表人
    birth_date = models.DateField(null=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    region = models.ForeignKey("directory.Region", models.PROTECT, null=True)
    address = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.CheckConstraint(
                name="party_has_its_kinds_identifier",
                condition=Q(kind="person", credit_code__isnull=True)
                | Q(kind="firm", id_number_index__isnull=True, credit_code__isnull=False),
            ),
            models.CheckConstraint(
                name="party_seals_what_it_indexes",
                condition=Q(id_number_index__isnull=True, id_number_sealed="")
                | (Q(id_number_index__isnull=False) & ~Q(id_number_sealed="")),
            ),
        ]
        indexes = [
            GinIndex(
                models.Func(
                    "name",
                    function="identity_pairs",
                    output_field=ArrayField(models.TextField()),
                ),
                name="party_name_pairs",  # see `parties.parties_named`
            )
        ]


class Mandate(models.Model):
    """An account may act for a party, in a capacity, for a time."""

    class Capacity(models.TextChoices):
        SELF = "self", _("Yourself")
        REPRESENTATIVE = "representative", _("Legal representative")
        AGENT = "agent", _("Authorised agent")
        GUARDIAN = "guardian", _("Parent or guardian")

    account = models.ForeignKey(Account, models.CASCADE, related_name="mandates")
    party = models.ForeignKey(Party, models.PROTECT, related_name="mandates")
    capacity = models.CharField(max_length=16, choices=Capacity.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    given_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "party"],
                name="mandate_once",
                condition=Q(revoked_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["account"],
                name="one_self_per_account",
                condition=Q(capacity="self", revoked_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["party"],
                name="one_account_is_this_person",
                condition=Q(capacity="self", revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                name="mandate_ends_after_start",
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
            ),
        ]


class Post(models.Model):
    """A staff role, at one agency (or all) and within one region's subtree."""

    class Role(models.TextChoices):
        CLERK = "clerk", _("Window clerk")
        OFFICER = "officer", _("Case officer")
        SUPERVISOR = "supervisor", _("Supervisor")
        EDITOR = "editor", _("Directory editor")
        ADMINISTRATOR = "administrator", _("System administrator")
        PROGRAMME = "programme", _("Programme office")  # publishes and assesses to-do lists
        REPORTER = "reporter", _("Reporting officer")  # reports on the tasks of a unit

    account = models.ForeignKey(Account, models.CASCADE, related_name="posts")
    role = models.CharField(max_length=16, choices=Role.choices)
    region = models.ForeignKey("directory.Region", models.PROTECT)
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True)  # null: all there
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    given_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "region", "agency"],
                name="post_once",
                condition=Q(until__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="clerks_and_officers_have_an_agency",
                condition=~Q(role__in=["clerk", "officer"]) | Q(agency__isnull=False),
            ),
            models.CheckConstraint(
                name="post_ends_after_start",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
        ]


class AccessRecord(models.Model):
    """Somebody looked at a party's data. The party can read this; nobody can change it."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="access_records")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True)
    role = models.CharField(max_length=16)
    what = models.CharField(max_length=40)  # access.WHAT: case, file, identity_number
    case_number = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["party", "-at"], name="access_by_party")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class ApiToken(models.Model):
    """Lets a program act as an account, within scopes. Only a digest of it is kept."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256, the token has 256 bits
    scopes = models.JSONField(default=list)  # "cases:read", "cases:write"
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
