"""(c) Pages: queries, time, bytes, as catalogue and cases grow. Django's client, in one process."""

from __future__ import annotations

import gzip
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import percentile, say, table, timed
from benchmarks.made_up import GUANGDONG, JIANGSU, write_catalogue

if TYPE_CHECKING:
    from tongban.identity.models import Account


_LONGEST = 30_000  # milliseconds spent on one page


@dataclass(frozen=True)
class Sizes:
    items: tuple[int, ...] = (GUANGDONG, JIANGSU)
    cases: tuple[int, ...] = (10_000, 1_000_000)
    requests: int = 200

    @classmethod
    def quick(cls, quick: bool) -> Sizes:
        return cls(items=(100, 500), cases=(200, 2000), requests=5) if quick else cls()


@dataclass(frozen=True)
class Measured:
    """A page at one size."""

    page: str
    size: int
    queries: int
    milliseconds: tuple[float, ...]
    cpu: float  # milliseconds of this process's CPU time a request, without the database's
    raw: int
    gzipped: int


def run(sizes: Sizes, folder: Path) -> str:
    """Grow, measure, grow, measure; a table with the ratios of growth."""
    collect_static(folder)
    found: list[Measured] = []
    for size in sizes.items:
        _import(write_catalogue(folder / "catalogue.csv", size))
        found += _public_pages(size, sizes.requests)
    from benchmarks import many_cases

    many_cases.prepare()
    officer, supervisor = many_cases.make_staff()
    last = 0
    for size in sizes.cases:
        many_cases.make_cases(last + 1, size)
        last = size
        found += _staff_pages(size, sizes.requests, officer, supervisor)
    return _table(found)


def _import(path: Path) -> None:
    from tongban.catalogue.importing.importer import SOURCES, import_items
    from tongban.catalogue.importing.problems import Problems

    with timed(f"import of {path.name}"):
        outcome = import_items(path, SOURCES["gd"], Problems())
        assert outcome.done
        _sql("VACUUM ANALYZE")


def _public_pages(size: int, requests: int) -> list[Measured]:
    from django.core.cache import cache
    from django.urls import reverse

    from tongban.catalogue.api import Offering

    cache.clear()
    slugs = list(Offering.objects.filter(source="gd").values_list("slug", flat=True))
    chance = random.Random(size)
    words = ["食品经营许可", "备案", "身份证补领", "养老保险 转移", "占用道路"]
    measured = [
        _measure("guide", requests, lambda: reverse("portal:guide", args=[chance.choice(slugs)])),
        _measure(
            "search", requests, lambda: f"{reverse('portal:search')}?q={chance.choice(words)}"
        ),
        _measure("browse", requests, lambda: reverse("portal:browse")),
    ]
    return [replace(one, size=size) for one in measured]


def _staff_pages(size: int, requests: int, officer: Account, supervisor: Account) -> list[Measured]:
    from django.urls import reverse

    from tongban.cases.api import Case, Stage

    numbers = list(
        Case.objects.filter(
            pk__in=Stage.objects.filter(closed_at=None, agency_id=_agency_of(officer)).values(
                "case"
            )
        ).values_list("number", flat=True)[:500]
    )
    chance = random.Random(size)
    queue = reverse("workbench:queue")
    measured = [
        _measure("queue, an officer's", requests, lambda: queue, officer),
        _measure("queue, late ones", requests, lambda: f"{queue}?time=late", officer),
        _measure("queue, the whole province", requests, lambda: queue, supervisor),
        _measure(
            "case, an officer's view",
            requests,
            lambda: reverse("workbench:case", args=[chance.choice(numbers)]),
            officer,
        ),
    ]
    return [replace(one, size=size) for one in measured]


def _agency_of(account: Account) -> int:
    from tongban.identity.models import Post

    return Post.objects.filter(account=account).values_list("agency_id", flat=True)[0] or 0


def _measure(
    page: str, requests: int, address: Callable[[], str], account: Account | None = None
) -> Measured:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost"})
    if account is not None:
        client.force_login(account)
    for _ in range(3):  # templates compiled, caches filled
        response = client.get(address())
        assert response.status_code == 200, (address(), response.status_code)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address())
    queries = len(captured)
    if os.environ.get("BENCH_QUERIES"):
        for one in captured.captured_queries:
            say(f"    {one['time']} {one['sql'][:400]}")
    times: list[float] = []
    cpu = time.process_time()
    # A page that takes seconds shows it in few requests.
    while len(times) < requests and (len(times) < 20 or sum(times) < _LONGEST):
        url = address()
        started = time.perf_counter()
        response = client.get(url)
        times.append((time.perf_counter() - started) * 1000)
        assert response.status_code == 200
    cpu = (time.process_time() - cpu) * 1000 / len(times)
    body = response.content
    say(f"  {page}: {queries} queries, p50 {percentile(times, 0.5):.0f} ms")
    return Measured(page, 0, queries, tuple(times), cpu, len(body), len(gzip.compress(body, 6)))


def _table(found: list[Measured]) -> str:
    pages = list(dict.fromkeys(one.page for one in found))
    rows = []
    for page in pages:
        several = [one for one in found if one.page == page]
        for one in several:
            p50, p95 = percentile(one.milliseconds, 0.5), percentile(one.milliseconds, 0.95)
            first = percentile(several[0].milliseconds, 0.5)
            rows.append(
                [
                    page,
                    f"{one.size:,}",
                    str(one.queries),
                    f"{p50:.1f} ms",
                    f"{p95:.1f} ms",
                    f"{one.cpu:.1f} ms",
                    f"{one.raw / 1000:.1f} kB",
                    f"{one.gzipped / 1000:.1f} kB",
                    "" if one is several[0] else f"× {p50 / first:.2f}",
                ]
            )
    head = [
        "page",
        "items or cases",
        "queries",
        "p50",
        "p95",
        "CPU",
        "HTML",
        "gzip",
        "growth of p50",
    ]
    return table(head, rows)


def collect_static(folder: Path) -> None:
    """Pages name their style sheets by hash: collect them as an installation does."""
    from django.conf import settings
    from django.core.management import call_command

    settings.STATIC_ROOT = folder / "static"
    with timed("static files"):
        call_command("collectstatic", interactive=False, verbosity=0, stdout=sys.stderr)


def _sql(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
