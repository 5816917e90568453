"""The forms of "my data": ordinary Django forms, drawn by the look."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.directory.api import NoSuchRegion, descendants
from tongban.kernel import clock
from tongban.kernel.localized import pick

_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,18}[0-9]")
_NO_REGION = ("", _("Not said"))


def region_choices() -> list[tuple[str, str]]:
    """The cities and counties of the installation's region, each under its city."""
    try:
        found = descendants(str(settings.SITE["region"]), levels=2)
    except NoSuchRegion:
        return []
    names = {one.code: pick(one.name) for one in found[1:]}
    return [
        (
            one.code,
            " · ".join(names[code] for code in (*one.ancestor_codes, one.code) if code in names),
        )
        for one in found[1:]
    ]


class RegionForm(forms.Form):
    """Where somebody lives: pages begin with what is offered there."""

    region = forms.ChoiceField(label=_("Where do you live?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [_NO_REGION, *region_choices()]


class ContactForm(RegionForm):
    """How a person or firm is reached; filled into forms, so that it is not asked twice."""

    field_order = ("phone", "email", "region", "address")

    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=20,
        help_text=_("The number officers call if something is unclear."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    address = forms.CharField(
        label=_("Street, building and room"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not _PHONE.fullmatch(phone):
            raise forms.ValidationError(
                _("Write a telephone number in digits, with the area code if it is a landline.")
            )
        return phone


class IdentityNumberForm(forms.Form):
    """The identity number, once."""

    id_number = forms.CharField(
        label=_("Identity number"),
        max_length=30,
        help_text=_("The 18 characters on your identity card. You can enter it only once."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class FirmForm(forms.Form):
    """A firm to act for."""

    name = forms.CharField(
        label=_("Name of the firm"),
        max_length=200,
        help_text=_("As on the business licence."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=30,
        help_text=_("18 characters, on the business licence."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    representative = forms.CharField(
        label=_("Legal representative"),
        max_length=120,
        help_text=_(
            "The name on the business licence. If it is you, you can authorise others to act for "
            "the firm."
        ),
    )
    phone = forms.CharField(label=_("Telephone of the firm"), required=False, max_length=20)


class MandateForm(forms.Form):
    """Who may act for somebody, and how long."""

    name = forms.CharField(
        label=_("Their full name"),
        max_length=200,
        help_text=_("As they gave it when they signed up."),
    )
    contact = forms.CharField(
        label=_("Their mobile number or e-mail address"),
        max_length=254,
        help_text=_("The one they sign in with."),
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave this empty if it holds until you end it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_until(self) -> datetime | None:
        """The end of the last day."""
        last: date | None = self.cleaned_data["until"]
        if last is None:
            return None
        if last < clock.today():
            raise forms.ValidationError(_("The last day must not lie in the past."))
        return timezone.make_aware(datetime.combine(last + timedelta(days=1), time()))


class TokenForm(forms.Form):
    """A key for a program."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=80,
        help_text=_("A name by which you will recognise it, such as the program's."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        choices=[
            ("cases:read", _("Read my cases")),
            ("cases:write", _("Send applications in my name")),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what the key may do.")},
    )
    days = forms.TypedChoiceField(
        label=_("For how long?"),
        choices=[(30, _("30 days")), (90, _("90 days")), (366, _("One year"))],
        coerce=int,
        widget=forms.RadioSelect,
        initial=90,
    )
