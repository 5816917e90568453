"""Agencies: the bodies that offer items and handle cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q

from tongban.directory import uscc
from tongban.directory.models import Agency, Region
from tongban.directory.regions import NoSuchRegion, sort_key, subtree
from tongban.kernel.localized import Localized


class NoSuchAgency(LookupError):
    """No agency has that id or code."""


@dataclass(frozen=True)
class AgencySummary:
    """An agency as other packages see it.

    `credit_code_valid` False with a credit code means: it fails its check; warn, do not refuse.
    """

    id: int
    code: str
    credit_code: str
    credit_code_valid: bool
    name: Localized
    short_name: Localized
    function: str
    region_code: str
    region_path: str
    parent_id: int | None
    phone: str
    complaint_phone: str
    active: bool


@dataclass(frozen=True)
class AgencyEntry:
    """An agency to register. `code` identifies it: its credit code, or its source's own code."""

    code: str
    name: Localized
    region_code: str
    credit_code: str = ""
    short_name: Localized = field(default_factory=dict)
    function: str = ""
    parent_code: str | None = None
    phone: str = ""
    complaint_phone: str = ""
    active: bool = True


@transaction.atomic
def register_agencies(entries: Iterable[AgencyEntry]) -> dict[str, AgencySummary]:
    """Add agencies or bring them up to date by code; unchanged ones are left alone.

    A credit code that fails its check is kept and marked: real bodies carry such codes. A parent
    may be among the entries or registered before. Raises NoSuchRegion, NoSuchAgency (a parent).
    """
    given = {entry.code: entry for entry in entries}
    wanted_regions = {entry.region_code for entry in given.values()}
    missing = wanted_regions - set(
        Region.objects.filter(pk__in=wanted_regions).values_list("pk", flat=True)
    )
    if missing:
        raise NoSuchRegion(", ".join(sorted(missing)))
    parents = {entry.parent_code for entry in given.values() if entry.parent_code}
    rows = {row.code: row for row in Agency.objects.filter(code__in={*given, *parents})}
    absent = parents - rows.keys() - given.keys()
    if absent:
        raise NoSuchAgency(", ".join(sorted(absent)))
    added = [Agency(code=code, **_columns(given[code])) for code in given if code not in rows]
    rows |= {row.code: row for row in Agency.objects.bulk_create(added)}
    new = {row.code for row in added}
    changed = []
    for code, entry in given.items():
        row = rows[code]
        columns = _columns(entry)
        columns["parent_id"] = rows[entry.parent_code].pk if entry.parent_code else None
        if code in new and columns["parent_id"] is None:
            continue
        if any(getattr(row, name) != value for name, value in columns.items()):
            for name, value in columns.items():
                setattr(row, name, value)
            changed.append(row)
    if changed:
        Agency.objects.bulk_update(changed, [*_columns(next(iter(given.values()))), "parent"])
    return {one.code: one for one in agencies_by_code(given).values()}


def register_agency(entry: AgencyEntry) -> AgencySummary:
    """Add one agency or bring it up to date. Raises NoSuchRegion, NoSuchAgency (its parent)."""
    return register_agencies([entry])[entry.code]


def find_agency(code: str) -> AgencySummary | None:
    """The agency with that code, or None."""
    return agencies_by_code([code]).get(code)


def agency(agency_id: int) -> AgencySummary:
    """The agency with that id. Raises NoSuchAgency."""
    found = agencies([agency_id]).get(agency_id)
    if found is None:
        raise NoSuchAgency(str(agency_id))
    return found


def agencies(ids: Iterable[int]) -> dict[int, AgencySummary]:
    """Those of the agencies that exist, by id. One query."""
    rows = Agency.objects.filter(pk__in=set(ids)).select_related("region")
    return {row.pk: _summary(row) for row in rows}


def agencies_by_code(codes: Iterable[str]) -> dict[str, AgencySummary]:
    """Those of the agencies that exist, by code. One query."""
    rows = Agency.objects.filter(code__in=set(codes)).select_related("region")
    return {row.code: _summary(row) for row in rows}


def agencies_of(
    region_path: str, *, below: bool = False, function: str = "", active_only: bool = True
) -> list[AgencySummary]:
    """The agencies of a region, in the order of their names; with `below`, of all in it too.

    `function` keeps those of one function, such as "civil_affairs".
    """
    here = subtree(region_path, "region__path") if below else Q(region__path=region_path)
    rows = Agency.objects.select_related("region").filter(here)
    if function:
        rows = rows.filter(function=function)
    if active_only:
        rows = rows.filter(active=True)
    return [_summary(row) for row in rows.order_by("sort_key", "pk")]


def _columns(entry: AgencyEntry) -> dict[str, object]:
    return {
        "credit_code": entry.credit_code,
        "credit_code_valid": uscc.is_valid(entry.credit_code),
        "name": dict(entry.name),
        "short_name": dict(entry.short_name),
        "function": entry.function,
        "region_id": entry.region_code,
        "phone": entry.phone,
        "complaint_phone": entry.complaint_phone,
        "sort_key": sort_key(entry.name, 200),
        "active": entry.active,
    }


def _summary(row: Agency) -> AgencySummary:
    return AgencySummary(
        id=row.pk,
        code=row.code,
        credit_code=row.credit_code,
        credit_code_valid=row.credit_code_valid,
        name=row.name,
        short_name=row.short_name,
        function=row.function,
        region_code=row.region_id,
        region_path=row.region.path,
        parent_id=row.parent_id,
        phone=row.phone,
        complaint_phone=row.complaint_phone,
        active=row.active,
    )
