"""The report on the quality of guides, for the workbench: what `linting` found."""

from __future__ import annotations

from tongban.catalogue.linting.report import (
    AgencyScore,
    Figures,
    QualityFilter,
    ToMend,
    agency_scores,
    all_findings,
    checked_guides,
    figures_of,
    findings_by_offering,
    regions_of_guides,
    to_mend,
)
from tongban.catalogue.linting.rules import RULES

__all__ = [
    "RULES",
    "AgencyScore",
    "Figures",
    "QualityFilter",
    "ToMend",
    "agency_scores",
    "all_findings",
    "checked_guides",
    "figures_of",
    "findings_by_offering",
    "regions_of_guides",
    "to_mend",
]
