"""Which guides need mending, and what first: for their editors and for supervisors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.html import format_html
from django.utils.translation import (
    get_language,
    gettext_lazy,
    ngettext,
    override,
    pgettext_lazy,
)

from tongban.catalogue.api import FindingView, Offering, desk, quality
from tongban.directory.api import agencies, find_region, region_names
from tongban.identity.api import Officer, OfficerRequest, officer_required
from tongban.kernel.localized import Localized, pick
from tongban.look.api import Bar, Text
from tongban.workbench.mending import mend_url
from tongban.workbench.pages import address, number_in, page_of, show
from tongban.workbench.queue import Choice
from tongban.workbench.sheets import csv_lines, csv_response

FILTERS = ("rule", "severity", "agency", "region")
MOST_BARS = 15
# Nobody finds one of a thousand agencies in a list: first a region is chosen, or a bar followed.
MOST_AGENCIES = 200
# Of each guide in the list, so many of its findings are named; its own page has them all.
MOST_FINDINGS = 4
SEVERITIES: dict[str, Text] = {
    "error": pgettext_lazy("finding", "Error"),
    "warning": pgettext_lazy("finding", "Warning"),
    "hint": pgettext_lazy("finding", "Hint"),
}
HEADINGS = (
    pgettext_lazy("findings", "Score"),
    gettext_lazy("Service"),
    pgettext_lazy("findings", "Code"),
    gettext_lazy("Agency"),
    gettext_lazy("Region"),
    pgettext_lazy("findings", "How bad"),
    pgettext_lazy("findings", "Rule"),
    pgettext_lazy("findings", "Place"),
    pgettext_lazy("findings", "What is wrong"),
    pgettext_lazy("findings", "How to mend it"),
)


@dataclass(frozen=True)
class RuleRow:
    """A line of "what to mend first"."""

    one: quality.ToMend
    href: str
    chosen: bool


@dataclass(frozen=True)
class GuideRow:
    """A line of the list of guides."""

    id: int
    name: Localized
    slug: str
    agency: Localized
    region: Localized
    score: int
    findings: Sequence[FindingRow]
    more: int  # findings that are not shown
    is_mine: bool  # to edit


@dataclass(frozen=True)
class FindingRow:
    """A finding of a guide, and where in the editor it is mended; "" where the reader cannot."""

    one: FindingView
    href: str


@officer_required("editor", "supervisor")
def quality_page(request: OfficerRequest) -> HttpResponse:
    """What to mend first, how agencies stand, and the guides, worst first."""
    officer, narrowed = request.officer, _narrowed(request)
    rules = quality.to_mend(officer, narrowed)
    chosen_rule = next((one for one in rules if one.rule == narrowed.rule), None)
    guides = quality.checked_guides(officer, narrowed)
    if (narrowed.rule and chosen_rule is None) or (narrowed.severity and not rules):
        guides = guides.none()  # the counts say so: no need to look
    page = page_of(request, guides, ("score", "id"))
    scores = quality.agency_scores(officer, narrowed)
    listed = scores if len(scores) <= MOST_AGENCIES else scores[:MOST_BARS]
    ids = {one.agency_id for one in listed}
    if narrowed.agency_id is not None:
        ids.add(narrowed.agency_id)
    names = {pk: one.name for pk, one in agencies(ids).items()}
    context = {
        "figures": quality.figures_of(officer, narrowed),
        "rules": [
            RuleRow(one, address(request, FILTERS, rule=one.rule), one.rule == narrowed.rule)
            for one in rules
        ],
        "chosen_rule": chosen_rule,
        "every_rule_url": address(request, FILTERS, rule="", severity=""),
        "bars": [_bar(request, one, names) for one in scores[:MOST_BARS]],
        "agencies_beyond": max(len(scores) - MOST_BARS, 0),
        "agencies": _agencies(request, listed, names, narrowed.agency_id)
        if len(listed) == len(scores)
        else [],
        "chosen_agency": names.get(narrowed.agency_id or 0),
        "agency": narrowed.agency_id,
        "too_many_agencies": len(listed) < len(scores),
        "every_agency_url": address(request, FILTERS, agency=""),
        "regions": _regions(request, officer, narrowed.region_path),
        "rule": narrowed.rule,
        "severities": [
            (code, text, code == narrowed.severity) for code, text in SEVERITIES.items()
        ],
        "rows": _rows(page.rows, officer, narrowed),
        "is_narrowed": narrowed != quality.QualityFilter(),
        "csv_query": address(request, FILTERS).partition("?")[2],
        "whole_url": request.path,
        "next_url": page.next and address(request, FILTERS, after=page.next),
        "previous_url": page.previous and address(request, FILTERS, after=page.previous),
    }
    return show(request, "quality.html", context, active="workbench:quality")


@officer_required("editor", "supervisor")
def download(request: OfficerRequest) -> StreamingHttpResponse:
    """The findings as a table for spreadsheets, a line each, worst guides first."""
    found = quality.all_findings(request.officer, _narrowed(request))
    return csv_response(csv_lines(_cells(found, get_language() or "")), "guide-findings")


def _narrowed(request: OfficerRequest) -> quality.QualityFilter:
    region = find_region(request.GET.get("region", "")[:32].replace("\0", ""))
    rule, severity = request.GET.get("rule", ""), request.GET.get("severity", "")
    return quality.QualityFilter(
        rule=rule if rule in quality.RULES else "",
        severity=severity if severity in SEVERITIES else "",
        agency_id=number_in(request.GET.get("agency")),
        region_path=region.path if region else "",
    )


def _rows(
    offerings: Sequence[Offering], officer: Officer, narrowed: quality.QualityFilter
) -> list[GuideRow]:
    found = quality.findings_by_offering([one.pk for one in offerings], rule=narrowed.rule)
    rows = []
    for one in offerings:
        views = [view for view in found.get(one.pk, ()) if narrowed.severity in ("", view.severity)]
        if not narrowed.rule:
            views = list({view.rule: view for view in reversed(views)}.values())[::-1]
        is_mine = desk.may_edit(one, officer)
        rows.append(
            GuideRow(
                id=one.pk,
                name=one.name,
                slug=one.slug,
                agency=one.agency.name,
                region=one.region.name,
                score=one.score or 0,
                findings=[
                    FindingRow(view, mend_url(one.pk, view) if is_mine else "")
                    for view in views[:MOST_FINDINGS]
                ],
                more=max(len(views) - MOST_FINDINGS, 0),
                is_mine=is_mine,
            )
        )
    return rows


def _bar(request: OfficerRequest, one: quality.AgencyScore, names: Mapping[int, Localized]) -> Bar:
    """An agency's score; its name narrows the page to it."""
    return Bar(
        format_html(
            '<a class="govuk-link" href="{}">{}</a>',
            address(request, FILTERS, agency=one.agency_id),
            pick(names.get(one.agency_id, {})),
        ),
        round(one.score, 1),
        ngettext("(%(count)d guide)", "(%(count)d guides)", one.guides) % {"count": one.guides},
    )


