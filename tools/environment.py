"""The Python environment: uv from its own hashed lock, then everything else through uv.

`.venv-tools` holds uv alone; `.venv` holds the platform, the tests' packages once `./tongban test`
has been run, and those of search by meaning once `./tongban meaning` has. Both are exactly what the
lock files say.
"""

from __future__ import annotations

import ast
import fcntl
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import packages, stamps
from tools.console import Trouble, say, step
from tools.stamps import ROOT

VENV = ROOT / ".venv"
TOOLS_VENV = ROOT / ".venv-tools"
REQUIREMENTS = ROOT / "requirements"
WITH_MEANING = ROOT / "build" / "with-meaning"  # is there once it was asked for
NEEDED_BYTES = 1_500_000_000
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def python_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def ensure(*, with_tests: bool) -> Path:
    """Make `.venv` match its lock; returns its Python. Does nothing when it already does."""
    wanted = "test" if with_tests else "runtime"
    extra = [REQUIREMENTS / "meaning.lock"] if WITH_MEANING.exists() else []
    marks = {
        name: stamps.digest([REQUIREMENTS / f"{name}.lock", *extra], *_machine())
        for name in ("runtime", "test")
    }
    # The tests' lock holds everything the platform runs on, so it serves both.
    good_enough = ["test"] if with_tests else ["runtime", "test"]
    stamp = VENV / ".tongban-lock"
    if any(stamps.is_current(stamp, marks[name]) for name in good_enough):
        return python_of(VENV)
    with exclusive("environment"):
        if any(stamps.is_current(stamp, marks[name]) for name in good_enough):
            return python_of(VENV)
        if wanted == "runtime" and _was(stamp, "test"):
            wanted = "test"  # never take the tests' packages away again
        _check_space()
        locks = [REQUIREMENTS / f"{wanted}.lock", *extra]
        sync(VENV, locks, f"installing the {wanted} packages")
        for site in VENV.glob("lib/python*/site-packages"):
            (site / "tongban.pth").write_text(f"{ROOT / 'src'}\n")
        stamps.write(VENV / ".tongban-kind", wanted)
        stamps.write(stamp, marks[wanted])
    return python_of(VENV)


def sync(venv: Path, locks: list[Path], label: str) -> None:
    """Make a virtual environment hold exactly what hashed lock files list."""
    uv = _uv()
    environment = {**os.environ, **mirror_settings()}
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"):
        environment.pop(name, None)
    with step(label):
        if not _usable(venv):
            shutil.rmtree(venv, ignore_errors=True)
            _run([uv, "venv", "-q", "--python", sys.executable, str(venv)], environment)
        _run(
            [
                uv,
                "pip",
                "sync",
                "-q",
                "--require-hashes",
                "--no-build",
                "--python",
                str(python_of(venv)),
                *map(str, locks),
            ],
            environment,
        )


def _uv() -> str:
    uv = TOOLS_VENV / "bin" / "uv"
    lock = REQUIREMENTS / "tools.lock"
    mark = stamps.digest([lock], *_machine())
    if stamps.is_current(TOOLS_VENV / ".tongban-lock", mark) and uv.exists():
        return str(uv)
    packages.install(packages.missing_for_venv(), why="Python environments")
    with step("installing uv"):
        shutil.rmtree(TOOLS_VENV, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(TOOLS_VENV)], dict(os.environ))
        _run(
            [
                str(python_of(TOOLS_VENV)),
                "-m",
                "pip",
                "install",
                "-q",
                "--require-hashes",
                "--only-binary",
                ":all:",
                "--disable-pip-version-check",
                "-r",
                str(lock),
            ],
            dict(os.environ),
        )
    stamps.write(TOOLS_VENV / ".tongban-lock", mark)
    return str(uv)


