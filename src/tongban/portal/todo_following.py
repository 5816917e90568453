"""Hearing of lists, tasks, units and regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongban.directory.api import agencies, find_region
from tongban.identity.api import ResidentRequest, resident_required
from tongban.kernel.localized import Localized
from tongban.portal.todo_views import region_url, task_url, unit_url
from tongban.supervision.api import (
    Plan,
    Task,
    follow,
    followed,
    published_plans,
    unfollow,
    unit_of,
)


@dataclass(frozen=True)
class Followed:
    """One thing that a person follows."""

    kind: str
    key: str
    words: str
    name: Localized
    href: str


@resident_required
@require_POST
def change(request: ResidentRequest) -> HttpResponseBase:
    """Follow, or stop; then back to the page one came from."""
    kind, key = request.POST.get("kind", ""), _key(request.POST)
    if key is None:
        raise Http404("nothing there to follow")
    if request.POST.get("stop"):
        unfollow(kind, key, by=request.resident)
        messages.success(request, _("You do not follow this any more."))
    else:
        follow(kind, key, by=request.resident)
        messages.success(
            request,
            _("You follow this now. News arrive in your inbox, and by e-mail if you gave one."),
        )
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("portal:me_following")
    return redirect(back)


@resident_required
@require_safe
def mine(request: ResidentRequest) -> HttpResponse:
    """What I follow."""
    return render(
        request,
        "portal/todo_following.html",
        {
            "nav_active": "portal:me",
            "followed": [_shown(one) for one in followed(request.resident)],
        },
    )


def _shown(one: Any) -> Followed:
    """A row in words, whatever it is that is followed."""
    if one.plan:
        href = reverse("portal:todo_list", args=[one.plan.slug])
        return Followed("plan", str(one.plan_id), _("List"), one.plan.title, href)
    if one.task:
        href = task_url(one.task.plan.slug, one.task.code)
        return Followed("task", str(one.task_id), _("Task"), one.task.title, href)
    if one.unit:
        href = unit_url(one.unit.code)
        return Followed("unit", str(one.unit_id), _("Unit"), one.unit.name, href)
    if one.named:
        unit = unit_of(one.named)
        href = unit_url(unit.key) if unit else reverse("portal:todo_units")
        name = unit.name if unit else {"zh": one.named}
        return Followed("named", one.named, _("Unit"), name, href)
    href = region_url(one.region_id)
    return Followed("region", one.region_id, _("Region"), one.region.name, href)


def _key(posted: Any) -> int | str | None:
    """What is to be followed, if it is there for everybody to see."""
    kind, key = posted.get("kind", ""), posted.get("key", "")
    if kind == "region":
        return key if find_region(key) else None
    if kind == "named":
        unit = unit_of(key)
        # An agency is followed as what it is, whatever it is called.
        return unit.key if unit and unit.agency is None else None
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        return None
    number = int(key)
    if kind == "unit":
        return number if agencies([number]) else None
    if kind == "plan":
        return number if published_plans().filter(pk=number).exists() else None
    if kind == "task":
        public = Task.objects.filter(pk=number).exclude(plan__state=Plan.State.DRAFT)
        return number if public.exists() else None
    return None
