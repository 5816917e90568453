"""What lies where: late and soon-late cases by agency and officer, for supervisors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

FILTERS = ("time", "agency", "officer", "name")
MOST_BARS = 20
# A province has thousands of agencies: the table shows those with most late cases, and any that is
# looked for by its name.
MOST_AGENCIES = 50
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
    everywhere = _by_agency(found)
    wanted = request.GET.get("name", "").strip()[:100]
    several, matching = _shown(everywhere, wanted, narrowed.agency_id)
    names = {pk: pick(one.name) for pk, one in agencies(several).items()}
    people = account_names({load.assignee_id for load in found if load.assignee_id})
    stages = queue(request.officer, narrowed)
    page = page_of(request, stages, ("case_id", "id"))
    agency_id = narrowed.agency_id or (next(iter(names)) if len(everywhere) == 1 else None)
    # Only an agency that the supervisor has cases of: the figures of others are not theirs to see.
    opinion = opinion_on_agency(agency_id) if agency_id in everywhere and agency_id else None
    context = {
        "loads": _load_rows(request, {pk: everywhere[pk] for pk in several}, names, people),
        "bars": _bars(everywhere, names, people),
        "total": _sum(found),
        "agency_count": len(everywhere),
        "matching": matching,
        "shown": len(several),
        "is_long": len(everywhere) > MOST_AGENCIES,
        "name": wanted,
        "rows": rows_of(page.rows, request.officer),
        "agencies": _agency_choices(request, everywhere, names, narrowed.agency_id),
        "times": _times(request, narrowed),
        "narrowed": narrowed,
        "is_narrowed": any(request.GET.get(name) for name in FILTERS[:3]),
        "chosen_person": people.get(narrowed.assignee_id or 0, ""),
        "can_assign": True,
        "csv_query": address(request, FILTERS[:3]).partition("?")[2],
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


def _by_agency(found: list[Load]) -> dict[int, list[Load]]:
    """What lies with each agency; first those with most late cases, then most that soon will be."""
    by_agency: dict[int, list[Load]] = {}
    for load in found:
        by_agency.setdefault(load.agency_id, []).append(load)

    def urgency(agency_id: int) -> tuple[int, int, int]:
        parts = by_agency[agency_id]
        return -sum(one.late for one in parts), -sum(one.soon for one in parts), agency_id

    return {pk: by_agency[pk] for pk in sorted(by_agency, key=urgency)}


def _shown(
    everywhere: Mapping[int, list[Load]], wanted: str, chosen: int | None
) -> tuple[list[int], int]:
    """The agencies of the table, at most MOST_AGENCIES and the chosen one; and how many there are
    by that name."""
    matching = list(everywhere)
    if wanted:
        named = agencies(matching)
        matching = [
            pk
            for pk in matching
            if any(wanted.lower() in name.lower() for name in named[pk].name.values())
        ]
    shown = matching[:MOST_AGENCIES]
    if chosen in everywhere and chosen is not None and chosen not in shown:
        shown.append(chosen)
    return shown, len(matching)


def _load_rows(
    request: OfficerRequest,
    by_agency: Mapping[int, list[Load]],
    names: dict[int, str],
    people: dict[int, str],
) -> list[LoadRow]:
    rows = []
    for agency_id, parts in by_agency.items():
        whole = _sum(parts)
        href = address(request, ("time", "name"), agency=agency_id)
        rows.append(LoadRow(names[agency_id], href, True, **whole))
        for load in parts:
            href = (
                address(request, ("time", "name"), agency=agency_id, officer=load.assignee_id)
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


def _bars(
    everywhere: Mapping[int, list[Load]], names: dict[int, str], people: dict[int, str]
) -> list[Bar]:
    """Open cases by agency of the table, or by officer where there is only one agency; late ones
    beside."""
    counted: dict[str, tuple[int, int]] = {}
    for agency_id, name in names.items():
        for load in everywhere[agency_id]:
            label = name if len(everywhere) > 1 else _person(load, people)
            before = counted.get(label, (0, 0))
            counted[label] = (before[0] + load.open, before[1] + load.late)
    most = sorted(counted.items(), key=lambda pair: (-pair[1][0], pair[0]))[:MOST_BARS]
    return [
        Bar(label, total, _("(%(count)d late)") % {"count": late} if late else "")
        for label, (total, late) in most
    ]


def _agency_choices(
    request: OfficerRequest,
    everywhere: Mapping[int, list[Load]],
    names: dict[int, str],
    chosen: int | None,
) -> list[Choice]:
    if len(everywhere) < 2:
        return []
    return [
        Choice(
            str(pk),
            name,
            sum(load.open for load in everywhere[pk]),
            address(request, FILTERS, agency=pk),
            pk == chosen,
        )
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
