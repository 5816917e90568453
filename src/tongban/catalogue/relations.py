"""What items have to do with each other: needed first, usual next, replaces.

Relations belong to the basic directory: they hold wherever an item is offered. What must be done
first and what replaces what cannot go round in a circle; what people usually do next may.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongban.catalogue.models import Item, ItemRelation, Offering
from tongban.identity.api import Officer
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized, pick

Kind = ItemRelation.Kind

# What stands above the related items on a page: by kind, and by whether the relation is the item's
# own ("this needs that first") or that of the other ("that needs this first").
HEADINGS = {
    (Kind.NEEDS, True): pgettext_lazy("relation", "Needed first"),
    (Kind.NEEDS, False): pgettext_lazy("relation", "Needed for"),
    (Kind.USUAL_NEXT, True): pgettext_lazy("relation", "Usually next"),
    (Kind.USUAL_NEXT, False): pgettext_lazy("relation", "Usually before"),
    (Kind.REPLACES, True): pgettext_lazy("relation", "Takes the place of"),
    (Kind.REPLACES, False): pgettext_lazy("relation", "Replaced by"),
}
# The order in which a page shows them.
_ORDER = list(HEADINGS)
_ACYCLIC = (Kind.NEEDS, Kind.REPLACES)


@dataclass(frozen=True)
class Related:
    """An item related to the one asked about."""

    kind: ItemRelation.Kind
    forward: bool  # the item asked about is the subject: it needs, is followed by, replaces
    item_id: int
    source: str
    code: str
    name: Localized
    note: Localized
    slug: str  # the offering nearest to the region asked for; "" where nobody offers it there

    @property
    def heading(self) -> str:
        """The words to put above it, in the reader's language."""
        return str(HEADINGS[self.kind, self.forward])


def related(item_id: int, region_path: str = "") -> list[Related]:
    """All items related to an item, in the order to show them. One query.

    `region_path`: whose offerings to link to; those of the region itself, else of the nearest
    region above, else of one below. "" takes any.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RELATED, {"item": item_id, "path": region_path})
        rows = cursor.fetchall()
    found = [
        Related(Kind(kind), forward, pk, source, code, _read(name), _read(note), slug or "")
        for kind, forward, pk, source, code, name, note, slug in rows
    ]
    return sorted(
        found, key=lambda one: (_ORDER.index((one.kind, one.forward)), pick(one.name), one.item_id)
    )


@transaction.atomic
def relate(
    item_id: int,
    other_id: int,
    kind: ItemRelation.Kind,
    *,
    note: Localized | None = None,
    by: Officer | None = None,
) -> ItemRelation:
    """Say "`item` – kind – `other`"; a second time changes the note.

    `by` None: a file. Raises Refused: to itself, in a circle, or not by one who looks after every
    offering of the item.
    """
    item = _own(item_id, by)
    if item_id == other_id:
        raise Refused(
            "relation.itself", _("A service cannot be related to itself. Choose another.")
        )
    other = Item.objects.get(pk=other_id)
    if kind in _ACYCLIC:
        # Two relations made at the same moment could close a circle that neither sees.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('item relations', 0))")
        if _reaches(other_id, item_id, kind):
            raise Refused("relation.circle", _CIRCLES[kind] % _names(item, other))
    relation, _created = ItemRelation.objects.update_or_create(
        item_id=item_id, other_id=other_id, kind=kind, defaults={"note": dict(note or {})}
    )
    return relation


@transaction.atomic
def unrelate(relation_id: int, *, by: Officer | None = None) -> None:
    """Take a relation back; nothing happens if it is gone already. Raises Refused."""
    relation = ItemRelation.objects.filter(pk=relation_id).first()
    if relation is not None:
        _own(relation.item_id, by)
        relation.delete()


def relate_by_codes(
    source: str, code: str, relations: Iterable[tuple[ItemRelation.Kind, str, Localized]]
) -> int:
    """Relate an item of a source to others of it, by basic code, as a file names them; how many.

    Relations made elsewhere stay. Raises Item.DoesNotExist for a code nobody has, and Refused.
    """
    named = list(relations)
    if not named:
        return 0
    ids = dict(
        Item.objects.filter(
            source=source, code__in=[code, *(other for _k, other, _n in named)]
        ).values_list("code", "pk")
    )
    for kind, other, note in named:
        if other not in ids or code not in ids:
            raise Item.DoesNotExist(f"{source} has no item {other if code in ids else code}")
        relate(ids[code], ids[other], kind, note=note)
    return len(named)


_CIRCLES = {
    Kind.NEEDS: _(
        "“%(item)s” cannot need “%(other)s” first: “%(other)s” itself needs “%(item)s”, directly"
        " or by way of others. Remove that relation first."
    ),
    Kind.REPLACES: _(
        "“%(item)s” cannot take the place of “%(other)s”: “%(other)s” takes the place of"
        " “%(item)s”, directly or by way of others. Remove that relation first."
    ),
}

# A shared prefix of paths is nearness: the region itself or one above it, the longer the nearer.
_RELATED = """
SELECT r.kind, r.item_id = %(item)s, i.id, i.source, i.code, i.name::text, r.note::text, o.slug
FROM catalogue_itemrelation r
JOIN catalogue_item i ON i.id = CASE WHEN r.item_id = %(item)s THEN r.other_id ELSE r.item_id END
LEFT JOIN LATERAL (
    SELECT slug FROM catalogue_offering
    WHERE item_id = i.id AND current_id IS NOT NULL
    AND (starts_with(%(path)s, region_path) OR starts_with(region_path, %(path)s))
    ORDER BY NOT starts_with(%(path)s, region_path),
        CASE WHEN starts_with(%(path)s, region_path) THEN -length(region_path)
             ELSE length(region_path) END, id
    LIMIT 1) o ON true
WHERE r.item_id = %(item)s OR r.other_id = %(item)s
"""

_REACHES = """
WITH RECURSIVE reached (id) AS (
    SELECT %(start)s::bigint
    UNION SELECT r.other_id FROM catalogue_itemrelation r JOIN reached ON r.item_id = reached.id
    WHERE r.kind = %(kind)s)
SELECT EXISTS (SELECT FROM reached WHERE id = %(goal)s)
"""


def _reaches(start: int, goal: int, kind: ItemRelation.Kind) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_REACHES, {"start": start, "goal": goal, "kind": kind.value})
        row = cursor.fetchone()
    return bool(row and row[0])


def _own(item_id: int, by: Officer | None) -> Item:
    """The item, if the officer looks after all that is offered of it."""
    item = Item.objects.get(pk=item_id)
    if by is None:
        return item
    posts = by.posts_as("editor")
    for agency_id, path in Offering.objects.filter(item=item).values_list(
        "agency_id", "region_path"
    ):
        if not any(
            post.agency_id in (None, agency_id) and path.startswith(post.region_path)
            for post in posts
        ):
            break
    else:
        if posts:
            return item
    raise Refused(
        "relation.not_yours",
        _(
            "Other offices offer this service too, and a relation holds for all of them. Ask the"
            " editor of the region that they all belong to."
        ),
    )


def _names(item: Item, other: Item) -> dict[str, str]:
    return {"item": pick(item.name), "other": pick(other.name)}


def _read(text: str) -> Localized:
    loaded: dict[str, str] = json.loads(text)
    return loaded
