"""What changed between two versions of a guide, in words; texts word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from pydantic import BaseModel

from tongban.catalogue.api import (
    Guide,
    GuideVersion,
    Offering,
    differences,
    guide_of,
    offering_by_slug,
    version_by_number,
    versions_of,
)
from tongban.directory.api import CentreSummary, centres
from tongban.guidepage.api import days_in_words, visits_in_words
from tongban.kernel.localized import language, pick
from tongban.look.api import day, money
from tongban.portal.labels import ENTRIES, LABELS, NAMES, NOW, PARTS, VALUES

_TAGS = {"zh": "zh-Hans"}
# A condition or a question may be a paragraph; beside its change its beginning will do.
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Marked:
    """A text with its changes; `lang` if it is not the page's language."""

    lang: str
    pieces: Sequence[differences.Piece]


@dataclass(frozen=True)
class Said:
    """A change as a sentence, and the texts that it is about."""

    sentence: str
    texts: Sequence[Marked] = ()


@dataclass(frozen=True)
class Part:
    """The changes of one part of the page."""

    heading: str
    changes: Sequence[Said]


@require_safe
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """Two versions compared: `from` and `to`; else the newest and the one before it."""
    offering = offering_by_slug(slug)
    versions = versions_of(offering) if offering else []
    if offering is None or not versions:
        raise Http404("never published")
    numbers = [one.number for one in versions]  # the newest first
    to = _number(request.GET.get("to", ""), numbers) or numbers[0]
    since = _number(request.GET.get("from", ""), numbers) or next(
        (one for one in numbers if one < to), to
    )
    old, new = _version(offering, since), _version(offering, to)
    return render(
        request,
        "portal/guide_changes.html",
        {
            "nav_active": "portal:home",
            "offering": offering,
            "old": old,
            "new": new,
            "versions": versions,
            "parts": parts_of(guide_of(old), guide_of(new)),
            "form_changed": old.form_id != new.form_id,
        },
    )


def parts_of(old: Guide, new: Guide) -> list[Part]:
    """Everything that differs, part by part, in the reader's language."""
    found = differences.differences(old, new)
    codes = {one.centre for guide in (old, new) for one in guide.windows}
    places = centres(codes) if any(one.path[0] == "windows" for one in found) else {}
    told = [(str(one.path[0]), _said(one, places)) for one in found]
    parts = [
        Part(str(heading), [said for name, said in told if name in names])
        for heading, names in PARTS
    ]
    known = {name for _heading, names in PARTS for name in names}
    parts.append(Part(_("Other details"), [said for name, said in told if name not in known]))
    return [part for part in parts if part.changes]


def _number(written: str, numbers: Sequence[int]) -> int | None:
    """A version's number from an address; one that is none or nobody may see is not found."""
    if not written:
        return None
    found = int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 0
    if found not in numbers:
        raise Http404("no such version")
    return found


def _version(offering: Offering, number: int) -> GuideVersion:
    found = version_by_number(offering, number)
    if found is None:
        raise Http404("no such version")
    return found


def _said(change: differences.Change, places: Mapping[str, CentreSummary]) -> Said:
    path = ".".join(step for step in change.path if isinstance(step, str))
    if path in ENTRIES and isinstance(change.subject or change.new, BaseModel | tuple):
        return _said_of_entry(path, change, places)
    if change.path[0] == "extra":
        pieces = differences.marked(str(change.old or ""), str(change.new or ""))
        words = _("“%(name)s” in the details of the source") % {"name": change.path[-1]}
        return Said(words, [Marked("", pieces)])
    label = str(LABELS.get(path, _("A detail")))
    if change.subject is not None:
        label = _("%(entry)s – %(part)s") % {
            "entry": _named(path.rsplit(".", 1)[0], change.subject, places),
            "part": label[:1].lower() + label[1:],
        }
    if path in _IN_DAYS:
        return Said(_days(path, label, change))
    if isinstance(change.old, Mapping) or isinstance(change.new, Mapping):
        return _said_of_text(label, change)
    if isinstance(change.old or change.new, BaseModel):
        return _said_of_result(label, change)
    return Said(_said_of_value(path, label, change))


def _said_of_entry(
    path: str, change: differences.Change, places: Mapping[str, CentreSummary]
) -> Said:
    _entry, added, removed, moved = ENTRIES[path]
    if change.kind == "moved" or change.subject is None:
        return Said(str(moved))
    name = {"name": _name(path, change.subject, places)}
    return Said((str(added) if change.kind == "added" else str(removed)) % name)


