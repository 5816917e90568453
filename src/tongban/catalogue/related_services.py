"""The services that descriptions for machines name as needed first, usually next, or replaced.

Relations hold between items; a description names the offering nearest to its own, as a guide's page
does (`relations.related`). Read once for many.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from tongban.catalogue.models import ItemRelation
from tongban.kernel.localized import Localized


@dataclass(frozen=True)
class RelatedService:
    """An offering that another offering's item has to do with."""

    kind: ItemRelation.Kind
    forward: bool  # the other way round, it is this one that needs, is followed by, replaces
    slug: str
    code: str
    name: Localized
    summary: Localized
    agency_id: int


# As `relations._RELATED` chooses: the region itself or one above, the nearer the better; else one
# below. Where nobody offers the item, there is nothing to name.
_NEAREST = """
SELECT w.item_id, w.path, r.kind, r.item_id = w.item_id, o.slug, o.code, o.name::text, o.agency_id,
    (v.content->'summary')::text
FROM unnest(%s::bigint[], %s::text[]) AS w (item_id, path)
JOIN catalogue_itemrelation r ON w.item_id IN (r.item_id, r.other_id)
JOIN LATERAL (
    SELECT slug, code, name, agency_id, current_id FROM catalogue_offering
    WHERE item_id = CASE WHEN r.item_id = w.item_id THEN r.other_id ELSE r.item_id END
    AND current_id IS NOT NULL
    AND (starts_with(w.path, region_path) OR starts_with(region_path, w.path))
    ORDER BY NOT starts_with(w.path, region_path),
        CASE WHEN starts_with(w.path, region_path) THEN -length(region_path)
             ELSE length(region_path) END, id
    LIMIT 1) o ON true
JOIN catalogue_guideversion v ON v.id = o.current_id
ORDER BY r.kind, o.code
"""
Place = tuple[int, str]  # an item, and the path of the region where it is offered


def related_services(places: Iterable[Place]) -> Mapping[Place, Sequence[RelatedService]]:
    """What is related to items at their places, of those that have relations. One query."""
    wanted = sorted(set(places))
    if not wanted:
        return {}
    found: dict[Place, list[RelatedService]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, [[item for item, _p in wanted], [path for _i, path in wanted]])
        for item_id, path, kind, forward, slug, code, name, agency_id, summary in cursor:
            found.setdefault((item_id, path), []).append(
                RelatedService(
                    ItemRelation.Kind(kind),
                    forward,
                    slug,
                    code,
                    json.loads(name),
                    json.loads(summary or "{}"),
                    agency_id,
                )
            )
    return found
