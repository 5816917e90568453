"""Lists that go on for many pages: the cursor comes from the address, whatever it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from tongban.kernel.keyset import BadCursor, paginate

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Listing(Generic[M]):
    """One page of a list, and the addresses of its neighbours ("" where there is none)."""

    rows: Sequence[M]
    previous_url: str
    next_url: str


def page_of(request: HttpRequest, rows: QuerySet[M], *, by: Sequence[str], size: int) -> Listing[M]:
    """The page that `?after=` names; the first one if it names none that this list made."""
    cursor = request.GET.get("after") or None
    try:
        page = paginate(rows, by=by, cursor=cursor, size=size)
    except (BadCursor, ValidationError, ValueError):
        page = paginate(rows, by=by, size=size)
    return Listing(page.rows, _url(request, page.previous), _url(request, page.next))


def _url(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["after"] = cursor
    return f"?{query.urlencode()}"
