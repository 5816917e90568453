"""The platform as it runs in earnest, with the demo content: web server and job worker in
processes of their own, on a database of their own. Journeys and tests of whole pages visit it.

Loading the content takes a while, so it is loaded once, into a database that is kept, and copied:
each worker of a test run has a site of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import databases
from tests.databases import SOURCE
from tests.ops.running import clean_environment, collect_static, eventually, free_port
from tongban.kernel import clock
from tools import up
from tools.stamps import ROOT

PASSWORD = "tongban-demo-2026"


@dataclass(frozen=True)
class DemoSite:
    """The running platform: where it answers, and its database for what pages do not show."""

    url: str
    database: psycopg.Connection[Any]
    home: Path

    def ask(self, query: str, *values: object) -> Any:
        """The first column of a query's one row."""
        row = self.database.execute(query, values).fetchone()
        assert row is not None, query
        return row[0]

    def finish_jobs(self) -> None:
        """Wait until the job worker has done all there is to do."""
        waiting = (
            "SELECT count(*) FROM procrastinate_jobs WHERE queue_name <> 'upkeep' "
            "AND status IN ('todo', 'doing')"
        )
        eventually(lambda: self.ask(waiting) == 0, what="the jobs’ end")
        failed = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"
        assert self.ask(failed) == 0, (self.home / "jobs.log").read_text()


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    """The demo on http://localhost:…, as `./tongban up` would run it, without its supervisor."""
    from django.conf import settings

    base = settings.DATABASES["default"]
    home = tmp_path_factory.mktemp("demo-site")
    name = databases.kept_name(f"demo_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    port = free_port()
    collect_static()
    with databases.connect(base) as server:
        kept, files = _keep_content(server, base)
        databases.copy(server, kept, name)
        shutil.copytree(files, home / "files")
        variables = clean_environment() | {
            "TONGBAN_MODE": "demo",
            "TONGBAN_HOME": str(home),
            "TONGBAN_BASE_URL": f"http://localhost:{port}",
            "DATABASE_URL": databases.url(base, name),
        }
        with (
            _running(variables, home / "web.log", *_web(port)),
            _running(variables, home / "jobs.log", *_jobs()),
            psycopg.connect(databases.dsn(base, name), autocommit=True) as database,
        ):
            log = home / "web.log"
            answers = lambda: up.answer("127.0.0.1", port) == 200  # noqa: E731
            eventually(answers, what=f"the first answer, see {log}")
            yield DemoSite(f"http://localhost:{port}", database, home)
        databases.drop(server, name)


def _web(port: int) -> tuple[str, ...]:
    return (
        sys.executable, "-P", "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--no-ws", "--workers", "1", "--blocking-threads", "4",
        "--log-level", "warning", "tongban.config.wsgi:application",
    )  # fmt: skip


def _jobs() -> tuple[str, ...]:
    """Without the upkeep: what comes at its hour would come into some runs and not into others."""
    from procrastinate.contrib.django import app

    queues = {task.queue for task in app.tasks.values()} - {"upkeep"}
    return (*databases.MANAGE, "procrastinate", "worker", "--queues", ",".join(sorted(queues)))


def _keep_content(server: databases.Server, base: dict[str, Any]) -> tuple[str, Path]:
    """The names of the database and of the folder of files with the demo content.

    The demo's cases lie some days back, from today: what was loaded yesterday is loaded anew.
    """
    name = databases.kept_name("demo")
    files = ROOT / "build" / "test" / f"files-{name}"
    loaders = {*SOURCE.glob("*/*demo*.py"), *SOURCE.glob("*/loading.py")}
    mark = databases.schema_mark([ROOT / "demo", *sorted(loaders)]) + str(clock.today())

    def make() -> None:
        shutil.rmtree(files, ignore_errors=True)
        databases.copy(server, databases.keep_migrated(server, base), name)
        variables = {
            "TONGBAN_MODE": "demo",
            "DATABASE_URL": databases.url(base, name),
            "TONGBAN_FILES": str(files),
        }
        databases.run(clean_environment() | variables, *databases.MANAGE, "load_demo")

    databases.keep(server, name, mark, make, is_whole=files.is_dir)
    return name, files


class _running:
    """A program of the platform, for as long as the block lasts."""

    def __init__(self, variables: dict[str, str], log: Path, *argv: str) -> None:
        self._argv, self._variables, self._log = argv, variables, log

    def __enter__(self) -> None:
        with self._log.open("wb") as said:
            self._process = subprocess.Popen(
                self._argv,
                env=self._variables,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
