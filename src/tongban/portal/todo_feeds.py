"""Lists for programs and other sites: CSV, JSON, JSON-LD, Atom, iCalendar, a badge."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.directory.api import find_region
from tongban.kernel import clock
from tongban.kernel.localized import Localized, pick
from tongban.look.api import day
from tongban.portal.todo_history import tell, who
from tongban.portal.todo_views import (
    TIMES,
    TaskRow,
    list_or_404,
    rows_of,
    said_in,
    sentence_of,
    task_or_404,
    task_url,
)
from tongban.supervision.api import (
    Entry,
    Plan,
    Tally,
    Task,
    TaskView,
    TimeState,
    entry_view,
    published_plans,
    tallies,
    views,
)

_NEWEST = 100
_FRESH = 300  # seconds
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What says too little for a feed: it is in the ledger.
_QUIET = ("step_remind", "observed", "shown", "erased", "task_published")
_STATUS = {
    TimeState.NOT_STARTED: "PotentialActionStatus",
    TimeState.DROPPED: "FailedActionStatus",
    TimeState.DONE: "CompletedActionStatus",
    TimeState.DONE_IN_TIME: "CompletedActionStatus",
    TimeState.DONE_LATE: "CompletedActionStatus",
}


# --- open data -----------------------------------------------------------------------------------
@require_safe
def csv_file(request: HttpRequest, slug: str) -> HttpResponse:
    """A list as a table: a line for each task, texts in both languages."""
    plan = list_or_404(slug)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    told = [_told(row) for row in _rows(plan)]
    columns = _columns(told[0]) if told else []
    writer.writerow(columns)
    for one in told:
        flat = _flat(one)
        writer.writerow([_cell(flat.get(name, "")) for name in columns])
    # Spreadsheets know UTF-8 by its mark.
    response = HttpResponse(f"\ufeff{out.getvalue()}", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{plan.slug}.csv"'
    return _open(response)


@require_safe
def json_file(request: HttpRequest, slug: str) -> HttpResponse:
    """A list with everything public of its tasks."""
    plan = list_or_404(slug)
    return _open(
        JsonResponse(
            {
                "slug": plan.slug,
                "address": settings.BASE_URL + reverse("portal:todo_list", args=[plan.slug]),
                "title": plan.title,
                "summary": plan.summary,
                "basis": plan.basis,
                "source": plan.source_url,
                "level": plan.level,
                "region": plan.region_id,
                "office": plan.office.name,
                "adopted_from": plan.adopted_from.slug if plan.adopted_from else None,
                "state": plan.state,
                "published_at": plan.published_at,
                "closed_at": plan.closed_at,
                "rules": {
                    "evidence_days": plan.evidence_days,
                    "reply_days": plan.reply_days,
                    "soon_days": plan.soon_days,
                    "very_late_days": plan.very_late_days,
                    "unanswered_most": plan.unanswered_most,
                },
                "ledger": {"entries": plan.entries, "head": plan.head},
                "as_of": clock.today(),
                "licence": settings.SITE["licence_url"],
                "tasks": [_told(row, deep=True) for row in _rows(plan, deep=True)],
            },
            json_dumps_params={"ensure_ascii": False},
        )
    )


@require_safe
def linked(request: HttpRequest, slug: str) -> HttpResponse:
    """A list in the words of schema.org: an ItemList of Actions with their agents and days."""
    plan = list_or_404(slug)
    address = settings.BASE_URL + reverse("portal:todo_list", args=[plan.slug])
    return _open(
        JsonResponse(
            {
                "@context": "https://schema.org",
                "@type": "ItemList",
                "@id": address,
                "name": _tagged(plan.title),
                "description": _tagged(plan.summary),
                "datePublished": plan.published_at,
                "license": settings.SITE["licence_url"],
                "publisher": {
                    "@type": "GovernmentOrganization", "name": _tagged(plan.office.name)
                },
                "numberOfItems": plan.tasks.count(),
                "itemListElement": [
                    {"@type": "ListItem", "position": at, "item": _action(row)}
                    for at, row in enumerate(_rows(plan), start=1)
                ],
            },
            json_dumps_params={"ensure_ascii": False},
            content_type="application/ld+json",
        )
    )  # fmt: skip


# --- feeds ---------------------------------------------------------------------------------------
@require_safe
def atom_of_all(request: HttpRequest) -> HttpResponse:
    """What happens on all lists; with `?region=` on those of a region and below."""
    path = ""
    if code := request.GET.get("region"):
        region = find_region(code)
        if region is None:
            raise Http404("no such region")
        path = region.path
    entries = Entry.objects.filter(plan__in=published_plans(path).order_by().values("pk"))
    if unit := request.GET.get("unit"):
        if not (unit.isascii() and unit.isdigit() and len(unit) < 10):
            raise Http404("no such unit")
        entries = entries.filter(task__lead_id=int(unit))
    title = _("%(place)s: to-do lists under public supervision")
    newest = entries.exclude(kind__in=_QUIET).select_related("plan", "task")
    return _atom(
        request,
        title % {"place": pick(settings.SITE["name"])},
        reverse("portal:todo"),
        newest.order_by("-at", "-id")[:_NEWEST],
    )


@require_safe
def atom_of_list(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens on a list; with `?task=` on one of its tasks."""
    plan = list_or_404(slug)
    entries = Entry.objects.filter(plan=plan).exclude(kind__in=_QUIET)
    title, page = pick(plan.title), reverse("portal:todo_list", args=[plan.slug])
    if code := request.GET.get("task"):
        task = task_or_404(plan, code)
        entries = entries.filter(task=task)
        title, page = f"{task.code} {pick(task.title)}", task_url(plan.slug, task.code)
    newest = entries.select_related("plan", "task").order_by("-number")[:_NEWEST]
    return _atom(request, title, page, newest)


