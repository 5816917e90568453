"""For editors: the guides they look after, and the page of one guide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from tongban.catalogue.api import (
    Guide,
    GuideVersion,
    Offering,
    check_guide,
    desk,
    editable,
    guide_of,
    themes,
    withdraw,
)
from tongban.directory.api import NoSuchRegion, agencies_of, children, region
from tongban.identity.api import (
    Officer,
    OfficerRequest,
    account_names,
    colleagues,
    officer_required,
)
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized, pick
from tongban.look.api import Entry, LookRenderer, Text
from tongban.workbench.pages import address, number_in, page_of, show

FILTERS = ("q", "concern", "owner", "region", "agency", "theme", "item", "rule")
CONCERNS: dict[str, Text] = {
    "": pgettext_lazy("guides", "All"),
    "draft": pgettext_lazy("guides", "Drafts"),
    "review": pgettext_lazy("guides", "To review"),
    "approved": pgettext_lazy("guides", "Planned"),
    "errors": pgettext_lazy("guides", "With errors"),
    "warnings": pgettext_lazy("guides", "With warnings"),
    "proposals": pgettext_lazy("guides", "With proposals"),
    "translations": pgettext_lazy("guides", "English to mend"),
    "unchecked": pgettext_lazy("guides", "Not checked for a year"),
    "unpublished": pgettext_lazy("guides", "Not published"),
    "withdrawn": pgettext_lazy("guides", "Withdrawn"),
}
OWNERS: dict[str, Text] = {
    "": gettext_lazy("Anybody"),
    "mine": gettext_lazy("I look after them"),
    "nobody": gettext_lazy("Nobody looks after them"),
}
STATES: dict[str, tuple[Text, str]] = {
    "draft": (pgettext_lazy("guide", "Draft"), "action"),
    "review": (pgettext_lazy("guide", "In review"), "waiting"),
    "approved": (pgettext_lazy("guide", "Planned"), "progress"),
    "published": (pgettext_lazy("guide", "Published"), "done"),
    "withdrawn": (pgettext_lazy("guide", "Withdrawn"), "neutral"),
}

ACTS: dict[str, Text] = {
    "start": pgettext_lazy("guide act", "Draft begun"),
    "save": pgettext_lazy("guide act", "Saved"),
    "discard": pgettext_lazy("guide act", "Draft discarded"),
    "submit": pgettext_lazy("guide act", "Submitted for review"),
    "send_back": pgettext_lazy("guide act", "Sent back"),
    "approve": pgettext_lazy("guide act", "Approved"),
    "publish": pgettext_lazy("guide act", "Published"),
    "withdraw": pgettext_lazy("guide act", "Service withdrawn"),
    "check": pgettext_lazy("guide act", "Checked, nothing to change"),
    "assign": pgettext_lazy("guide act", "Handed over"),
    "translate": pgettext_lazy("guide act", "English confirmed"),
    "propose": pgettext_lazy("guide act", "Change proposed by the basic directory"),
    "take": pgettext_lazy("guide act", "Proposal taken over"),
    "decline": pgettext_lazy("guide act", "Proposal declined"),
    "late": pgettext_lazy("guide act", "Could not be published on its day"),
}
# Acts whose note is in people's words.
_TOLD = ("send_back", "approve", "withdraw", "decline", "late")


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
    work: tuple[Text, str] | None  # the state of what is in work, and its tone
    errors: int
    warnings: int
    untranslated: bool
    owner: str


@dataclass(frozen=True)
class Choice:
    """One value of a filter."""

    value: str
    text: Text
    chosen: bool
    count: int | None = None
    href: str = ""


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
    """The guides an editor looks after."""
    narrowed = narrowed_by(request)
    found = desk.worklist(request.officer, narrowed)
    page = page_of(request, found, ("sort_key", "id"))
    counts = desk.concern_counts(request.officer, narrowed)
    shown = [one for one in CONCERNS if counts.get(one, 0) or one in ("", narrowed.concern)]
    context = {
        "rows": rows_of(page.rows),
        "narrowed": narrowed,
        "quick": [
            Choice(
                one,
                CONCERNS[one],
                one == narrowed.concern,
                counts.get(one, 0),
                address(request, FILTERS, concern=one),
            )
            for one in shown
        ],
        "count": counts.get(narrowed.concern, 0),
        "owners": [Choice(key, text, key == narrowed.owner) for key, text in OWNERS.items()],
        "places": _regions(request),
        "agencies": _agencies(request, narrowed),
        "themes": [
            Choice(one.code, pick(one.name), one.code == narrowed.theme) for one in themes()
        ],
        "is_narrowed": narrowed != desk.GuideFilter(),
        "query": address(request, FILTERS).partition("?")[2],
        "next_url": page.next and address(request, FILTERS, after=page.next),
        "previous_url": page.previous and address(request, FILTERS, after=page.previous),
        "keeps_directory": desk.keeps_directory(request.officer),
        "keeps_topics": desk.keeps_topics(request.officer),
    }
    context["filter_places"] = context.pop("places")  # `places` is the navigation's
    return show(request, "guides.html", context, active="workbench:guides")


@officer_required("editor")
def guide(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """One guide: what is in work, what is wrong, its versions, its history."""
    return _guide(request, own(request, offering_id), WithdrawForm())


@officer_required("editor")
@require_POST
def publish_version(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """Make a version the current one: an import's draft, or what was reviewed, before its day."""
    offering = own(request, offering_id)
    version = offering.versions.filter(number=number_in(request.POST.get("version")) or 0).first()
    if version is None:
        raise Http404
    try:
        desk.publish_now(version.pk, by=request.officer)
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
    offering = own(request, offering_id)
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


