"""System packages: what is missing, and installing it with apt where that is allowed."""

from __future__ import annotations

import glob
import importlib.util
import os
import shutil
import subprocess
import sys

from tools.console import Trouble, say, step


def missing_for_venv() -> list[str]:
    """Debian splits `venv` from Python; without it no environment can be made."""
    return [] if importlib.util.find_spec("ensurepip") else [f"python3{_minor()}-venv"]


def _minor() -> str:
    """Debian's own Python is plain `python3`; another one has its minor number in the name."""
    return (
        ""
        if os.path.realpath("/usr/bin/python3") == os.path.realpath(sys.executable)
        else (f".{sys.version_info.minor}")
    )


def missing_for_browser() -> list[str]:
    """What the browser tests and the screenshots need."""
    wanted = {
        "chromium": any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
        "fonts-noto-cjk": bool(_any_file("/usr/share/fonts", "NotoSansCJK")),
        "libatomic1": bool(
            glob.glob("/usr/lib/*/libatomic.so.1") + glob.glob("/usr/lib*/libatomic.so.1")
        ),
    }
    if not sys.platform.startswith("linux"):
        wanted = {"chromium": wanted["chromium"]}
    return [name for name, present in wanted.items() if not present]


def missing_for_translations() -> list[str]:
    """The tests compare the message files with what gettext extracts from the code."""
    return [] if shutil.which("xgettext") else ["gettext"]


def _any_file(folder: str, start: str) -> bool:
    return any(name.startswith(start) for _, _, names in os.walk(folder) for name in names)


def install(names: list[str], *, why: str) -> None:
    """Install Debian packages as root or through sudo that asks for no password.

    Raises Trouble with the one line to run when neither is possible.
    """
    if not names:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(names)}"
    if shutil.which("apt-get") is None:
        raise Trouble(f"Missing for {why}: {', '.join(names)}. Install them and start again.")
    prefix = _privilege()
    if prefix is None:
        raise Trouble(
            f"Missing for {why}: {', '.join(names)}. Run this once as root, then start again:\n"
            f"    apt-get update && {line}"
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    env_words = ["env", "DEBIAN_FRONTEND=noninteractive"] if prefix else []
    with step(f"installing {', '.join(names)}"):
        for attempt in (1, 2):
            done = subprocess.run(
                [*prefix, *env_words, *line.split()],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
            if done.returncode == 0:
                return
            if attempt == 1:  # most often the package lists are missing or stale
                subprocess.run(
                    [*prefix, "apt-get", "update", "-q"],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                )
    say(done.stdout[-500:] + done.stderr[-1500:])
    raise Trouble(f"apt could not install {', '.join(names)}. Mend the message above, then: {line}")


def _privilege() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True)
    return ["sudo", "-n"] if allowed.returncode == 0 else None
