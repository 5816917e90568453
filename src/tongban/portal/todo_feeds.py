"""Lists for feed readers, calendars and other sites: Atom, iCalendar, a badge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, timedelta
from itertools import chain

from django.conf import settings
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.kernel import clock
from tongban.kernel.localized import pick
from tongban.look.api import day
from tongban.portal.todo_data import opened, part_of
from tongban.portal.todo_history import tell, who
from tongban.portal.todo_views import (
    list_or_404,
    sentence_of,
    task_or_404,
    task_url,
)
from tongban.supervision.api import (
    TIMES,
    Entry,
    Plan,
    Tally,
    Task,
    TaskView,
    entry_view,
    published_plans,
    tallies,
    views,
)

_NEWEST = 100
_EVENTS = 500
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What says too little for a feed: it is in the ledger.
_QUIET = ("step_remind", "observed", "shown", "erased", "task_published")


# --- feeds ---------------------------------------------------------------------------------------
@require_safe
def atom_of_all(request: HttpRequest) -> HttpResponseBase:
    """What happens on all lists; with `?region=` on those of a region and below, with `?unit=` on
    the tasks of a unit."""
    part = part_of(request)
    entries = Entry.objects.filter(plan__in=published_plans(part.path).order_by().values("pk"))
    if part.unit:
        entries = entries.filter(task__in=part.tasks.order_by().values("pk"))
    newest = entries.exclude(kind__in=_QUIET).select_related("plan", "task")
    title = _("%(place)s: to-do lists under public supervision") % {"place": part.name}
    return _atom(request, title, part.page, newest.order_by("-at", "-id")[:_NEWEST])


@require_safe
def atom_of_list(request: HttpRequest, slug: str) -> HttpResponseBase:
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
def calendar(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Due dates and evidence windows of a list for calendars; with `?task=` of one task."""
    plan = list_or_404(slug)
    tasks = plan.tasks.order_by("position")
    if code := request.GET.get("task"):
        tasks = tasks.filter(code=code)
    rows = list(tasks)
    for task in rows:
        task.plan = plan
    return _calendar(views(rows), pick(plan.title), plan.slug)


@require_safe
def calendar_of_all(request: HttpRequest) -> HttpResponseBase:
    """The same over all lists; with `?region=` and `?unit=` as the feed. Those due from a month
    ago on, soonest first."""
    part = part_of(request)
    soon = part.tasks.filter(
        Q(due__gte=clock.today() - timedelta(days=30))
        | Q(state=Task.State.CLAIMED, window_until__gte=clock.today())
    )
    rows = soon.select_related("plan").order_by(F("due").asc(nulls_last=True), "pk")[:_EVENTS]
    return _calendar(views(rows), part.name, "lists")


@require_safe
def badge(request: HttpRequest, slug: str) -> HttpResponseBase:
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
    return opened(response)


# --- pieces --------------------------------------------------------------------------------------
def _atom(
    request: HttpRequest, title: str, page: str, entries: Iterable[Entry]
) -> HttpResponseBase:
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
    return opened(response)


def _calendar(found: Iterable[TaskView], name: str, file: str) -> HttpResponseBase:
    """RFC 5545."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tongban//To-do lists//EN",
             "CALSCALE:GREGORIAN", f"X-WR-CALNAME:{_escaped(name)}"]  # fmt: skip
    stamp = f"{clock.now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for one in found:
        lines += chain.from_iterable(_events(one, stamp))
    lines.append("END:VCALENDAR")
    text = "".join(f"{part}\r\n" for line in lines for part in _folded(line))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{file}.ics"'
    return opened(response)


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
