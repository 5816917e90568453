"""Public pictures tell nothing of their makers, and stay pictures."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.kernel.pictures import without_traces

SECRET = b"GPS 31.2304 N"
SCAN = b"\xff\xda\x00\x04\x01\x02 pixels \xff\xe1 are not read \xff\xd9"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(turned: int, order: str = "<") -> bytes:
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, turned, 0)
    start = b"II*\0" if order == "<" else b"MM\0*"
    tiff = start + struct.pack(order + "IH", 8, 1) + entry + struct.pack(order + "I", 0)
    return segment(0xE1, b"Exif\0\0" + tiff + SECRET)


def jpeg(*segments: bytes) -> bytes:
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"".join(segments) + SCAN


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_a_photo_loses_place_and_comments_and_keeps_its_pixels() -> None:
    photo = jpeg(exif(1), segment(0xED, SECRET), segment(0xFE, SECRET), segment(0xDB, b"table"))
    bare = without_traces(photo, "jpg")
    assert SECRET not in bare
    assert bare == jpeg(segment(0xDB, b"table"))


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photo_stays_upright(order: str) -> None:
    bare = without_traces(jpeg(exif(6, order)), "jpg")
    assert SECRET not in bare
    assert without_traces(bare, "jpg") == bare
    assert struct.pack(">HHIH", 0x0112, 3, 1, 6) in bare


def test_a_drawing_loses_its_texts() -> None:
    head, pixels, end = chunk(b"IHDR", b"x" * 13), chunk(b"IDAT", b"pixels"), chunk(b"IEND", b"")
    start = b"\x89PNG\r\n\x1a\n"
    told = start + head + chunk(b"tEXt", SECRET) + chunk(b"eXIf", SECRET) + pixels + end
    assert without_traces(told, "png") == start + head + pixels + end


@given(st.binary(max_size=300), st.sampled_from(["jpg", "png"]))
def test_whatever_is_sent_is_survived(noise: bytes, kind: str) -> None:
    start = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}[kind]
    assert len(without_traces(start + noise, kind)) <= len(start + noise) + 40
