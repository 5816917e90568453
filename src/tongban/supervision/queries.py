"""Reading lists: where each task stands, roll-ups over units and lists, what changed, what slips.

Time states are worked out here for every row (`timing.time_state`); counts over many lists are
counted by the database from the same dates, and a test holds the two together.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from tongban.directory.api import workdays
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.localized import Localized
from tongban.kernel.workdays import Workdays
from tongban.supervision import ledger
from tongban.supervision.models import Entry, Observation, Plan, Task
from tongban.supervision.timing import OPEN, Patience, Schedule, TimeState, days_late, time_state
from tongban.supervision.timing import slip as slip_days

# Shares of few tasks say little about a unit: none is ranked below this.
SMALLEST_SAMPLE = 5


@dataclass(frozen=True)
class TaskView:
    """A task as a list shows it. `slip`: days the due date has moved since it was published;
    `late`: working days past it; `window_open`: everybody may look at the evidence now."""

    task: Task
    time: TimeState
    late: int
    slip: int
    window_open: bool

    @property
    def is_open(self) -> bool:
        return self.time in OPEN


@dataclass(frozen=True)
class Tally:
    """How many tasks stand where. `in_time`: of the tasks done with a due date, the share done in
    time; None below SMALLEST_SAMPLE."""

    total: int
    by_time: Mapping[TimeState, int]
    in_time: float | None

    @classmethod
    def of(cls, counts: Mapping[TimeState, int]) -> Tally:
        """The tally of these numbers."""
        done = counts.get(TimeState.DONE_IN_TIME, 0), counts.get(TimeState.DONE_LATE, 0)
        return cls(
            total=sum(counts.values()),
            by_time={state: number for state, number in counts.items() if number},
            in_time=done[0] / sum(done) if sum(done) >= SMALLEST_SAMPLE else None,
        )

    @property
    def late(self) -> int:
        return self.by_time.get(TimeState.OVERDUE, 0) + self.by_time.get(TimeState.VERY_OVERDUE, 0)

    @property
    def done(self) -> int:
        return sum(
            self.by_time.get(one, 0)
            for one in (TimeState.DONE, TimeState.DONE_IN_TIME, TimeState.DONE_LATE)
        )


@dataclass(frozen=True)
class UnitTally:
    """A unit's tasks: by agency where it is one of the directory, else by the name in the list."""

    agency_id: int | None
    name: Localized
    tally: Tally


@dataclass(frozen=True)
class EntryView:
    """A ledger entry to be told in words."""

    number: int
    kind: str
    at: datetime
    task_code: str
    task_id: int | None
    unit: Localized
    role: str
    data: Mapping[str, ledger.Value] = field(default_factory=dict)
    reason: Localized = field(default_factory=dict)
    basis: str = ""
    hash: str = ""


def published_plans(region_path: str = "") -> QuerySet[Plan]:
    """The lists everybody may read, newest first; those of a region and below, if one is named."""
    found = Plan.objects.exclude(state=Plan.State.DRAFT).select_related("region", "office")
    if region_path:
        found = found.filter(region__path__startswith=region_path)
    return found.order_by("-published_at", "-id")


def plan_by_slug(slug: str) -> Plan | None:
    """A published list, or None."""
    return published_plans().filter(slug=slug).select_related("adopted_from").first()


def plans_of(officer: Officer) -> QuerySet[Plan]:
    """The lists of an officer's programme office, drafts included, newest first."""
    reach = Q(pk__in=[])
    for post in officer.posts_as("programme"):
        one = Q(region__path__startswith=post.region_path)
        if post.agency_id is not None:
            one &= Q(office_id=post.agency_id)
        reach |= one
    return Plan.objects.filter(reach).select_related("region", "office").order_by("-id")


def tasks_of_unit(officer: Officer) -> QuerySet[Task]:
    """The tasks of published lists that an officer reports on, the most urgent first."""
    reach = Q(pk__in=[])
    for post in officer.posts_as("reporter"):
        if post.agency_id is not None:
            reach |= Q(lead_id=post.agency_id) | Q(co_units__agency_id=post.agency_id)
        else:
            reach |= Q(lead__region__path__startswith=post.region_path)
    found = Task.objects.filter(reach, plan__state=Plan.State.PUBLISHED).distinct()
    return found.select_related("plan", "lead").order_by("due", "plan_id", "position")


