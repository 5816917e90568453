"""The basic directory: what an item is, what it prescribes, and who has taken it over; and the
proposals that follow, as those who offer the item answer them."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from tongban.catalogue.api import Item, desk, themes
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick
from tongban.look.api import LookRenderer, Text
from tongban.workbench.directory import parts
from tongban.workbench.directory.labels import choice_of, words_of
from tongban.workbench.guides import own
from tongban.workbench.pages import address, page_of, show

TYPES: dict[str, Text] = {
    "": gettext_lazy("Not stated"),
    "01": gettext_lazy("Administrative licence"),
    "05": gettext_lazy("Administrative payment"),
    "07": gettext_lazy("Administrative confirmation"),
    "08": gettext_lazy("Administrative award"),
    "09": gettext_lazy("Administrative ruling"),
    "10": gettext_lazy("Other administrative power"),
    "20": gettext_lazy("Public service"),
}


class ItemForm(forms.Form):
    """What classifies an item, and why it changes."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=300)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=300, required=False)
    type = forms.ChoiceField(label=gettext_lazy("Type"), required=False)
    audiences = forms.MultipleChoiceField(
        label=gettext_lazy("For whom"),
        choices=[("person", gettext_lazy("Persons")), ("firm", gettext_lazy("Firms"))],
        widget=forms.CheckboxSelectMultiple,
    )
    themes = forms.MultipleChoiceField(
        label=gettext_lazy("Topics"), required=False, widget=forms.CheckboxSelectMultiple
    )
    everyday_names = forms.CharField(
        label=gettext_lazy("How people call it"),
        help_text=gettext_lazy("One a line, in either language. They are searched for."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    reason_zh = forms.CharField(
        label=gettext_lazy("Why it changes, in Chinese"),
        help_text=gettext_lazy("Those who offer the item read this."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason_en = forms.CharField(
        label=gettext_lazy("Why it changes, in English"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, edit: desk.ItemEdit) -> None:
        super().__init__(
            data,
            initial={
                "name_zh": edit.name.get("zh", ""),
                "name_en": edit.name.get("en", ""),
                "type": edit.type,
                "audiences": list(edit.audiences),
                "themes": list(edit.themes),
                "everyday_names": "\n".join(edit.everyday_names),
            },
        )
        known = [(one.code, pick(one.name)) for one in themes()]
        choices: dict[str, list[tuple[str, Any]]] = {
            "type": _with(list(TYPES.items()), [edit.type]),
            "themes": _with(known, edit.themes),
        }
        for name, some in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = some


def _with(choices: list[tuple[str, Any]], held: Any) -> list[tuple[str, Any]]:
    """Choices with what is held already, though nobody would choose it now."""
    codes = {code for code, _words in choices}
    return [*choices, *((code, code) for code in held if code not in codes)]


@officer_required("editor")
def items(request: OfficerRequest) -> HttpResponse:
    """The items of the basic directory that are offered within an editor's reach."""
    if not desk.keeps_directory(request.officer):
        raise PermissionDenied
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    rows = Item.objects.all()
    if words:
        rows = rows.filter(
            Q(name__icontains=words) | Q(code=words) | Q(everyday_names__contains=[words])
        )
    page = page_of(request, rows, ("code", "id"))
    context = {
        "rows": page.rows,
        "words": words,
        "next_url": page.next and address(request, ("q",), after=page.next),
        "previous_url": page.previous and address(request, ("q",), after=page.previous),
    }
    return show(request, "directory/items.html", context, active="workbench:guides")


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def item(request: OfficerRequest, item_id: int) -> HttpResponse:
    """One item: what classifies it, what it prescribes, how its proposals stand."""
    if not desk.keeps_directory(request.officer):
        raise PermissionDenied
    found = Item.objects.filter(pk=item_id).first()
    if found is None:
        raise Http404
    edit = desk.edit_of(found)
    form = ItemForm(request.POST if request.method == "POST" else None, edit=edit)
    raw = parts.raw_of(edit.standard)
    complaints: list[desk.Complaint] = []
    moved = False
    seen = edit.model_dump_json()
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        raw = parts.raw_posted(
            request.POST, desk.Standard, [one.name for one in desk.elements(desk.Standard)]
        )
        act = request.POST.get("do", "save")
        moved = act != "save" and parts.rearranged(raw, act)
        if not moved and form.is_valid():
            try:
                return _save(request, found, form.cleaned_data, raw, seen)
            except ValidationError as error:
                complaints = desk.complaints_of(error)
            except Refused as refusal:
                form.add_error(None, str(refusal.message))
    page = parts.Page(errors={one.path: one.words for one in complaints})
    context = {
        "item": found,
        "form": form,
        "moved": moved,
        "controls": parts.controls(raw, desk.Standard, page),
        "problems": [("", one.words) for one in complaints],
        "counts": desk.counts_of(found),
        "seen": seen,
        "offered": found.offerings.count(),
    }
    status = 422 if complaints or (form.errors and not moved) else 200
    return show(request, "directory/item.html", context, active="workbench:guides", status=status)


def _save(
    request: OfficerRequest, found: Item, given: dict[str, Any], raw: parts.Raw, seen: str
) -> HttpResponse:
    content, _lacking = parts.content_of(parts.tidied(raw, desk.Standard), desk.Standard)
    old_name = {key: text for key, text in found.name.items() if key not in ("zh", "en")}
    names = {"zh": given["name_zh"].strip(), "en": given["name_en"].strip()}
    new = desk.ItemEdit(
        name=old_name | {key: text for key, text in names.items() if text},
        type=given["type"],
        audiences=tuple(given["audiences"]),
        themes=tuple(given["themes"]),
        everyday_names=tuple(
            dict.fromkeys(
                line.strip()[:120] for line in given["everyday_names"].splitlines() if line.strip()
            )
        ),
        standard=desk.Standard.model_validate(content),
    )
    try:
        opened = desk.ItemEdit.model_validate_json(seen)
    except ValidationError:
        opened = desk.ItemEdit(name={})  # somebody wrote it by hand: nothing fits it
    reason = {"zh": given["reason_zh"].strip(), "en": given["reason_en"].strip()}
    count = desk.change_item(found.pk, new, reason=reason, seen=opened, by=request.officer)
    messages.success(
        request,
        ngettext(
            "Saved. %(count)d agency that offers it is asked to take over the change.",
            "Saved. %(count)d agencies that offer it are asked to take over the change.",
            count,
        )
        % {"count": count},
    )
    return redirect("workbench:item", found.pk)


# --- proposals, as those who offer the item see them --------------------------------------------
STANDING: dict[str, tuple[Text, str]] = {
    "open": (gettext_lazy("To be answered"), "action"),
    "done": (gettext_lazy("The guide says so already"), "done"),
    "overtaken": (gettext_lazy("The guide has changed since"), "neutral"),
}


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def proposal(request: OfficerRequest, offering_id: int, proposal_id: int) -> HttpResponse:
    """A proposal beside what the guide says, and the answer."""
    offering = own(request, offering_id)
    found = next((one for one in desk.open_proposals(offering) if one.id == proposal_id), None)
    if found is None:
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("answer") == "take":
                desk.take_over(found.id, by=request.officer)
                messages.success(
                    request,
                    _("Taken over into the draft. Change it where you need to, then submit it."),
                )
                return redirect("workbench:draft", offering.pk)
            desk.decline(found.id, note=request.POST.get("note", ""), by=request.officer)
            messages.success(request, _("Declined. The basic directory’s editors read why."))
            return redirect("workbench:guide", offering.pk)
        except Refused as refusal:
            problem = str(refusal.message)
    context = {
        "offering": offering,
        "proposal": found,
        "rows": [
            {
                "label": _label(one.path),
                "old": _said(one.old),
                "new": _said(one.new),
                "now": _said(one.now),
                "standing": STANDING[one.standing],
            }
            for one in found.parts
        ],
        "problem": problem,
        "note": request.POST.get("note", ""),
    }
    return show(
        request,
        "directory/proposal.html",
        context,
        active="workbench:guides",
        status=422 if problem else 200,
    )


def _label(path: str) -> Text:
    if path == "name":
        return _("Name of the service")
    return words_of(path.partition(".")[0]).label


def _said(value: Any) -> str:
    """A value of a proposal in lines."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n\n".join(_said(one) for one in value)
    if not isinstance(value, dict):
        return str(value)
    if set(value) <= {"zh", "en"}:
        return pick(value)
    lines = []
    for key, one in value.items():
        if key == "key" or one in ({}, "", None, []):
            continue
        said = str(choice_of(key, one)) if isinstance(one, str) else _said(one)
        lines.append(f"{words_of(key if key != 'statutory' else 'limits.statutory').label}: {said}")
    return "\n".join(lines) or json.dumps(value, ensure_ascii=False)
