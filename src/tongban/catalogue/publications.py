"""Files of the whole catalogue, made every night: anybody may take them, as often as they like.

Making them takes minutes and reads every guide once; sending one costs nothing. A file is written
beside its predecessor and takes its place whole; who is reading the old one reads it to its end.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import structlog
from django.conf import settings
from django.core.files.storage import default_storage

from tongban.catalogue.bulk_data import (
    FORMS,
    LANGUAGES,
    Form,
    Part,
    batches,
    closing,
    described,
    opening,
)
from tongban.catalogue.feed import last_position
from tongban.catalogue.linked_data import surroundings
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
    whole = Part()
    with ExitStack() as stack:
        making = [
            (form, language, stack.enter_context(_packed(home / _name(form, language))))
            for form in FORMS
            for language in (LANGUAGES if form == "csv" else ("",))
        ]
        for form, _language, file in making:
            file.write(opening(form, settings.SITE["name"]).encode())
        for batch in batches(whole):
            around = surroundings(settings.BASE_URL, batch, relations=True)
            for form, language, file in making:
                lines = (described(form, one, guide, around, language) for one, guide in batch)
                file.write("".join(lines).encode())
        for form, _language, file in making:
            file.write(closing(form).encode())
    files = [_published(home, form, language) for form, language, _file in making]
    made = Publication(
        made_at=made_at,
        services=whole.offerings().count(),
        position=position,
        files=tuple(files),
    )
    sums = "".join(f"{one.sha256}  {one.name}\n" for one in files)
    manifest = asdict(made) | {"made_at": made_at.isoformat()}
    for name, text in (("SHA256SUMS", sums), (_MANIFEST, json.dumps(manifest, indent=1))):
        with _replacing(home / name) as plain:
            plain.write(text.encode())
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


def _name(form: Form, language: str) -> str:
    return ".".join(part for part in ("services", language, form, "gz") if part)


def _published(home: Path, form: Form, language: str) -> PublishedFile:
    path = home / _name(form, language)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return PublishedFile(path.name, form, language, path.stat().st_size, digest)


@contextmanager
def _packed(path: Path) -> Iterator[gzip.GzipFile]:
    """A file to write through gzip."""
    with (
        _replacing(path) as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as packed,
    ):
        yield packed


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write beside another, which it replaces when it is whole."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
