"""`./tongban up`: the database, the web server and the job worker, from start to clean stop."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import psycopg

from tools import build_assets, children, home, postgres, processes, stamps, translations
from tools.console import Trouble, say, step, tail
from tools.stamps import ROOT

SOURCE = ROOT / "src" / "tongban"
# Collected once for all state folders: it is made of code alone.
COLLECTED = ROOT / "build" / "collected"
COLLECTED_STAMP = ROOT / "build" / ".collected-stamp"
FIRST_ANSWER_SECONDS = 180  # a busy machine is slow to start
GRACE_SECONDS = 30  # for requests and jobs in hand
OLDEST_POSTGRES = 15


class Stopped(Exception):
    """A signal asked for the end while starting."""


class Platform:
    """The running platform of one state folder."""

    def __init__(self, folder: Path, host: str, port: int, *, demo: bool) -> None:
        self.home = folder
        self.host = host
        self.port = port
        self.demo = demo
        self.production = os.environ.get("TONGBAN_MODE") == "production"
        self.database = None if "DATABASE_URL" in os.environ else postgres.Postgres(folder)
        self.children: list[children.Child] = []
        self.stopping = False
        self._database_pause = 0.0

    @property
    def address(self) -> str:
        name = "localhost" if self.host in ("127.0.0.1", "0.0.0.0", "::") else self.host
        return f"http://{name}:{self.port}/"

    def variables(self) -> dict[str, str]:
        """The environment that the platform's processes get."""
        variables = {**os.environ, **environment(self.home), "TONGBAN_PORT": str(self.port)}
        if not self.production:
            variables.setdefault("TONGBAN_BASE_URL", self.address.rstrip("/"))
        if self.database:
            variables["DATABASE_URL"] = self.database.url
        return variables

    # --- starting --------------------------------------------------------------------------

    def start(self) -> None:
        if not processes.port_is_free(self.host, self.port):
            raise Trouble(self._busy_port())
        if self.database:
            new = not (self.database.data / "PG_VERSION").exists()
            with step("making the database" if new else "starting the database"):
                self.database.start()
            identity = self.database.identity()
        else:
            identity = check_external(os.environ["DATABASE_URL"])
        self._prepare(identity)
        self._serve()

    def _busy_port(self) -> str:
        by = processes.user_of_port(self.port)
        free = processes.next_free_port(self.host, self.port)
        return (
            f"Port {self.port} is in use by {by or 'another program'}. Stop that, or choose "
            f"another port: ./tongban up --port {free}"
        )

    def _prepare(self, identity: str) -> None:
        """Migrations, static files and demo content, each only when its inputs have changed."""
        wanted = {"migrate": stamps.digest(SOURCE.glob("*/migrations"), _lock_digest(), identity)}
        if self.demo:
            loaders = (path for path in SOURCE.glob("**/*demo*") if path.suffix != ".pyc")
            wanted["demo"] = stamps.digest([ROOT / "demo", *loaders], identity)
        file = self.home / "prepared.json"
        done = _read_json(file)
        todo = [name for name, mark in wanted.items() if done.get(name) != mark]
        if not is_collected():
            todo.insert(0, "static")
        if not todo:
            return
        ready = subprocess.Popen(
            [sys.executable, "-P", "-m", "tools.prepare", *todo],
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        while ready.poll() is None:
            if self.stopping:
                ready.terminate()
                ready.wait()
                raise Stopped
            time.sleep(0.05)
        if ready.returncode:
            raise Trouble("The database or the content could not be prepared: see above.")
        stamps.write(file, json.dumps({**done, **wanted}))

    def _serve(self) -> None:
        variables = {**self.variables(), children.MARK: str(self.home)}
        logs = None if self.production else self.home / "logs"
        processors = min(2, os.cpu_count() or 1)
        web = [
            sys.executable,
            "-P",
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            self.host,
            "--port",
            str(self.port),
            "--no-ws",
            "--workers",
            os.environ.get("TONGBAN_WEB_WORKERS", str(processors)),
            "--blocking-threads",
            os.environ.get("TONGBAN_WEB_THREADS", "4"),
            "--respawn-failed-workers",
            "--workers-kill-timeout",
            "20",
            "--log-level",
            "warning",
            "tongban.config.wsgi:application",
        ]
        jobs = [
            sys.executable,
            "-P",
            "-m",
            "tongban.config.manage",
            "procrastinate",
            "worker",
            "--concurrency",
            os.environ.get("TONGBAN_JOB_CONCURRENCY", "4"),
            "--shutdown-graceful-timeout",
            str(GRACE_SECONDS - 5),
            "--delete-jobs",
            "successful",
        ]
        server = children.Child("the web server", web, variables, logs and logs / "web.log")
        worker = children.Child("the job worker", jobs, variables, logs and logs / "jobs.log")
        with step("starting the web server"):
            server.start()
            self.children.append(server)
            self._await_answer(server)
        # After the first answer, so that people wait for one program to load and not for two.
        worker.start()
        self.children.append(worker)

    def _await_answer(self, server: children.Child) -> None:
        end = time.monotonic() + FIRST_ANSWER_SECONDS
        while True:
            status = answer(self.host, self.port)
            if status is not None and status < 500:
                return
            if not server.is_running():
                raise Trouble(f"The web server did not start.{_log_end(server)}")
            if self.stopping:
                raise Stopped
            if status is not None:
                raise Trouble(
                    f"The web server answers with error {status}.{_log_end(server)}\n"
                    "./tongban doctor may know more."
                )
            if time.monotonic() > end:
                raise Trouble(
                    f"The web server gave no answer within {FIRST_ANSWER_SECONDS} s."
                    f"{_log_end(server)}"
                )
            time.sleep(0.03)

    # --- running ---------------------------------------------------------------------------

    def run(self) -> None:
        """Watch until a signal asks for the end; whatever dies is started again."""
        while not self.stopping:
            time.sleep(0.2)
            if self.database and not self.database.is_running():
                self._restart_database()
            for child in self.children:
                if news := child.watch():
                    say(news)

    def _restart_database(self) -> None:
        assert self.database is not None
        if self._database_pause:
            time.sleep(self._database_pause)
        else:
            say("the database ended: starting it again")
        try:
            self.database.start()
        except Trouble as trouble:
            self._database_pause = min(30, self._database_pause * 2 or 1)
            say(f"{trouble}\ntrying again in {self._database_pause:g} s")
        else:
            self._database_pause = 0
            say("the database is back")

    def stop(self) -> None:
        """Web and jobs first, so that nobody writes any more; then the database."""
        for child in self.children:
            child.end()
        end = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            child.wait(end - time.monotonic())
        if self.database:
            self.database.stop()


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./tongban up", description="Start the platform.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("TONGBAN_PORT", "8000")))
    parser.add_argument("--data-dir", metavar="FOLDER", help="where data is kept (.data)")
    parser.add_argument("--no-demo", action="store_true", help="without the demo content")
    options = parser.parse_args(words)
    if not 0 < options.port < 65536:
        raise Trouble("The port must be a number from 1 to 65535.")
    began = float(os.environ.get("TONGBAN_BEGAN", time.monotonic()))
    production = os.environ.get("TONGBAN_MODE") == "production"
    folder = home.locate(options.data_dir)
    host = os.environ.get("TONGBAN_LISTEN", "127.0.0.1")
    translations.ensure()
    with home.hold(folder, "./tongban up") as holding:
        children.clear_leftovers(folder)
        demo = not (options.no_demo or production)
        platform = Platform(folder, host, options.port, demo=demo)
        _stop_on_signals(platform)
        try:
            platform.start()
            url = platform.database.url if platform.database else ""
            holding.tell(address=platform.address, database=url)
            _welcome(platform, time.monotonic() - began)
            platform.run()
        except Stopped:
            pass
        finally:
            platform.stopping = True
            with step("stopping"):
                platform.stop()
    return 0


