"""What the pages of to-do lists show of a task: its place in time, and the three statuses side by
side. Nothing here decides anything; it puts what `supervision` says into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.db.models import Count as Count_
from django.db.models import Q, QuerySet, Sum
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.kernel.localized import Localized, pick
from tongban.look.api import Text, Tone, day
from tongban.supervision.api import (
    BY_URGENCY,
    TIMES,
    Observation,
    Plan,
    Tally,
    Task,
    TaskView,
    TimeState,
    loosens,
    plan_by_slug,
    unit_of_task,
)

_PLAIN = "!$&'()*+,;=/~:@"  # what stands in an address as it is
_CLAIMED: Mapping[str, Tone] = {
    Task.State.OPEN: "neutral",
    Task.State.CLAIMED: "waiting",
    Task.State.CLOSED: "done",
    Task.State.DROPPED: "refused",
}
_ASSESSED: Mapping[str, Tone] = {
    "": "neutral",
    Task.Level.NO_EVIDENCE: "late",
    Task.Level.NOT_STARTED: "neutral",
    Task.Level.LIMITED: "action",
    Task.Level.SUBSTANTIAL: "progress",
    Task.Level.COMPLETE: "done",
}


@dataclass(frozen=True)
class Public:
    """What the public says of a task, in numbers. People whose names are verified are counted
    apart: `named` of the observations are theirs, `verified` people seconded any, `others` without
    a verified name did."""

    observations: int = 0
    named: int = 0
    unanswered: int = 0
    objections: int = 0
    verified: int = 0
    others: int = 0


@dataclass(frozen=True)
class TaskRow:
    """A task of a list: what is claimed, what was found, what people say; each on its own."""

    view: TaskView
    href: str
    public: Public
    lead_href: str = ""  # of its lead unit's page, if that is loaded

    @property
    def task(self) -> Task:
        return self.view.task

    @property
    def time_words(self) -> Text:
        return TIMES[self.view.time][0]

    @property
    def time_tone(self) -> Tone:
        return TIMES[self.view.time][1]

    @property
    def late_words(self) -> str:
        """How late it is, or was done; "" if it is not."""
        days = self.view.late
        return (
            ngettext("%(days)d working day late", "%(days)d working days late", days)
            % {"days": days}
            if days
            else ""
        )

    @property
    def slip_words(self) -> str:
        """By how much the date was moved since the list was published; "" if it was not."""
        days = self.view.slip
        if days > 0:
            words = ngettext("moved back by %(days)d day", "moved back by %(days)d days", days)
        elif days < 0:
            words = ngettext("brought forward by %(days)d day",
                             "brought forward by %(days)d days", -days)  # fmt: skip
        else:
            return ""
        return words % {"days": abs(days)}

    @property
    def source_words(self) -> str:
        """How its date stands beside the one in the list from which it was taken over, as far as
        that is loaded; "" if it was not taken over or the days are the same."""
        task = self.task
        if task.adopted_from_id is None or not Task.adopted_from.is_cached(task):
            return ""
        source = task.adopted_from.due if task.adopted_from else None
        if source == task.due:
            return ""
        if source is None:
            return _("with a date, which the list above has not")
        if task.due is None:
            return _("without the date that the list above has")
        days = (task.due - source).days
        if days > 0:
            words = ngettext("%(days)d day later than in the list above",
                             "%(days)d days later than in the list above", days)  # fmt: skip
        else:
            words = ngettext("%(days)d day earlier than in the list above",
                             "%(days)d days earlier than in the list above", -days)  # fmt: skip
        return words % {"days": abs(days)}

    @property
    def is_looser(self) -> bool:
        """Whether it is due later than in the list from which it was taken over, or never."""
        source = self.task.adopted_from if Task.adopted_from.is_cached(self.task) else None
        return source is not None and loosens(source.due, self.task.due)

    @property
    def claimed_words(self) -> str:
        task = self.task
        if task.state == Task.State.DROPPED:
            return _("Dropped")
        if task.claimed_on is None:
            return _("Not claimed done")
        return _("Claimed done on %(day)s") % {"day": day(task.claimed_on)}

    @property
    def claimed_tone(self) -> Tone:
        return _CLAIMED[self.task.state]

    @property
    def assessed_words(self) -> str:
        return str(Task.Level(self.task.assessed).label) if self.task.assessed else _(
            "Not assessed yet"
        )  # fmt: skip

    @property
    def assessed_tone(self) -> Tone:
        return _ASSESSED[self.task.assessed]


@dataclass(frozen=True)
class Count:
    """How many tasks stand somewhere in time; `share` in percent of all, after those before."""

    state: TimeState
    words: Text
    tone: Tone
    number: int
    share: float
    start: float


def list_or_404(slug: str) -> Plan:
    """A published list."""
    plan = plan_by_slug(slug)
    if plan is None:
        raise Http404("no such list")
    return plan


def task_or_404(plan: Plan, code: str) -> Task:
    """A task of the list by its number in the document."""
    task = plan.tasks.select_related("lead", "section", "adopted_from__plan").filter(code=code)
    found = task.first()
    if found is None:
        raise Http404("no such task")
    found.plan = plan
    return found


def task_url(slug: str, code: str) -> str:
    return reverse("portal:todo_task", args=[slug, code])


def unit_url(key: str) -> str:
    """The page of a unit."""
    return reverse("portal:todo_unit", args=[key])


def region_url(code: str) -> str:
    """The page of a region's lists."""
    return reverse("portal:todo_region", args=[code])


