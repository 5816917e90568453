"""The SQL of `finding.py`: one of three ways to `scored` documents, then `HITS`."""

# Each row of a region is compared. MATERIALIZED: ranks are computed once.
REGION = """
WITH ranked AS MATERIALIZED (
    SELECT d.id, d.entry_id, d.region_path, d.online, d.popularity, d.facets, {meaning} AS meaning,
        ({raw})::float8 AS raw, d.tsv @@ %(sure)s::tsquery AS sure, {act} AS act,
        d.{length} AS length
    FROM search_document d WHERE {where} AND {matches}),
scored AS (
    SELECT id, entry_id, region_path, online, popularity, facets,
        act * raw / %(whole)s / (%(length_base)s::float8 + %(length_rate)s::float8 * length)
            + meaning AS score
    FROM ranked WHERE raw >= %(floor)s OR sure OR meaning > 0
    ORDER BY score DESC, id LIMIT %(most)s),
"""

# What is offered there, by the index of regions alone; the services of it with such a name are
# compared, and the documents of those good enough are read. IS TRUE: what is offered is hashed once
# and asked for each name, which takes a tenth less than a join.
NAMED = """
WITH here AS MATERIALIZED (
    SELECT id, entry_id FROM search_document WHERE region_path = ANY(%(above)s::text[])
    UNION ALL
    SELECT id, entry_id FROM search_document
    WHERE region_path >= %(region)s AND region_path < %(after)s {limit}),
services AS MATERIALIZED (
    SELECT id, {act} * raw / %(whole)s
            / (%(length_base)s::float8 + %(length_rate)s::float8 * length) + meaning AS score
    FROM (SELECT d.id, d.tsv, ({raw})::float8 AS raw, d.{length} AS length, {meaning} AS meaning
        FROM search_entry d
        WHERE {matches} AND (d.id IN (SELECT entry_id FROM here)) IS TRUE OFFSET 0) d
    WHERE raw >= %(floor)s OR d.tsv @@ %(sure)s::tsquery OR meaning > 0),
good AS MATERIALIZED (
    SELECT * FROM services WHERE score >= %(cut)s * (SELECT max(score) FROM services)),
scored AS (
    SELECT d.id, d.entry_id, d.region_path, d.online, d.popularity, d.facets, g.score
    FROM good g JOIN search_document d ON d.entry_id = g.id
    WHERE d.id = ANY(ARRAY(SELECT here.id FROM here JOIN good ON good.id = here.entry_id))
    ORDER BY g.score DESC, d.id LIMIT %(most)s),
"""

# OFFSET 0: looked up for each service, never joined with all that the area has.
LARGE_AREA = """
WITH ranked AS MATERIALIZED (
    SELECT d.id, ({raw})::float8 AS raw, d.tsv @@ %(sure)s::tsquery AS sure, {act} AS act,
        d.{length} AS length, {meaning} AS meaning
    FROM search_entry d WHERE {matches} AND {somewhere}),
services AS (
    SELECT id, act * raw / %(whole)s / (%(length_base)s::float8 + %(length_rate)s::float8 * length)
            + meaning AS score
    FROM ranked WHERE raw >= %(floor)s OR sure OR meaning > 0
    ORDER BY score DESC, id LIMIT %(most_services)s),
scored AS (
    SELECT d.id, d.entry_id, d.region_path, d.online, d.popularity, d.facets, s.score
    FROM services s CROSS JOIN LATERAL (
        SELECT * FROM search_document d WHERE d.entry_id = s.id AND {where} OFFSET 0) d),
"""

# Who asks for a thing and says nothing of an act wants to have it, not to give it up.
ACT = """CASE WHEN d.tsv @@ %(last)s::tsquery THEN 0.9 WHEN d.tsv @@ %(first)s::tsquery THEN 1.1
        ELSE 1 END"""

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
services_found AS MATERIALIZED (
    SELECT DISTINCT ON (entry_id) id, entry_id, score * (1
        + CASE WHEN distance = 1 THEN 0.06 WHEN distance < 99 THEN 0.04 ELSE 0 END
        + CASE WHEN online THEN 0.04 ELSE 0 END
        + CASE WHEN facets && %(prefer)s::text[] THEN 0.06 ELSE 0 END
        + least(0.06, 0.01 * ln(1 + popularity))) AS score, popularity
    FROM kept ORDER BY entry_id, distance, online DESC, popularity DESC, id),
best AS (
    SELECT id, (SELECT service FROM search_entry e WHERE e.id = entry_id) AS service, score,
        popularity
    FROM services_found ORDER BY score DESC, popularity DESC, id LIMIT %(n)s)
SELECT (SELECT json_agg(json_build_array(id, service, score)
        ORDER BY score DESC, popularity DESC, id) FROM best),
    (SELECT count(*) FROM services_found), {facets_found}, EXISTS (SELECT FROM scored),
    {is_large}
"""

# A line for each service: the facets of all its documents that were found.
FACETS_FOUND = """(SELECT string_agg(facets, E'\\n') FROM (
    SELECT string_agg(array_to_string(facets, ' '), ' ') AS facets
    FROM kept GROUP BY entry_id) services)"""

# How to plan each. The planner takes comparing tokens for cheap and reading by an index for dear,
# and would rather compare those of all services; a join by hash costs the same however many there
# are; compiling (jit) would take thirty milliseconds where many rows are expected.
PLANNING = {
    NAMED: {
        "enable_seqscan": "off", "enable_nestloop": "off", "random_page_cost": "1", "jit": "off",
    },
    LARGE_AREA: {"enable_seqscan": "off", "random_page_cost": "1", "jit": "off"},
    REGION: {"jit": "off"},
}  # fmt: skip

COUNT_ALL = """
WITH kept AS MATERIALIZED (
    SELECT d.entry_id, d.facets FROM search_document d
    WHERE {where} AND d.facets @> %(facets)s::text[])
SELECT (SELECT count(DISTINCT entry_id) FROM kept), (
    SELECT json_object_agg(facet, services) FROM (
        SELECT facet, count(*) AS services FROM (
            SELECT facet, entry_id FROM kept, unnest(facets) facet GROUP BY facet, entry_id) pairs
        GROUP BY facet) c)
"""
