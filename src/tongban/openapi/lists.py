"""To-do lists under public supervision, open to everybody: what their pages show."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Query, Router
from pydantic import JsonValue

from tongban.directory.api import find_region
from tongban.kernel.keyset import paginate
from tongban.openapi.reading import next_address
from tongban.openapi.shapes import DigestOut, ListOut, Page, TaskDetailOut, TaskOut
from tongban.supervision.api import (
    Digest,
    Plan,
    Tally,
    Task,
    led_by,
    open_data,
    plan_by_slug,
    public_tasks,
    published,
    published_plans,
    tallies,
    unit_of,
    views,
)

router = Router(tags=["to-do lists"])
Cursor = Annotated[str | None, Query(description="From `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("/lists", response=Page[ListOut], summary="Published lists, newest first")
def lists(
    request: HttpRequest, region: str = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[ListOut]:
    plans = published_plans(_path(region)).select_related("adopted_from")
    page = paginate(plans, by=("-published_at", "-id"), cursor=cursor, size=limit)
    counted = tallies(page.rows)
    return Page[ListOut](
        items=[_list(plan, counted.get(plan.pk, Tally.of({}))) for plan in page.rows],
        next=next_address(request, page),
    )


@router.get("/lists/{slug}", response=ListOut, summary="One list")
def one_list(request: HttpRequest, slug: str) -> ListOut:
    plan = _plan(slug)
    return _list(plan, tallies([plan]).get(plan.pk, Tally.of({})))


@router.get("/lists/{slug}/tasks", response=Page[TaskOut], summary="Tasks of a list, in its order")
def tasks_of_list(
    request: HttpRequest, slug: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[TaskOut]:
    rows = _loaded(public_tasks()).filter(plan=_plan(slug))
    page = paginate(rows, by=("position", "id"), cursor=cursor, size=limit)
    return Page[TaskOut](items=_tasks(page.rows), next=next_address(request, page))


@router.get("/lists/{slug}/tasks/{code}", response=TaskDetailOut,
            summary="One task with everything that is public of it")  # fmt: skip
def one_task(request: HttpRequest, slug: str, code: str) -> TaskDetailOut:
    found = _loaded(public_tasks()).filter(plan__slug=slug, code=code)
    task = found.first()
    if task is None:
        raise Http404
    parts = open_data.parts_of(found.order_by(), *open_data.PARTS)[task.pk]
    whole = {name: [_plain(row) for row in rows] for name, rows in parts.items()}
    return TaskDetailOut.model_validate({**_tasks([task])[0].dict(), **whole})


@router.get("/tasks", response=Page[TaskOut], summary="Tasks of all lists, of a region or a unit")
def tasks(
    request: HttpRequest,
    region: str = "",
    unit: Annotated[str, Query(description="An agency’s code, or a name as lists write it")] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[TaskOut]:
    rows = public_tasks(_path(region))
    if unit:
        found = unit_of(unit)
        if found is None:
            raise Http404
        rows = led_by(found).filter(pk__in=rows.order_by().values("pk"))
    page = paginate(_loaded(rows), by=("-plan_id", "position", "id"), cursor=cursor, size=limit)
    return Page[TaskOut](items=_tasks(page.rows), next=next_address(request, page))


@router.get("/digests", response=Page[DigestOut], summary="Signed daily digests, newest first")
def digests(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50) -> Page[DigestOut]:
    page = paginate(Digest.objects.all(), by=("-day",), cursor=cursor, size=limit)
    items = [DigestOut.model_validate(published(one)) for one in page.rows]
    return Page[DigestOut](items=items, next=next_address(request, page))


def _plan(slug: str) -> Plan:
    plan = plan_by_slug(slug)
    if plan is None:
        raise Http404
    return plan


def _path(region: str) -> str:
    if not region:
        return ""
    found = find_region(region)
    if found is None:
        raise Http404
    return found.path


def _loaded(rows: QuerySet[Task]) -> QuerySet[Task]:
    return rows.select_related("plan", "section", "lead", "adopted_from")


def _list(plan: Plan, tally: Tally) -> ListOut:
    address = settings.BASE_URL + reverse("portal:todo_list", args=[plan.slug])
    return ListOut.model_validate({**open_data.plan_data(plan, tally), "address": address})


def _tasks(rows: Sequence[Task]) -> list[TaskOut]:
    return [
        TaskOut.model_validate(
            {
                **open_data.task_data(view),
                "address": settings.BASE_URL
                + reverse("portal:todo_task", args=[view.task.plan.slug, view.task.code]),
            }
        )
        for view in views(rows)
    ]


def _plain(row: Mapping[str, object]) -> dict[str, JsonValue]:
    """A row as JSON has it: days and moments as texts."""
    told: dict[str, JsonValue] = json.loads(json.dumps(row, cls=DjangoJSONEncoder))
    return told
