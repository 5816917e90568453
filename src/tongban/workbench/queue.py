"""My queue: what is to be done within an officer's reach, most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from tongban.cases.api import (
    QueueCounts,
    QueueFilter,
    Stage,
    StageKind,
    claim,
    grouped,
    queue,
    queue_agencies,
    queue_counts,
    release,
)
from tongban.directory.api import agencies, workdays
from tongban.identity.api import Officer, OfficerRequest, account_names, officer_required
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized, pick
from tongban.look.api import Text
from tongban.workbench.pages import (
    CASE_ROLES,
    WORKERS,
    address,
    number_in,
    page_of,
    places_of,
    show,
)
from tongban.workbench.words import STAGES

FILTERS = ("kind", "whose", "time", "agency", "q")
WHOSE: dict[str, Text] = {
    "mine": pgettext_lazy("queue", "Mine"),
    "unclaimed": pgettext_lazy("queue", "Unclaimed"),
}
TIMES: dict[str, Text] = {
    "late": pgettext_lazy("queue", "Late"),
    "soon": pgettext_lazy("queue", "Due soon"),
    "waiting": pgettext_lazy("queue", "Waiting for applicant"),
}
# A choice from thousands helps nobody; the overview finds any agency by its name.
MOST_AGENCIES = 100
# What a window clerk can finish; the rest waits for an officer.
CLERKS_KINDS = (StageKind.ACCEPTANCE, StageKind.COMPLETION, StageKind.DELIVERY)


@dataclass(frozen=True)
class QueueRow:
    """A line of a list of open stages."""

    stage_id: int
    number: str
    shown_number: str
    item: Localized
    applicant: str
    agency: Localized
    kind: Text
    due_on: date | None
    days_left: int | None
    waiting: bool
    assignee: str
    is_mine: bool


@dataclass(frozen=True)
class Choice:
    """One value of a filter, with how many it would show."""

    value: str
    text: Text
    count: int
    href: str
    chosen: bool


def rows_of(stages: Sequence[Stage], officer: Officer) -> list[QueueRow]:
    """Lines for stages read with `cases.queue`. Two queries, however many."""
    calendar, today = workdays(), clock.today()
    names = account_names({stage.assignee_id for stage in stages if stage.assignee_id})
    return [
        QueueRow(
            stage_id=stage.pk,
            number=stage.case.number,
            shown_number=grouped(stage.case.number),
            item=stage.case.offering.name,
            applicant=stage.case.party.name,
            agency=stage.agency.short_name or stage.agency.name,
            kind=STAGES[stage.kind],
            due_on=stage.due_on,
            days_left=calendar.count(today, stage.due_on) if stage.due_on else None,
            waiting=stage.waiting,
            assignee=names.get(stage.assignee_id, "") if stage.assignee_id else "",
            is_mine=stage.assignee_id == officer.account_id,
        )
        for stage in stages
    ]


def agency_choices(
    request: OfficerRequest, counts: dict[int, int], chosen: int | None, known: Sequence[str]
) -> list[Choice]:
    """A filter by agency, the busiest where there are many; none if there is only one to choose."""
    if len(counts) < 2 and chosen is None:
        return []
    busiest = sorted(counts, key=lambda pk: (-counts[pk], pk))[:MOST_AGENCIES]
    found = agencies({*busiest, *(pk for pk in counts if pk == chosen)})
    return [
        Choice(
            str(pk), pick(one.name), counts[pk], address(request, known, agency=pk), pk == chosen
        )
        for pk, one in sorted(found.items(), key=lambda pair: pick(pair[1].name))
    ]


@officer_required()
def queue_page(request: OfficerRequest) -> HttpResponse:
    """Open stages within reach. Officers whose work is elsewhere are sent there."""
    officer = request.officer
    if not officer.has_role(*CASE_ROLES):
        return redirect(places_of(officer)[0].name)
    narrowed = _narrowed(request)
    page = page_of(request, queue(officer, narrowed), ("sort_day", "id"))
    counts = queue_counts(officer, narrowed)
    by_agency = queue_agencies(officer, narrowed) if _reaches_several(officer) else {}
    context = {
        "rows": rows_of(page.rows, officer),
        "counts": counts,
        "quick": _quick(request, narrowed, counts),
        "kinds": _kinds(narrowed, counts),
        "agencies": agency_choices(request, by_agency, narrowed.agency_id, FILTERS),
        "narrowed": narrowed,
        "is_narrowed": any(request.GET.get(name) for name in FILTERS),
        "whole_url": request.path,
        "next_url": page.next and address(request, FILTERS, after=page.next),
        "previous_url": page.previous and address(request, FILTERS, after=page.previous),
        "can_claim": officer.has_role(*WORKERS),
        "taken": _just_taken(request),
    }
    return show(request, "queue.html", context, active="workbench:queue")


@officer_required(*WORKERS)
@require_POST
def claim_many(request: OfficerRequest) -> HttpResponse:
    """Take the ticked stages; the queue then offers to give them back."""
    wanted = _stages(request)
    back = _back(request)
    if not wanted:
        messages.warning(request, _("Tick the cases you want to take on first."))
        return redirect(f"{reverse('workbench:queue')}?{back}")
    try:
        claimed = claim(wanted, by=request.officer)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect(f"{reverse('workbench:queue')}?{back}")
    if claimed.missed:
        messages.warning(
            request,
            ngettext(
                "%(count)d case was not taken: a colleague has it, or it is your own.",
                "%(count)d cases were not taken: colleagues have them, or they are your own.",
                len(claimed.missed),
            )
            % {"count": len(claimed.missed)},
        )
    taken = urlencode({"taken": ",".join(map(str, claimed.taken))}) if claimed.taken else ""
    query = "&".join(part for part in (back, taken) if part)
    return redirect(f"{reverse('workbench:queue')}?{query}")


@officer_required(*WORKERS)
@require_POST
def release_many(request: OfficerRequest) -> HttpResponse:
    """Give stages back to the queue: the undo of `claim_many`."""
    count = release(_stages(request), by=request.officer)
    messages.success(
        request,
        ngettext(
            "%(count)d case is back in the queue.",
            "%(count)d cases are back in the queue.",
            count,
        )
        % {"count": count},
    )
    return redirect(f"{reverse('workbench:queue')}?{_back(request)}")


def next_for(officer: Officer) -> Stage | None:
    """What to take up next: one's own most urgent stage, else the queue's."""
    stages = queue(officer, QueueFilter(roles=WORKERS)).filter(waiting=False)
    if not officer.has_role("officer"):
        stages = stages.filter(kind__in=CLERKS_KINDS)
    stages = stages.order_by("sort_day", "id")
    own = stages.filter(assignee_id=officer.account_id).first()
    return own or stages.filter(assignee__isnull=True).first()


def _narrowed(request: OfficerRequest) -> QueueFilter:
    kind = request.GET.get("kind", "")
    whose, time = request.GET.get("whose", ""), request.GET.get("time", "")
    return QueueFilter(
        kind=StageKind(kind) if kind in set(StageKind) else None,
        whose=whose if whose in WHOSE else "",
        urgency=time if time in TIMES else "",
        agency_id=number_in(request.GET.get("agency")),
        words=_text(request.GET.get("q", "")),
    )


def _text(typed: str) -> str:
    # PostgreSQL takes no NUL; nobody types it.
    return " ".join(typed.replace("\0", "").split())[:100]


def _quick(
    request: OfficerRequest, narrowed: QueueFilter, counts: QueueCounts
) -> list[tuple[Text, list[Choice]]]:
    """The filters that are one click away."""
    whose = [
        Choice("", pgettext_lazy("queue", "Everyone’s"), counts.anybodys, "", not narrowed.whose),
        Choice("mine", WHOSE["mine"], counts.mine, "", narrowed.whose == "mine"),
        Choice(
            "unclaimed", WHOSE["unclaimed"], counts.unclaimed, "", narrowed.whose == "unclaimed"
        ),
    ]
    number = {"late": counts.late, "soon": counts.soon, "waiting": counts.waiting}
    times = [
        Choice("", pgettext_lazy("queue", "Any time"), counts.any_time, "", not narrowed.urgency),
        *(
            Choice(value, text, number[value], "", narrowed.urgency == value)
            for value, text in TIMES.items()
        ),
    ]
    return [
        (gettext_lazy("Whose"), _linked(request, "whose", whose)),
        (gettext_lazy("By when"), _linked(request, "time", times)),
    ]


def _kinds(narrowed: QueueFilter, counts: QueueCounts) -> list[Choice]:
    return [
        Choice(str(kind), STAGES[kind], counts.kinds[kind], "", narrowed.kind == kind)
        for kind in StageKind
    ]


def _linked(request: OfficerRequest, name: str, choices: Iterable[Choice]) -> list[Choice]:
    return [
        Choice(
            choice.value,
            choice.text,
            choice.count,
            address(request, FILTERS, **{name: choice.value}),
            choice.chosen,
        )
        for choice in choices
    ]


def _reaches_several(officer: Officer) -> bool:
    posts = officer.posts_as(*CASE_ROLES)
    return len({post.agency_id for post in posts}) > 1 or posts[0].agency_id is None


def _stages(request: OfficerRequest) -> list[int]:
    ids = (number_in(text) for text in request.POST.getlist("stage"))
    return [pk for pk in ids if pk is not None]


def _back(request: OfficerRequest) -> str:
    """The filters of the list one came from, put together anew: nothing else gets through."""
    given = {name: request.POST.get(name, "") for name in FILTERS}
    return urlencode({name: value for name, value in given.items() if value})


def _just_taken(request: OfficerRequest) -> list[int]:
    """Which of the stages named by `?taken=` are still the officer's to give back."""
    named = [number_in(text) for text in request.GET.get("taken", "").split(",")[:100]]
    wanted = [pk for pk in named if pk is not None]
    if not wanted:
        return []
    mine = queue(request.officer, QueueFilter(whose="mine", roles=WORKERS))
    return list(mine.filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True))
