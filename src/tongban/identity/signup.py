"""Signing up, with as few questions as can be: name, phone or e-mail, password.

The identity number is not asked here but in "My data", once signed in. Asked of strangers, the
answer "that number is taken" would tell anyone whether a given citizen has an account; and half of
those who sign up only want to look. Most applications need it, and say so before they begin.
"""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.account.models import EmailAddress
from allauth.utils import set_form_field_order
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tongban.identity import sms
from tongban.identity.models import Account
from tongban.identity.parties import register_person
from tongban.identity.phones import normalise_phone


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth is untyped
    """allauth's form, with one field for phone or e-mail, and the name."""

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("As it stands on your identity card."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    contact = forms.CharField(
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # allauth's two optional fields become one of ours, which must be filled in.
        for replaced in ("email", "phone"):
            self.fields.pop(replaced, None)
        self.fields["contact"].label = (
            _("Mobile number or e-mail address") if sms.sender() else _("E-mail address")
        )
        self.fields["contact"].help_text = _("We send a code there. You sign in with it later.")
        set_form_field_order(self, ["name", "contact", "password1"])

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not any(character.isalpha() for character in name):
            raise ValidationError(_("Enter your name."))
        return name

    def clean_contact(self) -> str:
        contact: str = self.cleaned_data["contact"].strip()
        number = normalise_phone(contact) if sms.sender() else None
        if number:
            self.cleaned_data["phone"] = number  # clean() finds out whether it is taken
            return contact
        try:
            validate_email(contact)
        except ValidationError:
            message = (
                _("Enter a mobile number, such as 138 0013 8000, or an e-mail address.")
                if sms.sender()
                else _("Enter an e-mail address, such as name@example.com.")
            )
            raise ValidationError(message) from None
        email = contact.lower()
        self.cleaned_data["email"] = email
        # Not said here, or anyone could find out who has an account: the owner gets a mail.
        self.account_already_exists = (
            EmailAddress.objects.filter(email=email, verified=True).exists()
            or Account.objects.filter(email=email, is_superuser=True).exists()
        )
        return contact

    @transaction.atomic
    def save(self, request: HttpRequest) -> Account:
        if email := self.cleaned_data.get("email"):
            # Whoever gave this address before and never proved it loses it.
            EmailAddress.objects.filter(email=email, verified=False).delete()
            Account.objects.filter(email=email).update(email="")
        user: Account = super().save(request)
        return user

    def custom_signup(self, request: HttpRequest, user: Account) -> None:
        user.language = get_language() or user.language
        user.save(update_fields=["language"])
        register_person(name=self.cleaned_data["name"], account_id=user.pk)
