"""What differs between two versions of a guide: a pure comparison, without words.

Entries of a list that have keys (materials, windows) are matched by them; others by what names
them, then by likeness, so that an entry that was reworded counts as changed, not as removed and
added.
`marked` compares two texts word by word, Chinese by character.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from pydantic import BaseModel

from tongban.catalogue.guide import Guide

Kind = Literal["added", "removed", "changed", "moved"]

# Entries of a list less alike than this are different entries, not a changed one.
_ALIKE = 0.5
# What names an entry of a list, by the list. Any other list is matched by likeness alone.
_NAMES = {
    "materials": "key",
    "conditions": "text",
    "basis": "title",
    "fees": "name",
    "steps": "name",
    "faq": "question",
    "windows": "centre",
}
# What names an entry for good: another value means another entry.
_KEYS = ("key", "centre")
_WORD = re.compile(r"[^\W_\u3400-\u9fff]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Change:
    """One difference.

    `path` leads to it: a field, a place in a list (in the new version; in the old one for what
    was removed), a field … A text in several languages is one value. `subject` is the entry of
    the list that it belongs to, as it is now (as it was, if removed); None outside lists.
    """

    path: tuple[str | int, ...]
    kind: Kind
    old: object = None
    new: object = None
    subject: BaseModel | None = None


@dataclass(frozen=True)
class Piece:
    """A stretch of a text, as it stayed, was deleted, or was inserted."""

    text: str
    kind: Literal["same", "deleted", "inserted"]


def differences(old: Guide, new: Guide) -> tuple[Change, ...]:
    """Every difference, in the order of the guide's parts; () if there is none."""
    return tuple(_of_models((), old, new, None))


def marked(old: str, new: str) -> tuple[Piece, ...]:
    """The two texts as one, with what was deleted before what was inserted in its place."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    pieces: list[Piece] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("".join(before[start:end]), "same"))
            continue
        if end > start:
            pieces.append(Piece("".join(before[start:end]), "deleted"))
        if new_end > new_start:
            pieces.append(Piece("".join(after[new_start:new_end]), "inserted"))
    return _without_crumbs(pieces)


def _without_crumbs(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Lone spaces and characters between changes become part of them: fewer, readable marks."""
    joined: list[Piece] = []
    deleted, inserted = "", ""

    def close() -> None:
        nonlocal deleted, inserted
        if deleted:
            joined.append(Piece(deleted, "deleted"))
        if inserted:
            joined.append(Piece(inserted, "inserted"))
        deleted = inserted = ""

    for place, piece in enumerate(pieces):
        if piece.kind == "deleted":
            deleted += piece.text
        elif piece.kind == "inserted":
            inserted += piece.text
        elif len(piece.text) < 2 and (deleted or inserted) and place + 1 < len(pieces):
            deleted += piece.text
            inserted += piece.text
        else:
            close()
            joined.append(piece)
    close()
    return tuple(joined)


def _of_models(
    path: tuple[str | int, ...], old: BaseModel, new: BaseModel, subject: BaseModel | None
) -> list[Change]:
    found: list[Change] = []
    for name in type(new).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            found += _of_values((*path, name), before, after, subject)
    return found


def _of_values(
    path: tuple[str | int, ...], old: object, new: object, subject: BaseModel | None
) -> list[Change]:
    if isinstance(old, BaseModel) and isinstance(new, BaseModel):
        return _of_models(path, old, new, subject)
    if path == ("extra",) and isinstance(old, Mapping) and isinstance(new, Mapping):
        return [
            Change((*path, key), _kind(old.get(key), new.get(key)), old.get(key), new.get(key))
            for key in dict.fromkeys([*old, *new])
            if old.get(key) != new.get(key)
        ]
    if isinstance(old, tuple) and isinstance(new, tuple) and _are_models((*old, *new)):
        return _of_lists(path, old, new)
    return [Change(path, _kind(old, new), old, new, subject)]


def _kind(old: object, new: object) -> Kind:
    if _is_nothing(old):
        return "added"
    return "removed" if _is_nothing(new) else "changed"


def _is_nothing(value: object) -> bool:
    """An empty text, list or dict, or None; False and 0 say something."""
    return value is None or (isinstance(value, str | tuple | Mapping) and not value)


def _are_models(values: Sequence[object]) -> bool:
    return all(isinstance(value, BaseModel) for value in values)


def _of_lists(
    path: tuple[str | int, ...], old: Sequence[BaseModel], new: Sequence[BaseModel]
) -> list[Change]:
    pairs = _pairs(str(path[-1]), old, new)
    found: list[Change] = []
    for place, after in enumerate(new):
        origin = pairs.get(place)
        if origin is None:
            found.append(Change((*path, place), "added", None, after, after))
        else:
            found += _of_models((*path, place), old[origin], after, after)
    kept = set(pairs.values())
    found += [
        Change((*path, place), "removed", before, None, before)
        for place, before in enumerate(old)
        if place not in kept
    ]
    origins = [pairs[place] for place in range(len(new)) if place in pairs]
    if origins != sorted(origins):
        found.append(Change(path, "moved", tuple(old), tuple(new)))
    return found


def _pairs(name: str, old: Sequence[BaseModel], new: Sequence[BaseModel]) -> dict[int, int]:
    """Which entry of the new list was which of the old one: place now → place then."""
    pairs: dict[int, int] = {}
    left = dict(enumerate(old))

    def match(place: int, origin: int) -> None:
        if place not in pairs and origin in left:
            pairs[place] = origin
            del left[origin]

    def match_by(values: Sequence[object], origins: Sequence[object]) -> None:
        for place, value in enumerate(values):
            same = (origin for origin in left if place not in pairs and origins[origin] == value)
            if (origin := next(same, None)) is not None:
                match(place, origin)

    match_by(new, old)
    field = _NAMES.get(name)
    if field:
        match_by([getattr(one, field) for one in new], [getattr(one, field) for one in old])
    if field in _KEYS:
        return pairs
    alike = sorted(
        (-_likeness(left[origin], new[place]), abs(place - origin), place, origin)
        for place in range(len(new))
        if place not in pairs
        for origin in left
    )
    for likeness, _distance, place, origin in alike:
        if -likeness >= _ALIKE:
            match(place, origin)
    return pairs


def _likeness(old: BaseModel, new: BaseModel) -> float:
    """0 to 1: how much of the texts of two entries is the same."""
    return SequenceMatcher(None, _text(old), _text(new), autojunk=False).ratio()


def _text(entry: BaseModel) -> str:
    texts: list[str] = []
    for name in type(entry).model_fields:
        value = getattr(entry, name)
        if isinstance(value, Mapping):
            texts += [str(text) for text in value.values()]
        elif isinstance(value, str):
            texts.append(value)
    return "\n".join(texts)


def languages_changed(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """The languages in which two texts differ, in the order of the new one."""
    return [one for one in dict.fromkeys([*new, *old]) if old.get(one) != new.get(one)]
