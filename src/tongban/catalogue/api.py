"""The catalogue, for the packages above. Everything else in `tongban.catalogue` is private."""

from __future__ import annotations

from tongban.catalogue.content import ItemContent
from tongban.catalogue.guide import Guide, LimitUnit
from tongban.catalogue.loading import BadContent, LoadedItem, load_items, load_themes, read_item
from tongban.catalogue.models import GuideVersion, Item, Offering, Theme
from tongban.catalogue.publishing import (
    add_version,
    guide_of,
    publish,
    published_guide,
    withdraw,
)

__all__ = [
    "BadContent",
    "Guide",
    "GuideVersion",
    "Item",
    "ItemContent",
    "LimitUnit",
    "LoadedItem",
    "Offering",
    "Theme",
    "add_version",
    "guide_of",
    "load_items",
    "load_themes",
    "publish",
    "published_guide",
    "read_item",
    "withdraw",
]
