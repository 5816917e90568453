"""A guide in plain lines: for the preview, for reviewing, for comparing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel

from tongban.catalogue.api import Guide, desk
from tongban.directory.api import NoSuchCentre, centre
from tongban.kernel.localized import Localized, pick
from tongban.look.api import Text
from tongban.workbench.directory.labels import (
    NO,
    SECTIONS,
    YES,
    choice_of,
    section_of,
    words_of,
)


@dataclass(frozen=True)
class Line:
    """One statement of a guide. `text` in languages, or `value` in words."""

    label: Text
    text: Localized | None = None
    value: Text = ""
    lines: Sequence[Line] = ()
    title: Localized | None = None  # of an entry of a list


@dataclass(frozen=True)
class Part:
    """A section of a guide with what it says."""

    title: Text
    slug: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Difference:
    """One change between two versions, in words."""

    section: Text
    label: Text
    kind: str  # added, removed, changed, moved
    subject: str
    pieces: Sequence[tuple[Text, Sequence[desk.Piece]]]  # by language, for texts
    old: str = ""
    new: str = ""


def parts_of(guide: Guide) -> list[Part]:
    """What a guide says, section by section; sections that say nothing are left out."""
    found = []
    for one in SECTIONS:
        lines = list(_lines(guide, "", set(one.fields)))
        if lines:
            found.append(Part(one.title, one.slug, lines))
    return found


def is_written(guide: Guide, name: str) -> bool:
    """Whether a top-level element says anything."""
    one = next(found for found in desk.elements(Guide) if found.name == name)
    value = getattr(guide, name)
    return bool(value) if one.required else value != one.default


def _lines(part: BaseModel, bare: str, names: set[str] | None = None) -> Iterator[Line]:
    for one in desk.elements(type(part)):
        if names is not None and one.name not in names:
            continue
        value, here = getattr(part, one.name), f"{bare}{one.name}"
        label = words_of(here).label
        if one.name == "key" or _is_empty(one, value):
            continue
        if one.kind == "localized":
            yield Line(label, text=value)
        elif one.kind == "one":
            yield Line(label, lines=list(_lines(value, f"{here}.")))
        elif one.kind == "many":
            entries = [
                Line(str(at), lines=list(_lines(below, f"{here}.")))
                for at, below in enumerate(value, start=1)
            ]
            yield Line(label, lines=entries)
        else:
            yield Line(label, value=said(one, value, here))


def _is_empty(one: desk.Element, value: Any) -> bool:
    if value in ((), {}, "", None):
        return True
    return one.kind == "one" and value == one.default


def said(one: desk.Element, value: Any, bare: str) -> Text:
    """A plain value in words."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return YES if value else NO
    if one.kind == "choices":
        return _(", ").join(str(choice_of(bare, code)) for code in value)
    if one.kind == "choice":
        return choice_of(bare, str(getattr(value, "value", value)))
    if one.kind == "pairs":
        return "\n".join(f"{key}: {text}" for key, text in value.items())
    if bare == "windows.centre":
        try:
            return pick(centre(value).name)
        except NoSuchCentre:
            return str(value)
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def differences_in_words(old: Guide, new: Guide) -> list[Difference]:
    """What differs between two versions, for editors: every word of it."""
    return in_words(desk.differences(old, new))


def in_words(changes: Sequence[desk.Change]) -> list[Difference]:
    """Differences as editors read them."""
    return [_difference(one) for one in changes]


def _difference(change: desk.Change) -> Difference:
    bare = ".".join(str(part) for part in change.path if not isinstance(part, int))
    found = _element(bare)
    pieces: list[tuple[Text, Sequence[desk.Piece]]] = []
    old = new = ""
    if found is not None and found.kind == "localized" and change.kind == "changed":
        before, after = _dict(change.old), _dict(change.new)
        for language in dict.fromkeys([*after, *before]):
            if before.get(language, "") != after.get(language, ""):
                marks = desk.marked(before.get(language, ""), after.get(language, ""))
                pieces.append((language, marks))
    else:
        old, new = (_brief(found, value, bare) for value in (change.old, change.new))
    return Difference(
        section_of(str(change.path[0])).title,
        words_of(bare).label,
        change.kind,
        _name_of(change.subject),
        pieces,
        old,
        new,
    )


def _element(bare: str) -> desk.Element | None:
    model: type[BaseModel] | None = Guide
    found = None
    for part in bare.split("."):
        if model is None:
            return None
        found = next((one for one in desk.elements(model) if one.name == part), None)
        model = found.model if found else None
    return found


def _brief(one: desk.Element | None, value: object, bare: str) -> str:
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, BaseModel):
        lines = _lines(value, f"{bare}.")
        return "\n".join(
            f"{line.label}: {pick(line.text) if line.text else line.value}"
            for line in lines
            if line.text or line.value
        )
    if isinstance(value, dict):
        return "\n".join(str(text) for text in value.values())
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        return "\n\n".join(_brief(None, below, bare) for below in value)
    return str(said(one, value, bare)) if one is not None else str(value)


def _name_of(subject: BaseModel | None) -> str:
    for name in ("name", "title", "question", "text"):
        value = getattr(subject, name, None)
        if isinstance(value, dict) and value:
            return pick(value)
    return ""


def _dict(value: object) -> dict[str, str]:
    return value if isinstance(value, dict) else {}
