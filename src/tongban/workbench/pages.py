"""What the pages of the workbench share: places by role, the layout's context, paging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongban.cases.api import Case, find_case, grouped, visible_cases
from tongban.identity.api import Officer, OfficerRequest
from tongban.kernel.errors import Refused
from tongban.kernel.keyset import BadCursor, Page, paginate
from tongban.look.api import Text, display_of
from tongban.notices.api import unread_count

CASE_ROLES = ("clerk", "officer", "supervisor")
WORKERS = ("clerk", "officer")

# A list fits a screen or two; in large text, fewer things a page.
ROWS, ROWS_LARGE = 25, 12

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Place:
    """An entry of the navigation, and whose it is."""

    name: str
    text: Text
    roles: tuple[str, ...]


PLACES = (
    Place("workbench:queue", _("My queue"), CASE_ROLES),
    Place("workbench:find", pgettext_lazy("navigation", "Find a case"), CASE_ROLES),
    Place("workbench:overview", pgettext_lazy("navigation", "Overview"), ("supervisor",)),
    Place("workbench:guides", pgettext_lazy("navigation", "Guides"), ("editor",)),
    Place("workbench:quality", pgettext_lazy("navigation", "To mend"), ("editor", "supervisor")),
    Place("workbench:rehearsals", pgettext_lazy("navigation", "Rehearsals"), ("editor",)),
    Place("workbench:searches", pgettext_lazy("navigation", "Searches"), ("editor",)),
    Place(
        "workbench:lists",
        pgettext_lazy("navigation", "To-do lists"),
        ("reporter", "programme", "supervisor"),
    ),
    Place("workbench:calendars", pgettext_lazy("navigation", "Working days"), ("administrator",)),
    Place("workbench:staff", pgettext_lazy("navigation", "Staff"), ("administrator",)),
)


def places_of(officer: Officer) -> list[Place]:
    """Where an officer has something to do; the first is where they begin."""
    return [place for place in PLACES if officer.has_role(*place.roles)]


def show(
    request: OfficerRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    active: str,
    status: int = 200,
) -> HttpResponse:
    """A page of the workbench; `active` is the place it belongs to."""
    account = request.officer.account_id
    shared = {
        "places": places_of(request.officer),
        "unread_of_work": SimpleLazyObject(partial(unread_count, account, of_work=True)),
        "nav_active": active,
        "is_officer": True,
        "account_name": request.officer.name,
        "layout_wide": True,
    }
    return render(request, f"workbench/{template}", {**shared, **context}, status=status)


def visible_case(officer: Officer, number: str) -> Case:
    """The case with that number, if the officer may see it. Raises Http404, whichever is wrong."""
    try:
        return find_case(visible_cases(officer), number)
    except Refused:
        raise Http404 from None


def own_case(request: OfficerRequest, case: Case) -> HttpResponse:
    """Instead of a case of the officer's own: only colleagues may see what colleagues wrote."""
    context = {"number": case.number, "shown_number": grouped(case.number)}
    return show(request, "own_case.html", context, active="workbench:queue", status=403)


def page_of(
    request: HttpRequest, rows: QuerySet[M], by: Sequence[str], *, size: int | None = None
) -> Page[M]:
    """The page of `rows` that `?after=` asks for; the first one for a cursor that is not ours."""
    size = size or (ROWS_LARGE if display_of(request).text == "large" else ROWS)
    try:
        return paginate(rows, by=by, cursor=request.GET.get("after"), size=size)
    except (BadCursor, ValidationError, ValueError):
        return paginate(rows, by=by, size=size)


def address(request: HttpRequest, known: Sequence[str], **changes: object) -> str:
    """This list's address with its known filters kept, some changed ("" drops one), no cursor."""
    query = request.GET.copy()
    for name in list(query):
        if name not in known:
            del query[name]
    for name, value in changes.items():
        query[name] = str(value or "")
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    return f"{request.path}?{query.urlencode()}" if query else request.path


def number_in(text: str | None) -> int | None:
    """A row's id as a query string has it; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
