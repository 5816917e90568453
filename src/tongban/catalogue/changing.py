"""The changes that can be made to many guides at once. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tongban.catalogue.guide import Guide

Values = Mapping[str, str]

# Texts of a guide that a bulk change may set, and the phones.
TEXTS = ("place", "hall", "hours", "directions", "consult_ways", "complaint_ways", "remedies")
PHONES = ("consult_phone", "complaint_phone")


@dataclass(frozen=True)
class BulkChange:
    """One change: which, and with what. Kinds that change guides are in `KINDS`, those that change
    what lies around them in `AROUND`."""

    kind: str
    values: Values = field(default_factory=dict)


def applied(guide: Guide, change: BulkChange) -> Guide:
    """The guide with the change; the same where it says so already. Raises ValidationError."""
    content = guide.model_dump(mode="json")
    KINDS[change.kind](content, change.values)
    return Guide.model_validate(content)


def _phone(content: dict[str, Any], values: Values) -> None:
    content[_one_of(values["field"], PHONES)] = values.get("value", "").strip()


def _text(content: dict[str, Any], values: Values) -> None:
    content[_one_of(values["field"], TEXTS)] = _both(values)


def _promised(content: dict[str, Any], values: Values) -> None:
    content["limits"]["promised"] = values.get("value") or None


def _fee_basis(content: dict[str, Any], values: Values) -> None:
    content["fees"] = [one | {"basis": _both(values)} for one in content["fees"]]


def _add_material(content: dict[str, Any], values: Values) -> None:
    name = _both(values)
    if any(_same_name(one["name"], name) for one in content["materials"]):
        return
    key = "m_" + hashlib.sha256(values.get("zh", "").encode()).hexdigest()[:8]
    content["materials"] = [
        *content["materials"],
        {"key": key, "name": name, "necessity": values.get("necessity") or "required"},
    ]


def _remove_material(content: dict[str, Any], values: Values) -> None:
    name = _both(values)
    content["materials"] = [
        one for one in content["materials"] if not _same_name(one["name"], name)
    ]


def _replace(content: dict[str, Any], values: Values) -> None:
    """Words by words in one language, in every text of the guide."""
    old, language = values.get("old", ""), _one_of(values["language"], ("zh", "en"))
    if not old:
        return
    for name, value in content.items():
        if name != "extra":
            content[name] = _replaced(value, language, old, values.get("new", ""))


def _replaced(value: Any, language: str, old: str, new: str) -> Any:
    if isinstance(value, list):
        return [_replaced(one, language, old, new) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: text.replace(old, new)
        if key == language and isinstance(text, str)
        else _replaced(text, language, old, new)
        for key, text in value.items()
    }


KINDS: dict[str, Callable[[dict[str, Any], Values], None]] = {
    "phone": _phone,
    "text": _text,
    "promised": _promised,
    "fee_basis": _fee_basis,
    "add_material": _add_material,
    "remove_material": _remove_material,
    "replace": _replace,
}
# These change who looks after a guide, when it was checked, how its item is classified, and what
# is in review; not what a guide says.
AROUND = ("owner", "checked", "add_theme", "remove_theme", "approve")


def _both(values: Values) -> dict[str, str]:
    return {key: values[key].strip() for key in ("zh", "en") if values.get(key, "").strip()}


def _same_name(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return any(one.get(key) == text for key, text in other.items())


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(value)
    return value
