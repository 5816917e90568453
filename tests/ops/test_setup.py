"""Set-up: what is skipped, what is passed on, and what old machines are told."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.ops.running import clean_environment, run_bootstrap
from tools import console, environment, home, stamps, translations
from tools.stamps import ROOT


def test_digest_follows_content_and_names_but_not_caches(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one")
    first = stamps.digest([tmp_path], "word")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("cache")
    assert stamps.digest([tmp_path], "word") == first
    assert stamps.digest([tmp_path], "other word") != first
    (tmp_path / "a").rename(tmp_path / "b")
    assert stamps.digest([tmp_path], "word") != first


def test_stamp_is_current_until_its_input_changes(tmp_path: Path) -> None:
    stamp = tmp_path / "inside" / "stamp"
    assert not stamps.is_current(stamp, "1")
    stamps.write(stamp, "1")
    assert stamps.is_current(stamp, "1")
    assert not stamps.is_current(stamp, "2")


def test_mirror_and_certificate_of_pip_are_passed_on_to_uv(tmp_path: Path) -> None:
    settings = environment.uv_settings(
        "global.index-url='https://mirror.example/simple'\n"
        f"global.extra-index-url='file://{tmp_path} file:///nowhere/at/all'\n"
        "global.cert='/etc/ssl/our-ca.pem'\n"
        ":env:.index-url='https://nearer.example/simple'\n"
        "install.trusted-host='mirror.example'\n"
    )
    assert settings["UV_DEFAULT_INDEX"] == "https://nearer.example/simple"
    assert settings["UV_INDEX"] == f"file://{tmp_path}"
    assert settings["SSL_CERT_FILE"] == "/etc/ssl/our-ca.pem"
    assert settings["UV_INSECURE_HOST"] == "mirror.example"


def test_locks_are_hashed_and_name_no_index() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text()
        assert "://" not in text, lock
        pins = [line for line in text.splitlines() if line and line[0] not in " #"]
        assert all("==" in pin and pin.endswith("\\") for pin in pins), lock
        assert text.count("--hash=sha256:") >= len(pins), lock


def test_old_python_is_told_what_is_needed(tmp_path: Path) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        fake = tmp_path / name
        fake.write_text('#!/bin/sh\n[ "$1" = --version ] && exec echo "Python 3.9.2"\nexit 1\n')
        fake.chmod(0o755)
    told = subprocess.run(
        [str(ROOT / "tongban"), "up"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    assert "needs Python 3.11 or newer, but python3 here is Python 3.9.2" in told.stderr


def test_help_names_every_command() -> None:
    told = run_bootstrap("help").stdout
    for command in ("up", "test", "check", "bench", "manage", "doctor", "screenshots", "reset"):
        assert f"./tongban {command}" in told
    was = environment.WITH_MEANING.exists()
    assert run_bootstrap("meaning", "--help").stdout == told
    assert environment.WITH_MEANING.exists() == was, "who asks for help wants nothing installed"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_disk_troubles_say_what_to_do(number: int) -> None:
    text = console.explain(OSError(number, os.strerror(number), "/some/file"))
    assert "/some/file" in text
    assert "Free some" in text or "--data-dir" in text


def test_secrets_are_made_once_and_for_the_owner_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TONGBAN_SECRET_KEY", "TONGBAN_SEAL_KEYS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    first = home.secret_variables(folder)
    kept = {name: Path(file).read_text() for name, file in first.items()}
    again = home.secret_variables(folder)
    assert first == again
    assert {name: Path(file).read_text() for name, file in again.items()} == kept
    assert set(first) == {"TONGBAN_SECRET_KEY_FILE", "TONGBAN_SEAL_KEYS_FILE"}
    assert all(stat.S_IMODE(Path(file).stat().st_mode) == 0o600 for file in first.values())


def test_secrets_given_are_not_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGBAN_SECRET_KEY", "given")
    monkeypatch.setenv("TONGBAN_SEAL_KEYS_FILE", "/given/too")
    assert home.secret_variables(folder) == {}


def test_every_message_file_compiles() -> None:
    assert translations.sources()
    translations.ensure()
    assert translations.is_compiled()


def test_script_runs_from_anywhere_and_through_a_link(tmp_path: Path) -> None:
    link = tmp_path / "tongban"
    link.symlink_to(ROOT / "tongban")
    told = subprocess.run(
        [str(link), "help"], cwd="/", env=clean_environment(), capture_output=True, text=True
    )
    assert told.returncode == 0
    assert "./tongban up" in told.stdout
