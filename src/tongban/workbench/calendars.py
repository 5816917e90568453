"""The calendar of working days: look at a year, change a day, say how far it is published.

Every change is shown first with what it does to running cases. The calendar is the whole
installation's, so only administrators of its whole region may change it; others look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from tongban.cases.api import would_move
from tongban.directory.api import (
    CHINA,
    SpecialDay,
    calendar_coverage,
    extend_coverage,
    region,
    remove_day,
    set_day,
    special_days,
    workdays,
)
from tongban.identity.api import Officer, OfficerRequest, officer_required
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick
from tongban.kernel.workdays import Workdays
from tongban.look.api import LookRenderer, Text, day
from tongban.workbench.fields import DayField
from tongban.workbench.pages import number_in, show

FIRST_YEAR, LAST_YEAR = 2000, 2099
KINDS: dict[str, Text] = {
    "holiday": pgettext_lazy("calendar", "Holiday"),
    "makeup": pgettext_lazy("calendar", "Make-up working day"),
}


class DayForm(forms.Form):
    """A day that departs from the weekend rule."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    what = forms.ChoiceField(
        label=gettext_lazy("What kind of day"),
        choices=list(KINDS.items()),
        widget=forms.RadioSelect,
    )
    date = DayField(
        label=pgettext_lazy("calendar", "Day"),
    )
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=60)
    source = forms.CharField(
        label=gettext_lazy("Where it was published"),
        help_text=gettext_lazy("The notice’s title or number."),
        max_length=200,
    )


class CoverageForm(forms.Form):
    """How far the official calendar has been published."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    last = DayField(
        label=gettext_lazy("Published up to and including"),
    )

    def clean_last(self) -> date:
        last: date = self.cleaned_data["last"]
        known = calendar_coverage().last
        if known is not None and last <= known:
            raise forms.ValidationError(
                _("The calendar already reaches %(day)s. Enter a later day.") % {"day": day(known)}
            )
        return last


class RemoveForm(forms.Form):
    """A day to give back to the weekend rule."""

    default_renderer = LookRenderer()
    date = forms.DateField()


@dataclass(frozen=True)
class SpecialRow:
    """A line of a year's table."""

    date: date
    kind: Text
    is_makeup: bool
    name: str
    source: str


@dataclass(frozen=True)
class Change:
    """A change that was asked for: in words, and what has to be posted to make it."""

    words: str
    posted: Mapping[str, str]


@officer_required("administrator")
def year(request: OfficerRequest) -> HttpResponse:
    """A year's special days, and the forms to change them."""
    return _year(request, _year_of(request.GET.get("year")))


@officer_required("administrator")
@require_POST
def change(request: OfficerRequest) -> HttpResponse:
    """Preview a change; with `confirm`, make it. Deadlines move in the background."""
    if not may_edit(request.officer):
        raise PermissionDenied
    what = request.POST.get("act", "")
    form = _form_for(what, request.POST)
    if form is None or not form.is_valid():
        return _year(request, _year_of(None), form=form, act=what, status=422)
    given = form.cleaned_data
    subject: date = given["last"] if what == "coverage" else given["date"]
    try:
        with transaction.atomic():
            _make(what, given)
            if "confirm" not in request.POST:
                transaction.set_rollback(True)  # made and unmade: whether it can be is known now
    except Refused as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, str(refusal.message))
        return _year(request, subject.year, form=form, act=what, status=422)
    if "confirm" in request.POST:
        messages.success(
            request,
            _(
                "The calendar is changed. Deadlines that move are moved in the next few minutes; "
                "each applicant is told."
            ),
        )
        return redirect(f"{reverse('workbench:calendars')}?year={subject.year}")
    moving = would_move(_after(what, given), subject) if what != "coverage" else 0
    context = {
        "change": Change(
            _words(what, given),
            {name: str(form[name].value() or "") for name in form.fields} | {"act": what},
        ),
        "moving": moving,
        "moving_words": ngettext(
            "%(count)d open case gets a new deadline.",
            "%(count)d open cases get a new deadline.",
            moving,
        )
        % {"count": moving},
        "year": subject.year,
    }
    return show(request, "calendar_preview.html", context, active="workbench:calendars")


def may_edit(officer: Officer) -> bool:
    """Whether an officer administers the installation's whole region."""
    whole = region(settings.SITE["region"]).path
    return any(
        post.agency_id is None and whole.startswith(post.region_path)
        for post in officer.posts_as("administrator")
    )


def _form_for(what: str, posted: Mapping[str, Any]) -> forms.Form | None:
    kinds: dict[str, type[forms.Form]] = {
        "day": DayForm,
        "remove": RemoveForm,
        "coverage": CoverageForm,
    }
    return kinds[what](posted) if what in kinds else None


def _make(what: str, given: Mapping[str, Any]) -> None:
    if what == "coverage":
        extend_coverage(CHINA, given["last"])
    elif what == "remove":
        remove_day(CHINA, given["date"])
    else:
        name = {"zh": given["name_zh"], "en": given["name_en"]}
        set_day(CHINA, SpecialDay(given["date"], given["what"], name, given["source"]))


def _after(what: str, given: Mapping[str, Any]) -> Workdays:
    """The calendar as it would be."""
    known, subject = workdays(), frozenset({given["date"]})
    holidays, makeup = known.holidays - subject, known.makeup_days - subject
    if what == "day" and given["what"] == "holiday":
        holidays |= subject
    elif what == "day":
        makeup |= subject
    return replace(known, holidays=holidays, makeup_days=makeup)


def _words(what: str, given: Mapping[str, Any]) -> str:
    if what == "coverage":
        return _("The calendar counts as published up to %(day)s.") % {"day": day(given["last"])}
    if what == "remove":
        return _("%(day)s is an ordinary day again.") % {"day": day(given["date"])}
    return _("%(day)s: %(kind)s, %(name)s") % {
        "day": day(given["date"]),
        "kind": KINDS[given["what"]],
        "name": pick({"zh": given["name_zh"], "en": given["name_en"]}),
    }


def _year_of(text: str | None) -> int:
    wanted = number_in(text) or clock.today().year
    return min(max(wanted, FIRST_YEAR), LAST_YEAR)


def _year(
    request: OfficerRequest,
    shown: int,
    *,
    form: forms.Form | None = None,
    act: str = "",
    status: int = 200,
) -> HttpResponse:
    found = special_days(date(shown, 1, 1), date(shown, 12, 31))
    context = {
        "year": shown,
        "previous_year": shown - 1 if shown > FIRST_YEAR else None,
        "next_year": shown + 1 if shown < LAST_YEAR else None,
        "days": [
            SpecialRow(one.date, KINDS[one.kind], one.kind == "makeup", pick(one.name), one.source)
            for one in found
        ],
        "coverage": calendar_coverage(),
        "is_covered": (last := calendar_coverage().last) is not None and last.year >= shown,
        "may_edit": may_edit(request.officer),
        "day_form": form if isinstance(form, DayForm) else DayForm(initial={"what": "holiday"}),
        "coverage_form": form if isinstance(form, CoverageForm) else CoverageForm(),
        "wrong": form if form is not None and form.errors else None,
    }
    return show(request, "calendars.html", context, active="workbench:calendars", status=status)
