"""Text in workbooks: XML cannot hold every character, so a few are written as `_x000D_`. Pure."""

from __future__ import annotations

import re

# Characters a cell may hold, as they stand in the workbook.
CELL = 32_000

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def escaped(text: str) -> str:
    """As it stands in a workbook."""
    return _UNSAFE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """As it was."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
