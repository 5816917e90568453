"""What a guide is made of, read off `guide.Guide`: its elements, their kinds, its texts.

Forms, tables and translations are made from this, so that an element added to guides is at once
edited, exchanged and translated. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

Kind = Literal[
    "localized", "text", "pairs", "integer", "decimal", "boolean", "date",
    "choice", "choices", "words", "one", "many", "json",
]  # fmt: skip

# Dicts that are no texts in languages: what a source had besides.
PAIRS = ("extra",)


@dataclass(frozen=True)
class Element:
    """One field of a guide or of a part of it.

    `kind` "one" and "many" have a `model`; "choice" and "choices" have `choices`; "json" is what
    neither forms nor columns can hold, kept as it is.
    """

    name: str
    kind: Kind
    required: bool
    nullable: bool
    default: Any = None
    choices: tuple[str, ...] = ()
    model: type[BaseModel] | None = None


@lru_cache(maxsize=64)
def elements(model: type[BaseModel]) -> tuple[Element, ...]:
    """A model's elements in their order."""
    return tuple(_element(name, info) for name, info in model.model_fields.items())


def element(model: type[BaseModel], name: str) -> Element:
    """One element by its name. Raises KeyError."""
    return {one.name: one for one in elements(model)}[name]


def _element(name: str, info: Any) -> Element:
    kind_of, nullable = _plain(info.annotation)
    default = info.get_default(call_default_factory=True)
    shared = {
        "name": name,
        "required": info.is_required(),
        "nullable": nullable,
        "default": None if default is PydanticUndefined else default,
    }
    origin, inner = get_origin(kind_of), get_args(kind_of)
    if origin is Literal:
        return Element(kind="choice", choices=tuple(map(str, inner)), **shared)
    if origin is dict:
        return Element(kind="pairs" if name in PAIRS else "localized", **shared)
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return _list(_plain(inner[0])[0], shared)
    if isinstance(kind_of, type):
        if issubclass(kind_of, BaseModel):
            return Element(kind="one", model=kind_of, **shared)
        if issubclass(kind_of, Enum):
            return Element(
                kind="choice", choices=tuple(str(one.value) for one in kind_of), **shared
            )
        kinds: dict[type, Kind] = {
            bool: "boolean", int: "integer", Decimal: "decimal", str: "text", date: "date",
        }  # fmt: skip
        return Element(kind=kinds.get(kind_of, "json"), **shared)
    return Element(kind="json", **shared)


def _list(of: Any, shared: dict[str, Any]) -> Element:
    if get_origin(of) is Literal:
        return Element(kind="choices", choices=tuple(map(str, get_args(of))), **shared)
    if isinstance(of, type) and issubclass(of, BaseModel):
        return Element(kind="many", model=of, **shared)
    return Element(kind="words" if of is str else "json", **shared)


def _plain(annotation: Any) -> tuple[Any, bool]:
    """A type without its annotations and its None, and whether it may be None."""
    nullable = False
    while get_origin(annotation) in (Annotated, Union, UnionType):
        parts = get_args(annotation)
        if get_origin(annotation) is Annotated:
            annotation = parts[0]
            continue
        rest = [one for one in parts if one is not NoneType]
        nullable = nullable or len(rest) < len(parts)
        if len(rest) != 1:
            break
        annotation = rest[0]
    return annotation, nullable


# --- texts and their translations --------------------------------------------------------------
Texts = Mapping[str, Mapping[str, str]]  # path → the text by language


def texts(guide: BaseModel) -> dict[str, Mapping[str, str]]:
    """All texts of a guide that are there in some language, by their path: "materials.2.name"."""
    return dict(_texts(guide, ""))


def _texts(part: BaseModel, prefix: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for one in elements(type(part)):
        value = getattr(part, one.name)
        if one.kind == "localized":
            if any(value.values()):
                yield prefix + one.name, value
        elif one.kind == "one" and value is not None:
            yield from _texts(value, f"{prefix}{one.name}.")
        elif one.kind == "many":
            for index, below in enumerate(value):
                yield from _texts(below, f"{prefix}{one.name}.{index}.")


def digest_of_text(text: str) -> str:
    """A short mark of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Gaps:
    """What lacks in the English: paths without a text, and paths whose Chinese changed since."""

    missing: tuple[str, ...]
    stale: tuple[str, ...]


def gaps(guide: BaseModel, made_from: Mapping[str, str]) -> Gaps:
    """Compare texts with what their translations were made from (path → digest)."""
    missing, stale = [], []
    for path, text in texts(guide).items():
        if not text.get("zh"):
            continue
        if not text.get("en"):
            missing.append(path)
        elif made_from.get(path, digest_of_text(text["zh"])) != digest_of_text(text["zh"]):
            stale.append(path)
    return Gaps(tuple(missing), tuple(stale))


def made_from(new: BaseModel, old: BaseModel, old_from: Mapping[str, str]) -> dict[str, str]:
    """For each translated text of `new`, the digest of the Chinese its English was made from.

    English that stands as it did – here, or at another place of the same sort, for parts are
    moved – keeps what it was made from; English that is new was made from the Chinese beside it.
    """
    before = texts(old)
    known: dict[tuple[str, str], str] = {}
    for path, text in before.items():
        if text.get("zh") and text.get("en"):
            source = old_from.get(path, digest_of_text(text["zh"]))
            known.setdefault((_sort(path), text["en"]), source)
    found = {}
    for path, text in texts(new).items():
        if not (text.get("zh") and text.get("en")):
            continue
        same = before.get(path, {})
        if same.get("en") == text["en"] and same.get("zh"):
            found[path] = old_from.get(path, digest_of_text(same["zh"]))
        else:
            found[path] = known.get((_sort(path), text["en"]), digest_of_text(text["zh"]))
    return found


def _sort(path: str) -> str:
    return ".".join("*" if part.isdigit() else part for part in path.split("."))
