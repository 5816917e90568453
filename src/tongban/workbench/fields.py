"""Form fields that several pages of the workbench ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DayField(forms.DateField):
    """A day, picked or typed as 2026-12-31."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "date", "class": "govuk-input--width-10"}
        super().__init__(
            widget=forms.DateInput(attrs=attrs, format="%Y-%m-%d"),
            error_messages={"invalid": _("Enter a day, such as 2026-12-31.")},
            **kwargs,
        )
