"""Lists as open data: CSV, JSON, JSON-LD of everything public, written while they are sent."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.views.decorators.http import require_safe

from tongban.directory.api import find_region
from tongban.kernel import clock
from tongban.kernel.cells import safe_cell
from tongban.kernel.localized import pick
from tongban.portal.todo_views import (
    Public,
    TaskRow,
    list_or_404,
    region_url,
    rows_of,
    said_in,
    unit_url,
)
from tongban.supervision.api import (
    Digest,
    Plan,
    Tally,
    Task,
    TimeState,
    Unit,
    led_by,
    open_data,
    public_key,
    public_tasks,
    published,
    published_plans,
    tallies,
    unit_of,
    views,
)

_CHUNK = 100
_LANGUAGES = ("zh", "en")
_STATUS = {
    TimeState.NOT_STARTED: "PotentialActionStatus",
    TimeState.DROPPED: "FailedActionStatus",
    TimeState.DONE: "CompletedActionStatus",
    TimeState.DONE_IN_TIME: "CompletedActionStatus",
    TimeState.DONE_LATE: "CompletedActionStatus",
}
# How far a task is, of 4, as schema.org counts ratings.
_LEVELS = {level.value: place for place, level in enumerate(Task.Level)}
_FRESH = 300  # seconds


@dataclass(frozen=True)
class Part:
    """The part of all lists that an address names: a region with all below it, a unit, or all."""

    name: str
    page: str
    path: str
    unit: Unit | None
    tasks: QuerySet[Task]


def part_of(request: HttpRequest) -> Part:
    """`?region=`, `?unit=` (an agency's code, or a name as lists write it), or all. Raises 404."""
    if code := request.GET.get("region"):
        region = find_region(code)
        if region is None:
            raise Http404("no such region")
        page = region_url(region.code)
        return Part(pick(region.name), page, region.path, None, public_tasks(region.path))
    if key := request.GET.get("unit"):
        unit = unit_of(key)
        if unit is None:
            raise Http404("no such unit")
        return Part(pick(unit.name), unit_url(unit.key), "", unit, led_by(unit))
    return Part(pick(settings.SITE["name"]), reverse("portal:todo"), "", None, public_tasks())


def opened(response: HttpResponseBase) -> HttpResponseBase:
    """Anybody's program may have it, also in a page of another site."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = f"public, max-age={_FRESH}"
    return response


# --- all lists -----------------------------------------------------------------------------------
@require_safe
def lists_json(request: HttpRequest) -> HttpResponseBase:
    """All published lists with where they stand and where their data are."""
    head = {"as_of": clock.today(), "licence": settings.SITE["licence_url"]}
    return _json(head, "lists", (_list(plan, tally) for plan, tally in _lists(part_of(request))))


@require_safe
def lists_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a table, a line for each list."""
    rows = (_list(plan, tally, deep=False) for plan, tally in _lists(part_of(request)))
    return _csv(rows, "lists")


@require_safe
def lists_jsonld(request: HttpRequest) -> HttpResponseBase:
    """All lists as a catalogue of data sets (schema.org DataCatalog), for those who harvest."""
    sets = [
        {
            "@type": "Dataset",
            "@id": _address("portal:todo_list", plan.slug),
            "name": _tagged(plan.title),
            "description": _tagged(plan.summary),
            "datePublished": plan.published_at,
            "license": settings.SITE["licence_url"],
            "creator": _organization(plan.office.name),
            "spatialCoverage": {"@type": "AdministrativeArea", "name": _tagged(plan.region.name)},
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": address}
                for kind, address in (
                    ("text/csv", _address("portal:todo_csv", plan.slug)),
                    ("application/json", _address("portal:todo_json", plan.slug)),
                    ("application/ld+json", _address("portal:todo_jsonld", plan.slug)),
                    ("application/jsonl", _address("portal:todo_ledger_file", plan.slug)),
                )
            ],
        }
        for plan, _tally in _lists(part_of(request))
    ]
    return _linked({"@type": "DataCatalog", "@id": _address("portal:todo"), "dataset": sets})


@require_safe
def tasks_csv(request: HttpRequest) -> HttpResponseBase:
    """The tasks of all lists as a table; with `?region=` and `?unit=` those of a part."""
    return _csv((_task(row, deep=False) for row in _every(part_of(request).tasks)), "tasks")


@require_safe
def tasks_json(request: HttpRequest) -> HttpResponseBase:
    """The same as JSON."""
    head = {"as_of": clock.today(), "licence": settings.SITE["licence_url"]}
    return _json(head, "tasks", (_task(row) for row in _every(part_of(request).tasks)))


@require_safe
def digests_json(request: HttpRequest) -> HttpResponseBase:
    """All signed digests, oldest first, and the key."""
    rows = Digest.objects.order_by("day").iterator(chunk_size=_CHUNK)
    return _json({"public_key": public_key()}, "digests", (published(one) for one in rows))


