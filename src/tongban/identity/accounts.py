"""Signing in with phone, e-mail or user name: what django-allauth asks of us.

A phone or an e-mail address counts only once its owner has typed the code we sent there. Until
then it is nobody's: whoever proves it takes it, so that nobody can occupy another's number.
"""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongban.identity import sms
from tongban.identity.models import Account
from tongban.identity.phones import local_phone, normalise_phone
from tongban.kernel.localized import pick

# Without letters that could be read as digits or spell a word.
_NAME_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"


class PhoneField(forms.CharField):
    """A phone number as people type it; cleaned to E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Mobile number"))
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return text
        number = normalise_phone(text)
        if number is None:
            raise ValidationError(
                _("Enter a mobile number, such as 138 0013 8000, or one with its country code."),
                code="invalid_phone",
            )
        return number


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Phones, user names, mail and limits, as this platform wants them."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # The same words whatever was typed: they must not tell which accounts exist.
        "email_password_mismatch": _("That sign-in name and password do not belong together."),
        "phone_password_mismatch": _("That sign-in name and password do not belong together."),
        "username_password_mismatch": _("That sign-in name and password do not belong together."),
        "too_many_login_attempts": _(
            "Too many wrong attempts. Wait five minutes, or reset your password."
        ),
    }

    # --- phones ------------------------------------------------------------------------------
    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        return PhoneField(**kwargs)

    def get_phone(self, user: Account) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def get_user_by_phone(self, phone: str) -> Account | None:
        """Who has proven that phone; however it is written."""
        number = normalise_phone(phone)
        if number is None:
            return None
        return Account.objects.filter(phone=number, phone_verified=True).first()

    def set_phone(self, user: Account, phone: str, verified: bool) -> None:
        with transaction.atomic():
            Account.objects.filter(phone=phone, phone_verified=False).exclude(pk=user.pk).update(
                phone=None
            )
            user.phone, user.phone_verified = phone, verified
            user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: Account, phone: str) -> None:
        self.set_phone(user, phone, True)

    def send_verification_code_sms(
        self, user: Account, phone: str, code: str, **kwargs: Any
    ) -> None:
        text = gettext(
            "%(site)s: your code is %(code)s. It is good for 15 minutes. Never tell it to anyone."
        )
        self._text(phone, text % {"site": self._site_name(), "code": code})

    def send_account_already_exists_sms(self, phone: str) -> None:
        text = gettext(
            "%(site)s: somebody tried to sign up with this number, which has an account already. "
            "If it was you, sign in instead."
        )
        self._text(phone, text % {"site": self._site_name()})

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        text = gettext(
            "%(site)s: somebody tried to sign in with this number, which has no account. "
            "If it was you, sign up first."
        )
        self._text(phone, text % {"site": self._site_name()})

    def _text(self, phone: str, text: str) -> None:
        sender = sms.sender()
        if sender is None:  # sign-up does not offer phones then
            return
        sender.send(phone, text)
        self._show_in_demo(local_phone(phone), text)

    # --- mail --------------------------------------------------------------------------------
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, context)
        if code := context.get("code"):
            self._show_in_demo(email, gettext("Your code is %(code)s.") % {"code": code})

    def format_email_subject(self, subject: str) -> str:
        return f"{self._site_name()}: {subject}"

    def _show_in_demo(self, to: str, text: str) -> None:
        """No message leaves a demonstration, so the page shows what it would have said."""
        if settings.SHOW_MESSAGES_SENT and self.request is not None:
            messages.info(
                self.request,
                gettext("Demonstration. This message would have gone to %(to)s: %(text)s")
                % {"to": to, "text": text},
            )

    def _site_name(self) -> str:
        site: dict[str, Any] = settings.SITE
        return pick(site["name"])

    # --- names and limits --------------------------------------------------------------------
    def generate_unique_username(self, txts: list[str | None], regex: str | None = None) -> str:
        """A random one: it must reveal nothing, and nobody needs to remember it."""
        return "u-" + "".join(secrets.choice(_NAME_ALPHABET) for _position in range(10))

    def get_login_stages(self) -> list[str]:
        ours = f"{ProvenContactStage.__module__}.{ProvenContactStage.__qualname__}"
        theirs = "allauth.account.stages.EmailVerificationStage"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What wrong attempts are counted by: one key per account, however its name is written.

        allauth's key is the text as typed and the host name as sent, so that spaces in a phone
        number or another Host header would start the count anew.
        """
        name = credentials.get("phone") or credentials.get("email") or credentials.get("username")
        text = str(name or "").strip().lower()
        return normalise_phone(text) or text


class ProvenContactStage(EmailVerificationStage):  # type: ignore[misc]
    """Lets nobody in whose only contact is an e-mail address they have not proven.

    Without it a sign-up with an address that has an account would look different from others.
    """

    def handle(self) -> Any:
        user = self.login.user
        if user is not None and (user.phone_verified or not _has_email(user)):
            return None, True
        self.login.email_verification = EmailVerificationMethod.MANDATORY
        return super().handle()


def _has_email(user: Account) -> bool:
    return bool(user.email) or EmailAddress.objects.filter(user=user).exists()