def mirror_settings() -> dict[str, str]:
    """Tell uv what pip is told here: uv reads neither pip.conf nor PIP_ variables.

    Anything set for uv itself wins.
    """
    listed = subprocess.run(
        [str(python_of(TOOLS_VENV)), "-m", "pip", "config", "list"], capture_output=True, text=True
    ).stdout
    settings = uv_settings(listed)
    if "UV_INDEX_URL" in os.environ:
        settings.pop("UV_DEFAULT_INDEX", None)
    return {name: value for name, value in settings.items() if name not in os.environ}


def uv_settings(listed: str) -> dict[str, str]:
    """uv's variables for what `pip config list` printed."""
    pip: dict[str, str] = {}
    for line in listed.splitlines():  # later lines win: global, then install, then :env:
        name, found, value = line.partition("=")
        if found:
            pip[name.rpartition(".")[2]] = str(ast.literal_eval(value))
    settings: dict[str, str] = {}
    if index := pip.get("index-url"):
        settings["UV_DEFAULT_INDEX"] = index
    if extra := [url for url in pip.get("extra-index-url", "").split() if _exists(url)]:
        settings["UV_INDEX"] = " ".join(extra)
        # As pip does: look at every index. The hashes in the lock make this safe.
        settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    if links := [url for url in pip.get("find-links", "").split() if _exists(url)]:
        settings["UV_FIND_LINKS"] = ",".join(links)
    if hosts := pip.get("trusted-host"):
        settings["UV_INSECURE_HOST"] = " ".join(hosts.split())
    if timeout := pip.get("default-timeout") or pip.get("timeout"):
        settings["UV_HTTP_TIMEOUT"] = timeout
    if proxy := pip.get("proxy"):
        settings |= {"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy}
    if certificate := pip.get("cert"):
        settings["SSL_CERT_FILE"] = certificate
    elif SYSTEM_CERTIFICATES.exists():
        settings["UV_SYSTEM_CERTS"] = "1"
    return settings


def _exists(url: str) -> bool:
    """A local folder named in pip's settings need not exist for pip; for uv it must."""
    path = url.removeprefix("file://")
    return not path.startswith("/") or Path(path).is_dir()


def _machine() -> tuple[str, ...]:
    return (sys.version, platform.machine(), sys.platform, str(ROOT))


def _usable(venv: Path) -> bool:
    """Whether the environment runs, with the Python that is running now."""
    try:
        told = subprocess.run(
            [str(python_of(venv)), "-c", "import sys; print(sys.version)"],
            capture_output=True,
            text=True,
        )
    except OSError:
        return False
    return told.returncode == 0 and told.stdout.strip() == sys.version.strip()


def _was(stamp: Path, kind: str) -> bool:
    return stamp.exists() and stamps.is_current(VENV / ".tongban-kind", kind)


def _check_space() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES and not VENV.exists():
        raise Trouble(
            f"The disk that holds {ROOT} has {free // 1_000_000} MB free; the first start needs "
            f"about {NEEDED_BYTES // 1_000_000} MB. Free some space and start again."
        )


def _run(argv: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT
    )
    if done.returncode == 0:
        return
    said = "\n".join("    " + line for line in (done.stdout + done.stderr).splitlines()[-15:])
    say("\n" + said)
    if "No space left" in said:
        raise Trouble("The disk is full. Free some space (1.5 GB) and start again.")
    if "Read-only file system" in said:
        raise Trouble(f"{ROOT} is on a read-only disk. Run from a copy on a writable disk.")
    raise Trouble(
        "Installing failed; the last lines above say why. If the network needs a mirror or a "
        "proxy, set it for pip (pip.conf or PIP_INDEX_URL) and start again: it is passed on."
    )


@contextmanager
def exclusive(name: str) -> Iterator[None]:
    """Hold off a second `./tongban` that would install the same thing at the same time."""
    folder = ROOT / "build"
    folder.mkdir(exist_ok=True)
    with open(folder / f".{name}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("  waiting for another ./tongban to finish installing …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
