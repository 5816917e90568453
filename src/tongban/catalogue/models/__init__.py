"""Rows of the catalogue."""

from __future__ import annotations

from tongban.catalogue.models.guides import Change, GuideVersion, ImportedRow, Offering
from tongban.catalogue.models.items import Item, ItemRelation, Theme
from tongban.catalogue.models.quality import GuideCheck, QualityCount
from tongban.catalogue.models.work import (
    DirectoryWork,
    EditorAct,
    Finding,
    LinkCheck,
    Proposal,
    Rehearsal,
)

__all__ = [
    "Change",
    "DirectoryWork",
    "EditorAct",
    "Finding",
    "GuideCheck",
    "GuideVersion",
    "ImportedRow",
    "Item",
    "ItemRelation",
    "LinkCheck",
    "Offering",
    "Proposal",
    "QualityCount",
    "Rehearsal",
    "Theme",
]
