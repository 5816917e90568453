"""A guide as JSON and as the text of its digest, for many guides at once. Pure.

They say the same as `Guide.model_dump_json` and `publishing.digest_source`, several times as fast:
what nobody set is known beforehand, and parts that many guides share, such as a list of documents,
are written once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined, to_json

from tongban.catalogue.guide import Guide
from tongban.kernel.localized import Localized

# Parts remembered. Those that are met again stay longer: each guide has its own conditions, but
# the documents of its item.
_MOST_PARTS = 5_000

Texts = tuple[str, str]  # all of it; what differs from the default, with sorted keys


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    key: str  # as it begins in JSON
    default: Any  # PydanticUndefined: there is none
    default_text: str  # how the default stands in the whole; "" where it is left out
    left_out: Callable[[Any], bool] | None


class GuideWriter:
    """Writes guides, and remembers parts that several of them share."""

    def __init__(self) -> None:
        # By identity; the part is kept with its texts, so that no other takes its place.
        self._parts: dict[int, tuple[object, Texts]] = {}
        self._older: dict[int, tuple[object, Texts]] = {}

    def texts(self, name: Localized, guide: Guide, form_id: int | None) -> Texts:
        """The guide as JSON, and what the digest of a version is taken of."""
        whole, told = self._model(guide)
        form = "null" if form_id is None else str(form_id)
        return whole, f"[{localized_text(name)}, {told}, {form}]"

    def _model(self, model: BaseModel) -> Texts:
        unset, fields = _fields(type(model), frozenset(model.__pydantic_fields_set__))
        whole = list(unset)
        told: list[str] = []
        values = model.__dict__
        for field in fields:
            value = values[field.name]
            default = field.default
            if value is default or (value == default and type(value) is type(default)):
                if field.default_text:
                    whole.append(field.default_text)
                continue
            if field.left_out is not None and field.left_out(value):
                continue
            of_value, of_told = self._value(value)
            whole.append(field.key + of_value)
            told.append(field.key + of_told)
        return "{" + ",".join(whole) + "}", "{" + ", ".join(told) + "}"

    def _value(self, value: Any) -> Texts:
        if type(value) is dict:
            text = localized_text(value)
            return text, text
        if type(value) is str:
            text = quoted(value)
            return text, text
        if isinstance(value, BaseModel):
            return self._part(value)
        if isinstance(value, tuple):
            texts = [self._value(one) for one in value]
            return (
                "[" + ",".join([whole for whole, _told in texts]) + "]",
                "[" + ", ".join([told for _whole, told in texts]) + "]",
            )
        text = _plain(value)
        return text, text

    def _part(self, part: BaseModel) -> Texts:
        known = self._parts.get(id(part))
        if known is None:
            known = self._older.get(id(part)) or (part, self._model(part))
            if len(self._parts) >= _MOST_PARTS:
                self._older, self._parts = self._parts, {}
            self._parts[id(part)] = known
        return known[1]


@lru_cache(maxsize=2_000)
def _fields(
    model: type[BaseModel], told: frozenset[str]
) -> tuple[tuple[str, ...], tuple[_Field, ...]]:
    """The texts of fields that nobody set, and the others in the order digests have them in."""
    every = _fields_of(model)
    return (
        tuple(one.default_text for one in every if one.name not in told and one.default_text),
        tuple(one for one in every if one.name in told),
    )


@lru_cache(maxsize=100)
def _fields_of(model: type[BaseModel]) -> tuple[_Field, ...]:
    found = []
    for name, info in sorted(model.model_fields.items()):
        key = quoted(name) + ": "
        default = info.get_default(call_default_factory=True)
        text = ""
        if default is not PydanticUndefined and not (info.exclude_if and info.exclude_if(default)):
            text = key + to_json(default).decode()
        found.append(_Field(name, key, default, text, info.exclude_if))
    return tuple(found)


def localized_text(text: Localized) -> str:
    """A text in its languages as JSON, in the order of their names."""
    if len(text) == 1:
        [(key, said)] = text.items()
        return "{" + quoted(key) + ": " + quoted(said) + "}"
    return "{" + ", ".join([f"{quoted(key)}: {quoted(text[key])}" for key in sorted(text)]) + "}"


@lru_cache(maxsize=1_000, typed=True)
def _plain(value: Any) -> str:
    """Numbers, flags, dates, words of a list: as pydantic writes them, spaced as `json` does."""
    return json.dumps(json.loads(to_json(value)), ensure_ascii=False)
