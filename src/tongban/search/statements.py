"""The SQL of `finding.py`: one of three ways to `scored` documents, then `HITS`."""

# Each row of a region is compared. MATERIALIZED: ranks are computed once.
REGION = """
WITH ranked AS MATERIALIZED (
    SELECT d.id, d.entry_id, d.region_path, d.online, d.popularity, d.facets, {meaning} AS meaning,
        ({raw})::float8 AS raw, d.tsv @@ %(sure)s::tsquery AS sure, d.{length} AS length
    FROM search_document d WHERE {where} AND {matches}),
scored AS (
    SELECT id, entry_id, region_path, online, popularity, facets,
        raw / %(whole)s / (%(length_base)s::float8 + %(length_rate)s::float8 * length) + meaning
            AS score
    FROM ranked WHERE raw >= %(floor)s OR sure OR meaning > 0
    ORDER BY score DESC, id LIMIT %(most)s),
"""

# Each service with such a name is compared, then those looked up that are good enough.
# Rows are compared with rows so that the index of entries is taken: by the one of regions, all of
# the region would be read for each service.
NAMED = """
WITH ranked AS MATERIALIZED (
    SELECT d.id, ({raw})::float8 AS raw, d.tsv @@ %(sure)s::tsquery AS sure,
        d.{length} AS length, {meaning} AS meaning
    FROM search_entry d WHERE {matches}),
services AS MATERIALIZED (
    SELECT id, raw / %(whole)s / (%(length_base)s::float8 + %(length_rate)s::float8 * length)
            + meaning AS score
    FROM ranked WHERE raw >= %(floor)s OR sure OR meaning > 0),
scored AS (
    SELECT d.id, d.entry_id, d.region_path, d.online, d.popularity, d.facets, s.score
    FROM services s CROSS JOIN LATERAL (
        SELECT * FROM search_document a
        WHERE a.entry_id = s.id AND a.region_path = ANY(%(above)s::text[])
        UNION ALL
        SELECT * FROM search_document b
        WHERE (b.entry_id, b.region_path) >= (s.id, %(region)s)
            AND (b.entry_id, b.region_path) < (s.id, %(after)s)) d
    ORDER BY s.score DESC, d.id LIMIT %(most)s),
"""

LARGE_AREA = """
WITH ranked AS MATERIALIZED (
    SELECT d.id, ({raw})::float8 AS raw, d.tsv @@ %(sure)s::tsquery AS sure,
        d.{length} AS length, {meaning} AS meaning
    FROM search_entry d WHERE {matches} AND {somewhere}),
services AS (
    SELECT id, raw / %(whole)s / (%(length_base)s::float8 + %(length_rate)s::float8 * length)
            + meaning AS score
    FROM ranked WHERE raw >= %(floor)s OR sure OR meaning > 0
    ORDER BY score DESC, id LIMIT %(most_services)s),
scored AS (
    SELECT d.id, d.entry_id, d.region_path, d.online, d.popularity, d.facets, s.score
    FROM services s JOIN search_document d ON d.entry_id = s.id WHERE {where}),
"""

# With services that mean what was asked: found by words or by meaning, ranked by both.
MATCHES = "d.tsv @@ %(match)s::tsquery"
MATCHES_OR_MEANT = "(d.tsv @@ %(match)s::tsquery OR d.{entry} = ANY(%(meant)s::bigint[]))"
MEANING = (
    "coalesce((%(meaning)s::float8[])[array_position(%(meant)s::bigint[], d.{entry}::bigint)], 0)"
)

# One row a service: the nearest offering (own region, above from the nearest, below), then online,
# then the most used. Boosts are small beside what words say: docs/search.md.
HITS = """
kept AS MATERIALIZED (
    SELECT *, coalesce(array_position(%(near)s::text[], region_path::text), 99) AS distance
    FROM scored
    WHERE score >= %(cut)s * (SELECT max(score) FROM scored) AND facets @> %(facets)s::text[]),
services_found AS (
    SELECT DISTINCT ON (entry_id) id, entry_id, score * (1
        + CASE WHEN distance = 1 THEN 0.06 WHEN distance < 99 THEN 0.04 ELSE 0 END
        + CASE WHEN online THEN 0.04 ELSE 0 END
        + CASE WHEN facets && %(prefer)s::text[] THEN 0.06 ELSE 0 END
        + least(0.06, 0.01 * ln(1 + popularity))) AS score, popularity
    FROM kept ORDER BY entry_id, distance, online DESC, popularity DESC, id),
best AS (
    SELECT f.id, e.service, f.score FROM (
        SELECT * FROM services_found ORDER BY score DESC, popularity DESC, id LIMIT %(n)s) f
    JOIN search_entry e ON e.id = f.entry_id ORDER BY f.score DESC, f.popularity DESC, f.id)
SELECT (SELECT json_agg(json_build_array(id, service, score)) FROM best),
    (SELECT count(*) FROM services_found), {counts}, EXISTS (SELECT FROM scored)
"""

# For this statement alone: what matters is set back even where a transaction goes on. Compiling it
# (jit) would take thirty milliseconds where the planner expects many rows.
INDEXED = """
SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true);
{statement};
SELECT set_config('enable_seqscan', 'on', true)
"""

COUNT_ALL = """
WITH kept AS MATERIALIZED (
    SELECT d.entry_id, d.facets FROM search_document d
    WHERE {where} AND d.facets @> %(facets)s::text[])
SELECT (SELECT count(DISTINCT entry_id) FROM kept), {counts}
"""

# Grouped twice: twice as fast as counting what is distinct.
COUNTS = """(SELECT json_object_agg(facet, services) FROM (
    SELECT facet, count(*) AS services FROM (
        SELECT facet, entry_id FROM kept, unnest(facets) facet GROUP BY facet, entry_id) pairs
    GROUP BY facet) c)"""
