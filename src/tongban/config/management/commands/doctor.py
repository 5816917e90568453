"""`./tongban doctor`: what is wrong with this installation, one line a check, and what to do.

Exit code 1 when anything fails. A warning is something to look at that does not stop the platform.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from tongban.catalogue.api import check_index
from tongban.directory.api import CHINA, NoSuchCalendar, calendar_coverage
from tongban.kernel import clock
from tongban.kernel.jobs import DEAD_AFTER
from tongban.kernel.sealed import CannotOpen, seal, unseal
from tongban.search.api import meaning_coverage

Verdict = Literal["OK", "WARN", "FAIL"]

OLDEST_POSTGRES = 15
LOW_DISK_BYTES = 2_000_000_000
NO_DISK_BYTES = 300_000_000
SKEW_SECONDS = 5
WAITING_MINUTES = 10  # a job that nobody has taken up for so long
COVERAGE_DAYS = 60  # working days are needed about this far ahead


@dataclass(frozen=True)
class Finding:
    """What a check found. `remedy` says what to do about a warning or a failure."""

    verdict: Verdict
    about: str
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{self.verdict:<5} {self.about:<12} {self.text}"
        return f"{line}\n{'':<18} → {self.remedy}" if self.remedy else line


def database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), getdatabaseencoding()")
        version, encoding = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
        (has_trigrams,) = cursor.fetchone()
        words: list[str] = []
        if has_trigrams:
            cursor.execute("SELECT show_trgm('居住证')")
            (words,) = cursor.fetchone()
    if int(version.split(".")[0]) < OLDEST_POSTGRES:
        yield Finding(
            "FAIL", "database", f"PostgreSQL {version}", f"use {OLDEST_POSTGRES} or newer"
        )
    elif encoding != "UTF8":
        yield Finding(
            "FAIL", "database", f"its encoding is {encoding}", "create the database with UTF8"
        )
    elif has_trigrams and not words:
        yield Finding(
            "FAIL", "database", "its locale cannot take Chinese words apart: search finds nothing",
            "create the database with locale C.UTF-8 (not C) and restore the data into it",
        )  # fmt: skip
    else:
        yield Finding("OK", "database", f"PostgreSQL {version}, {encoding}")


def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        first = f"{plan[0][0].app_label}.{plan[0][0].name}"
        yield Finding(
            "FAIL", "migrations", f"{len(plan)} not applied, the first is {first}",
            "./tongban manage migrate",
        )  # fmt: skip
    else:
        yield Finding("OK", "migrations", "all applied")


def assets() -> Iterator[Finding]:
    remedy = "./tongban up builds and collects them; or ./tongban setup and manage collectstatic"
    if not any(Path(folder).is_dir() for folder in settings.STATICFILES_DIRS):
        yield Finding("FAIL", "assets", "the style sheets and scripts are not built", remedy)
    elif isinstance(staticfiles_storage, ManifestStaticFilesStorage) and not (
        staticfiles_storage.hashed_files
    ):
        yield Finding("FAIL", "assets", f"nothing is collected in {settings.STATIC_ROOT}", remedy)
    else:
        yield Finding("OK", "assets", "built and collected")


def translations() -> Iterator[Finding]:
    sources = [po for folder in settings.LOCALE_PATHS for po in Path(folder).glob("*/*/*.po")]
    stale = [po for po in sources if not _is_compiled(po)]
    if stale or not sources:
        languages = ", ".join(po.parent.parent.name for po in stale) or "all"
        yield Finding(
            "FAIL", "languages", f"not compiled: {languages}", "./tongban setup compiles them"
        )
    else:
        yield Finding("OK", "languages", f"{len(sources)} compiled")


def _is_compiled(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime


def worker() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE last_heartbeat > now() - make_interval(secs => %s)),"
            " max(last_heartbeat) FROM procrastinate_workers",
            [DEAD_AFTER],
        )
        alive, seen = cursor.fetchone()
    if alive:
        yield Finding("OK", "job worker", f"{alive} alive")
    else:
        last = f"last seen {seen:%Y-%m-%d %H:%M:%S %Z}" if seen else "none has ever run"
        yield Finding(
            "FAIL", "job worker", f"none is alive, {last}: notices wait, deadlines are not watched",
            "./tongban up starts one; apart from it: manage procrastinate worker",
        )  # fmt: skip


def jobs() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE job.status = 'failed'),"
            " count(*) FILTER (WHERE job.status = 'doing' AND NOT EXISTS ("
            "   SELECT 1 FROM procrastinate_workers worker WHERE worker.id = job.worker_id"
            "   AND worker.last_heartbeat > now() - make_interval(secs => %s))),"
            " count(*) FILTER (WHERE job.status = 'todo'"
            "   AND coalesce(job.scheduled_at, event.at) < now() - make_interval(mins => %s))"
            " FROM procrastinate_jobs job LEFT JOIN procrastinate_events event"
            " ON event.job_id = job.id AND event.type = 'deferred'",
            [DEAD_AFTER * 3, WAITING_MINUTES],
        )
        failed, stuck, waiting = cursor.fetchone()
    if stuck:
        yield Finding(
            "FAIL", "jobs", f"{stuck} are held by a worker that is gone",
            "a running worker frees them within a minute: see whether one runs",
        )  # fmt: skip
    if waiting:
        yield Finding(
            "WARN", "jobs", f"{waiting} have waited for more than {WAITING_MINUTES} minutes",
            "start more workers, or raise TONGBAN_JOB_CONCURRENCY",
        )  # fmt: skip
    if failed:
        yield Finding(
            "WARN", "jobs", f"{failed} failed for good",
            "the worker's log says why; once mended: ./tongban manage procrastinate shell, retry N",
        )  # fmt: skip
    if not (stuck or waiting or failed):
        yield Finding("OK", "jobs", "none failed, stuck or late")


def disk() -> Iterator[Finding]:
    folder = next(path for path in [settings.FILES, *settings.FILES.parents] if path.exists())
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.1f} GB free for uploaded files ({settings.FILES})"
    if free < NO_DISK_BYTES:
        yield Finding("FAIL", "disk", text, "free some space now: submissions will be refused")
    elif free < LOW_DISK_BYTES:
        yield Finding("WARN", "disk", text, "free some space or move the files to another disk")
    else:
        yield Finding("OK", "disk", text)


def clocks() -> Iterator[Finding]:
    """Deadlines use this machine's clock, the jobs' schedule the database's."""
    with connection.cursor() as cursor:
        asked = time.monotonic()
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
        taken = time.monotonic() - asked
    skew = abs((clock.now() - there).total_seconds())
    text = f"{skew:.1f} s between this machine and the database"
    if skew > SKEW_SECONDS + taken:
        yield Finding("FAIL", "clock", text, "set both by NTP (systemd-timesyncd, chrony)")
    else:
        yield Finding("OK", "clock", text)


