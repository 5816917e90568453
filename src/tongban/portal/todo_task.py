"""A task's page: its story in plain words, and what residents say about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from tongban.directory.api import workdays
from tongban.identity.api import resident_for, signed_in
from tongban.kernel import clock
from tongban.kernel.files import open_file
from tongban.kernel.localized import Localized
from tongban.kernel.models import StoredFile
from tongban.kernel.workdays import Workdays
from tongban.look.api import day
from tongban.portal.paging import page_of
from tongban.portal.todo_history import Told, tell, who
from tongban.portal.todo_story import story
from tongban.portal.todo_views import (
    Public,
    list_or_404,
    rows_of,
    said_in,
    task_or_404,
    unit_url,
)
from tongban.supervision.api import (
    RULES,
    Assessment,
    Entry,
    Evidence,
    Observation,
    Plan,
    Report,
    Task,
    days_late,
    entry_view,
    follows,
    live_figure,
    said_on,
    taken_by,
    view_of,
    views,
)

_SIZE = 20
_MOST_ENTRIES = 60
_MOST_TAKEN = 40
_PICTURES = ("jpg", "png")


@dataclass(frozen=True)
class Move:
    """A due date that was moved: by whom, why, on what legal ground."""

    told: Told
    who: str


@dataclass(frozen=True)
class Voice:
    """What somebody said, with its answers and the clock that runs for one."""

    said: Observation
    clock: str
    is_late: bool
    rule: Promise | None
    is_mine: bool
    seconds: str


@dataclass(frozen=True)
class Figure:
    """An indicator: where it began, where it is to arrive, where it is. Shares in percent of the
    drawing's width."""

    name: Localized
    unit: Localized
    baseline: Decimal | None
    target: Decimal | None
    actual: Decimal | None
    actual_on: date | None
    baseline_x: float
    target_x: float
    actual_x: float

    @property
    def baseline_words(self) -> str:
        return _number(self.baseline)

    @property
    def target_words(self) -> str:
        return _number(self.target)

    @property
    def actual_words(self) -> str:
        return _number(self.actual)


