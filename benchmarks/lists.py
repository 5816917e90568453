"""To-do lists: reading many of them, adding to a ledger, and checking one offline."""

from __future__ import annotations

import contextlib
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import Error, connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.figures import median, percentile, table, timed
from benchmarks.pages import collect_static
from tongban.directory.api import AgencyEntry, RegionRow, load_regions, register_agencies
from tongban.identity.models import Account, Mandate, Party, Post
from tongban.kernel import clock
from tongban.supervision import ledger, verify_ledger
from tongban.supervision.models import CoUnit, Entry, Plan, Section, Task
from tongban.supervision.queries import by_unit, published_plans, tallies, views
from tongban.supervision.records import enter, lock_plan

_UNITS = 20  # of a province, which its tasks are shared among
# Runs a program and says how much memory it had at most.
_WATCHED = """
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    sys.stderr.write(open("/proc/self/status").read())
"""
_KINDS = ("reported", "reported", "assessed", "reported", "observed", "answered", "step_remind")


@dataclass(frozen=True)
class Sizes:
    provinces: int = 30
    tasks: int = 200
    each: int = 60  # entries of a task over five years: one a month
    reads: int = 40
    appends: int = 1000
    verified: int = 1_000_000

    @classmethod
    def quick(cls, quick: bool) -> Sizes:
        return cls(3, 40, 6, 5, 50, 10_000) if quick else cls()


def run(sizes: Sizes, folder: Path) -> str:
    """Measure; the tables as Markdown."""
    collect_static(folder)
    with timed("lists and their ledgers"):
        _make(sizes)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    total = Entry.objects.count()
    parts = [
        f"{sizes.provinces} lists of {sizes.tasks} tasks, {total:,} entries in five years.",
        _reading(sizes),
        _adding(sizes),
        _verifying(sizes, folder),
    ]
    return "\n\n".join(parts)


# --- reading --------------------------------------------------------------------------------------
def _reading(sizes: Sizes) -> str:
    slug = Plan.objects.order_by("pk").values_list("slug", flat=True)[0]
    public = Client(headers={"host": "localhost"})

    def page(address: str, client: Client = public) -> Callable[[], None]:
        def get() -> None:
            response = client.get(address)
            assert response.status_code == 200, (address, response.status_code)
            for _piece in response if response.streaming else ():
                pass

        return get

    measured: dict[str, Callable[[], object]] = {
        "roll-up of all lists": lambda: tallies(published_plans()),
        "tasks of a list": lambda: views(_tasks(slug)),
        "a list by unit": lambda: by_unit(views(_tasks(slug))),
        "page: all lists": page("/lists"),
        "page: a list": page(f"/lists/{slug}"),
        "page: a list by unit": page(f"/lists/{slug}?view=units"),
        "page: a task": page(f"/lists/{slug}/tasks/1"),
        "page: a unit over all lists": page("/lists/units/100000-1"),
        "page: all units": page("/lists/units"),
        "page: a region": page("/lists/regions/100000"),
        "data: a list as JSON": page(f"/lists/{slug}.json"),
        "desk: a unit's reporter": page("/work/lists/", _staff("reporter")),
        "desk: a programme office": page("/work/lists/", _staff("programme")),
        "desk: a supervisor of all": page("/work/lists/", _staff("supervisor")),
        "queue: late tasks of all": page("/work/lists/queue/late/", _staff("supervisor")),
        "workbench: a list": page(f"/work/lists/{slug}/", _staff("programme")),
    }
    rows = []
    for name, read in measured.items():
        read()  # templates compiled, caches filled
        with CaptureQueriesContext(connection) as queries:
            read()
        asked = len(queries)  # later requests empty the log
        times = []
        cpu = time.process_time()
        for _round in range(sizes.reads):
            started = time.perf_counter()
            read()
            times.append(1000 * (time.perf_counter() - started))
        cpu = 1000 * (time.process_time() - cpu) / sizes.reads  # ours, without the database's
        p50, p95 = median(times), percentile(times, 0.95)
        rows.append([name, str(asked), f"{p50:.1f} ms", f"{p95:.1f} ms", f"{cpu:.1f} ms"])
    return table(["reading", "queries", "p50", "p95", "CPU"], rows)


