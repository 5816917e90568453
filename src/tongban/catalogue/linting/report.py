"""What the checks found, for those who mend: what first, which guides, how agencies stand.

Editors see the guides they look after, supervisors those of their agencies and regions. Whatever
counts is read from `QualityCount`: of a province, a few thousand rows instead of its guides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from tongban.catalogue.linting.findings import SEVERITIES, FindingView, Found, Severity
from tongban.catalogue.linting.rules import RULES
from tongban.catalogue.linting.score import CENSUS_COST, CENSUS_RULE, COST
from tongban.catalogue.linting.words import in_words, mend_of, title_of
from tongban.catalogue.models import Finding, Offering, QualityCount
from tongban.identity.api import Officer
from tongban.kernel.localized import Localized

_ROLES = ("editor", "supervisor")
_CHUNK = 500
# Nobody finds one of a thousand regions in a list.
_MOST_REGIONS = 200
_STANDING = ("guides", "checked", "with_errors", "without_findings", "points")
# Columns of an offering that count its findings of a severity.
_COUNTED = {"error": "error_count", "warning": "warning_count"}


@dataclass(frozen=True)
class QualityFilter:
    """What the report is narrowed to; empty means everything."""

    rule: str = ""
    severity: str = ""
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
    found = _within(Offering.objects.filter(current__isnull=False), officer, narrowed)
    found = found.filter(score__isnull=False)
    if narrowed.rule:
        found = found.filter(pk__in=Finding.objects.filter(rule=narrowed.rule).values("offering"))
    elif narrowed.severity in _COUNTED:
        found = found.filter(**{f"{_COUNTED[narrowed.severity]}__gt": 0})
    elif narrowed.severity:
        of_it = Finding.objects.filter(offering=OuterRef("pk"), severity=narrowed.severity)
        found = found.filter(Exists(of_it))
    return found.select_related("agency", "region").only(
        "name", "slug", "code", "score", "region_path", "agency__name", "region__name"
    )


def figures_of(officer: Officer, narrowed: QualityFilter) -> Figures:
    """How the guides stand, whatever rule or severity is chosen. One query."""
    said = (
        _counts(officer, narrowed)
        .filter(rule="")
        .aggregate(**{name: Sum(name, default=0) for name in _STANDING})
    )
    checked = said["checked"]
    return Figures(
        said["guides"],
        checked,
        said["with_errors"],
        said["without_findings"],
        said["points"] / checked if checked else None,
    )


def to_mend(officer: Officer, narrowed: QualityFilter) -> list[ToMend]:
    """The rules that found something, the one whose mending wins most first. One query.

    Whichever rule is chosen; of one severity, if one is.
    """
    rows = (
        _counts(officer, narrowed)
        .exclude(rule="")
        .values("rule")
        .annotate(all_guides=Sum("guides"), all_places=Sum("places"))
        .filter(all_guides__gt=0)
    )
    found = [
        ToMend(
            row["rule"],
            RULES[row["rule"]].severity,
            title_of(row["rule"]),
            mend_of(row["rule"]),
            row["all_guides"],
            row["all_places"],
        )
        for row in rows
        if row["rule"] in RULES and narrowed.severity in ("", RULES[row["rule"]].severity)
    ]
    return sorted(found, key=lambda one: (-one.points, one.rule))


def agency_scores(officer: Officer, narrowed: QualityFilter) -> list[AgencyScore]:
    """The agencies' mean scores, lowest first; of all agencies, whichever is chosen. One query."""
    rows = (
        _counts(officer, QualityFilter(region_path=narrowed.region_path))
        .filter(rule="")
        .values_list("agency_id")
        .annotate(Sum("checked"), Sum("points"), Sum("with_errors"))
        .filter(checked__sum__gt=0)
    )
    found = [
        AgencyScore(agency_id, checked, points / checked, wrong)
        for agency_id, checked, points, wrong in rows
    ]
    return sorted(found, key=lambda one: (one.score, -one.guides, one.agency_id))


def regions_of_guides(officer: Officer, within: str = "") -> dict[str, int]:
    """The regions that offer what the officer sees, and how many guides each has. One query.

    Of very many, those of the lowest level that still makes a list, with all below them; in the
    region with the path `within`, if one is given, and that one itself.
    """
    rows = (
        _counts(officer, QualityFilter())
        .filter(rule="")
        .values_list("region_path")
        .annotate(Sum("guides"))
        .filter(guides__sum__gt=0)
        .order_by("region_path")
    )
    found = Counter(dict(rows))
    if len(found) > _MOST_REGIONS:
        inside = {path: guides for path, guides in found.items() if path.startswith(within)}
        found = Counter(inside)
        for depth in range(max((path.count("/") for path in inside), default=0), 0, -1):
            found = Counter()
            for path, guides in inside.items():
                found["/".join(path.split("/")[:depth]).rstrip("/") + "/"] += guides
            if len(found) <= _MOST_REGIONS:
                break
        if within:
            found[within] = sum(inside.values())
    return {path.rstrip("/").rpartition("/")[2]: found[path] for path in sorted(found)}


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


R = TypeVar("R", Offering, QualityCount)


def _counts(officer: Officer, narrowed: QualityFilter) -> QuerySet[QualityCount]:
    return _within(QualityCount.objects.order_by(), officer, narrowed)


def _within(rows: QuerySet[R], officer: Officer, narrowed: QualityFilter) -> QuerySet[R]:
    """Those of the agencies and regions that the officer sees and the report is narrowed to."""
    reach = Q(pk__in=[])
    for post in officer.posts_as(*_ROLES):
        one = Q(region_path__startswith=post.region_path)
        if post.agency_id is not None:
            one &= Q(agency_id=post.agency_id)
        reach |= one
    found = rows.filter(reach)
    if narrowed.agency_id is not None:
        found = found.filter(agency_id=narrowed.agency_id)
    if narrowed.region_path:
        found = found.filter(region_path__startswith=narrowed.region_path)
    return found
