"""The SQL of `writing.Stage`, on its temporary tables."""

from __future__ import annotations

# A row is a changed one if it differs from what was imported last; an editor's version since then
# does not make it one, and gives way to it if it is.
COMPARE = """
CREATE TEMP TABLE import_change ON COMMIT DROP AS
SELECT row.code, row.row, row.region_path, row.item_code, row.start, row.length, found.kind,
       CASE WHEN found.kind = 'new' THEN nextval(pg_get_serial_sequence('catalogue_offering', 'id'))
            ELSE o.id END AS offering_id,
       found.kind IN ('changed', 'returned') AND newest.by_editor AS edited,
       coalesce(newest.number, 0) + 1 AS number,
       CASE WHEN found.kind <> 'unchanged'
            THEN nextval(pg_get_serial_sequence('catalogue_guideversion', 'id')) END AS version_id
FROM import_row row
LEFT JOIN LATERAL (
    SELECT id, withdrawn_at, current_id FROM catalogue_offering
    WHERE source = %s AND code = row.code LIMIT 1) o ON true
LEFT JOIN LATERAL (
    SELECT number, created_by_id IS NOT NULL AS by_editor FROM catalogue_guideversion
    WHERE offering_id = o.id ORDER BY number DESC LIMIT 1) newest ON true
LEFT JOIN LATERAL (
    SELECT digest FROM catalogue_guideversion
    WHERE offering_id = o.id AND created_by_id IS NULL ORDER BY number DESC LIMIT 1) last ON true
CROSS JOIN LATERAL (SELECT CASE
    WHEN o.id IS NULL THEN 'new'
    WHEN o.withdrawn_at IS NOT NULL OR o.current_id IS NULL THEN 'returned'
    WHEN last.digest IS DISTINCT FROM row.digest THEN 'changed'
    ELSE 'unchanged' END AS kind) found
"""

GONE = """FROM catalogue_offering o WHERE o.source = %(source)s AND o.withdrawn_at IS NULL
AND o.region_path LIKE %(within)s
AND NOT EXISTS (SELECT FROM import_row r WHERE r.code = o.code)
AND NOT EXISTS (SELECT FROM import_bad b WHERE b.code = o.code)"""

WRITE_ITEMS = (
    # A main item is named by the rows that call it their main item, others by their first.
    """
INSERT INTO catalogue_item (source, code, name, type, audiences, themes, everyday_names, standard)
SELECT DISTINCT ON (code) %(source)s, code, name, type, '{}', '{}', '{}', '{}'::jsonb FROM (
    SELECT parent_code AS code, parent_name AS name, item_type AS type, 0 AS rank, row
    FROM import_row WHERE parent_code IS NOT NULL
    UNION ALL SELECT item_code, item_name, item_type, 1, row FROM import_row) named
ORDER BY code, rank, row
ON CONFLICT (source, code) DO UPDATE SET name = excluded.name, type = excluded.type
WHERE (catalogue_item.name, catalogue_item.type) IS DISTINCT FROM (excluded.name, excluded.type)
""",
    """
UPDATE catalogue_item i SET parent_id = parent.id
FROM (SELECT DISTINCT ON (item_code) item_code, parent_code FROM import_row
      ORDER BY item_code, row) r
LEFT JOIN catalogue_item parent
    ON parent.source = %(source)s AND parent.code = r.parent_code
WHERE i.source = %(source)s AND i.code = r.item_code AND i.parent_id IS DISTINCT FROM parent.id
AND i.id IS DISTINCT FROM parent.id
""",
    """
UPDATE catalogue_guideversion v SET state = 'withdrawn', withdrawn_at = %(moment)s
FROM import_change c
WHERE c.kind IN ('changed', 'returned') AND v.offering_id = c.offering_id
AND v.state = 'published'
""",
    "CREATE TEMP TABLE import_offering (LIKE catalogue_offering) ON COMMIT DROP",
)

# Foreign keys are checked at commit, so that an offering can name its version first.
TO_WRITE = """
SELECT kind, offering_id, version_id, number, item_code, start, length FROM import_change
WHERE kind <> 'unchanged' ORDER BY region_path, row
"""

WRITE_CHANGED = (
    """
UPDATE catalogue_offering o SET item_id = r.item_id, agency_id = r.agency_id,
    region_id = r.region_id, name = r.name, level = r.level, audiences = r.audiences,
    themes = r.themes, online = r.online, region_path = r.region_path, sort_key = r.sort_key,
    current_id = r.current_id, withdrawn_at = NULL, withdrawn_why = '{}'
FROM import_offering r WHERE o.id = r.id
""",
)

ITEMS_SUM_UP = """
UPDATE catalogue_item i SET audiences = x.audiences, themes = x.themes FROM (
    SELECT o.item_id,
        array_agg(DISTINCT a ORDER BY a) FILTER (WHERE a IS NOT NULL) AS audiences,
        coalesce(array_agg(DISTINCT t ORDER BY t) FILTER (WHERE t IS NOT NULL), '{}') AS themes
    FROM catalogue_offering o
    LEFT JOIN LATERAL unnest(o.audiences) a ON true LEFT JOIN LATERAL unnest(o.themes) t ON true
    WHERE o.source = %(source)s AND o.withdrawn_at IS NULL GROUP BY o.item_id) x
WHERE i.id = x.item_id AND (i.audiences, i.themes) IS DISTINCT FROM (x.audiences, x.themes)
"""
