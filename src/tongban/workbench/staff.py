"""Posts of staff: given and ended by administrators, within their own reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tongban.directory.api import agencies_of, agency, descendants, region
from tongban.identity.api import (
    Officer,
    OfficerRequest,
    StaffPost,
    end_post,
    give_post,
    officer_required,
    resident_named,
    staff,
)
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick
from tongban.look.api import LookRenderer
from tongban.workbench.fields import DayField
from tongban.workbench.pages import show
from tongban.workbench.words import ROLES

# A list longer than this is searched, not read.
MOST = 100
# What a refusal names, and where it stands on this page.
_FIELDS = {
    "account": "username",
    "region": "where",
    "agency": "where",
    "role": "role",
    "until": "until",
}


class PostForm(forms.Form):
    """A post to give: to whom, as what, where, until when."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    username = forms.CharField(
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("The person signs up first, like any resident."),
        max_length=150,
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[("", ""), *ROLES.items()])
    where = forms.ChoiceField(
        label=gettext_lazy("Where"),
        help_text=gettext_lazy("Window clerks and case officers work for one agency."),
    )
    until = DayField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Leave empty for a post without an end."),
        required=False,
    )

    def __init__(self, data: Any, officer: Officer) -> None:
        super().__init__(data)
        field = self.fields["where"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", ""), *_places(officer)]


@officer_required("administrator")
@require_http_methods(["GET", "POST"])
def staff_page(request: OfficerRequest) -> HttpResponse:
    """Who holds which post within reach, and a form to give one."""
    form = PostForm(request.POST if request.method == "POST" else None, request.officer)
    if request.method == "POST" and form.is_valid():
        try:
            _give(request.officer, form.cleaned_data)
        except Refused as refusal:
            form.add_error(_FIELDS.get(refusal.field or ""), str(refusal.message))
        else:
            messages.success(request, _("The post is given, from now on."))
            return redirect("workbench:staff")
    words = " ".join(request.GET.get("q", "").split())[:100]
    found = [post for post in staff(request.officer) if _fits(post, words.casefold())]
    context = {
        "posts": [{"post": post, "role": ROLES[post.role]} for post in found[:MOST]],
        "hidden": max(0, len(found) - MOST),
        "words": words,
        "form": form,
    }
    return show(
        request, "staff.html", context, active="workbench:staff", status=422 if form.errors else 200
    )


@officer_required("administrator")
@require_POST
def end(request: OfficerRequest, post_id: int) -> HttpResponse:
    """End a post now; it stays on record."""
    try:
        end_post(request.officer, post_id)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The post has ended. The record of it stays."))
    return redirect("workbench:staff")


def _fits(post: StaffPost, words: str) -> bool:
    """Whether a post's holder or agency has these (folded) words in its name."""
    names = [post.name, post.username, *post.region_name.values()]
    names += (post.agency_name or {}).values()
    return any(words in name.casefold() for name in names)


def _give(by: Officer, given: dict[str, Any]) -> None:
    try:
        account_id = resident_named(given["username"].strip().lower()).account_id
    except ObjectDoesNotExist:
        raise Refused(
            "post.no_account", _("There is no account with that user name."), "account"
        ) from None
    kind, _colon, key = given["where"].partition(":")
    agency_id = int(key) if kind == "agency" else None
    until = given["until"]
    give_post(
        by,
        account_id=account_id,
        role=given["role"],
        region_code=agency(agency_id).region_code if agency_id else key,
        agency_id=agency_id,
        until=make_aware(datetime.combine(until, time.max)) if until else None,
    )


def _places(officer: Officer) -> Iterator[tuple[str, Any]]:
    """Where the officer may give posts: regions as a whole, and the agencies within them."""
    for held in officer.posts_as("administrator"):
        if held.agency_id is not None:
            yield f"agency:{held.agency_id}", pick(agency(held.agency_id).name)
            continue
        own = region(held.region_code)
        regions = [own, *descendants(held.region_code)]
        by_region: dict[str, list[tuple[str, str]]] = {}
        for one in agencies_of(held.region_path, below=True):
            by_region.setdefault(one.region_code, []).append((f"agency:{one.id}", pick(one.name)))
        for one_region in regions:
            whole = (
                f"region:{one_region.code}",
                _("All agencies of %(region)s") % {"region": pick(one_region.name)},
            )
            yield pick(one_region.name), [whole, *by_region.get(one_region.code, ())]
