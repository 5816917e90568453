"""The state folder of an installation: where it is, who holds it, and the secrets made for it.

One folder (`TONGBAN_HOME`, default `.data/` in the checkout) holds everything that is not code:
the embedded database, uploaded files, mail of the demo, logs, secrets.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.console import Trouble
from tools.stamps import ROOT

SYSTEM_STATE = Path("/var/lib/tongban")
LOW_BYTES = 200_000_000


@dataclass(frozen=True)
class Account:
    """Who runs the database: PostgreSQL refuses root."""

    name: str
    uid: int
    gid: int


def database_account() -> Account | None:
    """`postgres`, else `nobody`, for root; None (the current account) for anybody else."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise Trouble(
        "PostgreSQL refuses to run as root, and there is neither a postgres nor a nobody account "
        "here. Run ./tongban as an ordinary user, or set DATABASE_URL."
    )


def reaches(account: Account | None, path: Path) -> bool:
    """Whether the account can enter a folder or run a file. Asks the kernel, by trying."""
    if account is None:
        return os.access(path, os.X_OK)
    tried = subprocess.run(
        ["/usr/bin/test", "-x", str(path)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
    )
    return tried.returncode == 0


def locate(data_dir: str | None, default_name: str = ".data") -> Path:
    """The state folder, made if need be.

    For root in a folder that the database's account cannot enter (root's own home, say), the
    default lies under /var/lib/tongban instead.
    """
    account = database_account()
    chosen = data_dir or os.environ.get("TONGBAN_HOME")
    if chosen:
        home = Path(chosen).expanduser().resolve()
    else:
        home = ROOT / default_name
        if account and "DATABASE_URL" not in os.environ and not reaches(account, ROOT):
            short = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
            home = SYSTEM_STATE / f"{ROOT.name}-{short}" / default_name.lstrip(".")
    home.mkdir(mode=0o711 if account else 0o700, parents=True, exist_ok=True)
    if account and "DATABASE_URL" not in os.environ:
        if home.stat().st_uid == 0:
            home.chmod(0o711)
        if not reaches(account, home):
            raise Trouble(
                f"The account {account.name}, which runs the database, cannot enter {home}. "
                "Choose a folder that it can: ./tongban up --data-dir /var/lib/tongban/data"
            )
    check_space(home)
    return home


def check_space(home: Path) -> None:
    free = shutil.disk_usage(home).free
    if free < LOW_BYTES:
        raise Trouble(
            f"The disk that holds {home} is full ({free // 1_000_000} MB left). Free some space, "
            "or keep the data elsewhere: ./tongban up --data-dir /another/disk/folder"
        )


class Busy(Trouble):
    """Somebody else holds the state folder; `holder` says who."""

    def __init__(self, home: Path, holder: dict[str, str]) -> None:
        self.holder = holder
        what = holder.get("command", "another ./tongban")
        where = f" at {holder['address']}" if "address" in holder else ""
        super().__init__(
            f"{what} is already running on {home}{where} (process {holder.get('pid', '?')}). "
            "Stop it with Ctrl-C where it runs, or give this one its own folder and port: "
            "--data-dir FOLDER --port N"
        )


@contextlib.contextmanager
def hold(home: Path, command: str) -> Iterator[Holding]:
    """Hold the state folder for as long as the block runs. Raises Busy.

    The kernel lets go of the lock when this process ends, however it ends.
    """
    descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(home, holder(home)) from None
        holding = Holding(descriptor)
        holding.tell(command=command)
        try:
            yield holding
        finally:
            with contextlib.suppress(OSError):  # on a full disk, say: the lock alone decides
                os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


class Holding:
    """The held lock; what it tells is shown to those who come second."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._told = {"pid": str(os.getpid())}

    def tell(self, **more: str) -> None:
        self._told |= more
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(self._told).encode(), 0)


def holder(home: Path) -> dict[str, str]:
    """What the present holder of the folder tells about itself."""
    with contextlib.suppress(OSError, ValueError):
        told = json.loads((home / "lock").read_text())
        return {str(key): str(value) for key, value in told.items()}
    return {}


def secret_variables(home: Path) -> dict[str, str]:
    """`_FILE` variables for the secrets not given in the environment, made on the first start."""
    makers: dict[str, Callable[[], str]] = {
        "TONGBAN_SECRET_KEY": lambda: secrets.token_urlsafe(50),
        "TONGBAN_SEAL_KEYS": lambda: "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    variables: dict[str, str] = {}
    for name, make in makers.items():
        if name in os.environ or f"{name}_FILE" in os.environ:
            continue
        file = home / "secrets" / name.removeprefix("TONGBAN_").lower()
        if not file.exists():
            file.parent.mkdir(mode=0o700, exist_ok=True)
            _write_secret(file, make())
        variables[f"{name}_FILE"] = str(file)
    return variables


def _write_secret(file: Path, value: str) -> None:
    """Written whole and on the disk before it has its name: sealed data depends on it."""
    new = file.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as target:
        target.write(value + "\n")
        target.flush()
        os.fsync(target.fileno())
    new.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