@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Due dates and evidence windows for calendars (RFC 5545); with `?task=` of one task."""
    plan = list_or_404(slug)
    found = _views(plan)
    if code := request.GET.get("task"):
        found = [one for one in found if one.task.code == code]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tongban//To-do lists//EN",
             "CALSCALE:GREGORIAN", f"X-WR-CALNAME:{_escaped(pick(plan.title))}"]  # fmt: skip
    stamp = f"{clock.now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for one in found:
        lines += chain.from_iterable(_events(one, stamp))
    lines.append("END:VCALENDAR")
    text = "".join(f"{part}\r\n" for line in lines for part in _folded(line))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{plan.slug}.ics"'
    return _open(response)


@require_safe
def badge(request: HttpRequest, slug: str) -> HttpResponse:
    """A list's state as a small picture for other sites."""
    plan = list_or_404(slug)
    tally = tallies([plan]).get(plan.pk, Tally(0, {}, None))
    left, right = _("To-do list"), sentence_of(tally)
    widths = [_width(left) + 20, _width(right) + 20]
    # Shown as a picture on other sites, where our style sheet does not reach.
    colour = "#b3261e" if tally.late else "#1f6f3f"
    boxes = ((0, widths[0], "#17202a", left), (widths[0], widths[1], colour, right))
    svg = format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="24" viewBox="0 0 {w} 24"'
        ' role="img"><title>{title}</title>{boxes}</svg>',
        w=sum(widths),
        title=f"{pick(plan.title)}: {right}",
        boxes=format_html_join(
            "",
            '<rect x="{}" width="{}" height="24" fill="{}"/><text x="{}" y="16.5" fill="#ffffff"'
            ' font-family="sans-serif" font-size="13">{}</text>',
            ((x, width, fill, x + 10, words) for x, width, fill, words in boxes),
        ),
    )
    response = HttpResponse(mark_safe(svg), content_type="image/svg+xml; charset=utf-8")  # noqa: S308
    return _open(response)


