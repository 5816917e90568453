"""Roll-ups over many lists: by unit, by region and by level of government, and how what was taken
over stands beside its source. Counted by the database; few queries, however many lists there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from tongban.directory.api import AgencySummary, agencies, find_agency, workdays
from tongban.kernel import clock
from tongban.kernel.localized import Localized, pick
from tongban.supervision.models import CoUnit, Observation, Plan, Task
from tongban.supervision.queries import SMALLEST_SAMPLE, Tally, tallies_by
from tongban.supervision.timing import TimeState

# How long units take to answer is worked out from so many of their newest answers.
_ANSWERS = 500


@dataclass(frozen=True)
class Unit:
    """A responsible unit: an agency of the directory, or a name as lists write it ("the cities'
    governments"). `key` names it in addresses: the agency's code, or the name."""

    key: str
    name: Localized
    agency: AgencySummary | None = None


@dataclass(frozen=True)
class UnitCount:
    """A unit and where its tasks stand over all lists."""

    unit: Unit
    tally: Tally


@dataclass(frozen=True)
class Answers:
    """How observations were answered. `days`: working days until half of them were answered;
    `in_time`: the share answered within the list's time; both None below SMALLEST_SAMPLE."""

    asked: int
    answered: int
    waiting_late: int
    in_time: float | None
    days: float | None


@dataclass(frozen=True)
class Below:
    """Tasks that were taken over beside their sources, in numbers: how many are due earlier than
    there (or at all), on the same day, later (or never); how many are done, late, dropped."""

    taken: int
    tighter: int
    same: int
    looser: int
    done: int
    late: int
    dropped: int


def unit_of(key: str) -> Unit | None:
    """The unit of that key, if it ever led or shared a task of a published list; else None."""
    if not key or len(key) > 300 or "\0" in key:
        return None
    found = find_agency(key)
    if found is not None:
        unit = Unit(found.code, found.name, found)
        return unit if led_by(unit).exists() or shared_by(unit).exists() else None
    task = led_by(Unit(key, {})).first()
    return Unit(key, task.lead_name) if task else None


def unit_of_task(task: Task) -> Unit:
    """A task's lead unit; its agency, if it is one, must be loaded."""
    if task.lead is None:
        return Unit(pick(task.lead_name, "zh"), task.lead_name)
    return Unit(task.lead.code, task.lead_name)


def public_tasks(region_path: str = "") -> QuerySet[Task]:
    """The tasks of all published lists; those of a region's and below, if one is named."""
    found = Task.objects.exclude(plan__state=Plan.State.DRAFT)
    return found.filter(plan__region__path__startswith=region_path) if region_path else found


def led_by(unit: Unit) -> QuerySet[Task]:
    """The tasks that a unit leads, on all published lists."""
    if unit.agency is not None:
        return public_tasks().filter(lead_id=unit.agency.id)
    return public_tasks().filter(lead__isnull=True).annotate(named=_named()).filter(named=unit.key)


def shared_by(unit: Unit) -> QuerySet[Task]:
    """The tasks that a unit of the directory shares in, on all published lists."""
    if unit.agency is None:
        return Task.objects.none()
    share = CoUnit.objects.filter(task=OuterRef("pk"), agency_id=unit.agency.id)
    return public_tasks().filter(Exists(share))


def units(region_path: str = "") -> list[UnitCount]:
    """All units that lead tasks, by region and name: an order that praises and blames nobody."""
    tasks = public_tasks(region_path)
    by_agency = tallies_by(tasks.filter(lead__isnull=False), ["lead_id"])
    named = tasks.filter(lead__isnull=True).annotate(named=_named())
    by_name = tallies_by(named, ["named"])
    known = agencies(int(str(key)) for (key,) in by_agency)
    names = dict(named.order_by("named").distinct("named").values_list("named", "lead_name"))
    found = [
        UnitCount(Unit(one.code, one.name, one), by_agency[one.id,])
        for one in sorted(known.values(), key=lambda one: (one.region_path, pick(one.name)))
    ]
    return found + [
        UnitCount(Unit(name, names[name]), by_name[name,]) for name in sorted(names) if name
    ]


def answers_of(said: QuerySet[Observation], *, verified: bool) -> Answers:
    """How what people said was answered: those with verified names and others apart."""
    shown = said.filter(state=Observation.State.SHOWN, is_verified=verified).order_by()
    answered = Q(answered_at__isnull=False)
    counted = shown.aggregate(
        asked=Count("pk"),
        answered=Count("pk", filter=answered),
        in_time=Count("pk", filter=answered & Q(answered_at__date__lte=F("reply_due"))),
        waiting_late=Count("pk", filter=~answered & Q(reply_due__lt=clock.today())),
    )
    number, days = counted["answered"], None
    if number >= SMALLEST_SAMPLE:
        calendar = workdays()
        newest = shown.filter(answered).order_by("-answered_at").only("at", "answered_at")
        days = median(
            calendar.count(clock.local_date(one.at), clock.local_date(one.answered_at))
            for one in newest[:_ANSWERS]
            if one.answered_at is not None
        )
    return Answers(
        asked=counted["asked"],
        answered=number,
        waiting_late=counted["waiting_late"],
        in_time=counted["in_time"] / number if number >= SMALLEST_SAMPLE else None,
        days=days,
    )


def below(plan: Plan) -> dict[int, Below]:
    """What became of a list's tasks in the published lists that took them over, by task id."""
    return _beside(public_tasks().filter(adopted_from__plan=plan), "adopted_from_id")


def beside_source(plans: Iterable[Plan]) -> dict[int, Below]:
    """How the tasks of lists that were taken over stand beside their sources, by list id."""
    taken = public_tasks().filter(plan__in=list(plans), adopted_from__isnull=False)
    return _beside(taken, "plan_id")


def above(plan: Plan) -> list[Plan]:
    """The lists that a list was taken over from, the highest first."""
    found: list[Plan] = []
    while plan.adopted_from_id is not None and len(found) < len(Plan.Level):
        plan = Plan.objects.select_related("region").get(pk=plan.adopted_from_id)
        found.insert(0, plan)
    return found


def taken_over(plans: Iterable[Plan]) -> QuerySet[Plan]:
    """The published lists that took lists over, and those that took these over; unordered."""
    wanted, all_ = {one.pk for one in plans}, set[int]()
    for _level in Plan.Level:
        published = Plan.objects.exclude(state=Plan.State.DRAFT).filter(adopted_from__in=wanted)
        wanted = set(published.order_by().values_list("pk", flat=True)) - all_
        if not wanted:
            break
        all_ |= wanted
    return Plan.objects.filter(pk__in=all_).select_related("region", "adopted_from")


def taken_by(task: Task) -> QuerySet[Task]:
    """The tasks of published lists that took a task over."""
    return public_tasks().filter(adopted_from=task).select_related("plan__region", "lead")


def add_up(parts: Iterable[Tally]) -> Tally:
    """Tallies of parts as the tally of the whole."""
    counts = Counter[TimeState]()
    for part in parts:
        counts.update(part.by_time)
    return Tally.of(counts)


def _beside(taken: QuerySet[Task], by: str) -> dict[int, Below]:
    """Tasks beside those from which they were taken over, counted by the database."""
    source = F("adopted_from__due")
    looser = Q(due__gt=source) | Q(due__isnull=True, adopted_from__due__isnull=False)
    tighter = Q(due__lt=source) | Q(due__isnull=False, adopted_from__due__isnull=True)
    alive = ~Q(state=Task.State.DROPPED)
    late = Q(state=Task.State.OPEN, due__lt=clock.today())
    late |= Q(state=Task.State.CLAIMED, claimed_on__gt=F("due"))
    rows = (
        taken.order_by()
        .values(by)
        .annotate(
            taken=Count("pk"),
            tighter=Count("pk", filter=alive & tighter),
            looser=Count("pk", filter=alive & looser),
            dropped=Count("pk", filter=~alive),
            done=Count("pk", filter=Q(state=Task.State.CLOSED)),
            late=Count("pk", filter=late),
        )
    )
    return {
        row[by]: Below(
            taken=row["taken"],
            tighter=row["tighter"],
            same=row["taken"] - row["tighter"] - row["looser"] - row["dropped"],
            looser=row["looser"],
            done=row["done"],
            late=row["late"],
            dropped=row["dropped"],
        )
        for row in rows
    }


def _named() -> Coalesce:
    """A unit's name where it is no agency of the directory."""
    return Coalesce(KeyTextTransform("zh", "lead_name"), KeyTextTransform("en", "lead_name"))
