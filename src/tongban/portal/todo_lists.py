"""Lists that governments publish: all of them, one of them in three views, its ledger, digests,
and how everybody can check them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources

from csp.decorators import csp_replace
from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from tongban.directory.api import RegionSummary, find_region
from tongban.kernel import clock
from tongban.kernel.localized import Localized, pick
from tongban.portal.paging import page_of
from tongban.portal.todo_news import follows_it, news_in, news_of
from tongban.portal.todo_timeline import timeline_of
from tongban.portal.todo_units import places
from tongban.portal.todo_views import Count as TimeCount
from tongban.portal.todo_views import (
    TaskRow,
    counts_of,
    list_or_404,
    rows_of,
    said_in,
    sentence_of,
    unit_key,
    unit_url,
    units_of,
)
from tongban.supervision.api import (
    BY_URGENCY,
    RULES,
    SMALLEST_SAMPLE,
    TIMES,
    Digest,
    Entry,
    Plan,
    Tally,
    Task,
    TaskView,
    by_unit,
    lines,
    public_key,
    published,
    published_plans,
    slipped,
    tallies,
    tally,
    unit_of_task,
    views,
)

_SIZE = 20
_ENTRIES = 50
_MOST_SLIPPED = 5
_VIEWS = {
    "table": gettext_lazy("As a table"),
    "timeline": gettext_lazy("On a timeline"),
    "units": gettext_lazy("By unit"),
}
# What its tables are called.
_PARTS = {
    "milestones": pgettext_lazy("data", "Steps"),
    "indicators": pgettext_lazy("data", "Figures"),
    "reports": pgettext_lazy("data", "Reports"),
    "evidence": pgettext_lazy("data", "Evidence"),
    "assessments": pgettext_lazy("data", "Assessments"),
    "observations": pgettext_lazy("data", "Observations"),
    "replies": pgettext_lazy("data", "Answers"),
    "co_units": pgettext_lazy("data", "Co-responsible units"),
}


@dataclass(frozen=True)
class Card:
    """A list among others."""

    plan: Plan
    tally: Tally
    sentence: str
    counts: Sequence[TimeCount]
    moved: int


@dataclass(frozen=True)
class UnitRow:
    """A unit's tasks of one list. `in_time`: in percent; None for a small sample."""

    name: Localized
    key: str
    href: str
    tally: Tally
    counts: Sequence[TimeCount]
    in_time: int | None


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All published lists of a region and level, what changed this week, what slips most."""
    region = _region(request)
    plans = published_plans(region.path if region else "")
    level = request.GET.get("level", "")
    if level in Plan.Level.values:
        plans = plans.filter(level=level)
    found = page_of(request, plans, by=("-published_at", "-id"), size=_SIZE)
    counted = tallies(found.rows)
    moved = _moved(found.rows)
    known = places()
    everything = list(plans[:500])  # news and dates that slipped are looked for in the newest lists
    return render(
        request,
        "portal/todo_index.html",
        {
            "nav_active": "portal:todo",
            "cards": [_card(plan, counted, moved) for plan in found.rows],
            "listing": found,
            "region": region,
            "regions": known,
            "tops": [
                one
                for one in known
                if not any(one.path.startswith(other.path) for other in known if other != one)
            ]
            if region is None
            else [region],
            "level": level,
            "levels": Plan.Level.choices,
            "news": news_in(everything),
            "slipped": rows_of(views(slipped(everything, _MOST_SLIPPED)), {}),
            "most_moved": _most_moved(everything),
            "smallest": SMALLEST_SAMPLE,
            "follows_region": follows_it(request, "region", region.code) if region else None,
        },
    )


@require_safe
def one_list(request: HttpRequest, slug: str) -> HttpResponse:
    """A list: as a table, on a timeline, by unit."""
    plan = list_or_404(slug)
    loaded = ("section", "lead", *(("adopted_from",) if plan.adopted_from_id else ()))
    tasks = plan.tasks.select_related(*loaded).order_by("position")
    everything = _with_plan(tasks, plan)
    wanted = _Wanted(request, everything)
    shown = wanted.of(everything)
    view = request.GET.get("view", "")
    view = view if view in _VIEWS else "table"
    whole = tally(everything)
    context: dict[str, object] = {
        "nav_active": "portal:todo",
        "layout_wide": True,
        "plan": plan,
        "view": view,
        "views": [(name, words, wanted.url(view=name)) for name, words in _VIEWS.items()],
        "tally": whole,
        "sentence": sentence_of(whole),
        "counts": counts_of(whole),
        "wanted": wanted,
        "units": units_of(everything),
        "sections": {one.task.section_id: one.task.section for one in everything
                     if one.task.section}.values(),
        "times": [(one.value, TIMES[one][0]) for one in BY_URGENCY],
        "shown": len(shown),
        "follows": follows_it(request, "plan", plan.pk),
        "is_taken_over": bool(plan.adopted_from_id)
        or plan.adoptions.exclude(state=Plan.State.DRAFT).exists(),
        "base": settings.BASE_URL,
        "parts": list(_PARTS.items()),
    }  # fmt: skip
    if view == "units":
        context |= _by_unit(shown)
    else:
        rows = rows_of(shown, said_in(plan.tasks.order_by()))
        context["rows"] = rows
        if view == "timeline":
            context["timeline"] = _timeline(plan, rows)
    return render(request, f"portal/todo_{view}.html", context)


@require_safe
@xframe_options_exempt
# This page alone may stand within others. (The decorator's types forget the address's parts.)
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
def embedded(request: HttpRequest, slug: str) -> HttpResponse:
    """A list's state, small, to be shown within other sites."""
    plan = list_or_404(slug)
    whole = tallies([plan]).get(plan.pk, Tally(0, {}, None))
    return render(
        request,
        "portal/todo_embed.html",
        {
            "plan": plan,
            "tally": whole,
            "sentence": sentence_of(whole),
            "counts": counts_of(whole),
            "late": rows_of(_latest(plan), {}),
        },
    )


