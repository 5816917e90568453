"""The processes that serve: started, watched, started again with growing pauses, and stopped."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import processes

MARK = "TONGBAN_SUPERVISED"
PAUSES = (0.5, 1, 2, 4, 8, 15, 30)  # seconds before the 1st, 2nd … start again
STEADY_SECONDS = 60  # after this long the pauses begin anew
_PR_SET_PDEATHSIG = 1


class Child:
    """One process of the platform, in a session of its own: Ctrl-C reaches only us."""

    def __init__(
        self, name: str, argv: Sequence[str], variables: Mapping[str, str], log: Path | None
    ) -> None:
        """`log`: where its output goes; None for our own output."""
        self.name = name
        self.log = log
        self._argv = list(argv)
        self._variables = dict(variables)
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._deaths = 0
        self._again_at: float | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        out = None
        if self.log:
            self.log.parent.mkdir(mode=0o700, exist_ok=True)
            if self.log.exists() and self.log.stat().st_size > 10_000_000:
                self.log.replace(self.log.with_suffix(".log.1"))
            out = self.log.open("ab")
        try:
            self._process = subprocess.Popen(
                self._argv,
                env=self._variables,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT if out else None,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        finally:
            if out:
                out.close()
        self._started = time.monotonic()
        self._again_at = None

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def watch(self) -> str | None:
        """Start it again when it has died and its pause is over; returns news for the console."""
        if self.is_running():
            return None
        now = time.monotonic()
        if self._again_at is None:
            self._kill_group()  # workers of a killed server would keep its port
            if now - self._started > STEADY_SECONDS:
                self._deaths = 0
            pause = PAUSES[min(self._deaths, len(PAUSES) - 1)]
            self._deaths += 1
            self._again_at = now + pause
            return f"{self.name} ended ({self._how()}): starting it again in {pause:g} s"
        if now >= self._again_at:
            self.start()
        return None

    def end(self) -> None:
        """Ask it to finish what it is doing and stop."""
        self._again_at = float("inf")
        if self.is_running():
            assert self._process is not None
            self._process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait for the end that was asked for; after `seconds` end it and its own at once."""
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(max(0, seconds))
            self._kill_group()
            self._process.wait()

    def _kill_group(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _how(self) -> str:
        code = self._process.returncode if self._process else 0
        if code < 0:
            with contextlib.suppress(ValueError):
                return signal.Signals(-code).name
        return f"exit code {code}"


def _end_with_parent() -> None:
    """Have Linux end this process when the supervisor is killed. Elsewhere: `clear_leftovers`."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def clear_leftovers(folder: Path, seconds: float = 10) -> None:
    """End what a killed supervisor of this state folder left running."""
    end = time.monotonic() + seconds
    asked: set[int] = set()
    while left := processes.marked(MARK, str(folder)):
        late = time.monotonic() > end
        for pid in left - (set() if late else asked):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
        asked |= left
        time.sleep(0.05)