# --- one list ------------------------------------------------------------------------------------
@require_safe
def csv_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A list as a table: a line for each task, texts in both languages."""
    plan = list_or_404(slug)
    return _csv((_task(row, deep=False) for row in _every(_of(plan))), plan.slug)


@require_safe
def part_csv(request: HttpRequest, slug: str, part: str) -> HttpResponseBase:
    """One part of a list as a table: its milestones, reports, observations …"""
    plan = list_or_404(slug)
    if part not in open_data.PARTS:
        raise Http404("no such table")
    return _csv(open_data.table(plan, part), f"{plan.slug}.{part}")


@require_safe
def json_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A list with everything public of its tasks."""
    plan = list_or_404(slug)
    head = {
        **_list(plan, None),
        "as_of": clock.today(),
        "licence": settings.SITE["licence_url"],
    }
    return _json(head, "tasks", _whole(plan))


@require_safe
def linked(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A list in the words of schema.org: an ItemList of Actions with their agents and days, and
    what was reported, found and said of each."""
    plan = list_or_404(slug)
    return _linked(
        {
            "@type": "ItemList",
            "@id": _address("portal:todo_list", plan.slug),
            "name": _tagged(plan.title),
            "description": _tagged(plan.summary),
            "datePublished": plan.published_at,
            "license": settings.SITE["licence_url"],
            "publisher": _organization(plan.office.name),
            "numberOfItems": plan.tasks.count(),
            "itemListElement": [
                {"@type": "ListItem", "position": at, "item": _action(row, parts)}
                for at, (row, parts) in enumerate(_with_parts(plan), start=1)
            ],
        }
    )


# --- pieces --------------------------------------------------------------------------------------
def _lists(part: Part) -> list[tuple[Plan, Tally]]:
    plans = published_plans(part.path).select_related("adopted_from")
    if part.unit:
        plans = plans.filter(pk__in=part.tasks.order_by().values("plan_id"))
    found = list(plans)
    counted = tallies(found)
    return [(plan, counted.get(plan.pk, Tally.of({}))) for plan in found]


def _list(plan: Plan, tally: Tally | None, *, deep: bool = True) -> dict[str, object]:
    told: dict[str, object] = {
        "address": _address("portal:todo_list", plan.slug),
        **open_data.plan_data(plan, tally),
    }
    if deep:
        told["data"] = {
            "json": _address("portal:todo_json", plan.slug),
            "json_ld": _address("portal:todo_jsonld", plan.slug),
            "tasks": _address("portal:todo_csv", plan.slug),
            **{one: _address("portal:todo_part", plan.slug, one) for one in open_data.PARTS},
            "ledger": _address("portal:todo_ledger_file", plan.slug),
        }
    return told


def _of(plan: Plan) -> QuerySet[Task]:
    return plan.tasks.order_by("position")


def _every(tasks: QuerySet[Task]) -> Iterator[TaskRow]:
    """Tasks as lists show them, a few in memory at a time."""
    loaded = tasks.select_related("plan", "section", "lead", "adopted_from")
    if not loaded.query.order_by:
        loaded = loaded.order_by("plan_id", "position")
    chunk: list[Task] = []
    for task in loaded.iterator(chunk_size=_CHUNK):
        chunk.append(task)
        if len(chunk) == _CHUNK:
            yield from rows_of(views(chunk), said_in(chunk))
            chunk = []
    yield from rows_of(views(chunk), said_in(chunk))


def _task(row: TaskRow, *, deep: bool = True) -> dict[str, object]:
    public: Public = row.public
    told: dict[str, object] = {
        "address": settings.BASE_URL + row.href,
        **open_data.task_data(row.view),
        "observations": public.observations,
        "observations_verified": public.named,
        "unanswered": public.unanswered,
        "objections": public.objections,
        "seconds_verified": public.verified,
        "seconds_others": public.others,
    }
    if deep:
        told["said"] = {name: told.pop(name) for name in list(told)[-6:]}
    return told


def _with_parts(plan: Plan) -> Iterator[tuple[TaskRow, Mapping[str, Sequence[open_data.Row]]]]:
    """A list's tasks with all that there is of them, a few in memory at a time."""
    tasks = _of(plan)
    ids = list(tasks.values_list("pk", flat=True))
    for start in range(0, len(ids), _CHUNK):
        chunk = plan.tasks.filter(pk__in=ids[start : start + _CHUNK]).order_by("position")
        parts = open_data.parts_of(chunk.order_by(), *open_data.PARTS)
        for row in _every(chunk):
            yield row, parts[row.task.pk]


def _whole(plan: Plan) -> Iterator[dict[str, object]]:
    """Tasks with everything below them; evidence in its report, answers in what they answer."""
    for row, parts in _with_parts(plan):
        told = _task(row)
        pieces, answers = _by(parts["evidence"], "report"), _by(parts["replies"], "observation")
        for name in ("co_units", "milestones", "indicators", "assessments"):
            told[name] = parts[name]
        told["reports"] = [
            {**one, "evidence": [_piece(piece) for piece in pieces.get(one["report"], ())]}
            for one in parts["reports"]
        ]
        told["observations"] = [
            {**_said(one), "replies": answers.get(one["observation"], [])}
            for one in parts["observations"]
        ]
        yield told


def _by(rows: Iterable[open_data.Row], name: str) -> dict[object, list[dict[str, object]]]:
    """Rows by what they hang on."""
    found: dict[object, list[dict[str, object]]] = {}
    for row in rows:
        rest: dict[str, object] = {key: value for key, value in row.items() if key != name}
        found.setdefault(row[name], []).append(rest)
    return found


def _piece(piece: Mapping[str, object]) -> dict[str, object]:
    file = piece["file"]
    return {**piece, "file": _address("portal:todo_evidence", file) if file else None}


def _said(one: open_data.Row) -> dict[str, object]:
    address = _address("portal:todo_picture", one["observation"]) if one["has_picture"] else None
    return {**{key: value for key, value in one.items() if key != "has_picture"},
            "picture": address}  # fmt: skip


def _action(row: TaskRow, parts: Mapping[str, Sequence[open_data.Row]]) -> dict[str, object]:
    task = row.task
    told: dict[str, object] = {
        "@type": "Action",
        "@id": settings.BASE_URL + row.href,
        "identifier": task.code,
        "name": _tagged(task.title),
        "description": _tagged(task.text),
        "agent": _organization(task.lead_name),
        "participant": [_organization(one["name"]) for one in parts["co_units"]],
        "actionStatus": f"https://schema.org/{_STATUS.get(row.view.time, 'ActiveActionStatus')}",
        "subjectOf": [*_creations(parts)],
    }
    if task.start:
        told["startTime"] = task.start
    if task.due:
        told["endTime"] = task.due
    if pick(task.deliverable):
        told["result"] = {"@type": "Thing", "name": _tagged(task.deliverable)}
    return told


def _creations(parts: Mapping[str, Sequence[open_data.Row]]) -> Iterator[dict[str, object]]:
    """What was written about a task: reports, assessments, observations with their answers."""
    for one in parts["reports"]:
        yield {"@type": "Report", "dateCreated": one["at"], "text": _tagged(one["text"]),
               "author": _organization(one["unit"])}  # fmt: skip
    for one in parts["assessments"]:
        rating = {"@type": "Rating", "ratingValue": _LEVELS[str(one["level"])], "worstRating": 0,
                  "bestRating": len(_LEVELS) - 1}  # fmt: skip
        yield {"@type": "Review", "dateCreated": one["at"], "reviewRating": rating,
               "reviewBody": _tagged(one["reasons"])}  # fmt: skip
    answers = _by(parts["replies"], "observation")
    for one in parts["observations"]:
        if one["state"] == "shown":
            yield {
                "@type": "Comment",
                "identifier": one["observation"],
                "dateCreated": one["at"],
                "text": one["text"],
                "comment": [
                    {"@type": "Comment", "dateCreated": reply["at"], "text": reply["text"],
                     "author": _organization(reply["unit"])}
                    for reply in answers.get(one["observation"], ())
                ],
            }  # fmt: skip


def _organization(name: object) -> dict[str, object]:
    return {"@type": "GovernmentOrganization", "name": _tagged(name)}


def _tagged(text: object) -> list[dict[str, str]]:
    found = text if isinstance(text, Mapping) else {}
    return [{"@language": key, "@value": words} for key, words in found.items() if words]


def _address(name: str, *parts: object) -> str:
    return settings.BASE_URL + reverse(name, args=parts)


def _linked(told: dict[str, object]) -> HttpResponseBase:
    return opened(
        JsonResponse(
            {"@context": "https://schema.org", **told},
            json_dumps_params={"ensure_ascii": False},
            content_type="application/ld+json",
        )
    )


def _json(
    head: Mapping[str, object], name: str, rows: Iterable[Mapping[str, object]]
) -> HttpResponseBase:
    """An object whose last member is a list, written row by row."""

    def text() -> Iterator[str]:
        yield f'{_dumped(head)[:-1]}, "{name}": ['
        for at, row in enumerate(rows):
            yield f"{',' if at else ''}\n{_dumped(row)}"
        yield "]}\n"

    return opened(StreamingHttpResponse(text(), content_type="application/json; charset=utf-8"))


def _dumped(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)


def _csv(rows: Iterable[Mapping[str, object]], name: str) -> HttpResponseBase:
    """A table, written row by row. Spreadsheets know UTF-8 by its mark."""

    def text() -> Iterator[str]:
        yield "\ufeff"
        columns: list[str] | None = None
        for row in rows:
            flat = _flat(row)
            if columns is None:
                columns = list(flat)
                yield _line(columns)
            yield _line(_cell(flat[one]) for one in columns)

    response = StreamingHttpResponse(text(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return opened(response)


def _line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _flat(row: Mapping[str, object]) -> dict[str, object]:
    """A column for each language of a text."""
    flat: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}_{language}": value.get(language, "") for language in _LANGUAGES}
        else:
            flat[name] = "" if value is None else value
    return flat


def _cell(value: object) -> object:
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
