"""The catalogue, for the packages above. Everything else in `tongban.catalogue` is private."""

from __future__ import annotations

from tongban.catalogue.content import ItemContent
from tongban.catalogue.editing import editable, with_drafts
from tongban.catalogue.finding import (
    MOST_FOUND,
    Audience,
    Facets,
    Outline,
    ThemeSummary,
    all_facets,
    also_offered,
    facets,
    find,
    most_used,
    offering_by_slug,
    outlines,
    recently_changed,
    serving,
    similar,
    themes,
    version_by_number,
    versions_of,
    words_of,
)
from tongban.catalogue.guide import Guide, LimitUnit, Material
from tongban.catalogue.linked_data import (
    as_script,
    government_service,
    surroundings,
)
from tongban.catalogue.linting.checking import check_guide
from tongban.catalogue.linting.findings import FindingView
from tongban.catalogue.loading import (
    BadContent,
    LoadedItem,
    load_items,
    load_themes,
    read_item,
    read_yaml,
)
from tongban.catalogue.models import GuideVersion, Item, ItemRelation, Offering, Theme
from tongban.catalogue.publishing import (
    add_version,
    guide_of,
    note_applications,
    publish,
    published_guide,
    withdraw,
)
from tongban.catalogue.relations import Related, relate, related, unrelate

__all__ = [
    "MOST_FOUND",
    "Audience",
    "BadContent",
    "Facets",
    "FindingView",
    "Guide",
    "GuideVersion",
    "Item",
    "ItemContent",
    "ItemRelation",
    "LimitUnit",
    "LoadedItem",
    "Material",
    "Offering",
    "Outline",
    "Related",
    "Theme",
    "ThemeSummary",
    "add_version",
    "all_facets",
    "also_offered",
    "as_script",
    "check_guide",
    "editable",
    "facets",
    "find",
    "government_service",
    "guide_of",
    "load_items",
    "load_themes",
    "most_used",
    "note_applications",
    "offering_by_slug",
    "outlines",
    "publish",
    "published_guide",
    "read_item",
    "read_yaml",
    "recently_changed",
    "relate",
    "related",
    "serving",
    "similar",
    "surroundings",
    "themes",
    "unrelate",
    "version_by_number",
    "versions_of",
    "with_drafts",
    "withdraw",
    "words_of",
]
