"""Words and tones for what to-do lists are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeGuard

from django.utils.translation import get_language, override, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from tongban.directory.api import find_region
from tongban.kernel.localized import Localized, pick
from tongban.look.api import Text, Tone, day
from tongban.supervision.api import MEASURES, Plan, Task

CLAIMED: Mapping[str, tuple[Text, Tone]] = {
    Task.State.OPEN: (pgettext_lazy("claim", "Not claimed"), "neutral"),
    Task.State.CLAIMED: (pgettext_lazy("claim", "Claimed done"), "waiting"),
    Task.State.CLOSED: (pgettext_lazy("claim", "Closed"), "done"),
    Task.State.DROPPED: (pgettext_lazy("claim", "Dropped"), "refused"),
}
PLANS: Mapping[str, Tone] = {
    Plan.State.DRAFT: "action",
    Plan.State.PUBLISHED: "done",
    Plan.State.CLOSED: "neutral",
}
# What of a task may change.
FIELDS: Mapping[str, Text] = {
    "title": pgettext_lazy("task", "Title"),
    "text": pgettext_lazy("task", "Description"),
    "deliverable": pgettext_lazy("task", "What is to come out of it"),
    "basis": pgettext_lazy("task", "Legal basis"),
    "start": pgettext_lazy("task", "Start"),
    "due": pgettext_lazy("task", "Due date"),
    "lead_name": pgettext_lazy("task", "Lead unit"),
    "co_units": pgettext_lazy("task", "Co-responsible units"),
    "milestones": pgettext_lazy("task", "Steps on the way"),
    "indicators": pgettext_lazy("task", "Figures to reach"),
    "evidence": pgettext_lazy("task", "Figure that the platform counts"),
}
# What the ledger says happened.
ENTRIES: Mapping[str, tuple[Text, Tone]] = {
    "task_published": (pgettext_lazy("ledger", "Published"), "done"),
    "task_changed": (pgettext_lazy("ledger", "Changed"), "action"),
    "task_dropped": (pgettext_lazy("ledger", "Dropped from the list"), "refused"),
    "reported": (pgettext_lazy("ledger", "Reported"), "neutral"),
    "claimed_done": (pgettext_lazy("ledger", "Claimed done"), "waiting"),
    "claim_taken_back": (pgettext_lazy("ledger", "Claim taken back"), "action"),
    "assessed": (pgettext_lazy("ledger", "Assessed"), "progress"),
    "closed": (pgettext_lazy("ledger", "Closed"), "done"),
    "sent_back": (pgettext_lazy("ledger", "Sent back"), "refused"),
    "reopened": (pgettext_lazy("ledger", "Opened again"), "action"),
    "observed": (pgettext_lazy("ledger", "The public said something"), "neutral"),
    "answered": (pgettext_lazy("ledger", "Answered"), "neutral"),
    "removed": (pgettext_lazy("ledger", "Words removed under a rule"), "refused"),
    "shown": (pgettext_lazy("ledger", "Words shown"), "neutral"),
    "erased": (pgettext_lazy("ledger", "Words erased by their author"), "neutral"),
    "superior_told": (pgettext_lazy("ledger", "The superior was told"), "action"),
    "step_remind": (pgettext_lazy("ledger", "The unit was reminded"), "neutral"),
    "step_warn": (pgettext_lazy("ledger", "The unit was warned"), "action"),
    "step_superior": (pgettext_lazy("ledger", "The superior was told"), "action"),
    "step_mark": (pgettext_lazy("ledger", "Marked for everybody as very overdue"), "late"),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def changed_fields(changes: Mapping[str, object]) -> list[tuple[Text, str, str]]:
    """What the ledger says of a change: which field, before, after."""
    found = []
    for name, label in FIELDS.items():
        value = changes.get(name)
        if isinstance(value, dict) and {"old", "new"} <= set(value):
            found.append((label, *sides(value["old"], value["new"])))
    return found


def sides(old: object, new: object) -> tuple[str, str]:
    """Two values of the ledger that differ, in words: a text in those languages in which it does,
    whatever the language of the page."""
    if _is_text(old) and _is_text(new):
        before, after = _texts(old), _texts(new)
        languages = [
            one
            for one in ("zh", "en", *sorted({*before, *after} - {"zh", "en"}))
            if before.get(one) != after.get(one)
        ]
        return _in_languages(before, languages), _in_languages(after, languages)
    told = spoken(old), spoken(new)
    if told[0] == told[1]:
        with override("en" if (get_language() or "").startswith("zh") else "zh-hans"):
            return spoken(old), spoken(new)
    return told


def _is_text(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping) and "measure" not in value


def _in_languages(text: Localized, languages: Sequence[str]) -> str:
    if not text:
        return pgettext("answer", "nothing")
    return " / ".join(text.get(one) or "–" for one in languages)


def spoken(value: object) -> str:
    """A value of the ledger in words."""
    if isinstance(value, list):
        return pgettext("between parts", "; ").join(_part(one) for one in value) or pgettext(
            "answer", "nothing"
        )
    if isinstance(value, Mapping):
        words = _counted(value) if "measure" in value else pick(_texts(value))
        return words or pgettext("answer", "nothing")
    if isinstance(value, str) and _DAY.fullmatch(value):
        return day(date.fromisoformat(value))
    return str(value) if value else pgettext("answer", "nothing")


def _part(value: object) -> str:
    """A co-responsible unit, a step, a figure to reach."""
    if not isinstance(value, Mapping):
        return str(value)
    title, name = value.get("title"), value.get("name")
    if isinstance(title, Mapping):
        due = value.get("due")
        words = {"what": pick(_texts(title)), "on": spoken(due) if due else ""}
        return _("%(what)s (by %(on)s)") % words if due else words["what"]
    if isinstance(name, Mapping):
        unit = value.get("unit")
        figures = [str(value.get(one) or "–") for one in ("baseline", "target")]
        shown = f"{figures[0]} → {figures[1]}" if value.get("baseline") else figures[1]
        in_unit = pick(_texts(unit)) if isinstance(unit, Mapping) else ""
        return f"{pick(_texts(name))} {shown} {in_unit}".rstrip()
    return pick(_texts(value))


def _counted(value: Mapping[str, object]) -> str:
    """What the platform counts, where, up to how many."""
    place = find_region(str(value.get("region", "")))
    items = value.get("items")
    parts = [
        str(MEASURES.get(str(value["measure"]), value["measure"])),
        pick(place.name) if place else "",
        ", ".join(str(one) for one in items) if isinstance(items, list) else "",
        _("target %(figure)s") % {"figure": value["target"]} if value.get("target") else "",
    ]
    return " · ".join(part for part in parts if part)


def _texts(value: Mapping[str, object]) -> Localized:
    return {key: str(text) for key, text in value.items() if text}