# --- pieces --------------------------------------------------------------------------------------
def _views(plan: Plan, *, deep: bool = False) -> list[TaskView]:
    tasks = plan.tasks.select_related("section", "lead").order_by("position")
    tasks = tasks.prefetch_related("co_units")
    if deep:
        tasks = tasks.prefetch_related("milestones", "indicators", "reports__evidence__file")
    rows = list(tasks)
    for task in rows:
        task.plan = plan
    return views(rows)


def _rows(plan: Plan, *, deep: bool = False) -> list[TaskRow]:
    return rows_of(_views(plan, deep=deep), said_in(plan))


def _told(row: TaskRow, *, deep: bool = False) -> dict[str, object]:
    """Everything public of a task; `deep`: with what a table has no room for."""
    task, public = row.task, row.public
    told: dict[str, object] = {
        "code": task.code,
        "address": settings.BASE_URL + row.href,
        "section": task.section.title if task.section else {},
        "title": task.title,
        "text": task.text,
        "deliverable": task.deliverable,
        "basis": task.basis,
        "lead": task.lead_name,
        "lead_code": task.lead.code if task.lead else "",
        "co_units": [one.name for one in task.co_units.all()],
        "start": task.start,
        "first_due": task.first_due,
        "due": task.due,
        "days_moved": row.view.slip,
        "time_state": row.view.time.value,
        "working_days_late": row.view.late,
        "claimed_on": task.claimed_on,
        "window_until": task.window_until,
        "closed_on": task.closed_on,
        "times_reopened": task.reopened,
        "state": task.state,
        "assessed": task.assessed,
        "assessed_at": task.assessed_at,
        "observations": public.observations,
        "unanswered": public.unanswered,
        "objections": public.objections,
        "seconds_verified": public.verified,
        "seconds_others": public.others,
    }
    if deep:
        told["milestones"] = [
            {"title": one.title, "due": one.due, "done_on": one.done_on}
            for one in sorted(task.milestones.all(), key=lambda one: one.position)
        ]
        told["indicators"] = [
            {"name": one.name, "unit": one.unit, "baseline": one.baseline, "target": one.target,
             "actual": one.actual, "actual_on": one.actual_on}
            for one in sorted(task.indicators.all(), key=lambda one: one.position)
        ]  # fmt: skip
        told["reports"] = [
            {
                "at": one.at,
                "is_claim": one.is_claim,
                "text": one.text,
                "evidence": [
                    {"kind": piece.kind, "title": piece.title, "url": piece.url,
                     "sha256": piece.file.sha256 if piece.file else None, "value": piece.value}
                    for piece in one.evidence.all()
                ],
            }
            for one in sorted(task.reports.all(), key=lambda one: one.at)
        ]  # fmt: skip
    return told


def _columns(told: dict[str, object]) -> list[str]:
    return list(_flat(told))


def _flat(told: dict[str, object]) -> dict[str, object]:
    """A column for each language; units one after the other."""
    flat: dict[str, object] = {}
    for name, value in told.items():
        if name in ("section", "title", "text", "deliverable", "basis", "lead"):
            assert isinstance(value, dict)
            for language in ("zh", "en"):
                flat[f"{name}_{language}"] = value.get(language, "")
        elif isinstance(value, list):
            for language in ("zh", "en"):
                names = [one.get(language) or pick(one) for one in value]
                flat[f"{name}_{language}"] = "; ".join(names)
        else:
            flat[name] = "" if value is None else value
    return flat