def views(tasks: Iterable[Task], today: date | None = None) -> list[TaskView]:
    """Where tasks stand. Their plans must be loaded; one query for the calendar."""
    on, days = today or clock.today(), workdays()
    return [view_of(task, on, days) for task in tasks]


def view_of(task: Task, today: date, days: Workdays) -> TaskView:
    """Where a task stands on a day."""
    patience = Patience(task.plan.soon_days, task.plan.very_late_days)
    state = time_state(schedule_of(task), today, days, patience)
    return TaskView(
        task=task,
        time=state,
        late=days_late(task.due, task.claimed_on or today, days)
        if task.due and state in OPEN | {TimeState.DONE_LATE}
        else 0,
        slip=slip_days(task.first_due, task.due),
        window_open=task.state == Task.State.CLAIMED
        and task.window_until is not None
        and today <= task.window_until,
    )


def schedule_of(task: Task) -> Schedule:
    """What a task's place in time is worked out from."""
    return Schedule(
        start=task.start,
        due=task.due,
        claimed_on=task.claimed_on,
        closed_on=task.closed_on,
        dropped=task.state == Task.State.DROPPED,
    )


def tally(found: Sequence[TaskView]) -> Tally:
    """How many of them stand where."""
    return Tally.of(Counter(view.time for view in found))


def by_unit(found: Sequence[TaskView]) -> list[UnitTally]:
    """The same by lead unit: most late first, then most tasks."""
    groups: dict[tuple[int | None, str], list[TaskView]] = {}
    for view in found:
        name = json.dumps(view.task.lead_name, sort_keys=True, ensure_ascii=False)
        key = (view.task.lead_id, "" if view.task.lead_id else name)
        groups.setdefault(key, []).append(view)
    units = [
        UnitTally(agency_id, group[0].task.lead_name, tally(group))
        for (agency_id, _), group in groups.items()
    ]
    return sorted(units, key=lambda unit: (-unit.tally.late, -unit.tally.total, str(unit.name)))


def tallies(plans: Iterable[Plan], today: date | None = None) -> dict[int, Tally]:
    """Tallies of many lists at once, by plan id."""
    found = tallies_by(Task.objects.filter(plan__in=list(plans)), ["plan_id"], today)
    return {int(str(plan)): one for (plan,), one in found.items()}


def tallies_by(
    tasks: QuerySet[Task], by: Sequence[str], today: date | None = None
) -> dict[tuple[object, ...], Tally]:
    """Tallies of tasks by the fields named, counted by the database: one query for each patience
    that their lists have (few differ in it), and one for what is claimed."""
    on, days = today or clock.today(), workdays()
    counts: dict[tuple[object, ...], Counter[TimeState]] = {}
    patiences = tasks.order_by().values_list("plan__soon_days", "plan__very_late_days").distinct()
    for soon_days, very_days in list(patiences):
        same = tasks.filter(plan__soon_days=soon_days, plan__very_late_days=very_days)
        edges = edges_of(on, days, Patience(soon_days, very_days))
        for row in _counted(same, by, on, *edges):
            counter = counts.setdefault(tuple(row[name] for name in by), Counter())
            counter.update({state: row[f"n_{state.value}"] for state in TimeState})
    claimed = tasks.filter(state=Task.State.CLAIMED).order_by().select_related("plan")
    for task in claimed:
        counts[tuple(getattr(task, name) for name in by)][view_of(task, on, days).time] += 1
    return {key: Tally.of(counter) for key, counter in counts.items()}


def history(task: Task) -> list[EntryView]:
    """All that the ledger says of a task, oldest first."""
    return [entry_view(one) for one in Entry.objects.filter(task=task).order_by("number")]


def recent_entries(
    plans: Iterable[Plan], since: datetime, kinds: Sequence[str] = ()
) -> QuerySet[Entry]:
    """Entries of lists since a moment, newest first; page them by ("-at", "-id")."""
    found = Entry.objects.filter(plan__in=list(plans), at__gte=since).select_related("plan", "task")
    if kinds:
        found = found.filter(kind__in=kinds)
    return found.order_by("-at", "-id")


