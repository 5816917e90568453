"""Compile the message files (.po) to the form gettext reads (.mo), without system tools."""

from __future__ import annotations

from pathlib import Path

from tools import stamps
from tools.console import Trouble
from tools.stamps import ROOT

LOCALE = ROOT / "src" / "tongban" / "locale"
STAMP = ROOT / "build" / ".translations-stamp"


def sources() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))


def is_compiled() -> bool:
    """Whether every .mo is there, made from its .po as it is, and no older (doctor looks)."""
    return stamps.is_current(STAMP, stamps.digest(sources())) and all(
        mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime
        for po in sources()
        for mo in [po.with_suffix(".mo")]
    )


def compile_all() -> int:
    """Compile every message file; returns how many. Fuzzy entries stay out. Raises Trouble."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    for po in sources():
        with po.open("rb") as source:
            try:
                catalog = read_po(source, locale=po.parent.parent.name, abort_invalid=True)
            except PoFileError as error:
                name = po.relative_to(ROOT)
                raise Trouble(f"{name}, line {error.lineno}: {error}. Mend it.") from None
        new = po.with_suffix(".mo.new")
        with new.open("wb") as target:
            write_mo(target, catalog)
        new.replace(po.with_suffix(".mo"))
    stamps.write(STAMP, stamps.digest(sources()))
    return len(sources())


def ensure() -> None:
    if not is_compiled():
        compile_all()


if __name__ == "__main__":
    print(f"{compile_all()} message files compiled")
