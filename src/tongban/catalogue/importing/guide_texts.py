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

_Key = int | tuple[int, ...]
Texts = tuple[str, str]  # all of it; what differs from the default, with sorted keys


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    key: str  # as it begins in JSON
    default: Any  # PydanticUndefined: there is none
    told_default: str  # of a part: the text of the default in digests
    default_text: str  # how it stands in the whole; "" where it is left out
    left_out: Callable[[Any], bool] | None


class GuideWriter:
    """Writes guides, and remembers parts that several of them share."""

    def __init__(self) -> None:
        # By identity; the part is kept with its texts, so that no other takes its place.
        self._parts: dict[_Key, tuple[object, Texts]] = {}
        self._older: dict[_Key, tuple[object, Texts]] = {}

    def texts(self, name: Localized, guide: Guide, form_id: int | None) -> Texts:
        """The guide as JSON, and what the digest of a version is taken of."""
        whole, told = self._model(guide)
        form = "null" if form_id is None else str(form_id)
        return whole, f"[{localized_text(name)}, {told}, {form}]"

    def told(self, part: BaseModel) -> str:
        """What a part says that is not its default."""
        return self._model(part)[1]

    def _model(self, model: BaseModel) -> Texts:
        unset, fields = _fields(type(model), frozenset(model.__pydantic_fields_set__))
        whole = list(unset)
        told: list[str] = []
        values = model.__dict__
        for field in fields:
            value = values[field.name]
            default = field.default
            if isinstance(value, BaseModel):  # comparing their texts is faster
                of_value, of_told = self._part(value)
                is_default = of_told == field.told_default
            else:
                is_default = value == default and type(value) is type(default)
            if is_default:
                if field.default_text:
                    whole.append(field.default_text)
                continue
            if field.left_out is not None and field.left_out(value):
                continue
            if not isinstance(value, BaseModel):
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
            # Validating makes another tuple, of the same parts.
            return self._remembered(tuple(map(id, value)), value, self._tuple)
        text = _plain(value)
        return text, text

    def _part(self, part: BaseModel) -> Texts:
        return self._remembered(id(part), part, self._model)

    def _tuple(self, values: tuple[Any, ...]) -> Texts:
        texts = [self._value(one) for one in values]
        return (
            "[" + ",".join([whole for whole, _told in texts]) + "]",
            "[" + ", ".join([told for _whole, told in texts]) + "]",
        )

    def _remembered(self, key: _Key, part: Any, write: Callable[[Any], Texts]) -> Texts:
        known = self._parts.get(key)
        if known is None:
            known = self._older.get(key) or (part, write(part))
            if len(self._parts) >= _MOST_PARTS:
                self._older, self._parts = self._parts, {}
            self._parts[key] = known
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
        told = GuideWriter().told(default) if isinstance(default, BaseModel) else ""
        found.append(_Field(name, key, default, told, text, info.exclude_if))
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
