"""Uploaded files: taken in only after a look at their content, kept by the default storage.

Who may read a file is decided by whoever refers to it (cases, ratings …), never here. A file that
no row refers to after a week is thrown away: call `attach` when you save a reference to it.

The storage knows no transactions. So a mark in its folder `unsettled` stands beside every content
whose row is not committed yet, or no longer there: it is set first and taken away after the commit.
What a rollback or a crash leaves behind still has its mark, and `discard_unsettled` finds it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
import zlib
from collections.abc import Collection, Iterable
from datetime import timedelta
from functools import partial
from pathlib import PurePath, PureWindowsPath
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.models import StoredFile
from tongban.kernel.pictures import without_traces

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

KEPT_UNATTACHED = timedelta(days=7)
# No transaction lasts so long: what is unsettled after it will not be settled any more.
UNSETTLED = timedelta(days=1)
MEGABYTE = 1024 * 1024

_MAGIC = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
_EXTENSIONS = {".pdf": "pdf", ".jpg": "jpg", ".jpeg": "jpg", ".png": "png"}


def store(
    upload: UploadedFile,
    *,
    owner_id: int,
    allowed: Collection[str] = ("pdf", "jpg", "png"),
    max_bytes: int = 10 * MEGABYTE,
    for_everybody: bool = False,
) -> StoredFile:
    """Keep an upload. Raises Refused (`file.…`) with words that say what to do instead.

    `for_everybody`: it will be public; pictures lose what they tell of place and maker.
    What counts is the content; a name that claims another kind is refused too. PDFs that need a
    password or that carry scripts are refused: an officer could not open them, or should not.
    """
    if upload.size is None or upload.size > max_bytes:
        raise Refused(
            "file.too_large",
            _("This file is larger than %(limit)s MB. Upload a smaller scan or photo.")
            % {"limit": max_bytes // MEGABYTE},
        )
    content = upload.read()
    if not content:
        raise Refused("file.empty", _("This file is empty. Choose the file again."))
    kind = _kind_of(content)
    name = safe_name(upload.name or "")
    if kind is None or kind not in allowed:
        raise Refused(
            "file.kind",
            _("This file cannot be read here. Upload one of these kinds: %(kinds)s.")
            % {"kinds": ", ".join(k.upper() for k in allowed)},
        )
    if _EXTENSIONS.get(PurePath(name).suffix.lower()) != kind:
        raise Refused(
            "file.name",
            _("The file's name does not fit its content (%(kind)s). Save it again and retry.")
            % {"kind": kind.upper()},
        )
    if kind == "pdf":
        _refuse_locked_or_active(content)
    elif for_everybody:
        content = without_traces(content, kind)
    file = StoredFile(
        name=name,
        kind=kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        owner_id=owner_id,
    )
    mark = _unsettle(file)
    default_storage.save(file.path, ContentFile(content))
    try:
        with transaction.atomic():
            file.save(force_insert=True)
    except Exception:
        default_storage.delete(file.path)
        default_storage.delete(mark)
        raise
    transaction.on_commit(partial(default_storage.delete, mark), robust=True)
    return file


def open_file(file: StoredFile) -> File[bytes]:
    """Its content, open for reading. Raises FileNotFoundError if the storage has lost it."""
    return default_storage.open(file.path, "rb")


def described(ids: Iterable[str]) -> dict[str, StoredFile]:
    """The files with these ids, by id as text, in one query; unknown ids are left out."""
    wanted = [parsed for text in ids if (parsed := _uuid(text)) is not None]
    if not wanted:
        return {}
    return {str(file.id): file for file in StoredFile.objects.filter(id__in=wanted)}


def owned(ids: Iterable[str], owner_id: int) -> set[str]:
    """Those of `ids` that this account uploaded."""
    return {id for id, file in described(ids).items() if file.owner_id == owner_id}


def attach(ids: Iterable[str]) -> None:
    """A row now refers to these files: keep them."""
    wanted = [parsed for text in ids if (parsed := _uuid(text)) is not None]
    StoredFile.objects.filter(id__in=wanted, attached=False).update(attached=True)


def detach(ids: Iterable[str]) -> None:
    """The row that referred to these files is gone: throw them away in time."""
    wanted = [parsed for text in ids if (parsed := _uuid(text)) is not None]
    StoredFile.objects.filter(id__in=wanted).update(attached=False)


def discard_unattached() -> int:
    """Throw away files that nothing has referred to for a week; how many."""
    count = 0
    before = clock.now() - KEPT_UNATTACHED
    for file in StoredFile.objects.filter(attached=False, created_at__lt=before).order_by("pk")[
        :1000
    ]:
        with transaction.atomic():
            # Asked again under lock: it may have been attached in the meantime.
            row = StoredFile.objects.select_for_update().filter(pk=file.pk, attached=False)
            if row.exists():
                mark = _unsettle(file)
                row.delete()
                transaction.on_commit(partial(_throw_away, file.path, mark), robust=True)
                count += 1
    return count


def discard_unsettled() -> int:
    """Throw away contents whose rows were rolled back or are gone, a day later; how many.

    Looks at marks only, so it takes as long as there are any, not as long as there are files.
    """
    count = 0
    if not default_storage.exists(_MARKS):  # nothing was ever stored
        return 0
    _folders, marks = default_storage.listdir(_MARKS)
    for name in marks:
        mark = f"{_MARKS}/{name}"
        try:
            set_at = default_storage.get_modified_time(mark)
        except FileNotFoundError:  # settled this moment
            continue
        if clock.now() - set_at < UNSETTLED:
            continue
        if described([name.rpartition("-")[0]]):
            default_storage.delete(mark)  # the worker died between the commit and this
        else:
            _throw_away(_path(name), mark)
            count += 1
    return count


_MARKS = "unsettled"


def _unsettle(file: StoredFile) -> str:
    """Mark a content as one whose row may not be there tomorrow; the mark's name."""
    mark = f"{_MARKS}/{file.id}-{file.kind}"
    if not default_storage.exists(mark):
        default_storage.save(mark, ContentFile(b""))
    return mark


