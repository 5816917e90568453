"""The demonstration's to-do lists (demo/lists/*.yaml): lived through by the package's own acts,
with the clock set to each act's day. Days in the files are counted from the day of loading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.db import transaction
from django.utils import timezone

from tongban.directory.api import agencies_by_code, workdays
from tongban.identity.api import Officer, holders, officer_of, resident_named
from tongban.kernel import clock
from tongban.supervision.assessing import assess, close, reopen, send_back
from tongban.supervision.changing import Change, change
from tongban.supervision.digests import make_digest
from tongban.supervision.models import Plan, Task
from tongban.supervision.observing import Said, erase, observe, remove, reply, second
from tongban.supervision.planning import (
    IndicatorEntry,
    MilestoneEntry,
    PlanEntry,
    TaskEntry,
    UnitEntry,
    adopt,
    close_plan,
    drop,
    make_plan,
    publish,
)
from tongban.supervision.records import Ground
from tongban.supervision.reporting import EvidenceEntry, Progress, claim, report
from tongban.supervision.urging import tell_superiors, warn_plan

Written = Mapping[str, Any]
# How often the nightly chain of reminders ran in the lists' past, in days.
_URGED_EVERY = 10


class BadList(ValueError):
    """A file of the demonstration that cannot be lived through: which, and where."""


@dataclass
class _Loading:
    """What the acts of one loading share."""

    today: date
    agencies: dict[str, UnitEntry]
    reporters: dict[int, Officer]
    said: dict[tuple[int, str], UUID] = field(default_factory=dict)


@transaction.atomic
def load_lists(folder: Path) -> list[str]:
    """Load the lists of a folder that are not there yet, and sign a digest of all; returns their
    names. Raises BadList."""
    files = [(path, _read(path)) for path in sorted(folder.glob("*.yaml"))]
    known = set(Plan.objects.values_list("slug", flat=True))
    files = [(path, written) for path, written in files if written["slug"] not in known]
    if not files:
        return []
    loading = _Loading(clock.today(), _agencies(files), _reporters())
    coming: list[tuple[date, Callable[[], None]]] = []
    for path, written in files:
        try:
            coming += _begin(written, loading)
        except (KeyError, TypeError) as error:
            raise BadList(f"{path.name}: {error!r}") from error
    for _day, act in sorted(coming, key=lambda one: one[0]):  # stable: as written within a day
        act()
    tell_superiors()
    make_digest()
    return [written["slug"] for _path, written in files]


def _begin(written: Written, loading: _Loading) -> list[tuple[date, Callable[[], None]]]:
    """Write a list down and publish it; what happens to it afterwards, by day."""
    by = _officer(written["by"])
    with _on(written["made"], loading):
        if "adopts" in written:
            source = Plan.objects.get(slug=written["adopts"])
            plan = adopt(source.pk, _plan_entry(written, loading), by=by)
            _make_own(plan, written["own"], loading)
        else:
            tasks = [_task_entry(one, written, loading) for one in written["tasks"]]
            plan = make_plan(_plan_entry(written, loading), tasks, by=by)
    if "published" not in written:
        return []
    with _on(written["published"], loading):
        publish(plan.pk, by=by, ground=Ground(written["ground"]))
    ids = dict(plan.tasks.values_list("code", "pk"))
    stories = written.get("stories") or {
        one["code"]: one["story"] for one in written["tasks"] if "story" in one
    }
    coming: list[tuple[date, Callable[[], None]]] = []
    for code, story in stories.items():
        for act in story:
            live = _later(f"{plan.slug} {code}", ids[code], act, by, loading)
            coming.append((_day(act["day"], loading), live))
    until = 1
    if "closed" in written:
        until = written["closed"]["day"]
        coming.append((_day(until, loading), _closing(plan, written["closed"], by, loading)))
    for days in range(written["published"] + 1, until, _URGED_EVERY):
        coming.append((_day(days, loading), _urging(plan, days, loading)))
    return coming


def _later(
    where: str, task: int, act: Written, by: Officer, loading: _Loading
) -> Callable[[], None]:
    def live() -> None:
        with _on(act["day"], loading):
            try:
                _act(task, act, by, loading)
            except (KeyError, TypeError) as error:
                raise BadList(f"{where}, {act}: {error!r}") from error

    return live


def _urging(plan: Plan, days: int, loading: _Loading) -> Callable[[], None]:
    def live() -> None:
        with _on(days, loading, hour=6):
            warn_plan(plan, clock.today(), workdays())

    return live


def _closing(plan: Plan, act: Written, by: Officer, loading: _Loading) -> Callable[[], None]:
    def live() -> None:
        with _on(act["day"], loading):
            close_plan(plan.pk, ground=Ground(act["reason"]), by=by)

    return live


def _act(task: int, act: Written, by: Officer, loading: _Loading) -> None:
    name = next(key for key in act if key != "day")
    what = act[name]
    if name in ("report", "claim"):
        unit = _reporter(task, loading)
        (claim if name == "claim" else report)(task, _progress(act, what, loading), by=unit)
    elif name == "say":
        _say(task, act, loading)
    elif name == "reply":
        reply(loading.said[task, what], act["text"], by=_reporter(task, loading))
    elif name == "remove":
        remove(loading.said[task, what], rule=act["rule"], by=by)
    elif name == "erase":
        erase(loading.said[task, what], by=resident_named(act["by"]))
    elif name == "assess":
        assess(task, level=what, reasons=act["reasons"], by=by)
    elif name == "close":
        close(task, reasons=what, by=by)
    elif name == "send_back":
        send_back(task, level=what, reasons=act["reasons"], by=by)
    elif name == "reopen":
        reopen(task, level=what, reasons=act["reasons"], by=by)
    elif name == "move":
        row = Task.objects.get(pk=task)
        due = _day(what["due"], loading)
        ground = Ground(act["reason"], act.get("basis", ""))
        change(row.plan_id, [Change(task, row.revision, {"due": due})], ground=ground, by=by)
    elif name == "drop":
        drop(task, ground=Ground(what, act.get("basis", "")), by=by)
    else:
        raise KeyError(name)


def _say(task: int, act: Written, loading: _Loading) -> None:
    said = Said(act["say"], act["text"], act.get("place", ""))
    made = observe(task, said, by=resident_named(act["by"]))
    loading.said[task, act["id"]] = made.pk
    for username in act.get("seconds", ()):
        second(made.pk, by=resident_named(username))


def _progress(act: Written, text: Mapping[str, str], loading: _Loading) -> Progress:
    evidence = [EvidenceEntry(title, url=url) for title, url in act.get("links", ())]
    if "figure" in act:
        title, value = act["figure"]
        evidence.append(EvidenceEntry(title, value=Decimal(value)))
    return Progress(
        text,
        evidence,
        milestones={place: _day(day, loading) for place, day in act.get("milestones", {}).items()},
        figures={place: Decimal(value) for place, value in act.get("figures", {}).items()},
    )


def _make_own(plan: Plan, own: Mapping[str, Written], loading: _Loading) -> None:
    """What a government changes in a list it takes over, before it publishes: units and dates."""
    for task in plan.tasks.all():
        mine = {**own["default"], **own.get(task.code, {})}
        unit = _unit(mine["lead"], loading)
        task.lead_name, task.lead_id = dict(unit.name), unit.agency_id
        task.evidence = mine.get("evidence", {})
        if "due" in mine:
            task.due = _day(mine["due"], loading)
        task.save()


def _plan_entry(written: Written, loading: _Loading) -> PlanEntry:
    office = loading.agencies[written["office"]]
    if office.agency_id is None:
        raise BadList(f"{written['slug']}: no agency {written['office']}")
    return PlanEntry(
        slug=written["slug"],
        level=written["level"],
        region_code=written["region"],
        office_id=office.agency_id,
        title=written["title"],
        summary=written.get("summary", {}),
        basis=written.get("basis", {}),
    )


def _task_entry(one: Written, written: Written, loading: _Loading) -> TaskEntry:
    return TaskEntry(
        code=one["code"],
        title=one["title"],
        lead=_unit(one["lead"], loading),
        section=written["sections"][one["section"]],
        text=one.get("text", {}),
        deliverable=one.get("deliverable", {}),
        start=_day(one["start"], loading) if "start" in one else None,
        due=_day(one["due"], loading) if "due" in one else None,
        co_units=[_unit(unit, loading) for unit in one.get("co", ())],
        milestones=[
            MilestoneEntry(step["title"], _day(step["due"], loading))
            for step in one.get("milestones", ())
        ],
        indicators=[
            IndicatorEntry(
                row["name"],
                row["unit"],
                Decimal(row["baseline"]) if "baseline" in row else None,
                Decimal(row["target"]),
            )
            for row in one.get("indicators", ())
        ],
        evidence=one.get("evidence", {}),
    )


def _unit(written: str | Mapping[str, str], loading: _Loading) -> UnitEntry:
    return loading.agencies[written] if isinstance(written, str) else UnitEntry(written)


def _agencies(files: Sequence[tuple[Path, Written]]) -> dict[str, UnitEntry]:
    codes = {code for _path, written in files for code in _codes(written)}
    return {
        code: UnitEntry(found.name, found.id) for code, found in agencies_by_code(codes).items()
    }


def _codes(written: Written) -> Iterator[str]:
    yield written["office"]
    for one in (*written.get("tasks", ()), *written.get("own", {}).values()):
        units = [one["lead"]] if "lead" in one else []
        yield from (unit for unit in (*units, *one.get("co", ())) if isinstance(unit, str))


def _reporters() -> dict[int, Officer]:
    """By agency: who reports for it."""
    found: dict[int, Officer] = {}
    officers: dict[int, Officer | None] = {}
    for account, post in holders("reporter"):
        if account not in officers:
            officers[account] = officer_of(account)
        officer = officers[account]
        if post.agency_id is not None and officer is not None:
            found.setdefault(post.agency_id, officer)
    return found


def _reporter(task: int, loading: _Loading) -> Officer:
    lead = Task.objects.values_list("lead_id", flat=True).get(pk=task)
    return loading.reporters[lead or 0]


def _officer(username: str) -> Officer:
    officer = officer_of(resident_named(username).account_id)
    if officer is None:
        raise BadList(f"{username} holds no post")
    return officer


def _day(days: int, loading: _Loading) -> date:
    return loading.today + timedelta(days=days)


@contextmanager
def _on(days: int, loading: _Loading, hour: int = 10) -> Iterator[None]:
    """The clock at a moment of that day, never in the future."""
    moment = timezone.make_aware(datetime.combine(_day(days, loading), time(hour)))
    with clock.freeze(min(moment, clock.now())):
        yield


def _read(path: Path) -> Written:
    written: Written = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return written
