"""Text in workbooks: XML cannot hold every character, so a few are written as `_x000D_`. Pure."""

from __future__ import annotations

import re
from typing import IO
from xml.parsers import expat

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


_PIECE = 64 * 1024


def has_document_type(file: IO[bytes]) -> bool:
    """Whether an XML file declares entities or the like before its first element.

    However far behind comments, in whatever encoding; False for what is no XML.
    """
    found: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_said: found.append(True)
    parser.StartElementHandler = lambda *_said: found.append(False)
    while not found and (piece := file.read(_PIECE)):
        try:
            parser.Parse(piece)
        except expat.ExpatError:
            break
    return bool(found) and found[0]
