"""(b) Submissions committed per second, against a hand-written transaction with the same rows.

Both by as many client processes, in turns, round by round, so that both meet the same machine.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.figures import median, percentile, say, table, timed

ANSWERS = {
    "applying_as": "person",
    "person_name": "林晓雨",
    "phone": "13900000001",
    "request": "在望江街道开一家二十平方米的早点铺，申请经营许可，最好月底以前办好。",
    "details": "",
    "declared": "yes",
}


@dataclass(frozen=True)
class Sizes:
    clients: int = 8
    each: int = 60  # submissions of a client in a round
    rounds: int = 5

    @classmethod
    def quick(cls, quick: bool) -> Sizes:
        return cls(clients=2, each=5, rounds=1) if quick else cls()


@dataclass(frozen=True)
class Template:
    """The rows one submission writes, to be written again under other keys."""

    rows: tuple[tuple[str, dict[str, Any]], ...]


def run(url: str, sizes: Sizes) -> str:
    """Both sides in turns; a table of the figures."""
    from django.db import connections

    say(f"submit: {sizes.clients} clients, {sizes.rounds} rounds of {sizes.each} each")
    rounds = sizes.rounds * 2
    with timed("drafts prepared"):
        accounts, offering = _people_and_offering(sizes.clients)
        drafts = [
            _drafts(account, offering, (sizes.each + 1) * rounds, client)
            for client, account in enumerate(accounts)
        ]
        spare = _drafts(accounts[0], offering, 1, sizes.clients)
        template = _template(spare[0], accounts[0])
    connections.close_all()
    ours: list[tuple[float, list[float]]] = []
    bare: list[tuple[float, list[float]]] = []
    several = sizes.each + 1  # one more, to warm up with
    for number in range(sizes.rounds):
        for place, results, rows in ((0, ours, None), (1, bare, template)):
            first = (number * 2 + place) * several
            part = [one[first : first + several] for one in drafts]
            results.append(_round(url, sizes, accounts, part, rows))
        say(f"  round {number + 1}: {ours[-1][0]:.0f}/s against {bare[-1][0]:.0f}/s")
    lines = [_row("cases.api.submit", ours), _row("hand-written SQL", bare)]
    ratios = [mine[0] / other[0] for mine, other in zip(ours, bare, strict=True)]
    written = ", ".join(f"{name.split('_', 1)[1]}" for name, _row_ in template.rows)
    return (
        table(["", "committed/s, median (range)", "p50", "p95"], lines)
        + f"\n\nRatio, median of the rounds: {median(ratios):.2f}. Rows of each: {written}; the"
        f" draft updated. {sizes.clients} clients, {sizes.rounds} rounds of"
        f" {sizes.clients * sizes.each}."
    )


def _row(words: str, rounds: list[tuple[float, list[float]]]) -> list[str]:
    rates = [rate for rate, _times in rounds]
    times = [seconds * 1000 for _rate, several in rounds for seconds in several]
    return [
        words,
        f"{median(rates):.0f} ({min(rates):.0f}–{max(rates):.0f})",
        f"{percentile(times, 0.5):.0f} ms",
        f"{percentile(times, 0.95):.0f} ms",
    ]


def _people_and_offering(clients: int) -> tuple[list[int], int]:
    """Accounts with a person each, and an offering with the general application."""
    from django.contrib.auth.hashers import make_password

    from tongban.catalogue.api import Guide, Item, Offering, add_version, publish
    from tongban.catalogue.importing.general_form import general_form
    from tongban.directory.api import AgencyEntry, RegionRow, load_regions, register_agency
    from tongban.forms.api import publish_form
    from tongban.identity.models import Account, Mandate, Party
    from tongban.kernel import clock

    load_regions(
        [
            RegionRow("990000", {"zh": "云泽省"}, None, 1),
            RegionRow("990100", {"zh": "云州市"}, "990000", 2),
        ]
    )
    agency = register_agency(AgencyEntry("bench", {"zh": "云州市市场监督管理局"}, "990100"))
    item = Item.objects.create(source="bench", code="1", name={"zh": "早点铺经营许可"}, type="01")
    offering = Offering.objects.create(
        item=item,
        agency_id=agency.id,
        region_id="990100",
        region_path=agency.region_path,
        source="bench",
        code="1",
        slug="bench-1",
        name=item.name,
        sort_key="zao",
    )
    form = publish_form("bench", general_form((), ("person", "firm")))
    version, _new = add_version(offering, Guide(summary={"zh": "开早点铺。"}), form_id=form.pk)
    publish(version.pk)
    accounts = []
    moment = clock.now()
    for client in range(clients):
        account = Account.objects.create(username=f"bench{client}", password=make_password(None))
        person = Party.objects.create(kind="person", name="林晓雨", created_at=moment)
        Mandate.objects.create(account=account, party=person, capacity="self", since=moment)
        accounts.append(account.pk)
    return accounts, offering.pk


def _drafts(account: int, offering: int, count: int, client: int) -> list[UUID]:
    """Drafts ready to send, as a program's would be: with an idempotency key each."""
    from tongban.cases.models import Draft
    from tongban.catalogue.api import published_guide
    from tongban.forms.api import form, seal_answers
    from tongban.identity.api import resident_of
    from tongban.kernel import clock

    guide = published_guide(offering)
    assert guide is not None
    assert guide.form_id is not None
    person = resident_of(account).own_party_id
    assert person is not None
    moment = clock.now()
    rows = Draft.objects.bulk_create(
        Draft(
            account_id=account,
            party_id=person,
            offering_id=offering,
            guide_version=guide,
            answers=seal_answers(form(guide.form_id), ANSWERS),
            client_key=f"{client}/{number}",
            created_at=moment,
            updated_at=moment,
        )
        for number in range(count)
    )
    return [row.pk for row in rows]


