"""Every sentence of the interface is there in Chinese, with the same gaps to be filled."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "tongban"
CHINESE = SOURCE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
# As `manage makemessages` calls it.
XGETTEXT = [
    "xgettext", "--language=Python", "--from-code=UTF-8", "--no-location", "--output=-",
    "--keyword=gettext_noop", "--keyword=gettext_lazy", "--keyword=ngettext_lazy:1,2",
    "--keyword=pgettext:1c,2", "--keyword=npgettext:1c,2,3", "--keyword=pgettext_lazy:1c,2",
    "--keyword=npgettext_lazy:1c,2,3",
]  # fmt: skip
GAP = re.compile(r"%\((\w+)\)[sd]|(?<![%{])\{(\w*)\}|%([sd])")
Key = tuple[str, str | None]


def key_of(message: Message) -> Key:
    return (message.id if isinstance(message.id, str) else message.id[0], message.context)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What the code and the templates say, as gettext finds it."""
    if shutil.which("xgettext") is None:
        pytest.fail("gettext is not installed: apt-get install gettext")
    folder = tmp_path_factory.mktemp("sentences")
    files = []
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        copy = folder / "-".join(path.relative_to(SOURCE).parts)
        copy.write_text(text if path.suffix == ".py" else templatize(text), encoding="utf-8")
        files.append(str(copy))
    found = folder / "found.pot"
    said = subprocess.run([*XGETTEXT, *files], capture_output=True, check=True)
    header = {b"charset=CHARSET": b"charset=UTF-8", b"nplurals=INTEGER; plural=EXPRESSION": b""}
    for placeholder, value in header.items():
        said.stdout = said.stdout.replace(placeholder, value)
    found.write_bytes(said.stdout)
    with found.open("rb") as source:
        return read_po(source)


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    with CHINESE.open("rb") as source:
        return read_po(source, locale="zh_Hans", abort_invalid=True)


def translations_of(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def test_every_sentence_has_its_chinese(used: Catalog, chinese: Catalog) -> None:
    there = {
        key_of(message)
        for message in chinese
        if message.id and not message.fuzzy and all(translations_of(message))
    }
    missing = [key_of(message) for message in used if message.id and key_of(message) not in there]
    assert not missing, f"{len(missing)} without Chinese: {missing[:20]}"


def test_no_translation_is_left_of_a_sentence_that_is_gone(used: Catalog, chinese: Catalog) -> None:
    here = {key_of(message) for message in used}
    stale = [key_of(message) for message in chinese if message.id and key_of(message) not in here]
    assert not stale, f"{len(stale)} no longer said: {stale[:20]}"


def test_translations_have_the_gaps_of_their_sentences(chinese: Catalog) -> None:
    wrong = []
    for message in chinese:
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        allowed = [set(GAP.findall(text)) for text in ids]
        wrong += [
            text
            for text in translations_of(message)
            if text and set(GAP.findall(text)) not in allowed
        ]
    assert not wrong
