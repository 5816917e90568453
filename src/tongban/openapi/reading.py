"""The catalogue, open to everybody."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest
from ninja import Query, Router

from tongban.catalogue.api import (
    Offering,
    browse,
    facets,
    find,
    guide_of,
    offering_by_slug,
)
from tongban.directory import api as directory
from tongban.directory.api import NoSuchRegion
from tongban.forms.api import form, json_schema
from tongban.kernel.keyset import Page as Keyset
from tongban.kernel.keyset import paginate
from tongban.openapi.shapes import AgencyOut, GuideOut, ItemOut, Page, RegionOut

router = Router(tags=["catalogue"])


def next_address(request: HttpRequest, page: Keyset[Any]) -> str | None:
    """The address of the page after this one."""
    if page.next is None:
        return None
    query = request.GET.dict() | {"cursor": page.next}
    return f"{request.path}?{urlencode(query)}"


@router.get("/regions/{code}", response=RegionOut, summary="One region")
def one_region(request: HttpRequest, code: str) -> RegionOut:
    region = directory.find_region(code)
    if region is None:
        raise Http404
    return _region(region)


@router.get("/regions/{code}/children", response=list[RegionOut], summary="Regions right below")
def region_children(request: HttpRequest, code: str) -> list[RegionOut]:
    return [_region(child) for child in directory.children(code)]


@router.get("/regions", response=list[RegionOut], summary="Regions at the top")
def top_regions(request: HttpRequest) -> list[RegionOut]:
    return [_region(region) for region in directory.children(None)]


@router.get("/agencies", response=list[AgencyOut], summary="Agencies of a region and below")
def agencies(request: HttpRequest, region: str) -> list[AgencyOut]:
    try:
        path = directory.region(region).path
    except NoSuchRegion:
        raise Http404 from None
    return [_agency(agency) for agency in directory.agencies_of(path, below=True)]


@router.get("/agencies/{code}", response=AgencyOut, summary="One agency")
def one_agency(request: HttpRequest, code: str) -> AgencyOut:
    agency = directory.find_agency(code)
    if agency is None:
        raise Http404
    return _agency(agency)


@router.get("/items", response=Page[ItemOut], summary="Items, searched or all")
def items(
    request: HttpRequest,
    q: Annotated[str, Query(description="Words to find; best first, at most 200")] = "",
    region: str = "",
    theme: str | None = None,
    audience: str | None = None,
    online: bool = False,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[ItemOut]:
    path = ""
    if region:
        found_region = directory.find_region(region)
        if found_region is None:
            raise Http404
        path = found_region.path
    wanted = {"theme": theme, "audience": audience, "way": facets.ONLINE if online else None}
    narrowed = [facets.facet(kind, value) for kind, value in wanted.items() if value]
    if q:
        services = find(q, region_path=path, facets=narrowed, n=limit).services
        offerings = [one.offering for one in services]
        prefetch_related_objects(offerings, "agency", "current")
        return Page[ItemOut](items=[_item(row) for row in offerings], next=None)
    rows = browse(region_path=path, facets=narrowed).select_related("agency", "current")
    page = paginate(rows, by=("sort_key", "id"), cursor=cursor, size=limit)
    return Page[ItemOut](items=[_item(row) for row in page.rows], next=next_address(request, page))


@router.get("/items/{slug}", response=GuideOut, summary="One item with its guide and form")
def one_item(request: HttpRequest, slug: str) -> GuideOut:
    offering = offering_by_slug(slug)
    if offering is None or offering.current is None:
        raise Http404
    version = offering.current
    schema = None
    if offering.online and version.form_id is not None:
        schema = json_schema(form(version.form_id))
    return GuideOut(
        **_item(offering).dict(),
        published_at=version.published_at,
        checked_on=version.checked_on,
        guide=guide_of(version).model_dump(mode="json", exclude_defaults=True),
        form=schema,
    )


def _region(region: directory.RegionSummary) -> RegionOut:
    return RegionOut(
        code=region.code, name=dict(region.name), parent=region.parent_code, level=region.level
    )


def _agency(agency: directory.AgencySummary) -> AgencyOut:
    return AgencyOut(
        code=agency.code,
        name=dict(agency.name),
        region=agency.region_code,
        phone=agency.phone,
        complaint_phone=agency.complaint_phone,
    )


def _item(offering: Offering) -> ItemOut:
    return ItemOut(
        slug=offering.slug,
        code=offering.code,
        name=offering.name,
        agency=offering.agency.code,
        region=offering.region_id,
        themes=offering.themes,
        audiences=offering.audiences,
        online=offering.online,
        guide_version=offering.current.number if offering.current else 0,
    )
