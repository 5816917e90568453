"""The tasks of a draft list: added, rewritten, moved, taken off.

Whatever is wrong stands at its field and nothing that was typed is lost; rows are added, and the
platform's own figure is counted, before anything is saved.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.supervision.api import (
    Plan,
    Task,
    add_task,
    differences,
    edit_task,
    entry_of,
    matching,
    move_task,
    remove_task,
)
from tongban.workbench.lists.common import draft_of, kept_as, page, task_for
from tongban.workbench.lists.parts import NAMES, unit_names
from tongban.workbench.lists.task_form import TaskForm, digests, merged, overtaken
from tongban.workbench.lists.words import changed_fields
from tongban.workbench.pages import number_in


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def add(request: OfficerRequest, slug: str) -> HttpResponse:
    """Put a task on a draft."""
    plan = draft_of(request.officer, slug)
    if request.method == "GET":
        return _page(request, TaskForm(plan))
    form = TaskForm(plan, request.POST)
    if asks_more(request.POST):
        return _page(request, form.unjudged(request.POST.get("more", "")))
    if form.is_valid():
        try:
            made = add_task(plan.pk, form.entry(), by=request.officer)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            kept = kept_as(request, "task", plan)
            messages.success(request, _("The task is on the draft."), extra_tags=kept)
            if "stay" in request.POST:
                return redirect("workbench:edit_list_task", plan.slug, made.pk)
            again = "another" in request.POST
            return redirect("workbench:add_list_task" if again else "workbench:list", plan.slug)
    return _page(request, form, status=422)


@officer_required("programme")
@require_http_methods(["GET", "POST"])
def edit(request: OfficerRequest, slug: str, task_id: int) -> HttpResponse:
    """Rewrite a task of a draft."""
    plan = draft_of(request.officer, slug)
    task = task_for(plan, task_id)
    if request.method == "GET":
        return _page(request, TaskForm(plan, task=task), task)
    form = TaskForm(plan, request.POST, task=task)
    if asks_more(request.POST):
        return _page(request, form.unjudged(request.POST.get("more", "")), task)
    if not form.is_valid():
        return _page(request, form, task, status=422)
    seen = number_in(request.POST.get("revision"))
    revision = task.revision if seen is None else seen
    try:
        edit_task(task.pk, form.entry(), revision=revision, by=request.officer)
    except Refused as refusal:
        if overtaken(refusal):
            return _conflict(request, form, task)
        form.refuse(refusal)
        return _page(request, form, task, status=422)
    messages.success(request, _("Saved."), extra_tags=kept_as(request, "task", plan, task))
    if "stay" in request.POST:
        return redirect("workbench:edit_list_task", plan.slug, task.pk)
    return redirect("workbench:list", plan.slug)


def asks_more(posted: Any) -> bool:
    """Whether rows are to be added, the figure counted, or a text brought back that the browser
    kept, before anything is judged."""
    return posted.get("more") in (*NAMES, "back") or "count" in posted


def _conflict(request: OfficerRequest, form: TaskForm, task: Task) -> HttpResponse:
    """Somebody else saved meanwhile: both texts, and a form with what both wrote."""
    theirs = entry_of(task)
    mine = merged(form.entry(), request.POST.get("base", ""), theirs)
    both = changed_fields(differences(task, matching.values_of(task, mine)))
    fresh = TaskForm(form.plan, task=task, entry=mine)
    return _page(request, fresh, task, status=409, both=both, overtaken=True)


@officer_required("programme")
@require_POST
def arrange(request: OfficerRequest, slug: str, task_id: int) -> HttpResponse:
    """Move a task of a draft up or down, or take it off."""
    plan = draft_of(request.officer, slug)
    task = task_for(plan, task_id)
    try:
        if request.POST.get("act") == "remove":
            remove_task(task.pk, by=request.officer)
            messages.success(
                request, _("Task %(code)s is taken off the draft.") % {"code": task.code}
            )
        else:
            move_task(task.pk, later=request.POST.get("act") == "down", by=request.officer)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("workbench:list", plan.slug)


def _page(
    request: OfficerRequest,
    form: TaskForm,
    task: Task | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    plan: Plan = form.plan
    posted = request.POST if request.method == "POST" else {}
    conflict = bool(more)
    context = {
        "plan": plan,
        "form": form,
        "task": task,
        "problems": form.problems() if status == 422 else (),
        "figure": form.figure(),
        "keep": kept_as(request, "task", plan, task),
        "unsaved": request.method == "POST",
        "unit_names": unit_names(plan),
        "base": (not conflict and posted.get("base")) or (digests(entry_of(task)) if task else ""),
        "revision": (not conflict and posted.get("revision")) or (task.revision if task else ""),
        **more,
    }
    return page(request, "draft_task.html", context, status=status)
