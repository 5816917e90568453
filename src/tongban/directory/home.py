"""The installation's own part of the tree of regions, and the trees beside it.

Catalogues of other countries and provinces may stand beside the installation's own: what is said
here of one's own region, such as the hotline's number, is not true of them.
"""

from __future__ import annotations

from django.conf import settings

from tongban.directory.regions import RegionSummary, children, find_region


def home_path() -> str:
    """The path of the installation's own region; "" where no regions are loaded. One query."""
    found = find_region(settings.SITE["region"])
    return found.path if found else ""


def is_at_home(region_path: str) -> bool:
    """Whether a region is the installation's own, in it, or above it. At most one query."""
    if settings.SITE["region"] in region_path.split("/"):
        return True
    own = home_path()
    return not own or own.startswith(region_path)


def other_trees() -> list[RegionSummary]:
    """The roots beside the one that the installation's own region stands under.

    One query; two where that is no root itself.
    """
    roots = children(None)
    is_root = any(one.code == settings.SITE["region"] for one in roots)
    own = f"{settings.SITE['region']}/" if is_root else home_path()
    return [one for one in roots if not own.startswith(one.path)] if own else []
