"""What somebody writes of a task beside what stands there: what differs, which part is which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from tongban.kernel.localized import Localized
from tongban.supervision.models import Task
from tongban.supervision.planning import IndicatorEntry, MilestoneEntry, TaskEntry, entry_of
from tongban.supervision.records import plain


def values_of(task: Task, new: TaskEntry) -> dict[str, object]:
    """What of a task an entry says otherwise, as a Change holds it."""
    old = entry_of(task)
    values: dict[str, object] = {}
    for name in ("title", "text", "deliverable", "basis"):
        if _texts(getattr(old, name)) != _texts(getattr(new, name)):
            values[name] = dict(getattr(new, name))
    for name in ("start", "due"):
        if getattr(old, name) != getattr(new, name):
            values[name] = getattr(new, name)
    if dict(old.evidence) != dict(new.evidence):
        values["evidence"] = dict(new.evidence)
    if (_texts(old.lead.name), old.lead.agency_id) != (_texts(new.lead.name), new.lead.agency_id):
        values |= {"lead_name": dict(new.lead.name), "lead_id": new.lead.agency_id}
    units = [[(_texts(one.name), one.agency_id) for one in entry.co_units] for entry in (old, new)]
    if units[0] != units[1]:
        values["co_units"] = list(new.co_units)
    steps = {one.position: MilestoneEntry(one.title, one.due) for one in task.milestones.all()}
    if [_said(one) for _place, one in sorted(steps.items())] != [
        _said(one) for one in new.milestones
    ]:
        values["milestones"] = aligned(steps, new.milestones)
    figures = {
        one.position: IndicatorEntry(one.name, one.unit, one.baseline, one.target)
        for one in task.indicators.all()
    }
    if [_said(one) for _place, one in sorted(figures.items())] != [
        _said(one) for one in new.indicators
    ]:
        values["indicators"] = aligned(figures, new.indicators)
    return values


Part = TypeVar("Part", MilestoneEntry, IndicatorEntry)


def aligned(now: Mapping[int, Part], wanted: Sequence[Part]) -> dict[int, Part]:
    """Parts as written at the positions of those they are: the same name first, then in order, so
    that what was reported of one stays with it. Pure."""
    free = dict(sorted(now.items()))
    places: dict[int, int] = {}  # index → position
    for index, one in enumerate(wanted):
        same = next((place for place, old in free.items() if _name(old) == _name(one)), None)
        if same is not None:
            places[index] = same
            del free[same]
    fresh = max(now, default=-1) + 1
    for index in range(len(wanted)):
        if index in places:
            continue
        if free:
            places[index] = min(free)
            del free[places[index]]
        else:
            places[index], fresh = fresh, fresh + 1
    return {places[index]: one for index, one in enumerate(wanted)}


def _name(part: MilestoneEntry | IndicatorEntry) -> dict[str, str]:
    return _texts(part.title if isinstance(part, MilestoneEntry) else part.name)


def _said(part: MilestoneEntry | IndicatorEntry) -> object:
    if isinstance(part, MilestoneEntry):
        return _texts(part.title), part.due
    figures = plain(part.baseline), plain(part.target)
    return _texts(part.name), _texts(part.unit), figures


def _texts(text: Localized) -> dict[str, str]:
    return {language: words for language, words in text.items() if words}
