"""Filters of the queues: by list, unit, region, place in time, kind, and how long it waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

from tongban.directory.api import agencies, regions
from tongban.kernel import clock
from tongban.kernel.localized import pick
from tongban.look.api import Text
from tongban.supervision.api import (
    BY_URGENCY,
    TIMES,
    Observation,
    Plan,
    Task,
    TimeState,
    standing,
)
from tongban.workbench.pages import address, number_in

NAMES = ("list", "unit", "region", "time", "kind", "waiting")
# Waiting since so many days, at least.
WAITING = (3, 7, 14, 30)
_MOST = 200  # of the choices of a filter


@dataclass(frozen=True)
class Choice:
    """A value of a filter, and whether it is chosen."""

    value: str
    text: Text
    chosen: bool


@dataclass(frozen=True)
class Filter:
    """A filter with its values, the first of which is "all"."""

    name: str
    label: Text
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Quick:
    """A place in time with its count, as a link."""

    text: Text
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class Narrowed:
    """The rows that fit, the filters as they stand, and what each place in time holds."""

    rows: QuerySet[Any]
    count: int
    filters: Sequence[Filter]
    quick: Sequence[Quick]
    is_narrowed: bool


def narrow(
    request: HttpRequest, rows: QuerySet[Any], since: str, *, in_time: bool = False
) -> Narrowed:
    """The rows of a queue that fit the filters of the address. `since`: the column that says since
    when a row waits; `in_time`: its tasks are open, and can be told by where they stand in time.
    A filter with one value only is left out."""
    prefix = "task__" if rows.model is Observation else ""
    given = {name: request.GET.get(name, "") for name in NAMES}
    filters = _filters(rows, prefix, given)
    today = clock.today()
    if prefix:
        filters.append(
            _filter("kind", gettext_lazy("Kind"), Observation.Kind.choices, given["kind"])
        )
    filters.append(
        _filter("waiting", _waits(since), [(str(one), _days(one)) for one in WAITING],
                given["waiting"])
    )  # fmt: skip
    known = {one.name: {choice.value for choice in one.choices} for one in filters}
    wanted = {
        name: value for name, value in given.items() if value and value in known.get(name, ())
    }
    found = rows
    if "list" in wanted:
        found = found.filter(**{f"{prefix}plan_id": number_in(wanted["list"])})
    if "unit" in wanted:
        found = found.filter(**{f"{prefix}lead_id": number_in(wanted["unit"])})
    if "region" in wanted:
        found = found.filter(**{f"{prefix}lead__region_id": wanted["region"]})
    if "kind" in wanted:
        found = found.filter(kind=wanted["kind"])
    if "waiting" in wanted:
        before = today - timedelta(days=int(wanted["waiting"]))
        column = f"{since}__date__lte" if since.endswith("at") else f"{since}__lte"
        found = found.filter(**{column: before})
    quick: list[Quick] = []
    if in_time and not prefix:
        found, quick = _in_time(request, found, given["time"])
        if any(one.chosen and one.href for one in quick[1:]):
            wanted["time"] = given["time"]
    shown = [one for one in filters if len(one.choices) > 2 or one.name in wanted]
    return Narrowed(found, found.order_by().count(), shown, quick, bool(wanted))


def _in_time(
    request: HttpRequest, rows: QuerySet[Task], wanted: str
) -> tuple[QuerySet[Task], list[Quick]]:
    plans = Plan.objects.filter(pk__in=rows.order_by().values("plan_id"))
    conditions = standing(plans)
    ids = Task.objects.filter(pk__in=rows.order_by().values("pk"))
    counts = ids.aggregate(
        all=Count("pk"),
        **{state.value: Count("pk", filter=condition) for state, condition in conditions.items()},
    )
    chosen = next((one for one in conditions if one.value == wanted and counts[one.value]), None)
    quick = [
        Quick(pgettext_lazy("tasks", "All"), counts["all"], address(request, NAMES, time=""),
              chosen is None)
    ]  # fmt: skip
    for state in BY_URGENCY:
        if state in conditions and counts[state.value]:
            words, _tone = TIMES[state]
            href = address(request, NAMES, time=state.value)
            quick.append(Quick(words, counts[state.value], href, state == chosen))
    return (rows.filter(conditions[TimeState(wanted)]) if chosen else rows), quick


def _filters(rows: QuerySet[Any], prefix: str, given: Mapping[str, str]) -> list[Filter]:
    """By list, lead unit, and its region, as far as the rows have several."""
    plain = rows.order_by()
    plans = Plan.objects.filter(pk__in=plain.values(f"{prefix}plan_id")).order_by("-pk")[:_MOST]
    leads = {
        one
        for one in plain.values_list(f"{prefix}lead_id", flat=True).distinct()[:_MOST]
        if one is not None
    }
    units = sorted(agencies(leads).values(), key=lambda one: (one.region_path, pick(one.name)))
    places = regions(dict.fromkeys(one.region_code for one in units))
    return [
        _filter("list", pgettext_lazy("list", "List"),
                [(str(one.pk), pick(one.title)) for one in plans], given["list"]),
        _filter("unit", pgettext_lazy("task", "Lead unit"),
                [(str(one.id), pick(one.name)) for one in units], given["unit"]),
        _filter("region", gettext_lazy("Region"),
                [(code, pick(one.name)) for code, one in places.items()], given["region"]),
    ]  # fmt: skip


def _filter(name: str, label: Text, values: Iterable[tuple[str, Text]], chosen: str) -> Filter:
    every = Choice("", pgettext_lazy("filter", "All"), not chosen)
    return Filter(
        name, label, [every, *(Choice(value, text, value == chosen) for value, text in values)]
    )


def _waits(since: str) -> Text:
    return gettext_lazy("Past the due date") if since == "due" else gettext_lazy("Waiting")


def _days(count: int) -> Text:
    words = ngettext_lazy("for %(count)d day or more", "for %(count)d days or more", "count")
    return words % {"count": count}
