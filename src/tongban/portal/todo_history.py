"""A ledger told in sentences: every kind of entry, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from tongban.kernel.localized import Localized, pick
from tongban.look.api import Tone, day
from tongban.supervision.api import RULES, EntryView, Task

Data = Mapping[str, object]


@dataclass(frozen=True)
class Told:
    """An entry in words. `lines`: what changed; `quote`: what the unit or the office wrote."""

    entry: EntryView
    sentence: str
    lines: list[str]
    quote: Localized
    tone: Tone

    @property
    def at(self) -> datetime:
        return self.entry.at


def tell(entry: EntryView) -> Told:
    """An entry, told. A kind that is not known yet is shown by its name rather than hidden."""
    sentence = _SENTENCES.get(entry.kind)
    words = sentence(entry.data) if sentence else _("Entry “%(kind)s”.") % {"kind": entry.kind}
    return Told(entry, words, _lines(entry), _quote(entry), _TONES.get(entry.kind, "neutral"))


def who(entry: EntryView) -> str:
    """The unit, and as what it acted."""
    role = _ROLES.get(entry.role)
    if entry.role in ("public", "platform") and role is not None:
        return str(role)
    return _("%(unit)s (%(role)s)") % {"unit": pick(entry.unit), "role": role or entry.role}


def day_of(value: object) -> str:
    """A day out of an entry; "" if there is none."""
    try:
        return day(date.fromisoformat(str(value))) if value else ""
    except ValueError:
        return str(value)


def level_of(value: object) -> str:
    """A level of assessment out of an entry."""
    return str(Task.Level(str(value)).label) if value in Task.Level.values else ""


_ROLES: Mapping[str, Promise] = {
    "programme": gettext_lazy("programme office"),
    "unit": gettext_lazy("responsible unit"),
    "public": gettext_lazy("The public"),
    "platform": gettext_lazy("The platform, by itself"),
}
_TONES: Mapping[str, Tone] = {
    "list_published": "progress", "task_published": "progress", "task_changed": "action",
    "task_dropped": "refused", "list_closed": "done", "reported": "progress",
    "claimed_done": "waiting", "claim_taken_back": "action", "assessed": "progress",
    "closed": "done", "sent_back": "action", "reopened": "action", "removed": "refused",
    "superior_told": "late", "step_warn": "late", "step_superior": "late", "step_mark": "late",
}  # fmt: skip
_FIELDS: Mapping[str, Promise] = {
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
}


def _said(words: Promise) -> Callable[[Data], str]:
    return lambda data: str(words)


def _list_published(data: Data) -> str:
    number = data.get("tasks")
    count = number if isinstance(number, int) else 0
    words = ngettext("The list was published with %(count)d task.",
                     "The list was published with %(count)d tasks.", count)  # fmt: skip
    return words % {"count": count}


def _task_published(data: Data) -> str:
    if due := day_of(data.get("due")):
        return _("Promised to everybody: to be done by %(day)s.") % {"day": due}
    return _("Promised to everybody, without a due date.")


def _changed(data: Data) -> str:
    due = data.get("due")
    if isinstance(due, Mapping):
        old, new = str(due.get("old") or ""), str(due.get("new") or "")
        days = {"old": day_of(old), "new": day_of(new)}
        if old and new:
            return (
                _("The due date was moved back from %(old)s to %(new)s.")
                if new > old
                else _("The due date was brought forward from %(old)s to %(new)s.")
            ) % days
        if new:
            return _("A due date was set: %(new)s.") % days
        return _("The due date %(old)s was taken away.") % days
    return _("The task was changed.")


def _claimed(data: Data) -> str:
    until = day_of(data.get("window_until"))
    return _("The unit says that it is done. Everybody may look and object until %(day)s.") % {
        "day": until
    }


def _found(words: Promise) -> Callable[[Data], str]:
    def told(data: Data) -> str:
        level = data.get("level")
        new = level_of(level.get("new")) if isinstance(level, Mapping) else ""
        return str(words) % {"level": new}

    return told


def _observed(data: Data) -> str:
    words = {
        "question": _("Somebody asked a question."),
        "objection": _("Somebody objected to the claim."),
    }.get(str(data.get("kind", "")), _("Somebody reported an observation."))
    if data.get("held_back"):
        return _("%(sentence)s It waits for a moderator.") % {"sentence": words}
    if until := day_of(data.get("reply_due")):
        return _("%(sentence)s An answer is due by %(day)s.") % {"sentence": words, "day": until}
    return words


def _removed(data: Data) -> str:
    rule = RULES.get(str(data.get("rule")))
    return _("An observation was removed under a published rule: %(rule)s") % {"rule": rule or ""}


def _superior(data: Data) -> str:
    number = data.get("unanswered")
    count = number if isinstance(number, int) else 0
    words = ngettext("%(count)d observation waits too long for an answer: the superior was told.",
                     "%(count)d observations wait too long for an answer: the superior was told.",
                     count)  # fmt: skip
    return words % {"count": count}


def _step(words: Promise) -> Callable[[Data], str]:
    return lambda data: str(words) % {"day": day_of(data.get("due"))}


_SENTENCES: Mapping[str, Callable[[Data], str]] = {
    "list_published": _list_published,
    "task_published": _task_published,
    "task_changed": _changed,
    "task_dropped": _said(gettext_lazy("The task was dropped from the list.")),
    "list_closed": _said(gettext_lazy("The list was closed: all its tasks are over.")),
    "reported": _said(gettext_lazy("The unit reported how it goes.")),
    "claimed_done": _claimed,
    "claim_taken_back": _said(gettext_lazy("The unit took its claim back: the task is open.")),
    "assessed": _found(gettext_lazy("The programme office finds: %(level)s.")),
    "closed": _found(gettext_lazy("The programme office closed the task. It finds: %(level)s.")),
    "sent_back": _found(
        gettext_lazy("The programme office did not accept the claim. It finds: %(level)s.")
    ),
    "reopened": _found(
        gettext_lazy("The programme office opened the task again. It finds: %(level)s.")
    ),
    "observed": _observed,
    "answered": _said(gettext_lazy("An observation was answered.")),
    "removed": _removed,
    "shown": _said(gettext_lazy("A moderator looked at an observation: it is shown.")),
    "erased": _said(gettext_lazy("Somebody erased their own words.")),
    "superior_told": _superior,
    "step_remind": _step(gettext_lazy("The unit was reminded: due on %(day)s.")),
    "step_warn": _step(gettext_lazy("The unit was warned: it was due on %(day)s.")),
    "step_superior": _step(gettext_lazy("The superior was told: it was due on %(day)s.")),
    "step_mark": _step(gettext_lazy("Marked for everybody as very overdue: due on %(day)s.")),
}


def _lines(entry: EntryView) -> list[str]:
    """The details of a change or a report."""
    if entry.kind == "task_changed":
        return _changes(entry.data)
    if entry.kind in ("reported", "claimed_done"):
        return _evidence(entry.data)
    if entry.kind == "observed" and entry.data.get("verified"):
        return [_("A person whose name is verified.")]
    return []


def _changes(data: Data) -> list[str]:
    lines = []
    for name, change in data.items():
        if name not in _FIELDS or not isinstance(change, Mapping) or name == "due":
            continue
        old, new = (_value(name, change.get(key)) for key in ("old", "new"))
        lines.append(
            _("%(part)s: “%(old)s” became “%(new)s”.")
            % {"part": _FIELDS[name], "old": old or "–", "new": new or "–"}
        )
    if data.get("loosens_source"):
        lines.append(_("Later than in the list from which this task was taken over."))
    return lines


def _evidence(data: Data) -> list[str]:
    lines = []
    pieces = data.get("evidence")
    for one in pieces if isinstance(pieces, list) else []:
        if isinstance(one, Mapping):
            what = one.get("value") or one.get("url") or _("a file")
            lines.append(_("%(title)s: %(what)s") % {"title": one.get("title", ""), "what": what})
    return lines


def _value(name: str, value: object) -> str:
    if name in ("start", "due"):
        return day_of(value)
    if isinstance(value, list):
        return pgettext("between parts", "; ").join(_part(one) for one in value)
    return pick(_texts(value)) if isinstance(value, Mapping) else str(value or "")


def _part(value: object) -> str:
    """A co-responsible unit, a step with its day, a figure with its target."""
    if not isinstance(value, Mapping):
        return str(value)
    words = value.get("title") or value.get("name")
    if not isinstance(words, Mapping):
        return pick(_texts(value))
    end = day_of(value.get("due")) or str(value.get("target") or "")
    return f"{pick(_texts(words))} {end}".rstrip()


def _quote(entry: EntryView) -> Localized:
    """What was written with it. An answer is in the language its officer wrote in."""
    for key in ("reasons", "text"):
        words = entry.data.get(key)
        if isinstance(words, Mapping):
            return _texts(words)
        if isinstance(words, str) and words:
            return {"zh" if any("\u3400" <= one <= "\u9fff" for one in words) else "en": words}
    return {}


def _texts(value: Mapping[str, object]) -> Localized:
    return {key: str(words) for key, words in value.items()}