def _named(path: str, subject: BaseModel, places: Mapping[str, CentreSummary]) -> str:
    name = _name(path, subject, places)
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
    return str(ENTRIES[path][0]) % {"name": short}


def _name(path: str, subject: BaseModel, places: Mapping[str, CentreSummary]) -> str:
    if path == "windows":
        code = str(getattr(subject, "centre", ""))
        centre, window = places.get(code), pick(getattr(subject, "window", {}))
        name = pick(centre.name) if centre else code
        return f"{name} · {window}" if window else name
    return pick(getattr(subject, NAMES[path]))


def _said_of_text(label: str, change: differences.Change) -> Said:
    old = change.old if isinstance(change.old, Mapping) else {}
    new = change.new if isinstance(change.new, Mapping) else {}
    differ = differences.languages_changed(old, new)
    here = language()
    shown = [here] if here in differ else differ
    texts = [
        Marked(
            "" if one == here else _TAGS.get(one, one),
            differences.marked(str(old.get(one, "")), str(new.get(one, ""))),
        )
        for one in shown
    ]
    if change.kind == "added":
        words = _("%(part)s: added.")
    elif change.kind == "removed":
        words = _("%(part)s: removed.")
    elif here not in differ:
        words = _("%(part)s: reworded in another language.")
    else:
        words = _("%(part)s: reworded.")
    return Said(words % {"part": label}, texts)


def _said_of_result(label: str, change: differences.Change) -> Said:
    """A whole part that came or went."""
    entry = change.new if isinstance(change.new, BaseModel) else change.old
    name = pick(getattr(entry, "name", {}))
    words = _("%(part)s: added: %(name)s") if change.kind == "added" else _(
        "%(part)s: removed: %(name)s"
    )  # fmt: skip
    return Said(words % {"part": label, "name": name})


# --- values ------------------------------------------------------------------------------------
_IN_DAYS = ("limits.promised", "limits.statutory", "limits.acceptance", "steps.days",
            "limits.special.days")  # fmt: skip


def _days(path: str, label: str, change: differences.Change) -> str:
    old = change.old if isinstance(change.old, int) else None
    new = change.new if isinstance(change.new, int) else None
    after = _in_days(new)
    if new is None:
        return _("%(part)s: no longer given (it was %(old)s).") % {
            "part": label,
            "old": _in_days(old),
        }
    if old is None:
        return _("%(part)s: now %(new)s.") % {"part": label, "new": after}
    before = str(old) if old and new else _in_days(old)
    words = {"part": label, "old": before, "new": after}
    if path == "limits.promised":
        return (
            _("The promised time fell from %(old)s to %(new)s.")
            if new < old
            else _("The promised time rose from %(old)s to %(new)s.")
        ) % words
    if path == "limits.statutory":
        return (
            _("The time the law allows fell from %(old)s to %(new)s.")
            if new < old
            else _("The time the law allows rose from %(old)s to %(new)s.")
        ) % words
    return _("%(part)s: from %(old)s to %(new)s.") % words


def _in_days(days: int | None) -> str:
    return days_in_words(days, "working_days")


def _said_of_value(path: str, label: str, change: differences.Change) -> str:
    if path in NOW and isinstance(change.new, bool):
        is_so, is_not = NOW[path]
        return str(is_so if change.new else is_not)
    old, new = _value(path, change.old), _value(path, change.new)
    if not old and not new:
        return _("%(part)s: changed.") % {"part": label}
    if not old:
        return _("%(part)s: now %(new)s.") % {"part": label, "new": new}
    if not new:
        return _("%(part)s: no longer %(old)s.") % {"part": label, "old": old}
    return _("%(part)s: from %(old)s to %(new)s.") % {"part": label, "old": old, "new": new}


def _value(path: str, value: object) -> str:
    """A value in words; "" where there is none, or none that a reader could understand."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, date):
        return day(value)
    if path == "visits" and isinstance(value, int):
        return visits_in_words(value)
    if isinstance(value, tuple):
        return _(", ").join(filter(None, (_value(path, one) for one in value)))
    words = VALUES.get(path.rsplit(".", 1)[-1])
    if words is not None:
        return str(words.get(str(value), ""))
    if path in _CODES:
        return ""
    return _("“%(text)s”") % {"text": value} if isinstance(value, str) and value else str(value)


# Codes that mean nothing to readers: their parts are only said to have changed.
_CODES = ("materials.key", "windows.centre", "authority.power", "authority.nature",
          "channels.depth", "channels.level")  # fmt: skip
