"""Ordinary Django forms (sign-in, acts of staff, settings) in our components.

The forms that applicants fill in are data and belong to tongban.forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField, widgets
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext

# Widgets whose control is several inputs: their label is a fieldset's legend.
_GROUPS = (widgets.RadioSelect, widgets.CheckboxSelectMultiple)

_WIDTHS = {4: "govuk-input--width-4", 6: "govuk-input--width-5", 10: "govuk-input--width-10"}


class LookRenderer(DjangoTemplates):
    """settings.FORM_RENDERER: `{{ form }}` and `{{ form.name.as_field_group }}` in our components.

    It extends the renderer that brings Django's widget templates along: the one that looks for them
    in the apps would need the app "django.forms", whose label is that of tongban.forms.
    """

    form_template_name = "look/form.html"
    field_template_name = "look/field.html"


@dataclass(frozen=True)
class Problem:
    """A line of an error summary; `href` leads to the control ("" for the form as a whole)."""

    href: str
    message: str


def kind_of(field: BoundField) -> str:
    """Which part of look/field.html draws the field."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, widgets.CheckboxSelectMultiple):
        return "checkboxes"
    if isinstance(widget, widgets.RadioSelect):
        return "radios"
    if isinstance(widget, widgets.CheckboxInput):
        return "checkbox"
    if isinstance(widget, widgets.Select):
        return "select"
    if isinstance(widget, widgets.Textarea):
        return "textarea"
    if isinstance(widget, widgets.FileInput):
        return "file"
    return "password" if isinstance(widget, widgets.PasswordInput) else "text"


_CLASSES = {
    "checkbox": "govuk-checkboxes__input",
    "select": "govuk-select",
    "textarea": "govuk-textarea govuk-js-character-count",
    "file": "tb-file",
    "password": "govuk-input govuk-password-input__input govuk-js-password-input-input",
    "text": "govuk-input",
}


def control(field: BoundField) -> str:
    """The input itself with our classes. Ids of hint and error are those Django refers to."""
    kind = kind_of(field)
    if kind == "hidden":
        return field.as_hidden()
    attrs: dict[str, Any] = {"class": " ".join(_classes(field, kind))}
    placeholder = str(field.field.widget.attrs.get("placeholder", ""))
    if placeholder and kind != "checkbox":
        # Libraries repeat the label inside the box, where it vanishes as soon as one types.
        attrs["placeholder"] = ""
    if kind == "password":
        attrs |= {"spellcheck": "false", "autocapitalize": "none"}
    return field.as_widget(attrs=attrs)


def _classes(field: BoundField, kind: str) -> list[str]:
    classes = [field.field.widget.attrs.get("class", ""), _CLASSES.get(kind, "")]
    if field.errors:
        base = {"select": "govuk-select", "textarea": "govuk-textarea"}.get(kind, "govuk-input")
        classes.append(f"{base}--error")
    size = getattr(field.field, "max_length", None)
    if kind == "text" and isinstance(size, int) and size in _WIDTHS:
        classes.append(_WIDTHS[size])
    return [name for name in classes if name]


def problems_of(form: BaseForm) -> list[Problem]:
    """Everything wrong with a form: the whole first, then field by field, in the form's order."""
    found = [Problem("", str(message)) for message in form.non_field_errors()]
    for field in form:
        if not field.errors:
            continue
        target = field.auto_id
        if isinstance(field.field.widget, _GROUPS):
            target += "_0"  # the group itself cannot take the focus, its first choice can
        href = "" if field.is_hidden else f"#{target}"
        # "This field is required" says too little away from its field.
        found += [
            Problem(
                href, gettext("%(field)s: %(problem)s") % {"field": field.label, "problem": text}
            )
            for text in field.errors
        ]
    return found
