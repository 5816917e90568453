"""Identifiers made by the application."""

from __future__ import annotations

import os
import uuid
from datetime import datetime

from tongban.kernel import clock


def uuid7(moment: datetime | None = None) -> uuid.UUID:
    """A UUID version 7 (RFC 9562): sorts by the time it was made, to the millisecond.

    `moment`: to sort as if made then. Made here because PostgreSQL 15 has no `uuidv7()`.
    """
    milliseconds = int((moment or clock.now()).timestamp() * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)