def _staff(role: str) -> Client:
    """Signed in as an officer of that role: a supervisor of every province, others of the first."""
    agency_ids = dict(_agency_ids())
    account, new = Account.objects.get_or_create(username=f"bench_{role}")
    if new:
        moment = clock.now()
        person = Party.objects.create(kind="person", name="吴建国", created_at=moment)
        Mandate.objects.create(account=account, party=person, capacity="self", since=moment)
        plans = Plan.objects.order_by("pk")
        for plan in plans if role == "supervisor" else plans[:1]:
            unit = None
            if role != "supervisor":
                unit = agency_ids[f"{plan.region_id}-{1 if role == 'reporter' else 0}"]
            Post.objects.create(
                account=account, role=role, agency_id=unit, region_id=plan.region_id, since=moment
            )
    client = Client(headers={"host": "localhost"})
    client.force_login(account)
    return client


def _tasks(slug: str) -> QuerySet[Task]:
    return Task.objects.filter(plan__slug=slug).select_related("plan", "lead", "section")


# --- adding ---------------------------------------------------------------------------------------
def _adding(sizes: Sizes) -> str:
    """Entries added one a transaction, against inserts of the same rows into a table without
    triggers, references or locks; in turns."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_entry (LIKE supervision_entry INCLUDING INDEXES)")
    task = Task.objects.select_related("plan").order_by("pk")[0]
    rounds: list[tuple[float, float]] = []
    for _round in range(5):
        acts = sizes.appends // 5
        started = time.perf_counter()
        for number in range(acts):
            with transaction.atomic():
                plan = lock_plan(task.plan_id)
                # A kind nobody is told of: notices have their own costs.
                enter(plan, "bench", {"text": f"progress {number}"}, task=task)
        ours = acts / (time.perf_counter() - started)
        newest = Entry.objects.filter(plan=task.plan_id).order_by("-number")[:acts]
        rows = [
            (e.pk, e.plan_id, e.number, e.kind, e.task_id, e.at, e.body, e.hash) for e in newest
        ]
        started = time.perf_counter()
        for row in rows:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO bench_entry (id, plan_id, number, kind, task_id, at, body, hash)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                    row,
                )
        rounds.append((ours, acts / (time.perf_counter() - started)))
    ours, bare = median([one for one, _ in rounds]), median([other for _, other in rounds])
    ratio = median([one / other for one, other in rounds])
    return table(
        ["adding, one client", "committed/s", "ratio"],
        [["ledger entry", f"{ours:.0f}", f"{ratio:.2f}"], ["bare insert", f"{bare:.0f}", "1"]],
    )


# --- checking offline -----------------------------------------------------------------------------
def _verifying(sizes: Sizes, folder: Path) -> str:
    path = folder / "ledger.jsonl"
    with (
        timed(f"a ledger of {sizes.verified:,} entries"),
        path.open("w", encoding="utf-8") as file,
    ):
        file.write(json.dumps({"format": ledger.FORMAT, "ledger": "bench"}) + "\n")
        for sealed, _kind, _at in _chain("bench", sizes.verified, str):
            file.write(f'{{"entry":{sealed.body},"hash":"{sealed.hash}"}}\n')
    started = time.perf_counter()
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    bare = time.perf_counter() - started
    started = time.perf_counter()
    command = [sys.executable, "-c", _WATCHED, verify_ledger.__file__, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    ours = time.perf_counter() - started
    memory = int(done.stderr.split("VmHWM:")[1].split()[0]) / 1024
    size = path.stat().st_size / 1e6
    path.unlink()
    return table(
        ["checking offline", "size", "time", "entries/s", "÷ SHA-256", "peak memory"],
        [
            [
                f"{sizes.verified:,} entries", f"{size:.0f} MB", f"{ours:.1f} s",
                f"{sizes.verified / ours:,.0f}", f"{ours / bare:.0f}", f"{memory:.0f} MB",
            ],
            ["SHA-256 of the file", f"{size:.0f} MB", f"{bare:.2f} s", "", "1", ""],
        ],
    )  # fmt: skip


# --- made up --------------------------------------------------------------------------------------
def _make(sizes: Sizes) -> None:
    now, today = clock.now(), clock.today()
    codes = [f"{10 + place}0000" for place in range(sizes.provinces)]
    load_regions(RegionRow(code, {"zh": f"省{code}"}, None, level=1) for code in codes)
    register_agencies(
        AgencyEntry(
            code=f"{code}-{unit}", credit_code="", name={"zh": f"省{code}厅{unit}"}, short_name={},
            function="bench", region_code=code, phone="", complaint_phone="",
        )
        for code in codes
        for unit in range(_UNITS)
    )  # fmt: skip
    units = dict(_agency_ids())
    with transaction.atomic():
        # References and hashes are right by construction; where it may not be switched off, the
        # database checks each.
        with contextlib.suppress(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        for code in codes:
            plan = Plan.objects.create(
                slug=f"bench-{code}", level="province", region_id=code,
                office_id=units[f"{code}-0"], title={"zh": f"清单{code}"}, state="published",
                created_at=now, published_at=now,
            )  # fmt: skip
            _fill(plan, code, units, sizes, today)


def _fill(plan: Plan, code: str, units: dict[str, int], sizes: Sizes, today: date) -> None:
    section = Section.objects.create(plan=plan, position=0, title={"zh": "一"})
    tasks = Task.objects.bulk_create(
        _task(plan, section, place, units[f"{code}-{place % _UNITS}"], today)
        for place in range(sizes.tasks)
    )
    CoUnit.objects.bulk_create(CoUnit(task=task, position=0, name={"zh": "各市"}) for task in tasks)
    entries = sizes.tasks * sizes.each
    head = ""
    columns = "plan_id, number, kind, task_id, at, body, hash"
    chain = _chain(plan.slug, entries, lambda number: tasks[(number - 1) % len(tasks)].code)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY supervision_entry ({columns}) FROM STDIN") as copy,
    ):
        for sealed, kind, at in chain:
            task = tasks[(sealed.number - 1) % len(tasks)].pk
            copy.write_row((plan.pk, sealed.number, kind, task, at, sealed.body, sealed.hash))
            head = sealed.hash
    Plan.objects.filter(pk=plan.pk).update(entries=entries, head=head)


def _task(plan: Plan, section: Section, place: int, unit: int, today: date) -> Task:
    """One in three is closed; due dates lie about today."""
    due = today + timedelta(days=(place * 37) % 400 - 150)
    closed = due if place % 3 == 0 else None
    return Task(
        plan=plan, section=section, code=str(place + 1), position=place,
        title={"zh": f"任务{place}", "en": f"Task {place}"}, lead_name={"zh": "厅"}, lead_id=unit,
        start=due - timedelta(days=200), due=due, first_due=due - timedelta(days=place % 4 * 10),
        state="closed" if closed else "open", claimed_on=closed, closed_on=closed,
        assessed="complete" if closed else "",
    )  # fmt: skip


def _chain(
    name: str, entries: int, task: Callable[[int], str]
) -> Iterator[tuple[ledger.Sealed, str, datetime]]:
    """Entries spread over five years, hung on each other."""
    first = clock.now().replace(microsecond=0) - timedelta(days=5 * 365)
    step = timedelta(days=5 * 365) / max(entries, 1)
    head = ledger.genesis(name)
    for number in range(1, entries + 1):
        at, kind = first + step * number, _KINDS[number % len(_KINDS)]
        content: dict[str, ledger.Value] = {
            "kind": kind, "at": at.isoformat(timespec="seconds"), "task": task(number),
            "unit": {"zh": "省政务服务和数据管理局", "en": "Government services"}, "role": "unit",
            "data": {"text": {"zh": f"第{number}次填报：按计划推进", "en": "As planned"}},
            "reason": {}, "basis": "",
        }  # fmt: skip
        sealed = ledger.seal(number, head, content)
        head = sealed.hash
        yield sealed, kind, at


def _agency_ids() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, id FROM directory_agency")
        return [(str(code), int(key)) for code, key in cursor.fetchall()]
