"""Which guides an editor looks after: those of their posts' regions and agencies."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.models import Item, Offering
from tongban.identity.api import Officer
from tongban.kernel.errors import Refused


def within(officer: Officer, prefix: str = "") -> Q:
    """The condition on offerings (on rows that refer to them, with `prefix` "offering__")."""
    reach = Q(pk__in=[])
    for post in officer.posts_as("editor"):
        one = Q(**{f"{prefix}region_path__startswith": post.region_path})
        if post.agency_id is not None:
            one &= Q(**{f"{prefix}agency_id": post.agency_id})
        reach |= one
    return reach


def may_edit(offering: Offering, by: Officer) -> bool:
    """Whether the officer looks after this offering."""
    return may_offer(offering.agency_id, offering.region_path, by)


def may_offer(agency_id: int, region_path: str, by: Officer) -> bool:
    """Whether the officer looks after what that agency offers there."""
    return any(
        post.agency_id in (None, agency_id) and region_path.startswith(post.region_path)
        for post in by.posts_as("editor")
    )


def require(offering: Offering, by: Officer | None) -> None:
    """Raises Refused unless the officer looks after this offering; None is the platform itself."""
    if by is not None and not may_edit(offering, by):
        raise Refused("guide.not_yours", _("Your role does not include this guide."))


def keeps_directory(by: Officer) -> bool:
    """Whether the officer edits for all agencies of a region: the basic directory's editors."""
    return any(post.agency_id is None for post in by.posts_as("editor"))


def keeps_topics(by: Officer) -> bool:
    """Whether the officer edits for everybody everywhere: topics are one list for all regions."""
    return any(
        post.agency_id is None and post.region_path.count("/") == 1
        for post in by.posts_as("editor")
    )


def require_item(item: Item, by: Officer) -> None:
    """Raises Refused unless everybody who offers the item lies within the officer's reach."""
    if not_wholly_of([item.pk], by):
        raise item_refusal()


def not_wholly_of(item_ids: Iterable[int], by: Officer) -> set[int]:
    """Those of the items that somebody outside the officer's reach offers too. One query."""
    wanted = set(item_ids)
    if not keeps_directory(by):
        return wanted
    others = Offering.objects.filter(item_id__in=wanted).exclude(within(by))
    return set(others.order_by().values_list("item_id", flat=True).distinct())


def item_refusal() -> Refused:
    """Why an item may not be changed that others offer too."""
    return Refused(
        "item.not_yours",
        _("Others offer this item too. Only an editor responsible for all of them may change it."),
    )