def calendar() -> Iterator[Finding]:
    remedy = "enter the published holidays and make-up days in the calendar table (workbench)"
    try:
        known = calendar_coverage(CHINA)
    except NoSuchCalendar:
        text = "there is no working-day calendar; without one no guide can be shown"
        yield Finding("FAIL", "calendar", text, "./tongban manage seed_calendar")
        return
    ahead = clock.today() + timedelta(days=COVERAGE_DAYS)
    if known.last is None or known.last < clock.today():
        yield Finding("FAIL", "calendar", f"holidays are known until {known.last}", remedy)
    elif known.last < ahead:
        yield Finding("WARN", "calendar", f"holidays are known until {known.last} only", remedy)
    else:
        yield Finding("OK", "calendar", f"holidays are known until {known.last}")


def search() -> Iterator[Finding]:
    """The index is written with the catalogue: they differ after a restored or broken table."""
    differs = check_index()
    if differs.total:
        yield Finding(
            "FAIL", "search", f"{differs.missing} services are not found, {differs.stale} as they"
            f" were, {differs.surplus} that are gone are found",
            "./tongban manage rebuild_search",
        )  # fmt: skip
    else:
        yield Finding("OK", "search", "finds what the catalogue holds")


def meaning() -> Iterator[Finding]:
    known = meaning_coverage()
    has = f"{known.with_vectors:,} of {known.services:,} services have vectors"
    if not known.embedder:
        yield Finding("OK", "meaning", "searches go by words alone (docs/howto/search-at-scale.md)")
    elif known.with_vectors < 0.9 * known.services:
        yield Finding("WARN", "meaning", has, "./tongban manage embed_services")
    else:
        yield Finding("OK", "meaning", f"{has} of {known.embedder}")


