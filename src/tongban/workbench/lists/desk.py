"""Where everybody begins: what waits for this officer, by role, and the whole of each queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from tongban.identity.api import Officer, OfficerRequest, officer_required
from tongban.kernel import clock
from tongban.look.api import Text
from tongban.supervision.api import (
    Assessment,
    Observation,
    Plan,
    Report,
    Task,
    plans_of,
    tallies,
    tasks_of_unit,
    to_moderate,
    to_review,
    waiting_for_answer,
)
from tongban.workbench.lists.common import (
    BACK,
    ROLES,
    clocks,
    page,
    plan_tone,
    review_rows,
    task_rows,
)
from tongban.workbench.lists.narrowing import NAMES, narrow
from tongban.workbench.pages import address, page_of

# So much of each queue stands on the desk; the rest is one step away.
FIRST = 5


@dataclass(frozen=True)
class Queue:
    """A queue: whose it is, how it is called, what is in it, by which columns it is paged; since
    when its rows wait, and whether its tasks are open, so that they stand somewhere in time."""

    title: Text
    empty: Text
    roles: Sequence[str]
    rows: Callable[[Officer], QuerySet[Any]]
    by: Sequence[str]
    draw: Callable[[Any], list[Any]]
    template: str
    since: str = "due"
    in_time: bool = False
    reports: bool = False  # its rows are reported on


def my_tasks(officer: Officer) -> QuerySet[Task]:
    """Tasks still to be done of the officer's units, the latest and then the soonest due first."""
    found = tasks_of_unit(officer).filter(state=Task.State.OPEN, due__isnull=False)
    return found.order_by("due", "id")


def undated(officer: Officer) -> QuerySet[Task]:
    """The same without a due date."""
    return tasks_of_unit(officer).filter(state=Task.State.OPEN, due__isnull=True).order_by("id")


def claimed_by_us(officer: Officer) -> QuerySet[Task]:
    """Tasks of the officer's units that are claimed done."""
    found = tasks_of_unit(officer).filter(state=Task.State.CLAIMED)
    return found.order_by("window_until", "id")


def late_in_region(officer: Officer) -> QuerySet[Task]:
    """Tasks past their due date whose lead unit lies in a supervisor's region."""
    found = Task.objects.filter(
        _supervised(officer, ""),
        plan__state=Plan.State.PUBLISHED,
        state=Task.State.OPEN,
        due__lt=clock.today(),
    )
    return found.select_related("plan", "lead").order_by("due", "id")


def unanswered_in_region(officer: Officer) -> QuerySet[Observation]:
    """Observations past their reply day, on tasks of units in a supervisor's region."""
    return (
        Observation.objects.filter(
            _supervised(officer, "task__"),
            state=Observation.State.SHOWN,
            answered_at__isnull=True,
            reply_due__lt=clock.today(),
            task__plan__state=Plan.State.PUBLISHED,
        )
        .select_related("task__plan")
        .order_by("reply_due", "id")
    )


def sent_back_to_us(officer: Officer) -> QuerySet[Task]:
    """Open tasks whose claim was sent back, or that were opened again; not reported on since."""
    back = Assessment.objects.filter(task=OuterRef("pk"), verdict__in=BACK).order_by("-at")
    since = Report.objects.filter(task=OuterRef("pk"), at__gt=OuterRef("back_at"))
    found = tasks_of_unit(officer).filter(state=Task.State.OPEN)
    found = found.annotate(back_at=Subquery(back.values("at")[:1])).filter(back_at__isnull=False)
    return found.filter(~Exists(since)).order_by("id")


