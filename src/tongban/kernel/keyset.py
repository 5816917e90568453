"""Keyset pagination: pages by "after this row", whose cost does not grow with depth."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


class BadCursor(ValueError):
    """A cursor that this listing did not make."""


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows, with the cursors of its neighbours (None where there is none)."""

    rows: Sequence[M]
    next: str | None
    previous: str | None


def paginate(
    rows: QuerySet[M],
    *,
    by: Sequence[str],
    cursor: str | None = None,
    size: int = 20,
    value: Callable[[M, str], Any] = getattr,
) -> Page[M]:
    """A page of `rows` ordered by the fields `by` (a leading "-" descends; the last one unique).

    The fields must not be null and must be plain columns of the model. Raises BadCursor.
    """
    backwards, keys = _decode(cursor, len(by)) if cursor else (False, None)
    order = [_flip(field) if backwards else field for field in by]
    page = rows.order_by(*order)
    if keys is not None:
        page = page.filter(_after(order, _values(rows.model, order, keys)))
    found = list(page[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    first = found[0] if found else None
    last = found[-1] if found else None
    has_next = more if not backwards else True
    has_previous = more if backwards else cursor is not None
    return Page(
        rows=found,
        next=_encode(last, by, False, value) if last is not None and has_next else None,
        previous=_encode(first, by, True, value) if first is not None and has_previous else None,
    )


def _flip(field: str) -> str:
    return field[1:] if field.startswith("-") else "-" + field


def _values(model: type[Model], order: Sequence[str], keys: Sequence[str]) -> list[Any]:
    """A cursor's keys as values of their columns. Raises BadCursor for what none could hold."""
    try:
        return [
            model._meta.get_field(field.removeprefix("-")).to_python(key)  # type: ignore[union-attr]
            for field, key in zip(order, keys, strict=True)
        ]
    except ValidationError as error:
        raise BadCursor(keys) from error


def _after(order: Sequence[str], keys: Sequence[Any]) -> Q:
    condition = Q()
    for index, field in enumerate(order):
        name = field.removeprefix("-")
        step = Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": keys[index]})
        for earlier, key in zip(order[:index], keys, strict=False):
            step &= Q(**{earlier.removeprefix("-"): key})
        condition |= step
    # The leading column again, alone: PostgreSQL then starts its index scan at the right row.
    leading = order[0].removeprefix("-")
    return condition & Q(**{f"{leading}__{'lte' if order[0].startswith('-') else 'gte'}": keys[0]})


def _encode(row: M, by: Sequence[str], backwards: bool, value: Callable[[M, str], Any]) -> str:
    keys = [str(value(row, field.removeprefix("-"))) for field in by]
    text = json.dumps([int(backwards), *keys], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, length: int) -> tuple[bool, list[str]]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        backwards, *keys = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, TypeError) as error:
        raise BadCursor(cursor) from error
    if len(keys) != length or not all(isinstance(key, str) and "\0" not in key for key in keys):
        raise BadCursor(cursor)
    return bool(backwards), keys