@officer_required("editor")
@require_POST
def checked(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """Note that the published guide was looked at today and nothing has to change."""
    offering = own(request, offering_id)
    if desk.confirm_checked([offering.pk], by=request.officer):
        messages.success(request, _("Noted: checked today, nothing to change."))
    else:
        messages.warning(request, _("Only a published guide can be checked."))
    return redirect("workbench:guide", offering.pk)


@officer_required("editor")
@require_POST
def hand_over(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """Say who looks after the guide from now on."""
    offering = own(request, offering_id)
    try:
        desk.assign([offering.pk], number_in(request.POST.get("owner")), by=request.officer)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Noted who looks after this guide."))
    return redirect("workbench:guide", offering.pk)


def own(request: OfficerRequest, offering_id: int) -> Offering:
    """The offering with that id, if the editor looks after it. Raises Http404."""
    found = editable(request.officer).select_related("item", "owner").filter(pk=offering_id).first()
    if found is None:
        raise Http404
    return found


def narrowed_by(request: OfficerRequest, *, by_address: bool = False) -> desk.GuideFilter:
    """The filter that an address (or, unless `by_address`, a form that repeats it) asks for."""
    repeats = request.method == "POST" and not by_address
    given = request.POST if repeats else request.GET
    concern, owner = given.get("concern", ""), given.get("owner", "")
    path = ""
    if code := given.get("region", "")[:40]:
        try:
            path = region(code).path
        except NoSuchRegion:
            path = "-"  # nothing lies there
    return desk.GuideFilter(
        words=" ".join(given.get("q", "").replace("\0", "").split())[:100],
        concern=next((one for one in desk.CONCERNS if one == concern), ""),
        owner="mine" if owner == "mine" else "nobody" if owner == "nobody" else "",
        agency_id=number_in(given.get("agency")),
        region_path=path,
        theme=given.get("theme", "").replace("\0", "")[:60],
        item_id=number_in(given.get("item")),
        rule=given.get("rule", "").replace("\0", "")[:40],
    )


def rows_of(offerings: Any) -> list[OfferingRow]:
    """Lines for offerings read with `worklist`. Three queries, however many."""
    found = list(offerings)
    work = desk.states_in_work(one.pk for one in found)
    names = account_names({one.owner_id for one in found if one.owner_id})
    return [
        OfferingRow(
            id=one.pk,
            name=one.name,
            agency=one.agency.name,
            number=one.current.number if one.current else None,
            checked_on=one.current.checked_on if one.current else None,
            is_online=one.online,
            is_withdrawn=one.withdrawn_at is not None,
            work=STATES.get(work.get(one.pk, "")),
            errors=one.error_count,
            warnings=one.warning_count,
            untranslated=bool(
                one.current and (one.current.untranslated > 0 or one.current.stale > 0)
            ),
            owner=names.get(one.owner_id, "") if one.owner_id else "",
        )
        for one in found
    ]


def findings_of(offering: Offering, version: GuideVersion, content: Guide) -> Any:
    """What is wrong with a version now."""
    return check_guide(
        offering, content, form_id=version.form_id, translated_from=version.translated_from
    )


def owners_for(agency_id: int | None, officer: Officer) -> list[tuple[int, str]]:
    """Who may look after guides of that agency: its editors, and oneself."""
    there = colleagues(agency_id, roles=("editor",)) if agency_id is not None else []
    found = {one.account_id: one.name for one in there}
    found[officer.account_id] = officer.name
    return sorted(found.items(), key=lambda pair: pair[1])


def _entry(one: desk.ActEntry) -> Entry:
    """An act as a line of the history."""
    title = ACTS.get(one.act, one.act)
    if one.number:
        title = _("%(act)s (version %(number)d)") % {"act": title, "number": one.number}
    return Entry(title, one.at, one.note if one.act in _TOLD else "", one.by or _("The platform"))


def _regions(request: OfficerRequest) -> list[Choice]:
    wanted = request.GET.get("region", "")
    codes = {post.region_code for post in request.officer.posts_as("editor")}
    found = [below for code in sorted(codes) for below in (region(code), *children(code))]
    return [Choice(one.code, pick(one.name), one.code == wanted) for one in found]


def _agencies(request: OfficerRequest, narrowed: desk.GuideFilter) -> list[Choice]:
    """The agencies of the region chosen: of a whole province there are thousands."""
    code = request.GET.get("region", "")
    if not code or narrowed.region_path == "-":
        return []
    found = agencies_of(narrowed.region_path)
    return [Choice(str(one.id), pick(one.name), one.id == narrowed.agency_id) for one in found]


def _guide(
    request: OfficerRequest, offering: Offering, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    versions = list(offering.versions.defer("content").order_by("-number")[:40])
    work = desk.in_work(offering.pk)
    looked_at = work or offering.current
    content = guide_of(looked_at) if looked_at else None
    gaps = desk.gaps(content, looked_at.translated_from) if content and looked_at else None
    current = next((one for one in versions if one.pk == offering.current_id), None)
    people = {one.checked_by_id for one in versions if one.checked_by_id}
    people |= {one for one in (offering.owner_id, work and work.changed_by_id) if one}
    names = account_names(people)
    context = {
        "offering": offering,
        "versions": [
            {"row": one, "state": STATES[one.state], "is_current": one is current}
            for one in versions
        ],
        "current": current,
        "work": work,
        "work_state": STATES[work.state] if work else None,
        "work_by": names.get(work.changed_by_id or 0, "") if work else "",
        "work_is_own": bool(work and work.changed_by_id == request.officer.account_id),
        "may_approve": bool(work and request.officer.account_id not in desk.authors_of(work)),
        "summary": content.summary if content else {},
        "findings": findings_of(offering, looked_at, content) if content and looked_at else [],
        "gaps": gaps,
        "due_for_check": bool(
            current and (current.checked_on is None or current.checked_on < desk.unchecked_before())
        ),
        "checked_by": names.get(current.checked_by_id or 0, "") if current else "",
        "owner": names.get(offering.owner_id, "") if offering.owner_id else "",
        "owners": owners_for(offering.agency_id, request.officer),
        "proposals": desk.open_proposals(offering),
        "acts": [_entry(one) for one in desk.acts_of(offering, 20)],
        "form": form,
    }
    return show(request, "guide.html", context, active="workbench:guides", status=status)
