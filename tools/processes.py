"""Looking at processes: what uses a folder, a port, or belongs to an installation.

Linux tells through /proc; elsewhere `ps` does.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

PROC = Path("/proc")
HAS_PROC = (PROC / "self" / "cwd").exists()


def _pids() -> Iterator[int]:
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def is_zombie(pid: int) -> bool:
    """Whether a process has ended and waits to be reaped: it holds nothing any more."""
    try:
        stat = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] in "ZX"


def exists(pid: int) -> bool:
    """Whether the number is in use, by a zombie too."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def of_cluster(data: Path, cluster_name: str) -> set[int]:
    """The living processes of the database cluster in `data`.

    By working directory, because backends rewrite their command line. Where another account's
    working directory may not be read (root in a container), by the cluster's name, which every
    backend shows in its title, and by the data folder in the postmaster's command line.
    """
    if not HAS_PROC:
        return _by_ps(lambda line: f": {cluster_name}:" in line or f"-D {data} " in f"{line} ")
    return {pid for pid in _pids() if _in_cluster(pid, data, cluster_name)}


def _in_cluster(pid: int, data: Path, cluster_name: str) -> bool:
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return False
    if not words[0] or is_zombie(pid):  # a zombie's command line is empty
        return False
    # "postgres: cluster_name: checkpointer" or "/…/bin/postgres -D folder"
    if not (words[0].startswith("postgres: ") or words[0].endswith("/postgres")):
        return False
    try:
        return os.readlink(PROC / str(pid) / "cwd") == str(data)
    except OSError:
        return words[0].startswith(f"postgres: {cluster_name}: ") or str(data) in words


def marked(variable: str, value: str) -> set[int]:
    """The living processes, other than this one, started with an environment variable."""
    if not HAS_PROC:
        return _by_ps(lambda line: f" {variable}={value} " in f"{line} ", "axeww")
    mark = f"{variable}={value}".encode()
    found = set()
    for pid in _pids():
        if pid == os.getpid():
            continue
        with contextlib.suppress(OSError):
            variables = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
            if mark in variables and not is_zombie(pid):
                found.add(pid)
    return found


def _by_ps(wanted: Callable[[str], bool], options: str = "axww") -> set[int]:
    told = subprocess.run(
        ["ps", options, "-o", "pid=,stat=,command="], capture_output=True, text=True
    )
    found = set()
    for line in told.stdout.splitlines():
        pid, state, command = (*line.split(None, 2), "", "")[:3]
        if pid.isdigit() and int(pid) != os.getpid() and "Z" not in state and wanted(command):
            found.add(int(pid))
    return found


def port_is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise
        except OSError:
            return False
    return True


def next_free_port(host: str, port: int) -> int:
    return next((p for p in range(port + 1, port + 100) if port_is_free(host, p)), port + 1)


def user_of_port(port: int) -> str | None:
    """“name (process N)” of whoever listens on a TCP port, as far as this account may see."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{fields[9]}]")
    if not inodes:
        return None
    for pid in _pids():
        with contextlib.suppress(OSError):
            for descriptor in (PROC / str(pid) / "fd").iterdir():
                if os.readlink(descriptor) in inodes:
                    name = (PROC / str(pid) / "comm").read_text().strip()
                    return f"{name} (process {pid})"
    return None
