"""Guides with anything in them, for property tests: made from what a guide is made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from tongban.catalogue.anatomy import Element, elements
from tongban.catalogue.guide import Guide

# What files trip over: formulas, escapes, line ends, outer spaces, empty texts, long ones.
ODD = [
    "", "=1+1", "\\", "\\x", "-5", "@a", "+86", "a\r\nb", "\r", " x ", "_x000D_", "\x0b", "“引号\"",
    "a,b;c\td", "007", "true", "1E5", "字" * 50, "\u2028", "#REF!", "'", "\n",
]  # fmt: skip
TEXT = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)
WORDS = {
    "url": st.just("https://a.example/x"),
    "website": st.just({"zh": "https://a.example/x"}),
}


def _value(one: Element) -> st.SearchStrategy[Any]:
    if one.name in WORDS:
        return WORDS[one.name]
    plain: dict[str, st.SearchStrategy[Any]] = {
        "localized": st.dictionaries(st.sampled_from(["zh", "en", "fr"]), TEXT, max_size=3),
        "pairs": st.dictionaries(TEXT, TEXT, max_size=3),
        "text": TEXT,
        "integer": st.integers(0, 9999),
        "decimal": st.sampled_from(["0", "12.50", "1E+3", "99999999.99"]).map(Decimal),
        "boolean": st.booleans(),
        "date": st.just(date(2026, 11, 1)),
        "choice": st.sampled_from(one.choices) if one.choices else st.nothing(),
        "choices": st.lists(st.sampled_from(one.choices or ("",)), max_size=3),
        "words": st.lists(TEXT, max_size=2),
    }
    if one.kind == "one" and one.model is not None:
        found = part(one.model)
    elif one.kind == "many" and one.model is not None:
        found = st.lists(part(one.model), max_size=2)
    else:
        found = plain[one.kind]
    return st.one_of(st.none(), found) if one.nullable else found


def part(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """The JSON of a part: what is required, and some of the rest."""
    fields = elements(model)
    return st.fixed_dictionaries(
        {one.name: _value(one) for one in fields if one.required and one.name != "key"},
        optional={one.name: _value(one) for one in fields if not one.required},
    )


def _guide(content: dict[str, Any]) -> Guide | None:
    for at, material in enumerate(content.get("materials", ())):
        material["key"] = f"k{at}"
        if material.get("necessity") == "conditional":
            material.setdefault("condition", {"zh": "某些人"})
    try:
        return Guide.model_validate(content)
    except ValidationError:
        return None


guides = part(Guide).map(_guide).filter(lambda one: one is not None)
