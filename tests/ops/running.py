"""Starting the platform's programs from a test, and making sure that none outlives it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tools import children, processes
from tools.stamps import ROOT

T = TypeVar("T")


def clean_environment() -> dict[str, str]:
    """This process's variables without those that tell which installation is meant."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name != "DATABASE_URL" and not name.startswith(("TONGBAN_", "PYTEST_"))
    }
    if binaries := os.environ.get("TONGBAN_POSTGRES_BIN"):
        kept["TONGBAN_POSTGRES_BIN"] = binaries
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run one of the commands to its end."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "tools.run", *words],
        env={**clean_environment(), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def run_bootstrap(*words: str) -> subprocess.CompletedProcess[str]:
    """Run `./tongban` itself."""
    return subprocess.run(
        [str(ROOT / "tongban"), *words],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def collect_static() -> None:
    """Collect the static files unless they are; two at a time would write over each other."""
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build" / ".collecting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run("setup")
        assert done.returncode == 0, done.stdout + done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(ask: Callable[[], T], *, seconds: float = 180, what: str = "") -> T:
    """Ask again and again until the answer is true; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        if found := ask():
            return found
        assert time.monotonic() < end, f"not within {seconds} s: {what or ask}"
        time.sleep(0.02)


def end_everything(folder: Path) -> None:
    """Kill whatever a test left running on a state folder."""
    data = folder / "data"
    left = processes.marked(children.MARK, str(folder)) | processes.of_cluster(data, "-")
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: not processes.of_cluster(data, "-"), what="the cluster's end")