def rows_of(found: Sequence[TaskView], said: Mapping[int, Public]) -> list[TaskRow]:
    """Tasks with the addresses of their pages and what people say."""
    bases: dict[str, str] = {}
    leads: dict[str, str] = {}
    rows = []
    for one in found:
        task = one.task
        slug, lead = task.plan.slug, ""
        if slug not in bases:  # an address is worked out once for each list, not for each task
            bases[slug] = task_url(slug, "0").removesuffix("0")
        if task.lead_id is None or Task.lead.is_cached(task):
            key = unit_of_task(task).key
            lead = leads.get(key) or leads.setdefault(key, unit_url(key))
        href = f"{bases[slug]}{quote(task.code, safe=_PLAIN)}"
        rows.append(TaskRow(one, href, said.get(task.pk, Public()), lead))
    return rows


def said_in(tasks: QuerySet[Task] | Sequence[Task]) -> dict[int, Public]:
    """What the public says, by task; one query."""
    shown = Observation.objects.filter(task__in=tasks, state=Observation.State.SHOWN)
    return {
        row["task_id"]: Public(
            row["observations"], row["named"], row["unanswered"], row["objections"],
            row["verified"], row["others"],
        )
        for row in shown.order_by()
        .values("task_id")
        .annotate(
            observations=Count_("pk"),
            named=Count_("pk", filter=Q(is_verified=True)),
            unanswered=Count_("pk", filter=Q(answered_at__isnull=True)),
            objections=Count_("pk", filter=Q(kind=Observation.Kind.OBJECTION)),
            verified=Sum("seconds_verified"),
            others=Sum("seconds_others"),
        )
    }  # fmt: skip


def counts_of(tally: Tally) -> list[Count]:
    """A tally in words, the worst first; what does not occur is left out."""
    found, start = [], 0.0
    for one in BY_URGENCY:
        if number := tally.by_time.get(one, 0):
            share = 100 * number / tally.total
            found.append(Count(one, *TIMES[one], number, round(share, 2), round(start, 2)))
            start += share
    return found


def sentence_of(tally: Tally) -> str:
    """A list's state in a line."""
    if tally.total == 1:
        words = _("1 task, done") if tally.done else _("1 task, not done yet")
    else:
        words = _("%(done)d of %(total)d tasks done") % {"done": tally.done, "total": tally.total}
    if tally.late:
        words = _("%(done)s, %(late)d late") % {"done": words, "late": tally.late}
    return words


def unit_key(task: Task) -> str:
    """What names the lead unit in an address: the agency's number, or the name in the document."""
    return str(task.lead_id) if task.lead_id else pick(task.lead_name, "zh")


def units_of(found: Sequence[TaskView]) -> list[tuple[str, Localized]]:
    """The lead units of tasks, in the order of the list."""
    units: dict[str, Localized] = {}
    for one in found:
        units.setdefault(unit_key(one.task), one.task.lead_name)
    return list(units.items())
