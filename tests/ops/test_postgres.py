"""The database's supervisor: what it makes, and what it survives."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.ops.running import clean_environment, end_everything, eventually
from tools import home, processes
from tools.console import Trouble
from tools.postgres import Postgres

SUPERVISOR = """
import sys, time
from pathlib import Path
from tools import home
from tools.postgres import Postgres
folder = Path(sys.argv[1])
with home.hold(folder, "the test's supervisor"):
    cluster = Postgres(folder)
    cluster.start()
    print(cluster.pid, flush=True)
    time.sleep(600)
"""


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    cluster = Postgres(folder)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def supervisor(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A supervisor in a process of its own, and its postmaster's number."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", SUPERVISOR, str(folder)],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Writer:
    """Commits rows one by one from its own thread and remembers those that were acknowledged."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.acknowledged: list[int] = []
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS row (n integer PRIMARY KEY)")
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _write(self) -> None:
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                for n in range(1_000_000):
                    connection.execute("INSERT INTO row VALUES (%s)", [n])
                    self.acknowledged.append(n)
        except psycopg.Error:
            pass  # the database was killed

    def until_killed(self) -> list[int]:
        self._thread.join(30)
        return self.acknowledged


def rows(url: str) -> set[int]:
    with psycopg.connect(url) as connection:
        return {int(n) for (n,) in connection.execute("SELECT n FROM row").fetchall()}


def test_first_start_makes_a_cluster_that_can_search_chinese(folder: Path) -> None:
    with running(folder) as cluster, psycopg.connect(cluster.url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        trigrams, role_is_super, encoding, fsync = connection.execute(
            "SELECT show_trgm('居住证'), usesuper, current_setting('server_encoding'),"
            " current_setting('fsync') FROM pg_user WHERE usename = current_user"
        ).fetchone() or ((), True, "", "")
        assert trigrams
        assert not role_is_super
        assert encoding == "UTF8"
        assert fsync == "on"
    assert not processes.of_cluster(cluster.data, cluster.cluster_name)


def test_only_the_owner_reaches_the_socket_and_nobody_the_network(folder: Path) -> None:
    with running(folder) as cluster:
        assert cluster.run.stat().st_mode & 0o777 == 0o700
        assert cluster.data.stat().st_mode & 0o777 == 0o700
        with psycopg.connect(cluster.url) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_second_start_keeps_data_and_identity(folder: Path) -> None:
    with running(folder) as cluster:
        first = cluster.identity()
    with running(folder) as cluster:
        assert cluster.identity() == first


def test_killed_postmaster_loses_no_acknowledged_row(folder: Path) -> None:
    with running(folder) as cluster:
        writer = Writer(cluster.url)
        eventually(lambda: len(writer.acknowledged) > 50)
        assert cluster.pid is not None
        os.kill(cluster.pid, signal.SIGKILL)
        acknowledged = writer.until_killed()
        eventually(lambda: not cluster.is_running())
        cluster.start()
        assert set(acknowledged) <= rows(cluster.url)


@pytest.mark.parametrize("also_postmaster", [False, True])
def test_killed_supervisor_is_followed_by_a_new_one(folder: Path, also_postmaster: bool) -> None:
    with supervisor(folder) as (process, postmaster):
        writer = Writer(Postgres(folder).url)
        eventually(lambda: len(writer.acknowledged) > 50)
        process.kill()
        process.wait()
        if also_postmaster:
            os.kill(postmaster, signal.SIGKILL)
        with home.hold(folder, "test"), running(folder) as cluster:
            assert cluster.pid != postmaster
            assert set(writer.until_killed()) <= rows(cluster.url)


def test_second_supervisor_is_refused_and_told_who_is_there(folder: Path) -> None:
    with (
        supervisor(folder) as (process, _),
        pytest.raises(home.Busy, match=f"the test's supervisor .*process {process.pid}"),
        home.hold(folder, "second"),
    ):
        pass
    end_everything(folder)


def test_pid_file_naming_a_stranger_does_not_prevent_the_start(folder: Path) -> None:
    with running(folder) as cluster:
        stale = (cluster.data / "postmaster.pid").read_text().split("\n")
    stranger = [str(os.getpid()), *stale[1:]]
    (cluster.data / "postmaster.pid").write_text("\n".join(stranger))
    (cluster.run / ".s.PGSQL.5432.lock").write_text("\n".join(stranger))
    with running(folder) as cluster:
        assert cluster.identity()


def test_pid_file_naming_a_zombie_does_not_prevent_the_start(folder: Path) -> None:
    with running(folder) as cluster:
        stale = (cluster.data / "postmaster.pid").read_text().split("\n")
    zombie = subprocess.Popen(["true"])
    eventually(lambda: processes.is_zombie(zombie.pid))
    (cluster.data / "postmaster.pid").write_text("\n".join([str(zombie.pid), *stale[1:]]))
    with running(folder) as cluster:
        assert cluster.identity()
    zombie.wait()


def test_start_is_refused_while_an_orphaned_backend_lives(folder: Path) -> None:
    cluster = Postgres(folder, patience=0.5)
    cluster.start()
    with psycopg.connect(cluster.url) as connection:
        backend = connection.info.backend_pid
        os.kill(backend, signal.SIGSTOP)  # cannot notice that its postmaster has gone
        assert cluster.pid is not None
        os.kill(cluster.pid, signal.SIGKILL)
        eventually(lambda: not cluster.is_running())
        with pytest.raises(Trouble, match=str(backend)):
            cluster.start()
        assert (cluster.data / "postmaster.pid").exists()
        os.kill(backend, signal.SIGKILL)
    cluster.start()
    cluster.stop()


def test_crash_while_making_the_cluster_leaves_nothing_in_the_way(folder: Path) -> None:
    half = folder / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with running(folder) as cluster:
        assert cluster.identity()
    assert not half.exists()


def test_deep_folder_gets_a_short_socket(folder: Path) -> None:
    deep = folder.joinpath(*["a-folder-with-a-long-name"] * 5)
    deep.mkdir(mode=0o711, parents=True)
    with running(deep) as cluster:
        assert len(str(cluster.run)) < 80
        assert cluster.identity()
    end_everything(deep)


def test_data_of_another_version_is_left_alone(folder: Path) -> None:
    with running(folder) as cluster:
        pass
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Trouble, match="written by PostgreSQL 9"):
        cluster.start()


def test_port_and_its_user_are_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        assert not processes.port_is_free("127.0.0.1", port)
        assert f"process {os.getpid()}" in (processes.user_of_port(port) or "")
        assert processes.next_free_port("127.0.0.1", port) > port