@require_safe
def ledger(request: HttpRequest, slug: str) -> HttpResponse:
    """A list's ledger, newest first."""
    plan = list_or_404(slug)
    entries = Entry.objects.filter(plan=plan).select_related("task")
    code = request.GET.get("task", "")
    if code:
        entries = entries.filter(task__code=code)
    found = page_of(request, entries, by=("-number",), size=_ENTRIES)
    for one in found.rows:
        one.plan = plan
    newest = Digest.objects.order_by("-day").first()
    return render(
        request,
        "portal/todo_ledger.html",
        {
            "nav_active": "portal:todo",
            "plan": plan,
            "entries": [news_of(one) for one in found.rows],
            "listing": found,
            "code": code,
            "digest": newest,
            "base": settings.BASE_URL,
        },
    )


@require_safe
def ledger_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The ledger as it can be checked offline, written while it is sent."""
    plan = list_or_404(slug)
    response = StreamingHttpResponse(
        (one.encode() for one in lines(plan)), content_type="application/jsonl; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{plan.slug}.ledger.jsonl"'
    return response


@require_safe
def digests(request: HttpRequest) -> HttpResponse:
    """The daily signed digests, the public key, and how to check a ledger."""
    return render(
        request,
        "portal/todo_digests.html",
        {
            "nav_active": "portal:todo",
            "listing": page_of(request, Digest.objects.all(), by=("-day",), size=31),
            "public_key": public_key(),
            "base": settings.BASE_URL,
        },
    )


@require_safe
def digest_file(request: HttpRequest, day: str) -> HttpResponse:
    """A day's digest."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise Http404("no such day") from None
    found = Digest.objects.filter(day=wanted).first()
    if found is None:
        raise Http404("no digest of this day")
    response = JsonResponse(published(found), json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="digest-{found.day.isoformat()}.json"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    """The one file that checks a ledger without this platform."""
    text = resources.files("tongban.supervision").joinpath("verify_ledger.py").read_text("utf-8")
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify_ledger.py"'
    return response


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """How lists are watched: what the three statuses mean, what may not be said, what is sure."""
    return render(
        request, "portal/todo_rules.html", {"nav_active": "portal:todo", "rules": RULES.values()}
    )


class _Wanted:
    """How a list is narrowed down and sorted, out of the address. What is unknown is ignored."""

    SORTS = {
        "": gettext_lazy("as in the document"),
        "due": gettext_lazy("by due date"),
        "urgency": gettext_lazy("most urgent first"),
    }

    def __init__(self, request: HttpRequest, everything: Sequence[TaskView]) -> None:
        self._params = request.GET.copy()
        self.time = self._one("time", [one.value for one in BY_URGENCY])
        self.unit = self._one("unit", [key for key, _name in units_of(everything)])
        self.section = self._one("section", [str(one.task.section_id) for one in everything])
        self.sort = self._one("sort", self.SORTS)
        self.text = self._params.get("q", "").replace("\0", "").strip()[:100]

    @property
    def sorts(self) -> Sequence[tuple[str, object]]:
        return list(self.SORTS.items())

    @property
    def is_narrowed(self) -> bool:
        return bool(self.time or self.unit or self.section or self.text)

    def of(self, everything: Sequence[TaskView]) -> list[TaskView]:
        """Those that fit, in the order wanted."""
        found = [one for one in everything if self._fits(one)]
        if self.sort == "due":
            found.sort(key=lambda one: (one.task.due or date.max, one.task.position))
        elif self.sort == "urgency":
            found.sort(key=lambda one: (BY_URGENCY.index(one.time), -one.late, one.task.position))
        return found

    def url(self, **changed: str) -> str:
        """The same list with something changed."""
        params = self._params.copy()
        for name, value in changed.items():
            params[name] = value
        return f"?{params.urlencode()}"

    def _fits(self, one: TaskView) -> bool:
        task = one.task
        texts = (task.code, *task.title.values(), *task.text.values(), *task.lead_name.values())
        return (
            self.time in ("", one.time.value)
            and self.unit in ("", unit_key(task))
            and self.section in ("", str(task.section_id))
            and (not self.text or any(self.text.lower() in str(words).lower() for words in texts))
        )

    def _one(self, name: str, known: object) -> str:
        given = self._params.get(name, "")
        return given if isinstance(known, list | dict) and given in known else ""


def _with_plan(tasks: QuerySet[Task], plan: Plan) -> list[TaskView]:
    rows = list(tasks)
    for task in rows:
        task.plan = plan
    return views(rows)


def _latest(plan: Plan) -> list[TaskView]:
    """The few tasks that are most late."""
    tasks = plan.tasks.filter(state=Task.State.OPEN, due__lt=clock.today()).order_by("due")[:3]
    return [one for one in _with_plan(tasks, plan) if one.late]


def _timeline(plan: Plan, rows: Sequence[TaskRow]) -> object:
    steps: defaultdict[int, list[tuple[date, bool]]] = defaultdict(list)
    assert plan.published_at is not None
    for task in Task.objects.filter(plan=plan).prefetch_related("milestones").only("pk"):
        for one in task.milestones.all():
            if at := one.done_on or one.due:
                steps[task.pk].append((at, one.done_on is not None))
    return timeline_of(rows, steps, clock.local_date(plan.published_at), clock.today())


def _by_unit(shown: Sequence[TaskView]) -> dict[str, object]:
    firsts = {unit_key(one.task): one.task for one in reversed(shown)}
    rows = []
    for unit in by_unit(shown):
        share = unit.tally.in_time
        key = str(unit.agency_id or pick(unit.name, "zh"))
        rows.append(
            UnitRow(
                unit.name,
                key,
                unit_url(unit_of_task(firsts[key]).key),
                unit.tally,
                counts_of(unit.tally),
                None if share is None else round(100 * share),
            )
        )
    return {
        "ranked": [one for one in rows if one.tally.total >= SMALLEST_SAMPLE],
        "small": [one for one in rows if one.tally.total < SMALLEST_SAMPLE],
        "smallest": SMALLEST_SAMPLE,
    }


def _card(plan: Plan, counted: Mapping[int, Tally], moved: Mapping[int, int]) -> Card:
    one = counted.get(plan.pk, Tally(0, {}, None))
    return Card(plan, one, sentence_of(one), counts_of(one), moved.get(plan.pk, 0))


def _moved(plans: Sequence[Plan]) -> dict[int, int]:
    """How many due dates of each list were moved back."""
    found = Task.objects.filter(plan__in=plans, first_due__lt=F("due")).order_by()
    rows = found.values_list("plan_id").annotate(Count("pk"))
    return {int(plan): int(count) for plan, count in rows}


def _most_moved(plans: Sequence[Plan]) -> list[tuple[Localized, str, int, int]]:
    """The lists whose dates were moved back most, as a share; of few dates nothing is said."""
    found = (
        Task.objects.filter(plan__in=plans, first_due__isnull=False)
        .order_by()
        .values("plan__title", "plan__slug")
        .annotate(dated=Count("pk"), moved=Count("pk", filter=Q(first_due__lt=F("due"))))
        .filter(dated__gte=SMALLEST_SAMPLE, moved__gt=0)
    )
    rows = sorted(found, key=lambda row: -row["moved"] / row["dated"])[:_MOST_SLIPPED]
    return [(row["plan__title"], row["plan__slug"], row["moved"], row["dated"]) for row in rows]


def _region(request: HttpRequest) -> RegionSummary | None:
    code = request.GET.get("region", "")
    return find_region(code) if code else None
