"""Cases by the million, straight into the tables: 9 of 10 long finished, the rest with officers.

Every twentieth goes to one large agency, as to a city's police; the others are spread over all.
"""

from __future__ import annotations

import contextlib

from django.db import Error, connection, transaction

from benchmarks.figures import timed
from tongban.cases.numbers import case_number
from tongban.directory.api import agency
from tongban.identity.models import Account, Mandate, Party, Post
from tongban.kernel import clock

_PARTIES = 20_000
# Case numbers from the second half of the year's, which no submission of this run has reached.
_FIRST_COUNT = 500_000_000


def make_staff() -> tuple[Account, Account]:
    """An officer of the large agency, and a supervisor of the whole province."""
    large = agency(_one("SELECT agency_id FROM bench_large"))
    moment = clock.now()
    accounts = []
    for name, role, agency_id, region in (
        ("bench_officer", "officer", large.id, large.region_code),
        ("bench_supervisor", "supervisor", None, "990000"),
    ):
        account = Account.objects.create(username=name)
        person = Party.objects.create(kind="person", name="吴建国", created_at=moment)
        Mandate.objects.create(account=account, party=person, capacity="self", since=moment)
        Post.objects.create(
            account=account, role=role, agency_id=agency_id, region_id=region, since=moment
        )
        accounts.append(account)
    return accounts[0], accounts[1]


def prepare() -> None:
    """What the cases refer to: offerings by number, people, an account that filed them."""
    for statement in _PREPARE:
        _run(statement, {"parties": _PARTIES, "now": clock.now()})


def make_cases(first: int, last: int) -> None:
    """Cases number `first` to `last`, with submission, stages and events."""
    with timed(f"cases {first:,} to {last:,}"), transaction.atomic():
        # Bulk loading as an operator would: references are right by construction.
        with contextlib.suppress(Error), transaction.atomic():
            _run("SET LOCAL session_replication_role = replica")
        _run("CREATE TEMP TABLE bench_number (i bigint, number varchar(12)) ON COMMIT DROP")
        year = clock.today().year
        with connection.cursor() as cursor, cursor.copy("COPY bench_number FROM STDIN") as copy:
            for i in range(first, last + 1):
                copy.write_row((i, case_number(year, _FIRST_COUNT + i)))
        _run("ANALYZE bench_number")
        parameters = {"now": clock.now(), "today": clock.today(), "parties": _PARTIES}
        for statement in _MAKE:
            _run(statement, parameters)
    with timed("vacuum and statistics"):
        for table in ("case", "submission", "stage", "caseevent"):
            _run(f"VACUUM ANALYZE cases_{table}")


def _run(statement: str, parameters: dict[str, object] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]