QUEUES: Mapping[str, Queue] = {
    "back": Queue(
        _("Sent back to you"),
        _("Nothing was sent back."),
        ("reporter",),
        sent_back_to_us,
        ("id",),
        task_rows,
        "task_table.html",
        "due",
        False,
        True,
    ),
    "answers": Queue(
        _("Waiting for your answer"),
        _("Nobody waits for an answer."),
        ("reporter",),
        lambda officer: waiting_for_answer(officer).order_by("reply_due", "id"),
        ("reply_due", "id"),
        clocks,
        "said_table.html",
        "at",
    ),
    "tasks": Queue(
        _("Tasks of your units"),
        _("No task of your units with a due date is open."),
        ("reporter",),
        my_tasks,
        ("due", "id"),
        task_rows,
        "task_table.html",
        "due",
        True,
        True,
    ),
    "undated": Queue(
        _("Tasks of your units without a due date"),
        _("Every open task of your units has a due date."),
        ("reporter",),
        undated,
        ("id",),
        task_rows,
        "task_table.html",
        "first_due",
        reports=True,
    ),
    "claims": Queue(
        _("Claimed done by your units"),
        _("Nothing is claimed done at present."),
        ("reporter",),
        claimed_by_us,
        ("window_until", "id"),
        task_rows,
        "task_table.html",
        "claimed_on",
    ),
    "review": Queue(
        _("Claims to review"),
        _("No unit claims that a task is done."),
        ("programme",),
        lambda officer: to_review(officer).order_by("window_until", "id"),
        ("window_until", "id"),
        review_rows,
        "review_table.html",
        "claimed_on",
    ),
    "moderate": Queue(
        _("Words held back"),
        _("Nothing is held back."),
        ("programme",),
        lambda officer: to_moderate(officer).order_by("at", "id"),
        ("at", "id"),
        clocks,
        "said_table.html",
        "at",
    ),
    "late": Queue(
        _("Late in your region"),
        _("No task in your region is late."),
        ("supervisor",),
        late_in_region,
        ("due", "id"),
        task_rows,
        "task_table.html",
        "due",
        True,
    ),
    "unanswered": Queue(
        _("Unanswered in your region"),
        _("No answer is overdue in your region."),
        ("supervisor",),
        unanswered_in_region,
        ("reply_due", "id"),
        clocks,
        "said_table.html",
        "at",
    ),
}  # fmt: skip


@officer_required(*ROLES)
def desk(request: OfficerRequest) -> HttpResponse:
    """What waits for the officer, the most urgent of each first."""
    parts = []
    for slug, queue in QUEUES.items():
        if not request.officer.has_role(*queue.roles):
            continue
        rows = list(queue.rows(request.officer)[: FIRST + 1])
        more = len(rows) > FIRST
        parts.append(
            {
                "slug": slug,
                "queue": queue,
                "rows": queue.draw(rows[:FIRST]),
                "more": more,
                "count": queue.rows(request.officer).order_by().count() if more else len(rows),
                "template": f"workbench/lists/{queue.template}",
            }
        )
    parts.sort(key=lambda part: not part["rows"])  # what waits stands above what is empty
    context: dict[str, Any] = {
        "parts": parts,
        "is_programme": request.officer.has_role("programme"),
    }
    if context["is_programme"]:
        found = page_of(request, plans_of(request.officer).order_by("-pk"), ("-id",))
        counts = tallies(found.rows)
        context |= {
            "plans": [
                {"plan": plan, "tone": plan_tone(plan), "tally": counts.get(plan.pk)}
                for plan in found.rows
            ],
            "next_url": found.next and address(request, (), after=found.next),
            "previous_url": found.previous and address(request, (), after=found.previous),
        }
    return page(request, "desk.html", context)


@officer_required(*ROLES)
def queue(request: OfficerRequest, name: str) -> HttpResponse:
    """The whole of one queue, a page at a time."""
    wanted = QUEUES.get(name)
    if wanted is None or not request.officer.has_role(*wanted.roles):
        raise Http404
    narrowed = narrow(request, wanted.rows(request.officer), wanted.since, in_time=wanted.in_time)
    found = page_of(request, narrowed.rows, wanted.by)
    context = {
        "queue": wanted,
        "narrowed": narrowed,
        "rows": wanted.draw(found.rows),
        "template": f"workbench/lists/{wanted.template}",
        "next_url": found.next and address(request, NAMES, after=found.next),
        "previous_url": found.previous and address(request, NAMES, after=found.previous),
    }
    return page(request, "queue.html", context)


def _supervised(officer: Officer, prefix: str) -> Q:
    reach = Q(pk__in=[])
    for post in officer.posts_as("supervisor"):
        one = Q(**{f"{prefix}lead__region__path__startswith": post.region_path})
        if post.agency_id is not None:
            one &= Q(**{f"{prefix}lead_id": post.agency_id})
        reach |= one
    return reach
