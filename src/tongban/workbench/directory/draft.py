"""Writing a guide: its draft, section by section, and handing it over for review.

Nothing typed is lost: a page that cannot be saved, for whatever reason, comes back with all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import ValidationError

from tongban.catalogue.api import Guide, GuideVersion, Offering, desk, guide_of
from tongban.directory.api import centres_of
from tongban.identity.api import OfficerRequest, account_names, officer_required
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized, pick
from tongban.look.api import LookRenderer, Text, moment
from tongban.workbench.directory import parts
from tongban.workbench.directory.labels import (
    SECTIONS,
    Section,
    section,
    section_of,
    words_of,
)
from tongban.workbench.directory.plain import is_written
from tongban.workbench.guides import STATES, findings_of, own
from tongban.workbench.pages import number_in, show

SAVE = "save"
BACK = "back"  # text that this browser kept and that has more entries than the page


class NoteForm(forms.Form):
    """What readers are told about a change."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    note_zh = forms.CharField(
        label=gettext_lazy("What changed and why, in Chinese"),
        help_text=gettext_lazy("Readers see this beside the new version. One or two sentences."),
        error_messages={"required": gettext_lazy("Say what changed and why.")},
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    note_en = forms.CharField(
        label=gettext_lazy("What changed and why, in English"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    # Asked once its form has failed its rehearsal.
    knows_form = forms.BooleanField(
        label=gettext_lazy("Submit it all the same; the reviewer decides"), required=False
    )


@dataclass(frozen=True)
class SectionRow:
    """A line of the draft's table of contents."""

    title: Text
    href: str
    written: bool
    errors: int
    warnings: int
    stale: int
    missing: int


@dataclass(frozen=True)
class Placed:
    """A finding, and where it is mended."""

    severity: str
    wrong: Localized
    where: Localized
    mend: Localized
    href: str


@officer_required("editor")
@require_POST
def begin(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """Begin a draft, of the newest version or of an old one; or go on with the one in work."""
    offering = own(request, offering_id)
    number = number_in(request.POST.get("version"))
    try:
        version = desk.start_draft(offering.pk, by=request.officer, number=number)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("workbench:guide", offering.pk)
    if version.state != GuideVersion.State.DRAFT:
        return redirect("workbench:guide", offering.pk)
    if name := _last_hand(version, request):
        messages.info(
            request,
            _(
                "%(name)s is writing this draft. You may write in it too: if you both change the "
                "same part, the second one is shown both texts."
            )
            % {"name": name},
        )
    return redirect("workbench:draft", offering.pk)


@officer_required("editor")
def draft(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """The draft's contents: what is written, what is wrong, what lacks a translation."""
    offering = own(request, offering_id)
    version = _draft_of(offering)
    # A version that was sent back keeps what was said of it.
    said = {f"note_{language}": text for language, text in version.change_note.items()}
    return _contents(request, offering, version, NoteForm(initial=said))


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def write(request: OfficerRequest, offering_id: int, section_slug: str) -> HttpResponse:
    """One section of the draft as a form."""
    offering = own(request, offering_id)
    chosen = section(section_slug)
    if chosen is None:
        raise Http404
    version = _in_work(offering)
    if request.method == "POST":
        return _posted(request, offering, version, chosen)
    if version is None or version.state != GuideVersion.State.DRAFT:
        return redirect("workbench:guide", offering.pk)
    return _form(request, offering, version, chosen)


@officer_required("editor")
@require_POST
def discard(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """Throw the draft away."""
    offering = own(request, offering_id)
    version = _in_work(offering)
    try:
        if version is not None:
            desk.discard_draft(version.pk, by=request.officer)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The draft is discarded. What is published stands."))
    return redirect("workbench:guide", offering.pk)


@officer_required("editor")
@require_POST
def take_form(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """Give the draft the application form that others who offer the item use."""
    offering = own(request, offering_id)
    try:
        desk.take_form(_draft_of(offering).pk, by=request.officer)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(
            request, _("The draft has the form now. Look at it in the preview before you submit.")
        )
    return redirect("workbench:draft", offering.pk)


@officer_required("editor")
@require_POST
def submit(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """Hand the draft over for review."""
    offering = own(request, offering_id)
    version = _draft_of(offering)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _contents(request, offering, version, form, status=422)
    note = {"zh": form.cleaned_data["note_zh"], "en": form.cleaned_data["note_en"]}
    try:
        desk.submit(
            version.pk,
            change_note=note,
            by=request.officer,
            knows_form=form.cleaned_data["knows_form"],
        )
    except desk.FormBroken as broken:
        form.add_error("knows_form" if broken.may_pass else None, str(broken.message))
        return _contents(request, offering, version, form, status=422)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return _contents(request, offering, version, form, status=422)
    messages.success(
        request, _("Submitted. A colleague looks at it and publishes it, now or on a day.")
    )
    return redirect("workbench:guide", offering.pk)


def _in_work(offering: Offering) -> GuideVersion | None:
    return desk.in_work(offering.pk)


def _draft_of(offering: Offering) -> GuideVersion:
    version = _in_work(offering)
    if version is None or version.state != GuideVersion.State.DRAFT:
        raise Http404
    return version


def _contents(
    request: OfficerRequest,
    offering: Offering,
    version: GuideVersion,
    form: forms.Form,
    *,
    status: int = 200,
) -> HttpResponse:
    guide = guide_of(version)
    findings = findings_of(offering, version, guide)
    gaps = desk.gaps(guide, version.translated_from)
    if "knows_form" not in form.errors and not form["knows_form"].value():
        del form.fields["knows_form"]
    names = account_names({version.changed_by_id} if version.changed_by_id else set())
    context = {
        "offering": offering,
        "version": version,
        "state": STATES[version.state],
        "sections": [_row(offering, one, guide, findings, gaps) for one in SECTIONS],
        "findings": [_placed(one, _section_url(offering, one.place)) for one in findings],
        "has_errors": any(one.severity == "error" for one in findings),
        "changed_by": names.get(version.changed_by_id or 0, ""),
        "form": form,
        "is_online": guide.online,
        "item_form": None
        if version.form_id
        else desk.forms_of_items([offering.item_id]).get(offering.item_id),
    }
    return show(request, "directory/draft.html", context, active="workbench:guides", status=status)


def _row(
    offering: Offering, one: Section, guide: Guide, findings: Sequence[Any], gaps: desk.Gaps
) -> SectionRow:
    def within(paths: Sequence[str]) -> int:
        return sum(path.partition(".")[0] in one.fields for path in paths)

    errors = [found.place for found in findings if found.severity == "error"]
    warnings = [found.place for found in findings if found.severity == "warning"]
    return SectionRow(
        one.title,
        reverse("workbench:write", args=[offering.pk, one.slug]),
        any(is_written(guide, name) for name in one.fields),
        within(errors),
        within(warnings),
        within(gaps.stale),
        within(gaps.missing),
    )


# --- a section ----------------------------------------------------------------------------------
def _posted(
    request: OfficerRequest, offering: Offering, version: GuideVersion | None, chosen: Section
) -> HttpResponse:
    raw = parts.raw_posted(request.POST, Guide, chosen.fields)
    act = request.POST.get("do", SAVE)
    if version is None:
        page = _("The draft is gone: somebody has discarded it. Copy what you wrote.")
        return _form(request, offering, None, chosen, raw=raw, problem=page, status=409)
    if act == BACK or (act != SAVE and parts.rearranged(raw, act)):
        return _form(request, offering, version, chosen, raw=raw, moved=act)
    raw = parts.tidied(raw, Guide)
    before = guide_of(version)
    content, lacking = parts.content_of(raw, Guide, parts.kept_texts(before))
    complaints = list(desk.missing(lacking))
    try:
        saved = (
            desk.save_draft(
                version.pk,
                content,
                seen=request.POST.get("seen", ""),
                revision=number_in(request.POST.get("revision")) or 0,
                by=request.officer,
                checked=request.POST.getlist("checked"),
            )
            if not complaints
            else None
        )
    except ValidationError as error:
        complaints += desk.complaints_of(error)
        saved = None
    except desk.Overtaken as news:
        return _overtaken(request, offering, version, chosen, raw, news)
    except Refused as refusal:
        return _form(
            request, offering, version, chosen, raw=raw, problem=str(refusal.message), status=409
        )
    if saved is None:
        return _form(request, offering, version, chosen, raw=raw, complaints=complaints, status=422)
    _tell(request, saved, _kept_as(request, offering, chosen))
    if request.POST.get("then") == "next":
        following = SECTIONS[(SECTIONS.index(chosen) + 1) % len(SECTIONS)]
        return redirect("workbench:write", offering.pk, following.slug)
    return redirect("workbench:write", offering.pk, chosen.slug)


def _kept_as(request: OfficerRequest, offering: Offering, chosen: Section) -> str:
    """The name under which a browser keeps what is typed there and not saved."""
    return f"{request.officer.account_id}:guide:{offering.pk}:{chosen.slug}"


def _tell(request: OfficerRequest, saved: desk.Saved, kept_as: str) -> None:
    if saved.others:
        messages.info(
            request,
            _("A colleague has saved other parts of this draft meanwhile. Both are kept."),
        )
    if saved.changed:
        messages.success(
            request,
            _("Saved as number %(number)d of this draft.") % {"number": saved.version.revision},
            extra_tags=kept_as,
        )
    else:
        messages.info(request, _("Nothing had changed."), extra_tags=kept_as)


def _overtaken(
    request: OfficerRequest,
    offering: Offering,
    version: GuideVersion,
    chosen: Section,
    raw: parts.Raw,
    news: desk.Overtaken,
) -> HttpResponse:
    """Both texts, and the choice: merge them, take the colleague's, or overwrite."""
    names = account_names({news.by_id} if news.by_id else set())
    problem = _(
        "%(name)s saved this section on %(when)s, after you opened it. Nothing of yours is lost: "
        "your text stands in the fields, the colleague’s below each field that differs. Bring "
        "them together and save, or save as it is to replace the colleague’s."
    ) % {
        "name": names.get(news.by_id or 0, _("Somebody")),
        "when": moment(news.at) if news.at else "",
    }
    return _form(
        request,
        offering,
        GuideVersion.objects.get(pk=version.pk),
        chosen,
        raw=raw,
        problem=problem,
        theirs=parts.raw_of(news.theirs, chosen.fields),
        status=409,
    )


def _form(
    request: OfficerRequest,
    offering: Offering,
    version: GuideVersion | None,
    chosen: Section,
    *,
    raw: parts.Raw | None = None,
    complaints: Sequence[desk.Complaint] = (),
    problem: str = "",
    theirs: parts.Raw | None = None,
    moved: str = "",
    status: int = 200,
) -> HttpResponse:
    guide = guide_of(version) if version else None
    gaps = desk.gaps(guide, version.translated_from) if guide and version else None
    opened = parts.raw_of(guide, chosen.fields) if guide else {}
    found = findings_of(offering, version, guide) if version and guide else []
    found = [one for one in found if one.place.partition(".")[0] in chosen.fields]
    page = parts.Page(
        errors={one.path: one.words for one in complaints},
        theirs=theirs,
        stale=frozenset(gaps.stale) if gaps and raw is None else frozenset(),
        windows=_windows(offering) if "windows" in chosen.fields else (),
    )
    shown = raw if raw is not None else opened
    if found and raw is None:
        # At the field itself, or at the nearest one around it.
        paths = _targets(parts.controls(opened, Guide, page))
        at_field: dict[str, list[Any]] = {}
        for one in found:
            at_field.setdefault(_nearest(one.place, paths), []).append(one)
        page.findings = at_field
    controls = parts.controls(shown, Guide, page)
    targets = _targets(controls)
    at = SECTIONS.index(chosen)
    # What was posted keeps the mark it was opened with, unless both texts are on the page now.
    keeps = request.method == "POST" and theirs is None
    seen = desk.mark_of(guide, chosen.fields) if guide else ""
    context = {
        "offering": offering,
        "version": version,
        "section": chosen,
        "sections": SECTIONS,
        "following": SECTIONS[(at + 1) % len(SECTIONS)],
        "controls": controls,
        "problems": [(targets.get(one.path, ""), _sentence(one)) for one in complaints],
        "problem": problem,
        "is_overtaken": theirs is not None,
        "seen": request.POST.get("seen", "") if keeps else seen,
        "revision": request.POST.get("revision", "")
        if keeps
        else (version.revision if version else 0),
        "findings": [
            _placed(one, f"#{targets.get(_nearest(one.place, targets), '')}") for one in found
        ],
        "changed_by": _last_hand(version, request) if version else "",
        "moved": moved,
        "unsaved": raw is not None,
        "keep": _kept_as(request, offering, chosen),
    }
    return show(
        request, "directory/section.html", context, active="workbench:guides", status=status
    )


def _windows(offering: Offering) -> list[tuple[str, str]]:
    return [(one.code, pick(one.name)) for one in centres_of(offering.region_path)]


def _sentence(complaint: desk.Complaint) -> str:
    bare = ".".join(part for part in complaint.path.split(".") if not part.isdigit())
    at = [int(part) + 1 for part in complaint.path.split(".") if part.isdigit()]
    place = f"{words_of(bare).label}" + (f" {at[0]}" if at else "")
    return _("%(field)s: %(problem)s") % {"field": place, "problem": complaint.words}


def _last_hand(version: GuideVersion, request: OfficerRequest) -> str:
    """The colleague who saved a draft last; "" if it was the reader, or nobody."""
    by = version.changed_by_id
    if by is None or by == request.officer.account_id:
        return ""
    return account_names({by}).get(by, "")


def _placed(finding: Any, href: str) -> Placed:
    return Placed(finding.severity, finding.wrong, finding.where, finding.mend, href)


def _section_url(offering: Offering, place: str) -> str:
    slug = section_of(place.partition(".")[0]).slug
    return reverse("workbench:write", args=[offering.pk, slug])


def _nearest(place: str, known: Mapping[str, str]) -> str:
    """A place in a guide, or the nearest around it that has a control."""
    while place and place not in known:
        place = place.rpartition(".")[0]
    return place


def _targets(controls: Sequence[parts.Control]) -> dict[str, str]:
    """The id of each control, by the path of its element; a text's is that of its Chinese."""
    ids: dict[str, str] = {}

    def walk(some: Sequence[parts.Control]) -> None:
        for one in some:
            ids[one.path] = one.writings[0].id if one.writings else one.id
            walk(one.controls)
            for entry in one.entries:
                walk(entry.controls)
                walk(entry.rare)

    walk(controls)
    return ids