def entry_view(entry: Entry) -> EntryView:
    """An entry, read."""
    body = json.loads(entry.body)
    return EntryView(
        number=entry.number,
        kind=entry.kind,
        at=entry.at,
        task_code=body["task"],
        task_id=entry.task_id,
        unit=body["unit"],
        role=body["role"],
        data=body["data"],
        reason=body["reason"],
        basis=body["basis"],
        hash=entry.hash,
    )


def slipped(plans: Iterable[Plan], n: int = 20) -> list[Task]:
    """The tasks whose due dates have moved most since they were published."""
    moved = Task.objects.filter(plan__in=list(plans), due__gt=F("first_due"))
    return list(
        moved.select_related("plan", "lead").order_by((F("first_due") - F("due")).asc(), "pk")[:n]
    )


def said_on(task: Task) -> QuerySet[Observation]:
    """What was said on a task, newest first, removed words without their text."""
    return task.said.exclude(state=Observation.State.HELD).prefetch_related("replies__agency")


def waiting_for_answer(officer: Officer) -> QuerySet[Observation]:
    """Observations on the tasks an officer reports on that have no answer, soonest due first."""
    tasks = tasks_of_unit(officer).order_by().values("pk")
    return (
        Observation.objects.filter(
            task__in=tasks, state=Observation.State.SHOWN, answered_at__isnull=True
        )
        .select_related("task__plan")
        .order_by("reply_due", "at")
    )


def to_moderate(officer: Officer) -> QuerySet[Observation]:
    """Words that were held back, on the lists of an officer's programme office, oldest first."""
    return (
        Observation.objects.filter(
            task__plan__in=plans_of(officer).order_by().values("pk"),
            state=Observation.State.HELD,
        )
        .select_related("task__plan")
        .order_by("at")
    )


def to_review(officer: Officer) -> QuerySet[Task]:
    """Claimed tasks of an officer's programme office, those whose window closes first before."""
    return (
        Task.objects.filter(
            plan__in=plans_of(officer).order_by().values("pk"), state=Task.State.CLAIMED
        )
        .select_related("plan", "lead")
        .order_by("window_until", "pk")
    )


def edges_of(today: date, days: Workdays, patience: Patience) -> tuple[date, date]:
    """The last due date that is "soon" today, and the first that is not "very late"."""
    soon = today
    while days.count(today, soon + timedelta(days=1)) <= patience.soon:
        soon += timedelta(days=1)
    very = today
    while days.count(very, today) <= patience.very:
        very -= timedelta(days=1)
    return soon, very + timedelta(days=1)


def _counted(
    tasks: QuerySet[Task], by: Sequence[str], today: date, soon: date, very: date
) -> list[dict[str, int]]:
    """How many stand where as of today; claimed ones, which stand as of their claim, are not
    counted here."""
    open_ = Q(state=Task.State.OPEN)
    begun = open_ & (Q(start__isnull=True) | Q(start__lte=today))
    closed = Q(state=Task.State.CLOSED)
    rows = (
        tasks.order_by()
        .values(*by)
        .annotate(
            n_not_started=Count("pk", filter=open_ & Q(start__gt=today)),
            n_no_date=Count("pk", filter=begun & Q(due__isnull=True)),
            n_on_track=Count("pk", filter=begun & Q(due__gt=soon)),
            n_due_soon=Count("pk", filter=begun & Q(due__gte=today, due__lte=soon)),
            n_overdue=Count("pk", filter=begun & Q(due__lt=today, due__gte=very)),
            n_very_overdue=Count("pk", filter=begun & Q(due__lt=very)),
            n_done_in_time=Count("pk", filter=closed & Q(claimed_on__lte=F("due"))),
            n_done_late=Count("pk", filter=closed & Q(claimed_on__gt=F("due"))),
            n_done=Count("pk", filter=closed & Q(due__isnull=True)),
            n_dropped=Count("pk", filter=Q(state=Task.State.DROPPED)),
        )
    )
    return list(rows)
