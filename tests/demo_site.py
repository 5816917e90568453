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
from urllib.parse import quote, urlencode

import psycopg
import pytest
from psycopg import sql

from tests.ops.running import clean_environment, eventually, free_port
from tongban.kernel import clock
from tools import stamps, up
from tools.stamps import ROOT

PASSWORD = "tongban-demo-2026"
MANAGE = (sys.executable, "-P", "-W", "ignore", "-m", "tongban.config.manage")


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
        eventually(lambda: self.ask(waiting) == 0, seconds=60, what="the jobs’ end")
        failed = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"
        assert self.ask(failed) == 0, (self.home / "jobs.log").read_text()


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    """The demo on http://localhost:…, as `./tongban up` would run it, without its supervisor."""
    from django.conf import settings

    home = tmp_path_factory.mktemp("demo-site")
    base = settings.DATABASES["default"]
    kept = f"{os.environ.get('TONGBAN_TEST_DB', 'test_tongban')}_demo"
    name = f"{kept}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    kept_files = ROOT / "build" / "test" / f"files-{kept}"
    port = free_port()
    variables = clean_environment() | {
        "TONGBAN_MODE": "demo",
        "TONGBAN_HOME": str(home),
        "TONGBAN_STATIC": str(ROOT / "build" / "test" / "static"),
        "TONGBAN_BASE_URL": f"http://localhost:{port}",
    }
    with psycopg.connect(_dsn(base, "postgres"), autocommit=True) as server:
        # One worker makes what is kept; the others wait for it.
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [kept])
        content = {"DATABASE_URL": _url(base, kept), "TONGBAN_FILES": str(kept_files)}
        _keep_content(server, kept, variables | content)
        _collect_static(variables)
        _drop(server, name)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(kept)
            )
        )
        shutil.copytree(kept_files, home / "files")
        server.execute("SELECT pg_advisory_unlock(hashtext(%s))", [kept])
        variables["DATABASE_URL"] = _url(base, name)
        with (
            _running(variables, home / "web.log", *_web(port)),
            _running(variables, home / "jobs.log", *MANAGE, "procrastinate", "worker"),
            psycopg.connect(_dsn(base, name), autocommit=True) as database,
        ):
            log = home / "web.log"
            answers = lambda: up.answer("127.0.0.1", port) == 200  # noqa: E731
            eventually(answers, seconds=120, what=f"the first answer, see {log}")
            yield DemoSite(f"http://localhost:{port}", database, home)
        _drop(server, name)


def _web(port: int) -> tuple[str, ...]:
    return (
        sys.executable, "-P", "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--no-ws", "--workers", "1", "--blocking-threads", "4",
        "--log-level", "warning", "tongban.config.wsgi:application",
    )  # fmt: skip


def _keep_content(server: psycopg.Connection[Any], name: str, variables: dict[str, str]) -> None:
    """Make the database with the demo content, unless it is there and still right.

    Its comment says of what it was made. The demo's cases lie some days back: from today.
    """
    source = ROOT / "src" / "tongban"
    loaders = {*source.glob("*/*demo*.py"), *source.glob("*/loading.py")}
    mark = stamps.digest(
        [ROOT / "demo", *sorted(loaders), *sorted(source.glob("*/migrations"))], str(clock.today())
    )
    said = server.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    files = Path(variables["TONGBAN_FILES"])
    if said == (mark,) and files.is_dir():
        return
    shutil.rmtree(files, ignore_errors=True)
    _drop(server, name)
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    for words in (["migrate", "-v0"], ["load_demo"]):
        _run(variables, *MANAGE, *words)
    server.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(mark))
    )


def _collect_static(variables: dict[str, str]) -> None:
    folder = Path(variables["TONGBAN_STATIC"])
    stamp = folder.with_name("static-stamp")
    if not stamps.is_current(stamp, up.collected_mark()):
        _run(variables, *MANAGE, "collectstatic", "--noinput", "--clear", "-v0")
        stamps.write(stamp, up.collected_mark())


def _run(variables: dict[str, str], *argv: str) -> None:
    done = subprocess.run(argv, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


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


def _drop(server: psycopg.Connection[Any], name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _dsn(base: dict[str, Any], database: str) -> str:
    named = {"host": base["HOST"], "port": base["PORT"], "user": base["USER"]}
    named |= {"password": base["PASSWORD"], **base.get("OPTIONS", {})}
    kept = {name: str(value) for name, value in named.items() if value}
    return psycopg.conninfo.make_conninfo(dbname=database, **kept)


def _url(base: dict[str, Any], database: str) -> str:
    """The same as DATABASE_URL has it."""
    who = quote(str(base["USER"]), safe="")
    if base["PASSWORD"]:
        who += f":{quote(str(base['PASSWORD']), safe='')}"
    where = {"host": base["HOST"], "port": base["PORT"], **base.get("OPTIONS", {})}
    query = urlencode({name: value for name, value in where.items() if value})
    return f"postgresql://{who}@/{database}?{query}"
