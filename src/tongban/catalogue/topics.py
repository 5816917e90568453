"""The act: take a topic out of the lists; what stands under it moves to another, all in one go.

A topic that anything stands under cannot be deleted: the database refuses it (`Theme`), so that
browsing, facets and the index never know a topic that is gone.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.catalogue.indexing import reindex
from tongban.catalogue.models import Item, Offering, Theme
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick


@dataclass(frozen=True)
class Moved:
    """What stood under a topic that is gone."""

    items: int
    offerings: int


# Who stands under both keeps its place; nobody stands under one twice.
_MOVE = """
UPDATE {table} SET themes = CASE WHEN %(into)s = ANY(themes) THEN array_remove(themes, %(code)s)
    ELSE array_replace(themes, %(code)s, %(into)s) END
WHERE themes @> ARRAY[%(code)s]::varchar[] RETURNING id
"""


@transaction.atomic
def remove_topic(code: str, *, into: str = "") -> Moved:
    """Remove a topic. Raises Refused: no such topic; services stand under it and `into` is empty;
    `into` is for others.

    Whoever browses sees either all of before or all of after: the index changes in the same
    transaction.
    """
    known = {one.pk: one for one in Theme.objects.select_for_update().filter(pk__in=[code, into])}
    topic, goal = known.get(code), known.get(into)
    if topic is None or (into and goal is None):
        missing = code if topic is None else into
        raise Refused("topic.unknown", _("There is no topic “%(code)s”.") % {"code": missing})
    if goal is None:
        count = Offering.objects.filter(themes__contains=[code]).count()
        if count or Item.objects.filter(themes__contains=[code]).exists():
            raise Refused(
                "topic.in_use",
                ngettext(
                    "%(count)d service stands under “%(name)s”. Say which topic it moves to.",
                    "%(count)d services stand under “%(name)s”. Say which topic they move to.",
                    count,
                )
                % {"count": count, "name": pick(topic.name)},
            )
    elif goal.audience != topic.audience or goal == topic:
        raise Refused(
            "topic.for_others",
            _("“%(into)s” is not another topic for the same people. Choose one that is.")
            % {"into": pick(goal.name)},
        )
    moved = Moved(*(len(ids) for ids in _move(code, into))) if goal else Moved(0, 0)
    topic.delete()
    return moved


def _move(code: str, into: str) -> tuple[list[int], list[int]]:
    found = []
    with connection.cursor() as cursor:
        for table in ("catalogue_item", "catalogue_offering"):
            cursor.execute(_MOVE.format(table=table), {"code": code, "into": into})
            found.append([pk for (pk,) in cursor.fetchall()])
    items, offerings = found
    reindex(offerings)
    return items, offerings
