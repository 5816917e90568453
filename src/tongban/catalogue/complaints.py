"""What is wrong with a guide that does not fit its model, in words an editor can act on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError


@dataclass(frozen=True)
class Complaint:
    """One thing wrong at one place of a guide; `path` is "materials.2.name"."""

    path: str
    code: str
    facts: Mapping[str, str]

    @property
    def words(self) -> str:
        """In the reader's language."""
        return str(WORDS.get(self.code, WORDS["other"])) % self.facts


WORDS: dict[str, str | Promise] = {
    "missing": _("This must be filled in."),
    "choice": _("“%(value)s” is none of the values that can stand here: %(allowed)s."),
    "integer": _("“%(value)s” is not a whole number."),
    "decimal": _("“%(value)s” is not an amount, such as 12.50."),
    "boolean": _("“%(value)s” is neither yes nor no (true, false)."),
    "negative": _("The number cannot be less than %(limit)s."),
    "address": _("“%(value)s” is not an address that begins with http:// or https://."),
    "too_long": _("This is too long: at most %(limit)s characters."),
    "unknown": _("“%(value)s” is not part of a guide."),
    "conditional": _("Say when this material is needed, for it is needed only by some people."),
    "same_key": _("Two materials have the same short name."),
    "key": _("A short name has small letters, digits and _ only, and begins with a letter."),
    "json": _("This cannot be read as JSON."),
    "other": _("This does not fit: “%(value)s”."),
}  # fmt: skip

_CODES = {
    "missing": "missing",
    "literal_error": "choice",
    "enum": "choice",
    "int_parsing": "integer",
    "int_from_float": "integer",
    "int_type": "integer",
    "decimal_parsing": "decimal",
    "decimal_type": "decimal",
    "bool_parsing": "boolean",
    "bool_type": "boolean",
    "greater_than_equal": "negative",
    "string_too_long": "too_long",
    "extra_forbidden": "unknown",
}


def complaints_of(error: ValidationError) -> list[Complaint]:
    """Each of pydantic's complaints as one of ours."""
    return [_complaint(dict(one)) for one in error.errors(include_url=False)]


def missing(paths: Iterable[str]) -> list[Complaint]:
    """Complaints about required texts that are empty in every language."""
    return [Complaint(path, "missing", {}) for path in paths]


def _complaint(error: Mapping[str, object]) -> Complaint:
    location = error.get("loc", ())
    parts = [str(part) for part in location] if isinstance(location, tuple) else []
    path = ".".join(parts)
    kind, message = str(error.get("type", "")), str(error.get("msg", ""))
    context = error.get("ctx") or {}
    facts = dict(context) if isinstance(context, Mapping) else {}
    code = _CODES.get(kind, "other")
    if kind == "string_pattern_mismatch":
        code = "address" if "http" in message else "key"
    elif kind == "value_error" and "conditional" in message:
        code, path = "conditional", f"{path}.condition"
    elif kind == "value_error" and "same key" in message:
        code, path = "same_key", "materials"
    value = error.get("input")
    return Complaint(
        path,
        code,
        {
            "value": parts[-1] if code == "unknown" and parts else _short(value),
            "allowed": str(facts.get("expected", "")).replace("'", "").replace(" or ", ", "),
            "limit": str(facts.get("ge", facts.get("max_length", 0))),
        },
    )


def _short(value: object) -> str:
    text = "" if isinstance(value, dict | list | tuple) else str(value)
    return text if len(text) <= 60 else text[:60] + "…"
