"""For editors: what people search for and do not find, and synonyms that mend it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from tongban.catalogue.api import Offering
from tongban.identity.api import Officer, OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized
from tongban.look.api import LookRenderer
from tongban.search.api import (
    SynonymPreview,
    add_synonym,
    preview_synonym,
    remove_synonym,
    search_report,
    synonyms,
)
from tongban.workbench.pages import number_in, show

PLACE = "workbench:searches"
PERIODS = (7, 30, 90)
_SHOWN = 30


class SynonymForm(forms.Form):
    """Everyday words, and what guides call it."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    words = forms.CharField(
        label=gettext_lazy("Who types"),
        help_text=gettext_lazy("As people say it, such as “driving licence”."),
        max_length=40,
    )
    means = forms.CharField(
        label=gettext_lazy("is also shown what has"),
        help_text=gettext_lazy("As guides write it, in any language."),
        max_length=80,
    )


@dataclass(frozen=True)
class Shown:
    """A service in a preview; `is_new`: it was not among the first before."""

    name: Localized
    is_new: bool


@officer_required("editor")
def searches(request: OfficerRequest) -> HttpResponse:
    """What was searched for in a period, and the synonyms there are."""
    given = {"words": request.GET["words"][:40]} if request.GET.get("words") else None
    return _searches(request, SynonymForm(initial=given))


@officer_required("editor")
@require_POST
def synonym(request: OfficerRequest) -> HttpResponse:
    """Preview a synonym, add it (with `confirm`), or remove one (`remove`: its id)."""
    if "remove" in request.POST:
        return _remove(request, number_in(request.POST["remove"]) or 0)
    form = SynonymForm(request.POST)
    if not form.is_valid():
        return _searches(request, form, status=422)
    words, means = form.cleaned_data["words"], form.cleaned_data["means"]
    try:
        if "confirm" in request.POST:
            added = add_synonym(words, means, by=request.officer.name)
            messages.success(
                request,
                _("Who types “%(words)s” is now also shown what has “%(means)s”.")
                % {"words": words, "means": means},
            )
            return redirect(f"{reverse(PLACE)}?added={added}#synonyms")
        foreseen = preview_synonym(words, means)
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal.message))
        return _searches(request, form, status=422)
    context = {"words": words, "means": means, **_foreseen(foreseen)}
    return show(request, "synonym_preview.html", context, active=PLACE)


def _remove(request: OfficerRequest, synonym_id: int) -> HttpResponse:
    try:
        was = remove_synonym(synonym_id, by=request.officer.name)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect(f"{reverse(PLACE)}#synonyms")
    form = SynonymForm(initial={"words": was.words, "means": was.means})
    return _searches(request, form, removed=True)


def _searches(
    request: OfficerRequest, form: forms.Form, *, removed: bool = False, status: int = 200
) -> HttpResponse:
    days = number_in(request.GET.get("days"))
    days = days if days in PERIODS else 30
    context: dict[str, Any] = {
        "form": form,
        "report": search_report(days=days, region_path=_region_of(request.officer), n=_SHOWN),
        "days": days,
        "periods": PERIODS,
        "synonyms": synonyms(),
        "added": number_in(request.GET.get("added")),
        "removed": removed,
    }
    return show(request, "searches.html", context, active=PLACE, status=status)


def _foreseen(preview: SynonymPreview) -> dict[str, Any]:
    ids = {*preview.before, *preview.after}
    names = dict(Offering.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {
        "before": _named(preview.before, names, preview.before),
        "after": _named(preview.after, names, preview.before),
        "counts": ngettext(
            "%(before)d service was found, %(after)d will be.",
            "%(before)d services were found, %(after)d will be.",
            preview.total_before,
        )
        % {"before": preview.total_before, "after": preview.total_after},
        "changes_nothing": preview.before == preview.after
        and preview.total_before == preview.total_after,
    }


def _named(ids: Sequence[int], names: dict[int, Localized], before: Sequence[int]) -> list[Shown]:
    return [Shown(names[one], one not in before) for one in ids if one in names]


def _region_of(officer: Officer) -> str:
    """The widest region that an editor looks after: its people's searches are shown."""
    return min((post.region_path for post in officer.posts_as("editor")), key=len)