def _stop_on_signals(platform: Platform) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        if not platform.stopping:
            print(flush=True)  # after the terminal's ^C
        platform.stopping = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _welcome(platform: Platform, seconds: float) -> None:
    say(f"\nTongban 通办 is running ({seconds:.1f} s):  {platform.address}")
    accounts = platform.home / "demo-accounts.txt"
    if platform.demo and accounts.exists():
        say(f"\n{accounts.read_text().rstrip()}")
    say(f"\nData and logs: {platform.home}    Stop: Ctrl-C\n")


def environment(folder: Path) -> dict[str, str]:
    """Variables for any process of the installation, besides the database's address."""
    variables = {"TONGBAN_HOME": str(folder)}
    if os.environ.get("TONGBAN_MODE", "demo") == "demo":
        variables |= {"TONGBAN_MODE": "demo", **home.secret_variables(folder)}
    return variables


def collected_mark() -> str:
    """The hash of everything that `collectstatic` collects."""
    sources = [build_assets.OUTPUT, *SOURCE.glob("*/static")]
    return stamps.digest(sources, _lock_digest(), str(ROOT))


def is_collected() -> bool:
    return COLLECTED.is_dir() and stamps.is_current(COLLECTED_STAMP, collected_mark())


def check_external(url: str) -> str:
    """Make sure that a PostgreSQL of ours answers and is new enough; returns its identity."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10_000
            if version < OLDEST_POSTGRES:
                raise Trouble(
                    f"DATABASE_URL names a PostgreSQL {version}; {OLDEST_POSTGRES} or newer is "
                    "needed."
                )
            return postgres.identity(connection)
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise Trouble(
            f"Cannot reach the database that DATABASE_URL names: {reason}. Start it or mend the "
            "address, or unset DATABASE_URL to use the embedded one."
        ) from None


def answer(host: str, port: int) -> int | None:
    """The status of the home page; None while nobody answers."""
    target = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host
    connection = http.client.HTTPConnection(target, port, timeout=20)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status
    return None


def _lock_digest() -> str:
    return stamps.digest([ROOT / "requirements" / "runtime.lock"])


def _log_end(child: children.Child) -> str:
    return f" The end of {child.log}:\n{tail(child.log)}" if child.log else ""


def _read_json(file: Path) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(file.read_text())
        return found if isinstance(found, dict) else {}
    return {}
