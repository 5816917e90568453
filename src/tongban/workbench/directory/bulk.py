"""Change many guides at once: choose them by filters, say what changes, look, then do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from tongban.catalogue.api import Offering, desk, themes
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized, pick
from tongban.look.api import LookRenderer, Text
from tongban.workbench.directory.labels import CHOICES, LABELS
from tongban.workbench.directory.plain import Difference, in_words
from tongban.workbench.guides import FILTERS, narrowed_by, owners_for
from tongban.workbench.pages import page_of, show

KINDS: dict[str, Text] = {
    "phone": gettext_lazy("A telephone"),
    "text": gettext_lazy("Place, hours or another text about where to go"),
    "promised": gettext_lazy("The promised limit"),
    "fee_basis": gettext_lazy("The clause that the fees rest on"),
    "add_material": gettext_lazy("Add a material"),
    "remove_material": gettext_lazy("Remove a material"),
    "replace": gettext_lazy("Replace words by words"),
    "owner": gettext_lazy("Who looks after them"),
    "checked": gettext_lazy("Checked today, nothing to change"),
    "add_theme": gettext_lazy("Add a topic"),
    "remove_theme": gettext_lazy("Remove a topic"),
    "approve": gettext_lazy("Approve and publish what is in review"),
}
TITLES: dict[str, Text] = {
    **KINDS,
    "take_back": gettext_lazy("A change of many guides taken back"),
    "remove_topic": gettext_lazy("Remove the topic “%(name)s”"),
    "restore_topic": gettext_lazy("Bring back the topic “%(name)s”"),
}
THEN: dict[str, Text] = {
    "draft": gettext_lazy("Leave them as drafts"),
    "submit": gettext_lazy("Submit them all for review"),
    "publish": gettext_lazy("Publish them at once"),
}
STATES: dict[str, tuple[Text, str]] = {
    "reading": (pgettext_lazy("work", "Being read"), "progress"),
    "ready": (pgettext_lazy("work", "Waits for you"), "action"),
    "running": (pgettext_lazy("work", "Under way"), "progress"),
    "done": (pgettext_lazy("work", "Done"), "done"),
    "failed": (pgettext_lazy("work", "Nothing was changed"), "refused"),
}


@dataclass(frozen=True)
class BulkRowView:
    """What a change would do to one guide."""

    id: int
    name: Localized
    agency: Localized
    differences: Sequence[Difference]
    findings: Sequence[object]
    problem: str


class ChangeForm(forms.Form):
    """What a change needs: only what its kind asks for."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    field = forms.ChoiceField(label=gettext_lazy("Which"))
    language = forms.ChoiceField(
        label=gettext_lazy("In which language"),
        choices=[("zh", gettext_lazy("Chinese")), ("en", gettext_lazy("English"))],
    )
    value = forms.CharField(label=gettext_lazy("New value"), max_length=200, required=False)
    zh = forms.CharField(
        label=gettext_lazy("In Chinese"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    en = forms.CharField(
        label=gettext_lazy("In English"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    necessity = forms.ChoiceField(label=gettext_lazy("Is it always needed?"))
    old = forms.CharField(label=gettext_lazy("These words"), max_length=500)
    new = forms.CharField(
        label=gettext_lazy("By these"),
        help_text=gettext_lazy("Leave empty to remove the words."),
        max_length=500,
        required=False,
    )
    owner = forms.ChoiceField(label=gettext_lazy("Editor"), required=False)
    theme = forms.ChoiceField(label=gettext_lazy("Topic"))

    ASKS = {
        "phone": ("field", "value"),
        "text": ("field", "zh", "en"),
        "promised": ("value",),
        "fee_basis": ("zh", "en"),
        "add_material": ("zh", "en", "necessity"),
        "remove_material": ("zh",),
        "replace": ("language", "old", "new"),
        "owner": ("owner",),
        "add_theme": ("theme",),
        "remove_theme": ("theme",),
    }

    def __init__(self, data: object, kind: str, owners: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request carries
        asked = self.ASKS.get(kind, ())
        for name in [name for name in self.fields if name not in asked]:
            del self.fields[name]
        names = desk.PHONES if kind == "phone" else desk.TEXTS
        choices: dict[str, list[tuple[str, Text]]] = {
            "field": [(name, LABELS[name].label) for name in names],
            "necessity": [
                (code, CHOICES[f"necessity.{code}"]) for code in ("required", "tolerated")
            ],
            "owner": [("", _("Nobody")), *((str(pk), name) for pk, name in owners)],
            "theme": [(one.code, pick(one.name)) for one in themes()],
        }
        for name, some in choices.items():
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                field.choices = some
        if kind == "promised":
            self.fields["value"].help_text = _("In days. Leave empty for no promise.")


class ReasonForm(forms.Form):
    """Why, and what follows."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    reason_zh = forms.CharField(
        label=gettext_lazy("What changed and why, in Chinese"),
        help_text=gettext_lazy("Readers see it beside each new version."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reason_en = forms.CharField(
        label=gettext_lazy("What changed and why, in English"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    then = forms.ChoiceField(
        label=gettext_lazy("And then"), widget=forms.RadioSelect, initial="submit"
    )

    def __init__(self, data: object = None, *, around: bool = False) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request carries
        if around:  # nothing that a guide says changes: there is no draft
            del self.fields["then"]
            return
        field = self.fields["then"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (code, text) for code, text in THEN.items() if code != "publish" or not desk.needs_two()
        ]


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def bulk(request: OfficerRequest) -> HttpResponse:
    """Choose a change, look at what it does page by page, and have it done."""
    officer = request.officer
    narrowed = narrowed_by(request)
    given = request.POST if request.method == "POST" else request.GET
    kind = given.get("kind", "")
    kind = kind if kind in KINDS else ""
    owners = owners_for(narrowed.agency_id, officer)
    asked = bool(kind) and "look" in given
    form = ChangeForm(given if asked else None, kind, owners)
    around = kind in desk.AROUND
    ready = bool(kind) and (not form.fields or (asked and form.is_valid()))
    try:
        count, problem = len(desk.chosen(officer, narrowed)), ""
    except Refused as refusal:
        count, problem = 0, str(refusal.message)
    reason = ReasonForm(request.POST if request.method == "POST" else None, around=around)
    change = desk.BulkChange(kind, _values(form)) if ready and not problem else None
    if request.method == "POST" and change is not None and reason.is_valid():
        try:
            work = desk.begin_bulk(
                officer,
                narrowed,
                change,
                reason={
                    "zh": reason.cleaned_data["reason_zh"],
                    "en": reason.cleaned_data["reason_en"],
                },
                then=reason.cleaned_data.get("then", "draft"),
            )
        except Refused as refusal:
            reason.add_error(None, str(refusal.message))
        else:
            return redirect("workbench:work", work.pk)
    chosen_guides = desk.worklist(officer, narrowed).select_related("item")
    page = page_of(request, chosen_guides, ("sort_key", "id"), size=20)
    kept = {name: given.get(name, "") for name in FILTERS if given.get(name)}
    chosen = {"kind": kind, **_values(form), "look": "1"} if change else {}
    here = reverse("workbench:bulk")
    context = {
        "kinds": [(code, text, code == kind) for code, text in KINDS.items()],
        "kind": kind,
        "kind_words": KINDS.get(kind, ""),
        "kept": kept,
        "chosen": chosen,
        "count": count,
        "problem": problem,
        "form": form,
        "reason": reason,
        "rows": _rows(page.rows, change, request) if change else [],
        "shows": change is not None,
        "around": around,
        "next_url": page.next and f"{here}?{urlencode({**kept, **chosen, 'after': page.next})}",
        "previous_url": page.previous
        and f"{here}?{urlencode({**kept, **chosen, 'after': page.previous})}",
        "back_url": f"{reverse('workbench:guides')}?{urlencode(kept)}",
    }
    status = 422 if reason.errors or (asked and form.errors) else 200
    return show(request, "directory/bulk.html", context, active="workbench:guides", status=status)


def _values(form: ChangeForm) -> dict[str, str]:
    if not form.is_bound or not form.is_valid():
        return {}
    return {name: str(value) for name, value in form.cleaned_data.items() if value}


def _rows(
    offerings: Sequence[Offering], change: desk.BulkChange, request: OfficerRequest
) -> list[BulkRowView]:
    return [
        BulkRowView(
            one.offering.pk,
            one.offering.name,
            one.offering.agency.name,
            in_words(one.changes),
            one.findings,
            one.problem,
        )
        for one in desk.previewed(offerings, change, request.officer)
    ]


def state_of(one: desk.DirectoryWork) -> tuple[Text, str]:
    """The state of a piece of work in words, and its tone."""
    if one.kind == "export" and one.state == "failed":
        return pgettext_lazy("work", "No file was written"), "refused"
    return STATES[one.state]


def title_of(one: desk.DirectoryWork) -> str:
    """What a piece of work is called: the file's name, or what changes."""
    given = one.parameters
    if "name" in given:
        return str(given["name"])
    return str(TITLES.get(given.get("kind", ""), "")) % {"name": pick(given.get("topic", {}))}


@officer_required("editor")
def work_list(request: OfficerRequest) -> HttpResponse:
    """What an editor had done in bulk, and the files they brought."""
    rows = [
        {
            "id": one.pk,
            "title": title_of(one),
            "at": one.at,
            "state": state_of(one),
            "total": one.total,
        }
        for one in desk.works_of(request.officer)
    ]
    return show(request, "directory/work_list.html", {"rows": rows}, active="workbench:guides")


@officer_required("editor")
def work(request: OfficerRequest, work_id: int) -> HttpResponse:
    """How far it is, or what came of it."""
    one = desk.work_of(request.officer, work_id)
    if one is None:
        raise Http404
    problems = one.outcome.get("problems", [])
    context = {
        "work": one,
        "title": title_of(one),
        "state": state_of(one),
        "runs": one.state in ("reading", "running"),
        "problems": problems[:100],
        "more_problems": max(0, len(problems) - 100),
        "reason": ReasonForm(),
        "is_import": one.kind == "import",
        "can_be_taken_back": desk.can_be_taken_back(one),
        "file": desk.exported_file(request.officer, work_id),
    }
    answer = show(request, "directory/work.html", context, active="workbench:guides")
    if context["runs"]:
        answer["Refresh"] = "3"  # the page asks again by itself, also without scripts
    return answer


@officer_required("editor")
@require_http_methods(["POST"])
def take_back_work(request: OfficerRequest, work_id: int) -> HttpResponse:
    """Have a change of many guides taken back."""
    if desk.work_of(request.officer, work_id) is None:
        raise Http404
    try:
        back = desk.begin_taking_back(work_id, by=request.officer)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("workbench:work", work_id)
    return redirect("workbench:work", back.pk)


@officer_required("editor")
@require_http_methods(["POST"])
def confirm_work(request: OfficerRequest, work_id: int) -> HttpResponse:
    """Have a checked file taken in, or throw it away."""
    if desk.work_of(request.officer, work_id) is None:
        raise Http404
    if request.POST.get("act") == "drop":
        desk.drop_import(work_id, by=request.officer)
        messages.success(request, _("The file is thrown away. Nothing was changed."))
        return redirect("workbench:exchange")
    then = request.POST.get("then", "draft")
    try:
        desk.confirm_import(
            work_id,
            leave_out_bad=request.POST.get("leave_out_bad") == "yes",
            reason={
                "zh": request.POST.get("reason_zh", "")[:500].strip(),
                "en": request.POST.get("reason_en", "")[:500].strip(),
            },
            then=then if then in ("draft", "submit") else "draft",
            by=request.officer,
        )
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("workbench:work", work_id)
