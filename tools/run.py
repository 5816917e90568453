"""The commands, once everything they need is installed: `python -m tools.run COMMAND …`."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tools import console, home, translations, up
from tools.console import Trouble, say
from tools.postgres import Postgres
from tools.stamps import ROOT

MANAGE = [sys.executable, "-P", "-m", "tongban.config.manage"]
# Commands after which `up` must look again at what it has prepared.
CHANGES_SCHEMA = frozenset({"migrate", "flush", "sqlflush", "load_demo", "collectstatic"})


@contextlib.contextmanager
def database(folder: Path, command: str, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """The variables that reach the database, which runs for as long as the block does.

    DATABASE_URL when it is set; the database of a running `up`; or one started for the purpose.
    """
    if "DATABASE_URL" in os.environ:
        yield {}
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(home.hold(folder, command))
        except home.Busy as busy:
            url = busy.holder.get("database", "")
            if not url:
                raise
            yield {"DATABASE_URL": url}
            return
        cluster = Postgres(folder, durable=durable)
        cluster.start()
        try:
            yield {"DATABASE_URL": cluster.url}
        finally:
            cluster.stop()


def call(argv: list[str], variables: dict[str, str], *, cwd: Path | None = None) -> int:
    """Run a program in the foreground: Ctrl-C is for it, and we wait for its end."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(
            argv,
            env={**os.environ, **variables},
            cwd=cwd,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        terminate = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            code = process.wait()
        finally:
            signal.signal(signal.SIGTERM, terminate)
    finally:
        signal.signal(signal.SIGINT, before)
    return 128 - code if code < 0 else code


def manage(words: list[str]) -> int:
    folder = home.locate(None)
    if words and words[0] in CHANGES_SCHEMA:
        (folder / "prepared.json").unlink(missing_ok=True)
    cluster = Postgres(folder)
    with database(folder, f"./tongban manage {words[0] if words else ''}".strip()) as variables:
        if "DATABASE_URL" not in os.environ:  # psql and pg_dump, for dbshell and back-ups
            path = f"{cluster.binaries}{os.pathsep}{os.environ.get('PATH', '')}"
            variables["PATH"] = path
        return call([*MANAGE, *words], {**up.environment(folder), **variables})


def doctor(words: list[str]) -> int:
    folder = home.locate(None)
    if "DATABASE_URL" not in os.environ and not (folder / "data" / "PG_VERSION").exists():
        raise Trouble(f"There is no installation in {folder} yet. ./tongban up makes one.")
    return manage(["doctor", *words])


def test(words: list[str]) -> int:
    translations.ensure()
    folder = home.locate(os.environ.get("TONGBAN_TEST_HOME"), ".data-test")
    alone = any(word.startswith(("-n", "--pdb")) for word in words)
    parallel = [] if alone else ["-n", "2", "--dist", "worksteal"]
    with database(folder, "./tongban test", durable=False) as variables:
        variables |= {"TONGBAN_MODE": "test", "TONGBAN_HOME": str(folder)}
        return call([sys.executable, "-m", "pytest", *parallel, *words], variables, cwd=ROOT)


def bench(words: list[str]) -> int:
    translations.ensure()
    folder = home.locate(os.environ.get("TONGBAN_BENCH_HOME"), ".data-bench")
    with database(folder, "./tongban bench") as variables:
        argv = [sys.executable, "-P", "-m", "benchmarks", *words]
        return call(argv, {**up.environment(folder), **variables}, cwd=ROOT)


def screenshots(words: list[str]) -> int:
    translations.ensure()
    return call([sys.executable, str(ROOT / "tools" / "screenshots.py"), *words], {}, cwd=ROOT)


def check(words: list[str]) -> int:
    """Everything that is checked without running the platform; all of it, even after a failure."""
    python = sys.executable
    scripts = Path(python).parent
    checks: dict[str, list[str]] = {
        "style": [str(scripts / "ruff"), "check", "."],
        "format": [str(scripts / "ruff"), "format", "--check", "."],
        "types": [str(scripts / "mypy")],
        "boundaries": [str(scripts / "lint-imports")],
        "templates": [str(scripts / "djlint"), "--lint", "src"],
        "migrations": [
            python, "-W", "ignore::RuntimeWarning", *MANAGE[1:],
            "makemigrations", "--check", "--dry-run",
        ],
        "translations": [python, "-m", "pytest", "-q", "tests/test_translations.py"],
    }  # fmt: skip
    if unknown := set(words) - set(checks):
        raise Trouble(f"There is no check “{unknown.pop()}”. There are: {', '.join(checks)}.")
    failed = []
    for name in words or checks:
        say(f"— {name}")
        began = time.monotonic()
        # No database is asked: the address leads nowhere.
        code = call(
            checks[name],
            {
                "TONGBAN_MODE": "test",
                "DATABASE_URL": "postgresql://tongban@/none?host=/nonexistent",
            },
            cwd=ROOT,
        )
        say(f"— {name}: {'failed' if code else 'good'}, {time.monotonic() - began:.1f} s\n")
        if code:
            failed.append(name)
    say(f"failed: {', '.join(failed)}" if failed else "all checks are good")
    return 1 if failed else 0


def setup(words: list[str]) -> int:
    translations.ensure()
    if not up.is_collected():
        # Neither the database nor the secrets of the installation are asked for this.
        code = call(
            [sys.executable, "-P", "-m", "tools.prepare", "static"], {"TONGBAN_MODE": "demo"}
        )
        if code:
            return code
    say("Everything is installed. ./tongban up starts it.")
    return 0


def meaning(words: list[str]) -> int:
    """The packages are installed by now, and stay; published services need vectors."""
    folder = home.locate(None)
    if "DATABASE_URL" not in os.environ and not (folder / "data" / "PG_VERSION").exists():
        say("Search by meaning is installed. ./tongban up, then ./tongban meaning once more.")
        return 0
    return manage(["embed_services", "--threads", str(os.cpu_count() or 1), *words])


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "up": up.main, "manage": manage, "doctor": doctor, "test": test, "bench": bench,
    "screenshots": screenshots, "check": check, "setup": setup, "meaning": meaning,
}  # fmt: skip


def main(words: list[str]) -> int:
    try:
        return COMMANDS[words[0]](words[1:])
    except Trouble as trouble:
        return console.fail(str(trouble))
    except OSError as error:
        return console.fail(console.explain(error))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
