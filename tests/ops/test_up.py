"""`./tongban up` as a person meets it: it starts, says what is in the way, and stops cleanly."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from tests.ops.running import free_port, run, run_bootstrap
from tests.ops.stack import Stack
from tools import children, processes
from tools.up import answer


def test_busy_port_is_named_with_another_to_take(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run("up", "--data-dir", str(folder), "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port} is in use by" in refused.stderr
    assert f"process {os.getpid()}" in refused.stderr
    assert "./tongban up --port " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (folder / "data").exists()


def test_unreachable_database_is_said_without_a_trace(folder: Path) -> None:
    refused = run(
        "up", "--data-dir", str(folder), "--port", str(free_port()),
        DATABASE_URL="postgresql://nobody:hush@127.0.0.1:1/none",
    )  # fmt: skip
    assert refused.returncode == 1
    assert "Cannot reach the database that DATABASE_URL names" in refused.stderr
    assert "hush" not in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_folder_that_may_not_be_written_is_named(folder: Path) -> None:
    folder.chmod(0o500)
    refused = run("up", "--data-dir", str(folder / "inside"), "--port", str(free_port()))
    folder.chmod(0o700)
    assert refused.returncode == 1
    assert "No permission to write" in refused.stderr
    assert "--data-dir" in refused.stderr


def test_up_serves_refuses_a_second_and_stops_cleanly(folder: Path) -> None:
    with Stack(folder) as stack:
        assert answer("127.0.0.1", stack.port) == 200
        second = run("up", "--data-dir", str(folder), "--port", str(free_port()))
        assert second.returncode == 1
        assert f"./tongban up is already running on {folder}" in second.stderr
        assert f"process {stack.pid}" in second.stderr
        stack.interrupt(signal.SIGINT)
        assert stack.wait() == 0
        assert not processes.marked(children.MARK, str(folder))
        assert not processes.of_cluster(folder / "data", "-")
        assert processes.port_is_free("127.0.0.1", stack.port)


def test_reset_deletes_only_what_the_platform_made(folder: Path) -> None:
    for name in ("data", "secrets"):
        (folder / name).mkdir()
    (folder / "letters.txt").write_text("not ours")
    unasked = run_bootstrap("reset", "--data-dir", str(folder))
    assert "--yes" in unasked.stderr
    assert (folder / "data").exists()
    assert run_bootstrap("reset", "--data-dir", str(folder), "--yes").returncode == 0
    assert [path.name for path in folder.iterdir()] == ["letters.txt"]


def test_unknown_command_names_the_help() -> None:
    refused = run_bootstrap("serve")
    assert refused.returncode == 2
    assert "./tongban help" in refused.stderr
