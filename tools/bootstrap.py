"""From a bare machine to a running command: installs what is missing, then hands over.

Standard library only. `tongban` (sh) starts it; it ends by becoming `python -m tools.run`
inside `.venv`. A step whose inputs have not changed is skipped.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from tools import build_assets, console, environment, packages, reset  # noqa: E402

USAGE = """\
Tongban 通办, the government-services platform.

  ./tongban up           install, migrate, load the demo content, serve, and say where
      --port N           the port (8000)
      --data-dir FOLDER  where data is kept (.data)
      --no-demo          without the demo content
  ./tongban test …       the test suite; further words go to pytest
  ./tongban check        style, types, boundaries, templates, migrations, translations
  ./tongban bench …      the benchmarks
  ./tongban manage …     Django's and the platform's commands, e.g. manage import_items
                         (data elsewhere: TONGBAN_HOME=FOLDER ./tongban manage …)
  ./tongban meaning      install search by meaning (90 MB), and prepare what is published
  ./tongban doctor       say what is wrong with this installation
  ./tongban screenshots  make the pictures of the documentation
  ./tongban setup        install everything and build, but start nothing
  ./tongban reset        delete all data of this installation (asks first; --yes does not)

The settings are environment variables: docs/howto/run-in-production.md
"""

WITH_TESTS = frozenset({"test", "check", "screenshots", "bench"})
WITH_ASSETS = frozenset({"up", "setup", "test", "bench", "screenshots"})
WITH_BROWSER = frozenset({"test", "screenshots"})
COMMANDS = WITH_TESTS | WITH_ASSETS | {"manage", "doctor", "meaning", "reset"}
# These have nothing to explain beyond the usage; who asks them for help wants nothing done.
PLAIN = frozenset({"meaning", "setup", "doctor", "check"})


def prepare(command: str) -> Path:
    """Install what a command needs; returns the Python to run it with."""
    if command == "meaning":
        environment.WITH_MEANING.parent.mkdir(exist_ok=True)
        environment.WITH_MEANING.touch()
    python = environment.ensure(with_tests=command in WITH_TESTS)
    if command in WITH_ASSETS:
        build_assets.ensure()
    if command in WITH_BROWSER:
        missing = packages.missing_for_browser() + packages.missing_for_translations()
        packages.install(missing, why=f"./tongban {command}")
    return python


def main(words: list[str]) -> int:
    if not words or words[0] in ("help", "-h", "--help"):
        print(USAGE, end="")
        return 0
    began = time.monotonic()
    command = words[0]
    if command in PLAIN and not {"-h", "--help"}.isdisjoint(words):
        print(USAGE, end="")
        return 0
    if command not in COMMANDS:
        return console.fail(f"there is no command “{command}”. Try: ./tongban help") + 1
    try:
        if command == "reset":
            return reset.main(words[1:])
        python = prepare(command)
    except console.Trouble as trouble:
        return console.fail(str(trouble))
    except OSError as error:
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            return console.fail(
                f"{ROOT} cannot be written ({error.strerror}), and something must be installed in "
                "it. Run ./tongban setup there as its owner, or use a copy on a writable disk."
            )
        return console.fail(console.explain(error))
    except KeyboardInterrupt:
        return console.fail("stopped; what was installed so far is kept.") + 129
    variables = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        "TONGBAN_BEGAN": str(began),
    }
    os.execve(python, [str(python), "-P", "-m", "tools.run", *words], variables)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
