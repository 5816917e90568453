from __future__ import annotations

import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from tongban.kernel import clock, files
from tongban.kernel.errors import Refused
from tongban.kernel.models import StoredFile

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 20


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    return tmp_path / "files"


@pytest.fixture
def owner_id(db: None) -> int:
    return get_user_model().objects.create(username="li").pk


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/whatever")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("a.pdf", PDF, "pdf"), ("b.PNG", PNG, "png"), ("c.jpeg", JPG, "jpg"), ("d.jpg", JPG, "jpg")],
)
def test_what_is_kept_comes_back(owner_id: int, name: str, content: bytes, kind: str) -> None:
    file = files.store(upload(name, content), owner_id=owner_id)
    assert (file.name, file.kind, file.size) == (name, kind, len(content))
    with files.open_file(StoredFile.objects.get(pk=file.pk)) as kept:
        assert kept.read() == content
    assert Path(file.path).stem != Path(name).stem


def packed(inside: bytes) -> bytes:
    """A PDF whose objects are in a compressed object stream."""
    body = zlib.compress(inside)
    return b"%PDF-1.5\n1 0 obj\n<</Type /ObjStm /Filter /FlateDecode>>\nstream\n" + body + PDF


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "file.empty"),
        ("a.pdf", b"MZ" + PDF, "file.kind"),
        ("a.png", PDF, "file.name"),
        ("a.exe", PDF, "file.name"),
        ("a", PDF, "file.name"),
        ("a.gif", b"GIF89a", "file.kind"),
        ("a.svg", b"<svg onload='x()'/>", "file.kind"),
        ("a.html", b"<script>", "file.kind"),
        ("a.pdf", PDF + b"<</Encrypt 3 0 R>>", "file.locked"),
        ("a.pdf", PDF + b"<</S /JavaScript /JS (x)>>", "file.active"),
        ("a.pdf", PDF + b"<</S /Java#53cript>>", "file.active"),
        ("a.pdf", PDF + b"<</S /Launch>>", "file.active"),
        ("a.pdf", packed(b"<</S /JavaScript>>"), "file.active"),
        ("a.pdf", PDF + b" " * 2 * files.MEGABYTE, "file.too_large"),
    ],
)
def test_refusals(owner_id: int, folder: Path, name: str, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        files.store(upload(name, content), owner_id=owner_id, max_bytes=files.MEGABYTE)
    assert refusal.value.code == code
    assert not StoredFile.objects.exists()
    assert not list(folder.rglob("*.*"))


def test_only_allowed_kinds(owner_id: int) -> None:
    with pytest.raises(Refused, match=r"file\.kind"):
        files.store(upload("a.pdf", PDF), owner_id=owner_id, allowed=["png"])


def test_look_ups_take_any_text(owner_id: int) -> None:
    file = files.store(upload("a.pdf", PDF), owner_id=owner_id)
    assert files.described(["", "x", "户口簿.pdf", str(file.pk)]).keys() == {str(file.pk)}
    assert files.owned([str(file.pk)], owner_id) == {str(file.pk)}
    assert files.owned([str(file.pk)], owner_id + 1) == set()


def test_unattached_files_go_after_a_week(
    owner_id: int,
    folder: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    kept, loose = (files.store(upload("a.pdf", PDF), owner_id=owner_id) for _one in range(2))
    files.attach([str(kept.pk), "no such id"])
    assert files.discard_unattached() == 0
    with (
        clock.freeze(clock.now() + timedelta(days=8)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert files.discard_unattached() == 1
    assert list(StoredFile.objects.all()) == [kept]
    assert [path.name for path in folder.rglob("*.pdf")] == [Path(kept.path).name]
    assert not StoredFile.objects.filter(pk=loose.pk).exists()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\照片\\户口簿.pdf", "户口簿.pdf"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\r\nb.pdf", "ab.pdf"),
        ('"<x>".pdf', "_x_.pdf"),
        ("", "file"),
        ("...", "file"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_names_are_made_harmless(name: str, safe: str) -> None:
    assert files.safe_name(name) == safe


@given(st.text(max_size=300))
def test_any_name_fits_its_column(name: str) -> None:
    safe = files.safe_name(name)
    assert 0 < len(safe) <= 120
    assert "/" not in safe
    assert files.safe_name(safe) == safe


def contents(folder: Path) -> set[str]:
    """The names of all files in the storage, marks as "unsettled/…"."""
    return (
        {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        if folder.exists()
        else set()
    )


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_nothing_for_long(folder: Path) -> None:
    owner = get_user_model().objects.create(username="li").pk
    kept = files.store(upload("a.png", PNG), owner_id=owner)
    assert contents(folder) == {kept.path}  # committed: no mark any more
    with transaction.atomic():
        gone = files.store(upload("b.png", PNG), owner_id=owner)
        transaction.set_rollback(True)
    assert contents(folder) == {kept.path, gone.path, f"unsettled/{gone.id}-png"}
    assert files.discard_unsettled() == 0  # it might be a transaction that still runs
    # A worker that died after the commit leaves a mark beside a file that counts.
    (folder / "unsettled" / f"{kept.id}-png").touch()
    with clock.freeze(clock.now() + timedelta(days=2)):
        assert files.discard_unsettled() == 1
        assert contents(folder) == {kept.path}
    # Thrown away, and cut off before the content was: the mark is there already.
    with clock.freeze(clock.now() + timedelta(days=8)):
        with transaction.atomic():
            assert files.discard_unattached() == 1
            assert contents(folder) == {kept.path, f"unsettled/{kept.id}-png"}
        assert contents(folder) == set()