def _agencies(
    request: OfficerRequest,
    scores: Sequence[quality.AgencyScore],
    names: dict[int, Localized],
    chosen: int | None,
) -> list[Choice]:
    if len(scores) < 2 and chosen is None:
        return []
    choices = [
        Choice(
            str(one.agency_id),
            pick(names.get(one.agency_id, {})),
            one.guides,
            address(request, FILTERS, agency=one.agency_id),
            one.agency_id == chosen,
        )
        for one in scores
    ]
    return sorted(choices, key=lambda choice: str(choice.text))


def _regions(request: OfficerRequest, officer: Officer, within: str) -> list[Choice]:
    counts = quality.regions_of_guides(officer, within)
    chosen = request.GET.get("region", "")
    if len(counts) < 2:
        return []
    names = region_names(counts)
    return [
        Choice(
            code,
            names.get(code, code),
            guides,
            address(request, FILTERS, region=code),
            code == chosen,
        )
        for code, guides in counts.items()
    ]


def _cells(found: Iterator[tuple[Offering, FindingView]], language: str) -> Iterator[list[str]]:
    """The lines, in the reader's language: they are made while they are sent, after the view."""
    with override(language):
        yield [str(heading) for heading in HEADINGS]
    for offering, finding in found:
        with override(language):
            yield [
                str(offering.score),
                pick(offering.name),
                offering.code,
                pick(offering.agency.name),
                pick(offering.region.name),
                str(SEVERITIES[finding.severity]),
                pick(finding.title),
                pick(finding.where),
                pick(finding.wrong),
                pick(finding.mend),
            ]
