"""The topics people browse by: made, renamed, put in order, one taken into another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.validators import validate_slug
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from tongban.catalogue.api import desk, themes
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick
from tongban.look.api import LookRenderer, Text
from tongban.workbench.pages import show

AUDIENCES: dict[str, Text] = {
    "person": pgettext_lazy("topics", "For persons"),
    "firm": pgettext_lazy("topics", "For firms"),
}


class TopicForm(forms.Form):
    """What a topic is called, and where it stands."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=40)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=80)
    description_zh = forms.CharField(
        label=gettext_lazy("What belongs to it, in Chinese"), max_length=200, required=False
    )
    description_en = forms.CharField(
        label=gettext_lazy("What belongs to it, in English"), max_length=300, required=False
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("For whom"), choices=list(AUDIENCES.items()), widget=forms.RadioSelect
    )
    code = forms.CharField(
        label=pgettext_lazy("identifier", "Code"),
        help_text=gettext_lazy(
            "Small Latin letters, digits, - and _. It stands in addresses and files and is never "
            "changed."
        ),
        max_length=60,
        validators=[validate_slug],
        error_messages={"invalid": gettext_lazy("Use small Latin letters, digits, - and _ only.")},
    )
    after = forms.ChoiceField(label=gettext_lazy("Stands after"), required=False)

    def __init__(
        self, data: Any, known: Sequence[desk.Topic] = (), topic: desk.Topic | None = None
    ) -> None:
        initial: dict[str, Any] = {"audience": "person"}
        same: list[desk.Topic] = []
        if topic is not None:
            for name in ("name", "description"):
                texts = getattr(topic, name)
                initial |= {f"{name}_{key}": texts.get(key, "") for key in ("zh", "en")}
            same = [one for one in known if one.audience == topic.audience]
            codes = [one.code for one in same]
            initial["after"] = ["", *codes][codes.index(topic.code)]
        super().__init__(data, initial=initial)
        for name in ("audience", "code") if topic is not None else ("after",):
            del self.fields[name]
        if isinstance(after := self.fields.get("after"), forms.ChoiceField):
            others = [(one.code, pick(one.name)) for one in same if one != topic]
            after.choices = [("", _("None: it comes first")), *others]

    def clean_code(self) -> str:
        """In small letters: addresses do not differ by them."""
        return str(self.cleaned_data["code"]).lower()


@officer_required("editor")
def topics(request: OfficerRequest) -> HttpResponse:
    """All topics with what stands under them."""
    _require(request)
    known = desk.topics()
    groups = [
        (text, [one for one in known if one.audience == audience])
        for audience, text in AUDIENCES.items()
    ]
    return show(request, "directory/topics.html", {"groups": groups}, active="workbench:guides")


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def new_topic(request: OfficerRequest) -> HttpResponse:
    """Make a topic."""
    _require(request)
    form = TopicForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        made = _topic(given["code"], given["audience"], given)
        try:
            desk.add_topic(made, by=request.officer)
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("The topic is made. Put services under it next."))
            return redirect("workbench:topics")
    return _form(request, form, None)


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def topic(request: OfficerRequest, code: str) -> HttpResponse:
    """Rename a topic, or put it in another place."""
    _require(request)
    known = desk.topics()
    found = next((one for one in known if one.code == code), None)
    if found is None:
        raise Http404
    form = TopicForm(request.POST if request.method == "POST" else None, known, found)
    if form.is_valid():
        given = form.cleaned_data
        changed = _topic(found.code, found.audience, given)
        try:
            desk.change_topic(changed, after=given["after"], by=request.officer)
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Saved. Residents see it at once."))
            return redirect("workbench:topics")
    return _form(request, form, found)


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def remove_topic(request: OfficerRequest, code: str) -> HttpResponse:
    """Look at what moves where, and have a topic taken out of the lists."""
    _require(request)
    found = desk.topic_of(code)
    if found is None:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    others = [one for one in themes() if one.audience == found.audience and one.code != code]
    into = next((one for one in others if one.code == given.get("into")), None)
    problem = ""
    if request.method == "POST":
        try:
            work = desk.begin_removal(code, into=into.code if into else "", by=request.officer)
        except Refused as refusal:
            problem = str(refusal.message)
        else:
            return redirect("workbench:work", work.pk)
    is_empty = not found.items and not found.offerings
    context = {
        "topic": found,
        "others": others,
        "into": into,
        "is_empty": is_empty,
        "removal": desk.removal_of(code, into.code) if into and not is_empty else None,
        "problems": [("into" if not is_empty else "", problem)] if problem else [],
    }
    status = 422 if problem else 200
    return show(
        request, "directory/remove_topic.html", context, active="workbench:guides", status=status
    )


def _require(request: OfficerRequest) -> None:
    if not desk.keeps_topics(request.officer):
        raise PermissionDenied


def _topic(code: str, audience: str, given: dict[str, Any]) -> desk.Topic:
    texts = {
        name: {
            key: given[f"{name}_{key}"].strip()
            for key in ("zh", "en")
            if given[f"{name}_{key}"].strip()
        }
        for name in ("name", "description")
    }
    return desk.Topic(code, texts["name"], audience, texts["description"])


def _refuse(form: forms.Form, refusal: Refused) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))


def _form(request: OfficerRequest, form: forms.Form, found: desk.Topic | None) -> HttpResponse:
    return show(
        request,
        "directory/topic.html",
        {"form": form, "topic": found},
        active="workbench:guides",
        status=422 if form.errors else 200,
    )
