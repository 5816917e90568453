"""A list as it was at one moment beside what it was at another, put together from its ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel import clock
from tongban.look.api import Text, moment
from tongban.supervision.api import EntryView, Plan, Task, entry_view, recent_entries
from tongban.workbench.fields import DayField
from tongban.workbench.lists.common import ROLES, Words, page, plan_for
from tongban.workbench.lists.words import FIELDS, changed_fields, sides

KINDS = ("task_changed", "task_dropped", "task_published")


@dataclass(frozen=True)
class FieldThen:
    """A field of a task: at the one moment, and at the other."""

    label: Text
    then: str
    now: str


@dataclass(frozen=True)
class Step:
    """One entry between the two moments: what it changed, by whom, when, why, on what ground."""

    entry: EntryView
    changes: Sequence[tuple[Text, str, str]]


@dataclass(frozen=True)
class TaskThen:
    """A task that changed in between, and every change to it."""

    task: Task
    fields: Sequence[FieldThen]
    steps: Sequence[Step]
    added: bool
    dropped: bool


class TimeField(forms.TimeField):
    """A time of day, or none."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "time", "class": "govuk-input--width-5"}
        super().__init__(
            widget=forms.TimeInput(attrs=attrs, format="%H:%M"),
            required=False,
            error_messages={"invalid": gettext_lazy("Enter a time, such as 14:30.")},
            **kwargs,
        )


class MomentsForm(Words):
    """Two moments. A day without a time is its end; the day of the publication begins with it."""

    since = DayField(label=gettext_lazy("From"))
    since_at = TimeField(label=gettext_lazy("From, time"))
    until = DayField(label=gettext_lazy("To"), required=False)
    until_at = TimeField(label=gettext_lazy("To, time"))

    def __init__(self, data: Any, published: datetime) -> None:
        first = clock.local_date(published)
        super().__init__(data, initial={"since": first, "until": clock.today()})
        self.published, self.first = published, first

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or self.cleaned_data)
        if self.errors:
            return given
        since, until = self.moments(given)
        now = clock.now()
        if not self.published <= since <= max(now, self.published):
            self.add_error(
                "since", _("Choose a moment from the publication of the list up to now.")
            )
        elif until < since:
            self.add_error("until", _("This is before the other moment. Choose a later one."))
        return given

    def moments(self, given: dict[str, Any] | None = None) -> tuple[datetime, datetime]:
        """Both of them; without what was chosen, the publication and now."""
        chosen = self.cleaned_data if given is None else given
        day, at = chosen.get("since") or self.first, chosen.get("since_at")
        if at is None and day == self.first:
            since = self.published
        else:
            since = max(_moment(day, at), self.published) if day == self.first else _moment(day, at)
        last = chosen.get("until") or clock.today()
        until = min(_moment(last, chosen.get("until_at")), clock.now())
        return since, until


@officer_required(*ROLES)
def compare(request: OfficerRequest, slug: str) -> HttpResponse:
    """What has changed between two moments; at first, since the list was published."""
    plan = plan_for(request.officer, slug)
    if plan.published_at is None:
        raise Http404
    form = MomentsForm(request.GET if "since" in request.GET else None, plan.published_at)
    chosen = form.is_bound and form.is_valid()
    since, until = form.moments() if chosen else form.moments({})
    rows = [] if form.errors else _between(plan, since, until)
    context: dict[str, Any] = {
        "plan": plan,
        "form": form,
        "since": since,
        "until": until,
        "from_start": since == plan.published_at,
        "rows": rows,
        "count": plan.tasks.count(),
        "head_then": moment(since),
        "head_now": moment(until),
    }
    return page(request, "compare.html", context, status=422 if form.errors else 200)


def _between(plan: Plan, since: datetime, until: datetime) -> list[TaskThen]:
    """The tasks that changed after the one moment, up to the other. A field stood at a moment as
    the first change after it says it did before; a field without one stands as it stood."""
    found: dict[int, list[EntryView]] = {}
    after = recent_entries([plan], since, KINDS)
    if since != plan.published_at:  # with it everything begins
        after = after.filter(at__gt=since)
    for entry in after.order_by("number"):
        if entry.task_id is not None:
            found.setdefault(entry.task_id, []).append(entry_view(entry))
    rows = []
    for task in plan.tasks.filter(pk__in=found).order_by("position", "pk"):
        entries = found[task.pk]
        within = [one for one in entries if one.at <= until and _counts(one)]
        if within:
            rows.append(_then(task, within))
    return rows


def _then(task: Task, entries: Sequence[EntryView]) -> TaskThen:
    fields = []
    for name, label in FIELDS.items():
        moves = [
            value
            for entry in entries
            if isinstance(value := entry.data.get(name), dict) and {"old", "new"} <= set(value)
        ]
        if moves and moves[0]["old"] != moves[-1]["new"]:
            fields.append(FieldThen(label, *sides(moves[0]["old"], moves[-1]["new"])))
    kinds = {entry.kind for entry in entries}
    return TaskThen(
        task,
        fields,
        [Step(entry, changed_fields(entry.data)) for entry in entries],
        "task_published" in kinds,
        "task_dropped" in kinds,
    )


def _counts(entry: EntryView) -> bool:
    """Whether an entry is a change: what was published with the list has no reason of its own."""
    return entry.kind != "task_published" or bool(entry.reason)


def _moment(day: date, at: time | None) -> datetime:
    """That time of the day; without one, its end."""
    if at is None:
        return make_aware(datetime.combine(day + timedelta(days=1), time.min)) - timedelta(
            microseconds=1
        )
    return make_aware(datetime.combine(day, at))
