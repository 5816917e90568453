"""Databases that are made once, kept between runs, and copied: migrating and loading take long.

The comment of a kept database says of what it was made; when that has changed, it is made anew.
`base` is an entry of Django's DATABASES, `server` a connection to its PostgreSQL.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from tests.ops.running import clean_environment
from tools import stamps
from tools.stamps import ROOT

SOURCE = ROOT / "src" / "tongban"
MANAGE = (sys.executable, "-P", "-W", "ignore", "-m", "tongban.config.manage")

Server = psycopg.Connection[Any]


def connect(base: dict[str, Any]) -> Server:
    return psycopg.connect(dsn(base, "postgres"), autocommit=True)


def keep(
    server: Server,
    name: str,
    mark: str,
    make: Callable[[], None],
    *,
    is_whole: Callable[[], bool] = lambda: True,
) -> None:
    """Make the database `name` unless there is one with this mark that is whole.

    One process makes it; others that want it meanwhile wait.
    """
    server.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
    said = server.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    if said != (mark,) or not is_whole():
        drop(server, name)
        make()
        comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
        server.execute(comment.format(sql.Identifier(name), sql.Literal(mark)))
    server.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def keep_migrated(server: Server, base: dict[str, Any]) -> str:
    """The name of a kept database that has all tables and no content."""
    name = kept_name("migrated")

    def make() -> None:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        variables = {"TONGBAN_MODE": "test", "DATABASE_URL": url(base, name)}
        run(clean_environment() | variables, *MANAGE, "migrate", "-v0")

    keep(server, name, schema_mark(), make)
    return name


def kept_name(what: str) -> str:
    return f"{os.environ.get('TONGBAN_TEST_DB', 'test_tongban')}_{what}"


def schema_mark(also: Iterable[Path] = ()) -> str:
    """The hash of all that makes the tables, and of `also`."""
    lock = ROOT / "requirements" / "runtime.lock"
    return stamps.digest([lock, *sorted(SOURCE.glob("*/migrations")), *also])


def copy(server: Server, kept: str, name: str) -> None:
    """Make the database `name` anew, with everything that the kept one has."""
    drop(server, name)
    server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(kept))
    )


def drop(server: Server, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def run(variables: dict[str, str], *argv: str) -> None:
    done = subprocess.run(argv, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def dsn(base: dict[str, Any], database: str) -> str:
    named = {"host": base["HOST"], "port": base["PORT"], "user": base["USER"]}
    named |= {"password": base["PASSWORD"], **base.get("OPTIONS", {})}
    given = {name: str(value) for name, value in named.items() if value}
    return psycopg.conninfo.make_conninfo(dbname=database, **given)


def url(base: dict[str, Any], database: str) -> str:
    """The same as DATABASE_URL has it."""
    who = quote(str(base["USER"]), safe="")
    if base["PASSWORD"]:
        who += f":{quote(str(base['PASSWORD']), safe='')}"
    where = {"host": base["HOST"], "port": base["PORT"], **base.get("OPTIONS", {})}
    query = urlencode({name: value for name, value in where.items() if value})
    return f"postgresql://{who}@/{database}?{query}"