def _template(draft: UUID, account: int) -> Template:
    """Send one draft and read back every row that it wrote."""
    from django.db import connection

    from tongban.cases.api import submit
    from tongban.identity.api import resident_of

    case = submit(draft, by=resident_of(account))
    rows: list[tuple[str, dict[str, Any]]] = []
    wanted = [
        ("cases_case", "id = %s"),
        ("cases_submission", "case_id = %s"),
        ("cases_stage", "case_id = %s"),
        ("cases_caseevent", "case_id = %s"),
        ("procrastinate_jobs", "args->'payload'->>'case' = %s::text"),
    ]
    with connection.cursor() as cursor:
        for name, condition in wanted:
            cursor.execute(f"SELECT * FROM {name} WHERE {condition}", [str(case.pk)])
            columns = [column.name for column in cursor.description]
            rows += [(name, dict(zip(columns, row, strict=True))) for row in cursor.fetchall()]
    return Template(tuple(rows))


def _round(
    url: str, sizes: Sizes, accounts: list[int], drafts: list[list[UUID]], template: Template | None
) -> tuple[float, list[float]]:
    """Committed per second by all clients together, and how long each took."""
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(sizes.clients + 1)
    results = spawn.Queue()
    clients = [
        spawn.Process(
            target=_client, args=(url, start, results, account, several, template), daemon=True
        )
        for account, several in zip(accounts, drafts, strict=True)
    ]
    for client in clients:
        client.start()
    start.wait(timeout=120)
    started = time.perf_counter()
    times: list[float] = []
    for _ in clients:
        times += results.get(timeout=600)
    seconds = time.perf_counter() - started
    for client in clients:
        client.join()
    return len(times) / seconds, times


def _client(
    url: str,
    start: Barrier,
    results: Any,
    account: int,
    drafts: list[UUID],
    template: Template | None,
) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    send = _ours(account) if template is None else _by_hand(url, template)
    send(drafts[0])
    start.wait()
    times = []
    for draft in drafts[1:]:
        began = time.perf_counter()
        send(draft)
        times.append(time.perf_counter() - began)
    results.put(times)


def _ours(account: int) -> Any:
    import django

    django.setup()
    from django.db import connection

    from tongban.cases.api import submit
    from tongban.identity.api import resident_of

    resident = resident_of(account)
    connection.ensure_connection()
    return lambda draft: submit(draft, by=resident)


def _by_hand(url: str, template: Template) -> Any:
    """What somebody would write who only wants these rows in the database."""
    connection = psycopg.connect(url)
    statements = []
    for name, row in template.rows:
        columns = [
            column for column in row if not (column == "id" and row[column].__class__ is int)
        ]
        marks = ", ".join("%s" for _ in columns)
        statements.append(
            (
                f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})",
                columns,
                {key: Jsonb(row[key]) if isinstance(row[key], dict | list) else row[key]
                 for key in columns},
            )
        )  # fmt: skip

    def send(draft: UUID) -> None:
        case = UUID(bytes=os.urandom(16))
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM cases_draft WHERE id = %s FOR UPDATE", [draft])
            cursor.execute("SELECT nextval('cases_number')")
            (count,) = cursor.fetchone() or (0,)
            for statement, columns, row in statements:
                own = dict(row)
                if "case_id" in own:
                    own["case_id"] = case
                if "number" in own and isinstance(own["number"], str):
                    own["id"], own["number"] = case, f"B{count:011d}"
                elif "id" in own:
                    own["id"] = UUID(bytes=os.urandom(16))
                cursor.execute(statement, [own[column] for column in columns])
            cursor.execute("UPDATE cases_draft SET case_id = %s WHERE id = %s", [case, draft])

    return send