def keys() -> Iterator[Finding]:
    remedy = "set TONGBAN_SEAL_KEYS to “id:base64 of 32 random bytes” and never lose it"
    try:
        opened = unseal(seal("通办", "doctor"), "doctor")
    except (CannotOpen, ImproperlyConfigured, ValueError) as error:
        yield Finding("FAIL", "seal keys", str(error), remedy)
        return
    if opened != "通办":
        yield Finding("FAIL", "seal keys", "what is sealed does not open", remedy)
    elif "insecure" in settings.SEAL_KEYS or settings.SECRET_KEY.startswith("insecure"):
        yield Finding("WARN", "seal keys", "the development keys are in use", remedy)
    else:
        yield Finding("OK", "seal keys", f"{len(settings.SEAL_KEYS.split(','))} in use")


def exposure() -> Iterator[Finding]:
    """The demo's passwords are printed in the documentation: it must not face a network."""
    name = urlsplit(settings.BASE_URL).hostname or ""
    if settings.MODE == "production":
        yield Finding("OK", "mode", f"production, {settings.BASE_URL}")
    elif name not in ("localhost", "127.0.0.1", "::1"):
        yield Finding(
            "FAIL", "mode", f"{settings.MODE}, but its address is {settings.BASE_URL}: its accounts"
            " and passwords are known to everybody",
            "TONGBAN_MODE=production: docs/howto/run-in-production.md",
        )  # fmt: skip
    else:
        yield Finding("OK", "mode", f"{settings.MODE}, for this machine alone")


def mail() -> Iterator[Finding]:
    try:
        with import_string(settings.EMAIL_BACKEND)() as backend:
            yield Finding("OK", "mail", f"{type(backend).__module__.rsplit('.', 1)[-1]} answers")
    except OSError as error:
        yield Finding(
            "FAIL", "mail", f"the mail server cannot be reached: {error}", "see TONGBAN_EMAIL_URL"
        )


ON_DATABASE: list[Callable[[], Iterator[Finding]]] = [
    migrations, worker, jobs, clocks, calendar, search, meaning,
]  # fmt: skip
APART: list[Callable[[], Iterator[Finding]]] = [
    assets, translations, disk, keys, mail, exposure,
]  # fmt: skip


def findings() -> Iterator[Finding]:
    """Every check in turn. What cannot be asked without the database is left out without it."""
    try:
        yield from database()
    except Error as error:
        reason = str(error).strip().splitlines()[0]
        yield Finding(
            "FAIL", "database", f"cannot be reached: {reason}",
            "start it (./tongban up) or mend DATABASE_URL; what is in it was not checked",
        )  # fmt: skip
    else:
        for check in ON_DATABASE:
            try:
                yield from check()
            except Error as error:
                reason = str(error).strip().splitlines()[0]
                yield Finding(
                    "FAIL", check.__name__, f"cannot be checked: {reason}",
                    "./tongban manage migrate",
                )  # fmt: skip
    for check in APART:
        yield from check()


class Command(BaseCommand):
    help = "Say what is wrong with this installation, and what to do."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        failures = 0
        for finding in findings():
            failures += finding.verdict == "FAIL"
            self.stdout.write(str(finding))
        if failures:
            self.stdout.write(f"\n{failures} must be mended.")
            raise SystemExit(1)
        self.stdout.write("\nNothing is wrong that this can see.")