def _cell(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def _action(row: TaskRow) -> dict[str, object]:
    task = row.task
    told: dict[str, object] = {
        "@type": "Action",
        "@id": settings.BASE_URL + row.href,
        "identifier": task.code,
        "name": _tagged(task.title),
        "description": _tagged(task.text),
        "agent": {"@type": "GovernmentOrganization", "name": _tagged(task.lead_name)},
        "participant": [
            {"@type": "GovernmentOrganization", "name": _tagged(one.name)}
            for one in task.co_units.all()
        ],
        "actionStatus": f"https://schema.org/{_STATUS.get(row.view.time, 'ActiveActionStatus')}",
    }
    if task.start:
        told["startTime"] = task.start
    if task.due:
        told["endTime"] = task.due
    if pick(task.deliverable):
        told["result"] = {"@type": "Thing", "name": _tagged(task.deliverable)}
    return told


def _tagged(text: Localized) -> list[dict[str, str]]:
    return [{"@language": key, "@value": words} for key, words in text.items() if words]


def _atom(request: HttpRequest, title: str, page: str, entries: Iterable[Entry]) -> HttpResponse:
    here = settings.BASE_URL + request.get_full_path()
    feed = Atom1Feed(
        title=_writable(title),
        link=settings.BASE_URL + page,
        feed_url=here,
        feed_guid=here,
        description="",
        language=translation.get_language(),
    )
    for entry in entries:
        told = tell(entry_view(entry))
        plan, task = entry.plan, entry.task
        where = task_url(plan.slug, task.code) if task else _list_url(plan)
        name = f"{task.code} {pick(task.title)}" if task else pick(plan.title)
        why = pick(told.entry.reason) or pick(told.quote)
        feed.add_item(
            title=_writable(
                _("%(name)s: %(sentence)s") % {"name": name, "sentence": told.sentence}
            ),
            link=settings.BASE_URL + where,
            description=_writable("\n".join(filter(None, [*told.lines, why]))),
            author_name=_writable(who(told.entry)),
            unique_id=f"{settings.BASE_URL}/lists/{plan.slug}/ledger#entry-{entry.number}",
            pubdate=entry.at,
            updateddate=entry.at,
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.write(response, "utf-8")
    return _open(response)


def _events(one: TaskView, stamp: str) -> Iterable[Sequence[str]]:
    task = one.task
    address = settings.BASE_URL + task_url(task.plan.slug, task.code)
    name = f"{task.code} {pick(task.title)}"
    if task.due:
        summary = _("Due: %(name)s") % {"name": name}
        yield _event("due", task, task.due, task.due, summary, str(TIMES[one.time][0]), address,
                     stamp)  # fmt: skip
    if task.claimed_on and task.window_until and one.window_open:
        summary = _("Look at the evidence: %(name)s") % {"name": name}
        words = _("Everybody may look and object until %(day)s.") % {"day": day(task.window_until)}
        yield _event("window", task, task.claimed_on, task.window_until, summary, words, address,
                     stamp)  # fmt: skip


def _event(
    kind: str, task: Task, first: date, last: date, summary: str, words: str, address: str,
    stamp: str,
) -> Sequence[str]:  # fmt: skip
    host = settings.BASE_URL.split("//")[-1]
    return (
        "BEGIN:VEVENT",
        f"UID:{kind}-{task.pk}@{host}",
        f"DTSTAMP:{stamp}",
        f"SEQUENCE:{task.revision}",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}",
        "TRANSP:TRANSPARENT",
        f"SUMMARY:{_escaped(summary)}",
        f"DESCRIPTION:{_escaped(words)}",
        f"URL:{address}",
        "END:VEVENT",
    )


def _escaped(text: str) -> str:
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return _UNWRITABLE.sub("", text.replace("\r", ""))


def _folded(line: str) -> list[str]:
    """Lines of at most 75 octets, cut between letters (RFC 5545, 3.1)."""
    parts, current, size = [], "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > 74:
            parts.append(current)
            current, size = " ", 1
        current += letter
        size += width
    return [*parts, current]


def _width(text: str) -> int:
    """About how wide a text is at 13 pixels."""
    return round(sum(13 if ord(letter) > 0x2E80 else 7.2 for letter in text))


def _list_url(plan: Plan) -> str:
    return reverse("portal:todo_list", args=[plan.slug])


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)


def _open(response: HttpResponse) -> HttpResponse:
    """Anybody's program may have it, also in a page of another site."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = f"public, max-age={_FRESH}"
    return response