@require_safe
def task_page(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """What was promised, what happened, what people say."""
    plan = list_or_404(slug)
    task = task_or_404(plan, code)
    days, today = workdays(), clock.today()
    account = signed_in(request)
    resident = resident_for(account) if account else None
    (row,) = rows_of([view_of(task, today, days)], {task.pk: _public(plan, task)})
    entries = Entry.objects.filter(task=task).order_by("-number")
    newest = [tell(entry_view(one)) for one in entries[: _MOST_ENTRIES + 1]]
    changes = [tell(entry_view(one)) for one in entries.filter(kind="task_changed")]
    moves = [Move(one, who(one.entry)) for one in reversed(changes) if "due" in one.entry.data]
    reports = list(_reports(task))
    said = page_of(request, said_on(task).select_related("picture"), by=("-at", "-id"), size=_SIZE)
    return render(
        request,
        "portal/todo_task.html",
        {
            "nav_active": "portal:todo",
            "plan": plan,
            "task": task,
            "row": row,
            "moves": moves,
            "story": story(
                row,
                moves=len(moves),
                reports=len(reports),
                last_report=reports[0].at if reports else None,
            ),
            "co_units": [
                (one.name, unit_url(one.agency.code) if one.agency else "")
                for one in task.co_units.select_related("agency").order_by("position")
            ],
            "taken": rows_of(views(_taken(task)), {}),
            "milestones": task.milestones.order_by("position"),
            "figures": [
                _figure(one.name, one.unit, (one.baseline, one.target, one.actual), one.actual_on)
                for one in task.indicators.order_by("position")
            ],
            "live": live_figure(task),
            "reports": reports,
            "assessments": Assessment.objects.filter(task=task).order_by("-at"),
            "history": [(one, who(one.entry)) for one in newest[:_MOST_ENTRIES]],
            "has_more_history": len(newest) > _MOST_ENTRIES,
            "voices": [
                _voice(one, today, days, resident.account_id if resident else None)
                for one in said.rows
            ],
            "listing": said,
            "held": Observation.objects.filter(
                task=task, account_id=resident.account_id, state=Observation.State.HELD
            )
            if resident
            else (),
            "rules": RULES,
            "may_speak": plan.state == Plan.State.PUBLISHED,
            "may_object": task.state == Task.State.CLAIMED,
            "follows": follows("task", task.pk, by=resident) if resident else None,
            "follows_unit": follows("unit", task.lead_id, by=resident)
            if resident and task.lead_id
            else None,
            "base": settings.BASE_URL,
        },
    )


@require_safe
def evidence(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """A file that a report rests on."""
    found = (
        Evidence.objects.filter(pk=evidence_id, file__isnull=False)
        .exclude(report__task__plan__state=Plan.State.DRAFT)
        .select_related("file")
        .first()
    )
    if found is None or found.file is None:
        raise Http404("no such evidence")
    return _served(found.file)


@require_safe
def picture(request: HttpRequest, observation_id: UUID) -> HttpResponseBase:
    """The picture of an observation, as long as that is shown."""
    found = (
        Observation.objects.filter(
            pk=observation_id, state=Observation.State.SHOWN, picture__isnull=False
        )
        .select_related("picture")
        .first()
    )
    if found is None or found.picture is None:
        raise Http404("no such picture")
    return _served(found.picture)


def _served(stored: StoredFile) -> FileResponse:
    """A file of somebody else's, in a sandbox: whatever hides in it runs nothing."""
    try:
        content = open_file(stored)
    except FileNotFoundError:
        raise Http404("the file is gone") from None
    response = FileResponse(
        content,
        as_attachment=stored.kind not in _PICTURES,
        filename=stored.name,
        content_type=stored.content_type,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-cache"  # it may be removed at any time
    return response


def _taken(task: Task) -> list[Task]:
    """The same task on the lists that took it over, as many as a page holds."""
    found = list(taken_by(task).order_by("plan__region__path", "pk")[:_MOST_TAKEN])
    for one in found:
        one.adopted_from = task
    return found


def _public(plan: Plan, task: Task) -> Public:
    return said_in([task]).get(task.pk, Public())


def _reports(task: Task) -> QuerySet[Report]:
    return (
        Report.objects.filter(task=task)
        .select_related("agency")
        .prefetch_related("evidence__file")
        .order_by("-at")
    )


def _voice(said: Observation, today: date, days: Workdays, reader: int | None) -> Voice:
    words, is_late = _clock(said, today, days)
    return Voice(
        said=said,
        clock=words,
        is_late=is_late,
        rule=RULES.get(said.rule) if said.rule else None,
        is_mine=reader is not None and said.account_id == reader,
        seconds=_seconds(said),
    )


def _clock(said: Observation, today: date, days: Workdays) -> tuple[str, bool]:
    """By when an answer is due, and whether it is late."""
    if said.reply_due is None or said.state != Observation.State.SHOWN:
        return "", False
    if said.answered_at is not None:
        on = clock.local_date(said.answered_at)
        late = days_late(said.reply_due, on, days)
        words = _("Answered on %(day)s, in time.")
        if late:
            words = ngettext("Answered on %(day)s, %(late)d working day late.",
                             "Answered on %(day)s, %(late)d working days late.", late)  # fmt: skip
        return words % {"day": day(on), "late": late}, bool(late)
    late = days_late(said.reply_due, today, days)
    words = _("No answer yet; due by %(day)s.")
    if late:
        words = ngettext("No answer yet; it was due by %(day)s: %(late)d working day late.",
                         "No answer yet; it was due by %(day)s: %(late)d working days late.",
                         late)  # fmt: skip
    return words % {"day": day(said.reply_due), "late": late}, bool(late)


def _seconds(said: Observation) -> str:
    """How many saw the same, those with a verified name apart."""
    words = []
    if said.seconds_verified:
        words.append(
            ngettext("%(count)d more person with a verified name", "%(count)d more people with "
                     "verified names", said.seconds_verified) % {"count": said.seconds_verified}
        )  # fmt: skip
    if said.seconds_others:
        words.append(
            ngettext("%(count)d other account", "%(count)d other accounts", said.seconds_others)
            % {"count": said.seconds_others}
        )
    return _("Seen by %(who)s too.") % {"who": _(" and ").join(words)} if words else ""


def _figure(
    name: Localized,
    unit: Localized,
    values: tuple[Decimal | None, Decimal | None, Decimal | None],
    actual_on: date | None,
) -> Figure:
    """An indicator drawn on a line from the least to the most of its values: where it began,
    where it is to arrive, where it is."""
    known = [value for value in values if value is not None] or [Decimal(0)]
    low, high = min(Decimal(0), *known), max(known)
    width = (high - low) or Decimal(1)
    baseline_x, target_x, actual_x = (
        round(float((value - low) / width) * 96 + 2, 1) if value is not None else -9.0
        for value in values
    )
    baseline, target, actual = values
    return Figure(name, unit, baseline, target, actual, actual_on, baseline_x, target_x, actual_x)


def _number(value: Decimal | None) -> str:
    """A figure without the zeros that the column adds; "–" where there is none."""
    return "–" if value is None else f"{value.normalize():,f}"
