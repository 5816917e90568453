"""A list as it was on a day, put together from its ledger, beside what it is today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy

from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel import clock
from tongban.look.api import Text
from tongban.supervision.api import EntryView, Plan, Task, entry_view, recent_entries
from tongban.workbench.fields import DayField
from tongban.workbench.lists.common import ROLES, Words, page, plan_for
from tongban.workbench.lists.task import spoken
from tongban.workbench.lists.words import FIELDS


@dataclass(frozen=True)
class FieldThen:
    """A field of a task: on that day, and today."""

    label: Text
    then: str
    now: str


@dataclass(frozen=True)
class TaskThen:
    """A task that changed since: which fields, and every change with its reason."""

    task: Task
    fields: Sequence[FieldThen]
    entries: Sequence[EntryView]
    dropped: bool


class DayForm(Words):
    on = DayField(label=gettext_lazy("As it was at the end of"))


@officer_required(*ROLES)
def compare(request: OfficerRequest, slug: str) -> HttpResponse:
    """What has changed since the end of a day; at first, since the list was published."""
    plan = plan_for(request.officer, slug)
    if plan.published_at is None:
        raise Http404
    first = clock.local_date(plan.published_at)
    form = DayForm(request.GET if "on" in request.GET else None, initial={"on": first})
    on = form.cleaned_data["on"] if form.is_bound and form.is_valid() else first
    if form.is_bound and not form.errors and not first <= on <= clock.today():
        form.add_error(
            "on",
            gettext_lazy("Choose a day from the publication of the list up to today."),
        )
        on = first
    rows = _since(plan, on)
    context: dict[str, Any] = {
        "plan": plan,
        "form": form,
        "on": on,
        "rows": rows,
        "count": plan.tasks.count(),
        "entries": sum(len(row.entries) for row in rows),
    }
    return page(request, "compare.html", context, status=422 if form.errors else 200)


def _since(plan: Plan, on: date) -> list[TaskThen]:
    """The tasks that changed after that day. A field stood then as the first change since says it
    did before; a field without one stands as it stood."""
    after = make_aware(datetime.combine(on + timedelta(days=1), time.min))
    changed: dict[int, list[EntryView]] = {}
    for entry in recent_entries([plan], after, ("task_changed", "task_dropped")).order_by("number"):
        if entry.task_id is not None:
            changed.setdefault(entry.task_id, []).append(entry_view(entry))
    tasks = plan.tasks.filter(pk__in=changed).order_by("position")
    return [_then(task, changed[task.pk]) for task in tasks]


def _then(task: Task, entries: Sequence[EntryView]) -> TaskThen:
    fields = []
    for name, label in FIELDS.items():
        moves = [
            value
            for entry in entries
            if isinstance(value := entry.data.get(name), dict) and {"old", "new"} <= set(value)
        ]
        if moves and moves[0]["old"] != moves[-1]["new"]:
            fields.append(FieldThen(label, spoken(moves[0]["old"]), spoken(moves[-1]["new"])))
    return TaskThen(task, fields, entries, any(entry.kind == "task_dropped" for entry in entries))