def _one(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


_PREPARE = (
    """
CREATE TABLE bench_offering AS
SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, agency_id, region_id, region_path, current_id
FROM catalogue_offering WHERE current_id IS NOT NULL""",
    "ANALYZE bench_offering",
    """
CREATE TABLE bench_large AS
SELECT array_agg(n ORDER BY n) AS places, min(agency_id) AS agency_id FROM bench_offering
WHERE agency_id = (SELECT agency_id FROM bench_offering GROUP BY agency_id
                   ORDER BY count(*) DESC, agency_id LIMIT 1)""",
    """
INSERT INTO identity_account (username, password, is_superuser, is_staff, is_active, email,
    date_joined, phone_verified, language)
VALUES ('bench_filer', '!', false, false, true, '', %(now)s, false, 'zh-hans')""",
    """
INSERT INTO identity_party (kind, name, id_number_sealed, representative, phone, email, address,
    created_at)
SELECT 'person', 'bench ' || i, '', '', '', '', '', %(now)s
FROM generate_series(1, %(parties)s) i""",
)

_MAKE = (
    # One row a case with all its facts; the tables are filled from it.
    """
CREATE TEMP TABLE bench_case ON COMMIT DROP AS
SELECT i, number, o.*, state, submitted,
    (lpad(to_hex((extract(epoch FROM submitted) * 1000)::bigint), 12, '0') || '7'
     || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid AS case_id,
    CASE WHEN state IN ('accepted', 'examined') THEN %(today)s::date + (i %% 41)::int - 6
         WHEN state = 'delivered' THEN (submitted + interval '20 days')::date END AS due,
    p.id AS party_id, (SELECT id FROM identity_account WHERE username = 'bench_filer') AS filer
FROM (
    SELECT i, number, CASE
        WHEN k < 3 THEN 'submitted' WHEN k < 7 THEN 'accepted' WHEN k < 10 THEN 'examined'
        WHEN k < 90 THEN 'delivered' WHEN k < 95 THEN 'not_accepted' ELSE 'withdrawn' END AS state,
        %(now)s::timestamptz - interval '1 hour' - (i %% 86400) * interval '1 second'
        - (CASE WHEN k < 10 THEN i %% 20 ELSE 30 + i %% 700 END) * interval '1 day' AS submitted,
        CASE WHEN i %% 20 = 0 THEN places[1 + (i / 20) %% cardinality(places)]
             ELSE (i * 7919) %% (SELECT count(*) FROM bench_offering) END AS place
    FROM (SELECT i, number, (i / 20 + i) %% 100 AS k FROM bench_number) numbered
    CROSS JOIN bench_large) x
JOIN bench_offering o ON o.n = place
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM identity_party
      WHERE name LIKE 'bench %%') p ON p.n = x.i %% %(parties)s""",
    """
INSERT INTO cases_case (id, number, region_id, region_path, agency_id, offering_id,
    guide_version_id, party_id, filed_by_id, channel, state, submitted_at, accepted_at,
    examined_at, decided_at, completed_at, delivered_at, ended_at, limit_days, limit_unit, due_on,
    due_provisional)
SELECT case_id, number, region_id, region_path, agency_id, id, current_id, party_id, filer,
    'online', state, submitted,
    CASE WHEN state IN ('accepted', 'examined', 'delivered') THEN submitted + interval '10 min' END,
    CASE WHEN state IN ('examined', 'delivered') THEN submitted + interval '20 min' END,
    CASE WHEN state = 'delivered' THEN submitted + interval '5 days' END,
    CASE WHEN state = 'delivered' THEN submitted + interval '6 days' END,
    CASE WHEN state = 'delivered' THEN submitted + interval '7 days' END,
    CASE WHEN state IN ('not_accepted', 'withdrawn') THEN submitted + interval '2 days' END,
    20, 'working_days', due, false
FROM bench_case""",
    """
INSERT INTO cases_submission (id, case_id, number, kind, answers, note, made_by_id, made_at)
SELECT md5('submission' || i)::uuid, case_id, 1, 'application',
    jsonb_build_object('person_name', '林晓雨', 'phone', '13900000001', 'declared', 'yes',
        'request', '在望江街道开一家二十平方米的早点铺，申请经营许可。' || i),
    '', filer, submitted
FROM bench_case""",
    """
INSERT INTO cases_stage (case_id, kind, agency_id, region_path, assignee_id, opened_at, closed_at,
    waiting, due_on, sort_day)
SELECT case_id, 'acceptance', agency_id, region_path, NULL, submitted,
    CASE WHEN state <> 'submitted' THEN submitted + interval '10 min' END, false, day, day
FROM (SELECT *, (submitted + interval '7 days')::date AS day FROM bench_case) x""",
    """
INSERT INTO cases_stage (case_id, kind, agency_id, region_path, assignee_id, opened_at, closed_at,
    waiting, due_on, sort_day)
SELECT case_id, 'examination', agency_id, region_path, NULL, submitted + interval '10 min',
    CASE WHEN state = 'delivered' THEN submitted + interval '5 days' END, false, due, due
FROM bench_case WHERE state IN ('accepted', 'examined', 'delivered')""",
    """
INSERT INTO cases_caseevent (case_id, act, state, by_id, actor, agency_id, at, note, data)
SELECT case_id, act, after, filer, actor, CASE WHEN actor = 'applicant' THEN NULL
    ELSE agency_id END, submitted + later, '', '{}'
FROM bench_case JOIN (VALUES
    ('submit', 'submitted', 'applicant', interval '0', ARRAY['submitted', 'accepted', 'examined',
        'delivered', 'not_accepted', 'withdrawn']),
    ('accept', 'accepted', 'clerk', interval '10 min', ARRAY['accepted', 'examined', 'delivered']),
    ('deliver', 'delivered', 'clerk', interval '7 days', ARRAY['delivered'])
) AS acts (act, after, actor, later, states) ON state = ANY (states)""",
)
