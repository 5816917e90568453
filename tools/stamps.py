"""Skipping what is already done: a step runs again only when the hash of its inputs changes.

A stamp lies inside the thing it describes (`.venv/`, `build/`, the state folder), so deleting
that thing also forgets the stamp.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def digest(paths: Iterable[Path], *words: str, skip: frozenset[str] = frozenset()) -> str:
    """SHA-256 over the names and contents of files and folders, and over `words`.

    Missing paths count as empty. Folders named in `skip` and hidden files are left out.
    """
    sum_ = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        for file in sorted(_files(path, skip)):
            sum_.update(f"\0{file.relative_to(ROOT) if ROOT in file.parents else file}\0".encode())
            sum_.update(hashlib.sha256(file.read_bytes()).digest())
    return sum_.hexdigest()


def _files(path: Path, skip: frozenset[str]) -> Iterable[Path]:
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = [f for f in folders if f not in skip and f != "__pycache__"]
        yield from (Path(folder, name) for name in names if not name.startswith("."))


def is_current(stamp: Path, value: str) -> bool:
    try:
        return stamp.read_text().strip() == value
    except OSError:
        return False


def write(stamp: Path, value: str) -> None:
    """Record `value`, whole or not at all."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    new = stamp.with_name(stamp.name + ".new")
    new.write_text(value + "\n")
    new.replace(stamp)
