"""What the checks found, for those who mend: what first, which guides, how agencies stand.

Editors see the guides they look after, supervisors those of their agencies and regions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Avg, Count, Q, QuerySet

from tongban.catalogue.linting.findings import SEVERITIES, FindingView, Found, Severity
from tongban.catalogue.linting.rules import RULES
from tongban.catalogue.linting.score import CENSUS_COST, CENSUS_RULE, COST
from tongban.catalogue.linting.words import in_words, mend_of, title_of
from tongban.catalogue.models import Finding, Offering
from tongban.identity.api import Officer
from tongban.kernel.localized import Localized

_ROLES = ("editor", "supervisor")
_CHUNK = 500


@dataclass(frozen=True)
class QualityFilter:
    """What the report is narrowed to; empty means everything."""

    rule: str = ""
    agency_id: int | None = None
    region_path: str = ""


@dataclass(frozen=True)
class Figures:
    """The guides of the report, and how they stand."""

    guides: int
    checked: int
    with_errors: int
    without_findings: int  # neither errors nor warnings
    score: float | None  # the mean of those that were checked

    @property
    def unchecked(self) -> int:
        return self.guides - self.checked


@dataclass(frozen=True)
class ToMend:
    """A rule, in how many guides it found something, and what mending it all would win."""

    rule: str
    severity: Severity
    title: Localized
    mend: Localized
    guides: int
    places: int

    @property
    def points(self) -> int:
        """Points of all guides together that mending would win."""
        if self.rule == CENSUS_RULE:
            return CENSUS_COST * self.places
        return COST[self.severity] * self.guides


@dataclass(frozen=True)
class AgencyScore:
    """The mean score of an agency's guides."""

    agency_id: int
    guides: int
    score: float
    with_errors: int


def checked_guides(officer: Officer, narrowed: QualityFilter) -> QuerySet[Offering]:
    """The checked guides that fit, for paging by ("score", "id"): worst first."""
    found = _current(officer, narrowed).filter(score__isnull=False)
    if narrowed.rule:
        found = found.filter(_has(narrowed.rule))
    return found.select_related("agency", "region")


def figures_of(officer: Officer, narrowed: QualityFilter) -> Figures:
    """How the guides stand, whatever rule is chosen. One query."""
    said = _current(officer, narrowed).aggregate(
        guides=Count("pk"),
        checked=Count("score"),
        with_errors=Count("pk", filter=Q(error_count__gt=0)),
        without=Count("pk", filter=Q(score__isnull=False, error_count=0, warning_count=0)),
        mean=Avg("score"),
    )
    mean = said["mean"]
    return Figures(
        said["guides"],
        said["checked"],
        said["with_errors"],
        said["without"],
        None if mean is None else float(mean),
    )


def to_mend(officer: Officer, narrowed: QualityFilter) -> list[ToMend]:
    """The rules that found something, the one whose mending wins most first. One query."""
    rows = (
        Finding.objects.filter(offering__in=_current(officer, narrowed))
        .values("rule", "severity")
        .annotate(guides=Count("offering", distinct=True), places=Count("pk"))
    )
    found = [
        ToMend(
            row["rule"],
            row["severity"],
            title_of(row["rule"]),
            mend_of(row["rule"]),
            row["guides"],
            row["places"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.points, one.rule))


def agency_scores(officer: Officer, narrowed: QualityFilter) -> list[AgencyScore]:
    """The agencies' mean scores, lowest first; of all agencies, whichever is chosen. One query."""
    rows = (
        _current(officer, QualityFilter(region_path=narrowed.region_path))
        .filter(score__isnull=False)
        .order_by()
        .values("agency_id")
        .annotate(
            guides=Count("pk"), mean=Avg("score"), wrong=Count("pk", filter=Q(error_count__gt=0))
        )
    )
    found = [
        AgencyScore(row["agency_id"], row["guides"], float(row["mean"]), row["wrong"])
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.score, -one.guides, one.agency_id))


def regions_of_guides(officer: Officer) -> dict[str, int]:
    """The regions that offer what the officer sees, and how many guides each has. One query."""
    rows = _current(officer, QualityFilter()).order_by().values_list("region_id")
    return dict(rows.annotate(guides=Count("pk")).order_by("region_id"))


def findings_by_offering(
    offering_ids: Iterable[int], *, rule: str = ""
) -> dict[int, list[FindingView]]:
    """What was found in some guides, worst first. One query."""
    rows = Finding.objects.filter(offering_id__in=list(offering_ids)).order_by("id")
    if rule:
        rows = rows.filter(rule=rule)
    found: dict[int, list[Found]] = {}
    for row in rows:
        if row.rule in RULES:
            severity = RULES[row.rule].severity
            one = Found(row.rule, severity, row.place, row.facts)
            found.setdefault(row.offering_id, []).append(one)
    return {
        pk: [in_words(one) for one in sorted(those, key=lambda f: SEVERITIES.index(f.severity))]
        for pk, those in found.items()
    }


def all_findings(
    officer: Officer, narrowed: QualityFilter
) -> Iterator[tuple[Offering, FindingView]]:
    """Every finding with its guide, worst guides first; read in parts."""
    guides = checked_guides(officer, narrowed).order_by("score", "id").iterator(chunk_size=_CHUNK)
    while batch := list(islice(guides, _CHUNK)):
        found = findings_by_offering((one.pk for one in batch), rule=narrowed.rule)
        for offering in batch:
            for view in found.get(offering.pk, ()):
                yield offering, view


def _current(officer: Officer, narrowed: QualityFilter) -> QuerySet[Offering]:
    reach = Q(pk__in=[])
    for post in officer.posts_as(*_ROLES):
        one = Q(region_path__startswith=post.region_path)
        if post.agency_id is not None:
            one &= Q(agency_id=post.agency_id)
        reach |= one
    found = Offering.objects.filter(reach, current__isnull=False)
    if narrowed.agency_id is not None:
        found = found.filter(agency_id=narrowed.agency_id)
    if narrowed.region_path:
        found = found.filter(region_path__startswith=narrowed.region_path)
    return found


def _has(rule: str) -> Q:
    return Q(pk__in=Finding.objects.filter(rule=rule).values("offering_id"))
