"""The SQL of `writing.Stage`, on its temporary tables."""

from __future__ import annotations

# Rows that are what the newest imported version of a current offering was read from: they need not
# be read. What stands in the spool and in COMPARE is the others.
TAKE_KNOWN = """
INSERT INTO import_row (row, line, code, slug, digest, region_path, item_code, item_name, item_type,
    parent_code, parent_name, themes, form_id)
SELECT x.row, x.line, o.code, o.slug, v.digest, o.region_path, k.item ->> 0, k.item -> 1,
    k.item ->> 2, k.item ->> 3, nullif(k.item -> 4, 'null'), o.themes, v.form_id
FROM unnest(string_to_array(%s, ',')::integer[], string_to_array(%s, ',')::integer[],
    string_to_array(%s, ',')::uuid[]) AS x (row, line, read)
CROSS JOIN LATERAL (
    SELECT offering_id, number, item FROM catalogue_importedrow WHERE read = x.read LIMIT 1) k
CROSS JOIN LATERAL (SELECT * FROM catalogue_offering WHERE id = k.offering_id LIMIT 1) o
CROSS JOIN LATERAL (
    SELECT number, digest, form_id FROM catalogue_guideversion
    WHERE offering_id = o.id AND created_by_id IS NULL ORDER BY number DESC LIMIT 1) v
WHERE o.source = %s AND o.withdrawn_at IS NULL AND o.current_id IS NOT NULL AND v.number = k.number
ORDER BY x.row
RETURNING row
"""

# What rows were read from, to know them again.
REMEMBER = """
INSERT INTO catalogue_importedrow AS k (offering_id, number, read, item)
SELECT c.offering_id, CASE WHEN c.kind = 'unchanged' THEN c.last_number ELSE c.number END, r.read,
    jsonb_build_array(r.item_code, r.item_name, r.item_type, r.parent_code, r.parent_name)
FROM import_change c JOIN import_row r USING (code)
WHERE r.read IS NOT NULL ORDER BY c.region_path, c.row
ON CONFLICT (offering_id) DO UPDATE
    SET number = excluded.number, read = excluded.read, item = excluded.item
"""

# A row is a changed one if it differs from what was imported last; an editor's version since then
# does not make it one, and gives way to it if it is.
COMPARE = """
CREATE TEMP TABLE import_change ON COMMIT DROP AS
SELECT row.code, row.row, row.region_path, row.item_code, row.start, row.length, found.kind,
       CASE WHEN found.kind = 'new' THEN nextval(pg_get_serial_sequence('catalogue_offering', 'id'))
            ELSE o.id END AS offering_id,
       found.kind IN ('changed', 'returned') AND newest.by_editor AS edited,
       coalesce(newest.number, 0) + 1 AS number, last.number AS last_number,
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
    SELECT number, digest FROM catalogue_guideversion
    WHERE offering_id = o.id AND created_by_id IS NULL ORDER BY number DESC LIMIT 1) last ON true
CROSS JOIN LATERAL (SELECT CASE
    WHEN o.id IS NULL THEN 'new'
    WHEN o.withdrawn_at IS NOT NULL OR o.current_id IS NULL THEN 'returned'
    WHEN last.digest IS DISTINCT FROM row.digest THEN 'changed'
    ELSE 'unchanged' END AS kind) found
WHERE row.start IS NOT NULL
"""

GONE = """FROM catalogue_offering o WHERE o.source = %(source)s AND o.withdrawn_at IS NULL
AND o.region_path LIKE %(within)s
AND NOT EXISTS (SELECT FROM import_row r WHERE r.code = o.code)
AND NOT EXISTS (SELECT FROM import_bad b WHERE b.code = o.code)"""

WITHDRAW_GONE = (
    f"CREATE TEMP TABLE import_gone ON COMMIT DROP AS SELECT o.id {GONE}",
    """
UPDATE catalogue_guideversion SET state = 'withdrawn', withdrawn_at = %(moment)s
WHERE state = 'published' AND offering_id IN (SELECT id FROM import_gone)
""",
    """
UPDATE catalogue_offering SET current_id = NULL, online = false, withdrawn_at = %(moment)s,
    withdrawn_why = %(why)s::jsonb
WHERE id IN (SELECT id FROM import_gone)
""",
)

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

# The next import comes before the nightly care, and looks up each of its rows.
ANALYSE = """
ANALYZE catalogue_offering (id, source, code, slug, region_path),
    catalogue_guideversion (id, offering_id, number, created_by_id, state),
    catalogue_importedrow (offering_id, number, read)
"""

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
