"""Words on the terminal: progress with the seconds it took, and troubles in one sentence."""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Trouble(Exception):
    """Something the person at the keyboard can mend; the text says what to do."""


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def step(label: str, *, talks: bool = False) -> Iterator[None]:
    """Announce a step and how many seconds it took.

    `talks`: the step prints lines of its own, so its time goes on a line of its own too.
    """
    started = time.monotonic()
    print(f"  {label} …", end="\n" if talks else "", flush=True)
    try:
        yield
    except BaseException:
        if not talks:
            print(flush=True)
        raise
    seconds = time.monotonic() - started
    print(f"  {label}: {seconds:.1f} s" if talks else f" {seconds:.1f} s", flush=True)


def explain(error: OSError) -> str:
    """A file-system error as a sentence that says what to do."""
    where = error.filename or "the disk"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk is full (while writing {where}). Free some space and start again; "
            "the first start needs about 1.5 GB, and nothing is half-done."
        )
    if error.errno == errno.EROFS:
        return (
            f"{where} is on a read-only disk. Run from a copy on a writable disk, or keep the "
            "data elsewhere: ./tongban up --data-dir /some/writable/folder"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"No permission to write {where}. Run as the account that owns this folder, or keep "
            "the data elsewhere: ./tongban up --data-dir /some/writable/folder"
        )
    return f"{error.strerror or error} ({where})."


def fail(text: str) -> int:
    """Print a trouble and return the exit code for it."""
    sys.stdout.flush()
    print(f"\ntongban: {text}", file=sys.stderr, flush=True)
    return 1


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, indented; empty if there is no such file."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 16_384))
            text = log.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join("    " + line for line in text.splitlines()[-lines:])
