"""What lies where: late and soon-late cases by agency and officer, for supervisors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language, gettext_lazy, override, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from tongban.cases.api import Load, QueueFilter, Stage, grouped, loads, queue
from tongban.directory.api import agencies, workdays
from tongban.identity.api import OfficerRequest, account_names, officer_required
from tongban.kernel import clock
from tongban.kernel.localized import pick
from tongban.look.api import Bar
from tongban.ratings.api import LEVEL_NAMES, Opinion, opinion_on_agency
from tongban.workbench.pages import address, number_in, page_of, show
from tongban.workbench.queue import TIMES, Choice, rows_of
from tongban.workbench.sheets import csv_lines, csv_response
from tongban.workbench.words import STAGES

FILTERS = ("time", "agency", "officer")
MOST_BARS = 20
CHUNK = 1000
HEADINGS = (
    gettext_lazy("Case number"),
    gettext_lazy("Service"),
    gettext_lazy("Agency"),
    gettext_lazy("Step"),
    gettext_lazy("Sent on"),
    gettext_lazy("Due on"),
    gettext_lazy("Working days left"),
    gettext_lazy("Waiting for applicant"),
    pgettext_lazy("queue", "With"),
)


@dataclass(frozen=True)
class LoadRow:
    """A line of the table: an agency's sum, or one officer's part of it."""

    name: str
    href: str
    is_sum: bool
    open: int
    late: int
    soon: int
    waiting: int


@officer_required("supervisor")
def overview(request: OfficerRequest) -> HttpResponse:
    """The table of loads with its chart, the oldest cases, and what people say."""
    narrowed = _narrowed(request)
    found = loads(request.officer)
    names = {pk: pick(one.name) for pk, one in agencies({load.agency_id for load in found}).items()}
    people = account_names({load.assignee_id for load in found if load.assignee_id})
    stages = queue(request.officer, narrowed)
    page = page_of(request, stages, ("case_id", "id"))
    agency_id = narrowed.agency_id or (next(iter(names)) if len(names) == 1 else None)
    # Only an agency that the supervisor has cases of: the figures of others are not theirs to see.
    opinion = opinion_on_agency(agency_id) if agency_id in names and agency_id else None
    context = {
        "loads": _load_rows(request, found, names, people),
        "bars": _bars(found, names, people),
        "total": _sum(found),
        "rows": rows_of(page.rows, request.officer),
        "agencies": _agency_choices(request, found, names, narrowed.agency_id),
        "times": _times(request, narrowed),
        "narrowed": narrowed,
        "is_narrowed": any(request.GET.get(name) for name in FILTERS),
        "chosen_person": people.get(narrowed.assignee_id or 0, ""),
        "can_assign": True,
        "csv_query": address(request, FILTERS).partition("?")[2],
        "whole_url": request.path,
        "opinion": opinion,
        "opinion_bars": _opinion_bars(opinion),
        "opinion_agency": names.get(agency_id or 0, ""),
        "next_url": page.next and address(request, FILTERS, after=page.next),
        "previous_url": page.previous and address(request, FILTERS, after=page.previous),
    }
    return show(request, "overview.html", context, active="workbench:overview")


@officer_required("supervisor")
def download(request: OfficerRequest) -> StreamingHttpResponse:
    """The open cases as a table for spreadsheets, without applicants: figures need no names."""
    stages = queue(request.officer, _narrowed(request)).order_by("sort_day", "id")
    rows = _rows(stages.iterator(chunk_size=CHUNK), get_language() or "")
    return csv_response(csv_lines(rows), "open-cases")


def _narrowed(request: OfficerRequest) -> QueueFilter:
    time = request.GET.get("time", "")
    return QueueFilter(
        urgency=time if time in TIMES else "",
        agency_id=number_in(request.GET.get("agency")),
        assignee_id=number_in(request.GET.get("officer")),
        roles=("supervisor",),
    )


def _load_rows(
    request: OfficerRequest, found: list[Load], names: dict[int, str], people: dict[int, str]
) -> list[LoadRow]:
    rows = []
    by_agency: dict[int, list[Load]] = {}
    for load in found:
        by_agency.setdefault(load.agency_id, []).append(load)
    for agency_id, parts in by_agency.items():
        whole = _sum(parts)
        href = address(request, ("time",), agency=agency_id)
        rows.append(LoadRow(names[agency_id], href, True, **whole))
        for load in parts:
            href = (
                address(request, ("time",), agency=agency_id, officer=load.assignee_id)
                if load.assignee_id
                else ""
            )
            rows.append(
                LoadRow(
                    _person(load, people),
                    href,
                    False,
                    load.open,
                    load.late,
                    load.soon,
                    load.waiting,
                )
            )
    return rows


def _person(load: Load, people: dict[int, str]) -> str:
    return people.get(load.assignee_id or 0, "") or pgettext("queue", "Nobody yet")


def _sum(found: list[Load]) -> dict[str, int]:
    return {
        name: sum(getattr(load, name) for load in found)
        for name in ("open", "late", "soon", "waiting")
    }


def _bars(found: list[Load], names: dict[int, str], people: dict[int, str]) -> list[Bar]:
    """Open cases by agency, or by officer where there is only one agency; late ones beside."""
    counted: dict[str, tuple[int, int]] = {}
    for load in found:
        label = names[load.agency_id] if len(names) > 1 else _person(load, people)
        before = counted.get(label, (0, 0))
        counted[label] = (before[0] + load.open, before[1] + load.late)
    most = sorted(counted.items(), key=lambda pair: (-pair[1][0], pair[0]))[:MOST_BARS]
    return [
        Bar(label, total, _("%(count)d late") % {"count": late} if late else "")
        for label, (total, late) in most
    ]


def _agency_choices(
    request: OfficerRequest, found: list[Load], names: dict[int, str], chosen: int | None
) -> list[Choice]:
    if len(names) < 2:
        return []
    counts: dict[int, int] = {}
    for load in found:
        counts[load.agency_id] = counts.get(load.agency_id, 0) + load.open
    return [
        Choice(str(pk), name, counts[pk], address(request, FILTERS, agency=pk), pk == chosen)
        for pk, name in sorted(names.items(), key=lambda pair: pair[1])
    ]


def _times(request: OfficerRequest, narrowed: QueueFilter) -> list[Choice]:
    every = Choice(
        "",
        pgettext("queue", "Any time"),
        0,
        address(request, FILTERS, time=""),
        not narrowed.urgency,
    )
    return [
        every,
        *(
            Choice(value, text, 0, address(request, FILTERS, time=value), narrowed.urgency == value)
            for value, text in TIMES.items()
        ),
    ]


def _opinion_bars(opinion: Opinion | None) -> list[Bar]:
    if opinion is None:
        return []
    return [Bar(LEVEL_NAMES[level], opinion.by_level[int(level)]) for level in LEVEL_NAMES]


def _rows(stages: Iterator[Stage], language: str) -> Iterator[list[str]]:
    """The lines, in the reader's language: they are made while they are sent, after the view."""
    calendar, today = workdays(), clock.today()
    names: dict[int, str] = {}
    with override(language):
        yield [str(heading) for heading in HEADINGS]
    for stage in stages:
        assignee = stage.assignee_id
        if assignee and assignee not in names:
            names |= account_names([assignee])
        with override(language):
            cells = [
                grouped(stage.case.number),
                pick(stage.case.offering.name),
                pick(stage.agency.name),
                str(STAGES[stage.kind]),
                clock.local_date(stage.case.submitted_at).isoformat(),
                stage.due_on.isoformat() if stage.due_on else "",
                str(calendar.count(today, stage.due_on)) if stage.due_on else "",
                _("Yes") if stage.waiting else "",
                names.get(assignee, "") if assignee else "",
            ]
        yield cells
