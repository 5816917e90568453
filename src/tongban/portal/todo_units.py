"""Roll-ups over many lists: a unit's tasks, a region's lists with all below it, and how a list that
others took over is carried out from level to level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from tongban.directory.api import RegionSummary, ancestors, find_region, regions
from tongban.kernel import clock
from tongban.kernel.localized import Localized, language
from tongban.portal.paging import page_of
from tongban.portal.todo_news import KINDS, MONTH, follows_it, news_in, news_of
from tongban.portal.todo_views import Count as TimeCount
from tongban.portal.todo_views import (
    TaskRow,
    counts_of,
    list_or_404,
    region_url,
    rows_of,
    said_in,
    sentence_of,
    unit_url,
)
from tongban.supervision.api import (
    SMALLEST_SAMPLE,
    Answers,
    Below,
    Entry,
    Observation,
    Plan,
    Tally,
    Task,
    above,
    add_up,
    answers_of,
    below,
    beside_source,
    led_by,
    public_tasks,
    published_plans,
    shared_by,
    slipped,
    taken_over,
    tallies,
    tallies_by,
    unit_of,
    units,
    views,
)

_SIZE = 50
_UNITS = 50
_MOST_LATE = 20
_MOST_NEWS = 15
_MOST_LISTS = 200


@dataclass(frozen=True)
class TallyRow:
    """A part of a roll-up: a unit, a list, a level, a region. `in_time`: in percent; None for a
    small sample."""

    name: Localized
    href: str
    tally: Tally
    counts: Sequence[TimeCount]
    in_time: int | None
    note: str = ""

    @classmethod
    def of(cls, name: Localized, href: str, tally: Tally, note: str = "") -> TallyRow:
        share = None if tally.in_time is None else round(100 * tally.in_time)
        return cls(name, href, tally, counts_of(tally), share, note)


@dataclass(frozen=True)
class AnswersRow:
    """How people are answered, those with verified names and others each for themselves."""

    words: str
    answers: Answers

    @property
    def in_time(self) -> str:
        share = self.answers.in_time
        return "" if share is None else f"{round(100 * share)}%"

    @property
    def days(self) -> str:
        days = self.answers.days
        if days is None:
            return ""
        words = ngettext("%(days)s working day", "%(days)s working days", round(days))
        return words % {"days": f"{days:g}"}


@dataclass(frozen=True)
class LevelRow:
    """A task of a list and what became of it below."""

    row: TaskRow
    below: Below | None


# --- units ---------------------------------------------------------------------------------------
@require_safe
def unit_index(request: HttpRequest) -> HttpResponse:
    """All units that lead tasks, over all lists of a region and below."""
    region = _region(request)
    found = units(region.path if region else "")
    wanted = request.GET.get("q", "").strip().lower()[:100]
    if wanted:
        found = [
            one for one in found if any(wanted in name.lower() for name in one.unit.name.values())
        ]
    only_late = request.GET.get("late") == "1"
    if only_late:
        found = [one for one in found if one.tally.late]
    start = _start(request, len(found))
    shown = found[start : start + _UNITS]
    return render(
        request,
        "portal/todo_unit_index.html",
        {
            "nav_active": "portal:todo",
            "layout_wide": True,
            "region": region,
            "regions": places(),
            "q": request.GET.get("q", "")[:100],
            "only_late": only_late,
            "rows": [TallyRow.of(one.unit.name, unit_url(one.unit.key), one.tally)
                     for one in shown],
            "total": len(found),
            "previous_url": _from(request, start - _UNITS) if start else "",
            "next_url": _from(request, start + _UNITS) if start + _UNITS < len(found) else "",
            "smallest": SMALLEST_SAMPLE,
        },
    )  # fmt: skip


@require_safe
def unit_page(request: HttpRequest, key: str) -> HttpResponse:
    """A unit over all lists and levels: where its tasks stand, what is late, how it answers."""
    unit = unit_of(key)
    if unit is None:
        raise Http404("no such unit")
    led, shared = led_by(unit), shared_by(unit)
    by_list = tallies_by(led, ["plan_id"])
    plans = {one.pk: one for one in published_plans().filter(pk__in=[pk for (pk,) in by_list])}
    whole = add_up(by_list.values())
    role = "shared" if request.GET.get("role") == "shared" else "led"
    found = page_of(
        request, _loaded(shared if role == "shared" else led),
        by=("-plan_id", "position", "id"), size=_SIZE,
    )  # fmt: skip
    late = _late(led)
    said = said_in(found.rows)
    changed = Entry.objects.filter(
        task__in=led.order_by().values("pk"), at__gte=clock.now() - MONTH, kind__in=KINDS
    ).select_related("plan", "task")
    return render(
        request,
        "portal/todo_unit.html",
        {
            "nav_active": "portal:todo",
            "layout_wide": True,
            "unit": unit,
            "tally": whole,
            "sentence": sentence_of(whole),
            "counts": counts_of(whole),
            "lists": [
                TallyRow.of(plans[plan].title, _list_url(plans[plan]), counted,
                            plans[plan].get_level_display())
                for plan, counted in sorted(
                    ((int(str(pk)), counted) for (pk,), counted in by_list.items()), reverse=True
                )
            ][:_MOST_LISTS],
            "in_time": None if whole.in_time is None else round(100 * whole.in_time),
            "answers": _answers(Observation.objects.filter(task__in=led)),
            "late": rows_of(views(late), {}),
            "more_late": max(0, whole.late - len(late)),
            "rows": rows_of(views(found.rows), said),
            "listing": found,
            "role": role,
            "shares": shared.count(),
            "news": [news_of(one) for one in changed.order_by("-at", "-id")[:_MOST_NEWS]],
            "smallest": SMALLEST_SAMPLE,
            "query": urlencode({"unit": unit.key}),
            "follows": follows_it(request, "unit", unit.agency.id)
            if unit.agency
            else follows_it(request, "named", unit.key),
        },
    )  # fmt: skip


# --- regions -------------------------------------------------------------------------------------
@require_safe
def region_page(request: HttpRequest, code: str) -> HttpResponse:
    """A region with all below it, over all lists and levels."""
    region = find_region(code)
    if region is None:
        raise Http404("no such region")
    tasks = public_tasks(region.path)
    plans = list(published_plans(region.path))
    by_list = tallies(plans)
    whole = add_up(by_list.values())
    late = _late(tasks)
    parts = _parts(plans, by_list, region)
    return render(
        request,
        "portal/todo_region.html",
        {
            "nav_active": "portal:todo",
            "layout_wide": True,
            "region": region,
            "above": ancestors(region.code),
            "tally": whole,
            "sentence": sentence_of(whole),
            "counts": counts_of(whole),
            "in_time": None if whole.in_time is None else round(100 * whole.in_time),
            "levels": _levels(plans, by_list),
            "parts": parts,
            "lists": [
                TallyRow.of(one.title, _list_url(one), by_list.get(one.pk, Tally.of({})),
                            one.get_level_display())
                for one in plans[:_MOST_LISTS]
            ],
            "more_lists": max(0, len(plans) - _MOST_LISTS),
            "answers": _answers(Observation.objects.filter(task__in=tasks)),
            "late": rows_of(views(late), {}),
            "more_late": max(0, whole.late - len(late)),
            "news": news_in(plans),
            "slipped": rows_of(views(slipped(plans, 5)), {}),
            "smallest": SMALLEST_SAMPLE,
            "query": urlencode({"region": region.code}),
            "follows": follows_it(request, "region", region.code),
        },
    )  # fmt: skip


# --- levels --------------------------------------------------------------------------------------
@require_safe
def levels(request: HttpRequest, slug: str) -> HttpResponse:
    """How a list is carried out from level to level: where it comes from, who took it over, which
    dates were tightened or loosened on the way."""
    plan = list_or_404(slug)
    down = list(taken_over([plan]).order_by("region__path", "published_at", "id"))
    by_list = tallies([plan, *down])
    found = page_of(
        request, plan.tasks.select_related("lead", "adopted_from").order_by("position"),
        by=("position", "id"), size=_SIZE,
    )  # fmt: skip
    for task in found.rows:
        task.plan = plan
    taken, beside = below(plan), beside_source(down)
    return render(
        request,
        "portal/todo_levels.html",
        {
            "nav_active": "portal:todo",
            "layout_wide": True,
            "plan": plan,
            "above": above(plan),
            "down": [
                (
                    one,
                    TallyRow.of(one.title, _list_url(one), by_list.get(one.pk, Tally.of({}))),
                    beside.get(one.pk),
                )
                for one in down[:_MOST_LISTS]
            ],
            "more_down": max(0, len(down) - _MOST_LISTS),
            "everything": sentence_of(add_up(by_list.values())),
            "list_count": len(by_list),
            "rows": [
                LevelRow(row, taken.get(row.task.pk)) for row in rows_of(views(found.rows), {})
            ],
            "listing": found,
        },
    )


# --- pieces --------------------------------------------------------------------------------------
def places() -> Sequence[RegionSummary]:
    """The regions that have published lists, parents before children."""
    codes = published_plans().order_by().values_list("region_id", flat=True).distinct()
    return sorted(regions(codes).values(), key=lambda one: one.path)


def _region(request: HttpRequest) -> RegionSummary | None:
    code = request.GET.get("region", "")
    return find_region(code) if code else None


def _answers(said: QuerySet[Observation]) -> list[AnswersRow]:
    rows = [
        AnswersRow(_("People with verified names"), answers_of(said, verified=True)),
        AnswersRow(_("Other accounts"), answers_of(said, verified=False)),
    ]
    return rows if any(one.answers.asked for one in rows) else []


def _late(tasks: QuerySet[Task]) -> list[Task]:
    """The tasks that wait longest past their dates."""
    open_ = Q(state=Task.State.OPEN, due__lt=clock.today())
    return list(_loaded(tasks.filter(open_)).order_by("due", "pk")[:_MOST_LATE])


def _loaded(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related("plan__region", "lead", "adopted_from")


def _levels(plans: Sequence[Plan], by_list: Mapping[int, Tally]) -> list[TallyRow]:
    """By level of government, the highest first."""
    groups: defaultdict[str, list[Tally]] = defaultdict(list)
    for plan in plans:
        groups[plan.level].append(by_list.get(plan.pk, Tally.of({})))
    return [
        TallyRow.of(
            {language(): str(level.label)},
            "",
            add_up(groups[level]),
            ngettext("%(count)d list", "%(count)d lists", len(groups[level]))
            % {"count": len(groups[level])},
        )
        for level in Plan.Level
        if level in groups
    ]


def _parts(
    plans: Sequence[Plan], by_list: Mapping[int, Tally], region: RegionSummary
) -> list[TallyRow]:
    """The regions right below, each with all in it; and the region's own lists."""
    groups: defaultdict[str, list[Tally]] = defaultdict(list)
    for plan in plans:
        rest = plan.region.path.removeprefix(region.path).strip("/")
        code = rest.split("/")[0] if rest else region.code
        groups[code].append(by_list.get(plan.pk, Tally.of({})))
    if set(groups) <= {region.code}:
        return []
    known = sorted(regions(groups).values(), key=lambda one: one.path)
    return [
        TallyRow.of(
            one.name,
            "" if one.code == region.code else region_url(one.code),
            add_up(groups[one.code]),
            _("its own lists") if one.code == region.code else "",
        )
        for one in known
    ]


def _list_url(plan: Plan) -> str:
    return reverse("portal:todo_list", args=[plan.slug])


def _start(request: HttpRequest, total: int) -> int:
    """Where the page begins; the first if the address names none that there is."""
    given = request.GET.get("from", "")
    start = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 0
    return start - start % _UNITS if start < total else 0


def _from(request: HttpRequest, start: int) -> str:
    query = request.GET.copy()
    query["from"] = str(max(0, start))
    return f"?{query.urlencode()}"
