"""Looking at a version: as residents will see it, against another, and deciding on it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tongban.catalogue.api import (
    GuideVersion,
    Offering,
    desk,
    guide_of,
    last_rehearsal,
    problem_of,
)
from tongban.identity.api import OfficerRequest, account_names, officer_required
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.look.api import LookRenderer, day
from tongban.workbench.directory.plain import differences_in_words, parts_of
from tongban.workbench.fields import DayField
from tongban.workbench.guides import STATES, findings_of, own
from tongban.workbench.pages import number_in, show


class DecisionForm(forms.Form):
    """What becomes of a version in review."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    decision = forms.ChoiceField(
        label=gettext_lazy("What becomes of it?"),
        choices=[
            ("now", gettext_lazy("Publish it now")),
            ("day", gettext_lazy("Publish it on a day")),
            ("back", gettext_lazy("Send it back")),
        ],
        widget=forms.RadioSelect,
    )
    effective_on = DayField(
        label=gettext_lazy("First day"),
        help_text=gettext_lazy("It is published early that day, by itself."),
        required=False,
    )
    ends_on = DayField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("The service is withdrawn after it. Leave empty if it has no end."),
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("What has to change"),
        help_text=gettext_lazy("For a version that is sent back."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    despite = forms.CharField(
        label=gettext_lazy("Why it is published although its form failed the rehearsal"),
        help_text=gettext_lazy("It stays in the guide’s history."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, own_work: bool = False) -> None:
        super().__init__(data)
        if own_work:
            field = self.fields["decision"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("back", gettext_lazy("Take it back, to go on writing"))]
            field.initial = "back"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("decision") == "day" and not given.get("effective_on"):
            self.add_error("effective_on", _("Choose the day."))
        if given.get("decision") == "back" and not given.get("note", "").strip():
            self.add_error("note", _("Say what has to change."))
        return given


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def review(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """A submitted version: what it changes, what is wrong with it, and the decision."""
    offering = own(request, offering_id)
    version = desk.in_work(offering.pk)
    if version is None or version.state not in ("review", "approved"):
        return redirect("workbench:guide", offering.pk)
    own_work = request.officer.account_id in desk.authors_of(version)
    own_work = own_work and desk.needs_two()
    form = DecisionForm(
        request.POST if request.method == "POST" else None,
        own_work=own_work or version.state == "approved",
    )
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, version, form.cleaned_data)
        except Refused as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal.message))
        else:
            return redirect("workbench:guide", offering.pk)
    guide = guide_of(version)
    current = GuideVersion.objects.filter(pk=offering.current_id or 0).first()
    names = account_names(
        {one for one in (version.submitted_by_id, version.changed_by_id) if one is not None}
    )
    rehearsed = last_rehearsal(version.form_id) if version.form_id and guide.online else None
    stuck = problem_of(rehearsed) if rehearsed else None
    problem = stuck[0] if stuck and stuck[0].kind != "no_sample" else None
    if (problem is None or own_work) and "despite" not in form.errors:
        del form.fields["despite"]
    context = {
        "offering": offering,
        "version": version,
        "state": STATES[version.state],
        "own_work": own_work,
        "submitted_by": names.get(version.submitted_by_id or 0, ""),
        "differences": differences_in_words(guide_of(current), guide) if current else [],
        "current": current,
        "parts": [] if current else parts_of(guide),
        "findings": findings_of(offering, version, guide),
        "rehearsal": rehearsed,
        "form_problem": problem,
        "form": form,
    }
    status = 422 if form.errors else 200
    return show(request, "directory/review.html", context, active="workbench:guides", status=status)


def _decide(request: OfficerRequest, version: GuideVersion, given: dict[str, Any]) -> None:
    if given["decision"] == "back":
        desk.send_back(version.pk, note=given["note"], by=request.officer)
        messages.success(request, _("Sent back: it is a draft again."))
        return
    on = given["effective_on"] if given["decision"] == "day" else None
    done = desk.approve(
        version.pk,
        by=request.officer,
        effective_on=on,
        ends_on=given["ends_on"],
        despite=given["despite"],
    )
    if done.state == GuideVersion.State.PUBLISHED:
        messages.success(
            request,
            _(
                "Version %(number)d is published. New applications are made under it; running "
                "cases stay with the version they were made under."
            )
            % {"number": done.number},
        )
    else:
        messages.success(
            request,
            _("Approved. It is published on %(day)s.") % {"day": day(done.effective_on)},
        )


@officer_required("editor")
def compare(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """Two versions, and every word that differs."""
    offering = own(request, offering_id)
    rows = list(
        offering.versions.order_by("-number").values_list("number", "state", "published_at")[:100]
    )
    numbers = [number for number, _state, _at in rows]
    if not numbers:
        raise Http404
    new = number_in(request.GET.get("new")) or numbers[0]
    older = [number for number in numbers if number < new]
    old = number_in(request.GET.get("old")) or (older[0] if older else new)
    before, after = _version(offering, old), _version(offering, new)
    context = {
        "offering": offering,
        "numbers": numbers,
        "old": before,
        "new": after,
        "states": (STATES[before.state], STATES[after.state]),
        "differences": differences_in_words(guide_of(before), guide_of(after)),
        "today": clock.today(),
    }
    return show(request, "directory/compare.html", context, active="workbench:guides")


def _version(offering: Offering, number: int) -> GuideVersion:
    found = offering.versions.filter(number=number).first()
    if found is None:
        raise Http404
    return found
