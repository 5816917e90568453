"""Files of the whole catalogue, made every night: anybody may take them, as often as they like.

Making one takes minutes and describes every guide; sending one costs nothing. A file is written
beside its predecessor and takes its place whole; who is reading the old one reads it to its end.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.core.files.storage import default_storage

from tongban.catalogue.bulk_data import FORMS, LANGUAGES, Form, Part, compressed, pieces
from tongban.catalogue.feed import last_position
from tongban.kernel import clock
from tongban.kernel.announcements import app

log = structlog.get_logger(__name__)

_MANIFEST = "manifest.json"
_STALE = 24 * 3600  # seconds


@dataclass(frozen=True)
class PublishedFile:
    """A file of the whole catalogue. `size` in bytes; `language` is that of a CSV, else ""."""

    name: str
    form: Form
    language: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Publication:
    """The files of one night.

    They hold all changes up to `position`, and perhaps later ones: follow the changes after it.
    """

    made_at: datetime
    services: int
    position: int
    files: tuple[PublishedFile, ...]

    def file(self, name: str) -> PublishedFile | None:
        return next((one for one in self.files if one.name == name), None)


def folder() -> Path:
    """Where the files are."""
    return Path(default_storage.path("open-data"))


def publication() -> Publication | None:
    """What was published last; None before the first night."""
    try:
        told = json.loads((folder() / _MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    files = tuple(PublishedFile(**one) for one in told.pop("files"))
    return Publication(
        **told | {"made_at": datetime.fromisoformat(told["made_at"]), "files": files}
    )


def publish_files() -> Publication:
    """Make all files anew."""
    home = folder()
    home.mkdir(parents=True, exist_ok=True)
    _tidy(home)
    # Before the first row is read, so that no change falls between the files and the changes.
    position, made_at = last_position(), clock.now()
    files = []
    for form in FORMS:
        for language in LANGUAGES if form == "csv" else ("",):
            name = ".".join(part for part in ("services", language, form, "gz") if part)
            text = pieces(
                form, Part(), language=language or "zh", dataset_name=settings.SITE["name"]
            )
            size, digest = _write(home / name, compressed(text))
            files.append(PublishedFile(name, form, language, size, digest))
    made = Publication(
        made_at=made_at,
        services=Part().offerings().count(),
        position=position,
        files=tuple(files),
    )
    sums = "".join(f"{one.sha256}  {one.name}\n" for one in files)
    _write(home / "SHA256SUMS", [sums.encode()])
    told = asdict(made) | {"made_at": made_at.isoformat()}
    _write(home / _MANIFEST, [json.dumps(told, indent=1).encode()])
    return made


@app.periodic(cron="23 2 * * *")
@app.task(queue="upkeep", queueing_lock="publish_files", pass_context=False)
def publish_nightly(timestamp: int) -> None:
    """Make the files of the night."""
    made = publish_files()
    log.info("open_data_published", services=made.services, position=made.position)


def _tidy(home: Path) -> None:
    """Throw away what a process that was killed left half written."""
    for path in home.glob(".*"):
        if clock.now().timestamp() - path.stat().st_mtime > _STALE:
            path.unlink(missing_ok=True)


def _write(path: Path, blocks: Iterable[bytes]) -> tuple[int, str]:
    """Write a file and put it in its place; its size and digest."""
    size, digest = 0, hashlib.sha256()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                size += len(block)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return size, digest.hexdigest()
