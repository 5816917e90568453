"""Pictures for everybody: without where, when and with whose telephone they were taken. Pure.

JPEG keeps such things in application segments and comments (EXIF, XMP, IPTC), PNG in chunks of text
and eXIf. All of them are left out; of EXIF only which side is up is kept, or pictures would lie on
their side. Pixels stay as they are.
"""

from __future__ import annotations

import struct

_ORIENTATION = 0x0112
_PNG_KEPT = frozenset(
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs"]
)
# APP1 to APP13 and comments; APP0 (JFIF) and APP14 (how colours are coded) are needed.
_JPEG_DROPPED = frozenset([*range(0xE1, 0xEE), 0xEF, 0xFE])


def without_traces(content: bytes, kind: str) -> bytes:
    """The picture (kind "jpg" or "png") without what it tells of its maker; others unchanged.

    A file that is cut short is returned as far as it goes.
    """
    if kind == "jpg":
        return _jpeg(content)
    return _png(content) if kind == "png" else content


def _jpeg(content: bytes) -> bytes:
    kept, place, turned = [content[:2]], 2, 1
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xDA:  # the picture itself, to the end
            break
        if marker == 0xFF:  # padding
            place += 1
            continue
        length = struct.unpack(">H", content[place + 2 : place + 4])[0]
        segment = content[place : place + 2 + length]
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            turned = _orientation(segment[10:])
        if marker not in _JPEG_DROPPED:
            kept.append(segment)
        place += 2 + length
    if turned != 1:
        kept.insert(1, _exif(turned))
    return b"".join([*kept, content[place:]])


def _orientation(tiff: bytes) -> int:
    """Which side is up, 1 to 8; 1 if it is not said."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    start = struct.unpack(order + "I", tiff[4:8])[0]
    if start + 2 > len(tiff):
        return 1
    count = struct.unpack(order + "H", tiff[start : start + 2])[0]
    for number in range(count):
        entry = tiff[start + 2 + 12 * number : start + 14 + 12 * number]
        if len(entry) == 12 and struct.unpack(order + "H", entry[:2])[0] == _ORIENTATION:
            value = int(struct.unpack(order + "H", entry[8:10])[0])
            return value if 1 <= value <= 8 else 1
    return 1


def _exif(turned: int) -> bytes:
    """An EXIF segment that says which side is up, and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, turned, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(content: bytes) -> bytes:
    kept, place = [content[:8]], 8
    while place + 12 <= len(content):
        length, name = struct.unpack(">I4s", content[place : place + 8])
        chunk = content[place : place + 12 + length]
        if name in _PNG_KEPT:
            kept.append(chunk)
        place += 12 + length
    return b"".join(kept)