def _path(name: str) -> str:
    """Where the content of a mark of that name lies: `StoredFile.path`, without its row."""
    text, _dash, kind = name.rpartition("-")
    return StoredFile(id=uuid.UUID(text), kind=kind).path


def _throw_away(path: str, mark: str) -> None:
    default_storage.delete(path)
    default_storage.delete(mark)  # last: who is cut off here begins again


def safe_name(name: str) -> str:
    """A name without folders, control and direction characters; at most 120 characters."""
    name = PureWindowsPath(name).name
    name = "".join(
        c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C"
    )
    name = re.sub(r'[<>:"/\\|?*]+', "_", name).strip(" .")
    path = PurePath(name or "file")
    return path.stem[: 120 - len(path.suffix)] + path.suffix[:20]


def _kind_of(content: bytes) -> str | None:
    for kind, magic in _MAGIC.items():
        # Readers allow some bytes before a PDF's header; we do not: files of two kinds at once.
        if content.startswith(magic):
            return kind
    return None


_OBJECT_STREAM = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_ESCAPED = re.compile(rb"#([0-9a-fA-F]{2})")


def _refuse_locked_or_active(content: bytes) -> None:
    """Look for encryption and scripts, in compressed object streams and escaped names too."""
    parts = [content]
    for match in _OBJECT_STREAM.finditer(content):
        try:
            parts.append(zlib.decompressobj().decompress(content[match.end() :], 4 * MEGABYTE))
        except zlib.error:
            continue
    for part in parts:
        plain = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), part)
        if re.search(rb"/Encrypt\b", plain):
            raise Refused(
                "file.locked",
                _("This PDF is protected with a password. Save it without one and upload it."),
            )
        if re.search(rb"/(JavaScript|Launch|RichMedia)\b", plain):
            raise Refused(
                "file.active",
                _("This PDF contains a script. Print it to a new PDF and upload that one."),
            )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
