"""For editors: their offerings, the versions of a guide, publishing and withdrawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tongban.catalogue.api import Offering, editable, guide_of, publish, with_drafts, withdraw
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized
from tongban.look.api import LookRenderer
from tongban.workbench.pages import address, page_of, show

FILTERS = ("q", "state")


@dataclass(frozen=True)
class OfferingRow:
    """A line of an editor's list."""

    id: int
    name: Localized
    agency: Localized
    number: int | None
    checked_on: date | None
    is_online: bool
    is_withdrawn: bool
    has_draft: bool


class WithdrawForm(forms.Form):
    """Why an offering is withdrawn, for readers of both languages."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    why_zh = forms.CharField(
        label=gettext_lazy("Why, in Chinese"),
        help_text=gettext_lazy("Residents who look for the service read this."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    why_en = forms.CharField(
        label=gettext_lazy("Why, in English"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@officer_required("editor")
def guides(request: OfficerRequest) -> HttpResponse:
    """The offerings an editor looks after."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    page = page_of(request, editable(request.officer, words), ("sort_key", "id"))
    drafts = with_drafts(one.pk for one in page.rows)
    context = {
        "rows": [
            OfferingRow(
                id=one.pk,
                name=one.name,
                agency=one.agency.name,
                number=one.current.number if one.current else None,
                checked_on=one.current.checked_on if one.current else None,
                is_online=one.online,
                is_withdrawn=one.withdrawn_at is not None,
                has_draft=one.pk in drafts,
            )
            for one in page.rows
        ],
        "words": words,
        "next_url": page.next and address(request, FILTERS, after=page.next),
        "previous_url": page.previous and address(request, FILTERS, after=page.previous),
    }
    return show(request, "guides.html", context, active="workbench:guides")


@officer_required("editor")
def guide(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """The versions of one guide."""
    return _guide(request, _own(request, offering_id), WithdrawForm())


@officer_required("editor")
@require_POST
def publish_version(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """Make a draft the current version."""
    offering = _own(request, offering_id)
    version = offering.versions.filter(number=_number(request.POST.get("version"))).first()
    if version is None:
        raise Http404
    try:
        publish(version.pk, by=request.officer)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(
            request,
            _(
                "Version %(number)d is published. New applications are made under it; running "
                "cases stay with the version they were made under."
            )
            % {"number": version.number},
        )
    return redirect("workbench:guide", offering.pk)


@officer_required("editor")
@require_POST
def withdraw_offering(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """Take an offering out of the catalogue, with the reason residents read."""
    offering = _own(request, offering_id)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _guide(request, offering, form, status=422)
    try:
        withdraw(
            offering.pk,
            why={"zh": form.cleaned_data["why_zh"], "en": form.cleaned_data["why_en"]},
            by=request.officer,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return _guide(request, offering, form, status=422)
    messages.success(request, _("The service is withdrawn. Running cases go on."))
    return redirect("workbench:guide", offering.pk)


def _own(request: OfficerRequest, offering_id: int) -> Offering:
    found = editable(request.officer).filter(pk=offering_id).first()
    if found is None:
        raise Http404
    return found


def _number(text: Any) -> int:
    return int(text) if str(text).isascii() and str(text).isdigit() and len(str(text)) < 9 else 0


def _guide(
    request: OfficerRequest, offering: Offering, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    versions = list(offering.versions.order_by("-number"))
    context = {
        "offering": offering,
        "versions": versions,
        "summary": guide_of(versions[0]).summary if versions else {},
        "form": form,
    }
    return show(request, "guide.html", context, active="workbench:guides", status=status)
