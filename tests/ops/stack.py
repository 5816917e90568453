"""The whole platform, started by `up` in a process of its own."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.ops.running import clean_environment, collect_static, eventually, free_port
from tools import home, up


class Stack:
    """`up` without demo content on an empty state folder; ready when entered."""

    def __init__(self, folder: Path, *, port: int | None = None, **variables: str) -> None:
        self.folder = folder
        self.variables = clean_environment() | variables
        self.port = port or free_port()

    def __enter__(self) -> Stack:
        collect_static()
        argv = [sys.executable, "-P", "-m", "tools.run", "up", "--no-demo"]
        with (self.folder / "said.txt").open("wb") as said:
            self._process = subprocess.Popen(
                [*argv, "--data-dir", str(self.folder), "--port", str(self.port)],
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        eventually(self._is_ready, seconds=300, what="the platform's first answer")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.interrupt(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(180)
        self._process.kill()
        self._process.wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def said(self) -> str:
        return (self.folder / "said.txt").read_text()

    def log(self, name: str) -> str:
        """The end of what the web server ("web") or the job worker ("jobs") wrote."""
        return (self.folder / "logs" / f"{name}.log").read_text()[-6000:]

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, self.said
        told = home.holder(self.folder)
        return told.get("pid") == str(self.pid) and "address" in told

    def interrupt(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self) -> int:
        return self._process.wait(180)

    def url(self) -> str:
        return home.holder(self.folder)["database"]

    def answers(self) -> bool:
        return up.answer("127.0.0.1", self.port) == 200

    def process(self, words: str) -> int:
        """The number of the process whose command line holds `words`: its leader, the oldest."""
        found = [
            int(path.parent.name)
            for path in Path("/proc").glob("[0-9]*/cmdline")
            if words in _read(path) and str(self.folder) in _read(path.with_name("environ"))
        ]
        return min(found)


def _read(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    return ""
