"""Build the style sheets and scripts: npm and sass from a locked node, into `build/static/`.

Node comes as a wheel in an environment of its own (`.venv-assets`); where no wheel fits, a
system node of version 20 or newer serves. `assets/package.json` holds the build command.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from tools import environment, stamps
from tools.console import Trouble, say, step
from tools.stamps import ROOT

ASSETS = ROOT / "assets"
OUTPUT = ROOT / "build" / "static"
STAMP = ROOT / "build" / ".assets-stamp"
NODE_VENV = ROOT / ".venv-assets"
LOCK = environment.REQUIREMENTS / "assets.lock"
OLDEST_NODE = 20


def fingerprint() -> str:
    """The hash of everything that decides what the built assets look like."""
    return stamps.digest([ASSETS, LOCK], skip=frozenset({"node_modules"}))


def is_built() -> bool:
    return OUTPUT.is_dir() and stamps.is_current(STAMP, fingerprint())


def ensure() -> None:
    """Build unless the inputs are those of the last build."""
    if not (ASSETS / "package.json").exists() or is_built():
        return
    with environment.exclusive("assets"):
        if is_built():
            return
        node = _node_folder()
        variables = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
        if environment.SYSTEM_CERTIFICATES.exists():
            variables.setdefault("NODE_EXTRA_CA_CERTS", str(environment.SYSTEM_CERTIFICATES))
        with step("fetching the front-end packages"):
            _npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], variables)
        with step("building style sheets and scripts"):
            shutil.rmtree(OUTPUT, ignore_errors=True)
            OUTPUT.mkdir(parents=True)
            _npm(["run", "--silent", "build"], variables)
        stamps.write(STAMP, fingerprint())


def _node_folder() -> Path:
    """The folder with node and npm."""
    stamp = NODE_VENV / ".tongban-lock"
    mark = stamps.digest([LOCK], str(ROOT))
    if not stamps.is_current(stamp, mark):
        try:
            environment.sync(NODE_VENV, [LOCK], "installing node for the build")
        except Trouble:
            system = _system_node()
            if system is None:
                raise
            say(f"  no node wheel for this machine: using {system}/node")
            return system
        stamps.write(stamp, mark)
    return NODE_VENV / "bin"


def _system_node() -> Path | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.", told)
    return Path(node).parent if found and int(found[1]) >= OLDEST_NODE else None


def _npm(words: list[str], variables: dict[str, str]) -> None:
    done = subprocess.run(
        ["npm", *words],
        cwd=ASSETS,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).splitlines()[-20:]
        say("\n" + "\n".join("    " + line for line in said))
        raise Trouble(
            f"`npm {words[0]}` failed in assets/; the last lines above say why. If the network "
            "needs a mirror, set it for npm (npm config set registry …) and start again."
        )
