"""Where prepared rows wait, in files, until it is known which of them are new.

Memory does not grow with the import, and what is written is sent to PostgreSQL once. Each process
that prepares rows writes a spool of its own; the process that imports reads them all.
"""

from __future__ import annotations

import marshal
import os
import tempfile
from collections.abc import Sequence

Plain = str | int | bool | None | tuple[str, ...]
# A place in a spool names the spool, too.
_NUMBER_BITS = 44
_BUFFERED = 1 << 20


class Spool:
    """Records in a temporary file, found again by where they begin."""

    def __init__(self, number: int = 0) -> None:
        self._file = tempfile.TemporaryFile(buffering=_BUFFERED)  # noqa: SIM115  # until `close`
        self._first = number << _NUMBER_BITS
        self._end = 0

    def close(self) -> None:
        """Throw it away."""
        self._file.close()

    def add(self, record: tuple[Plain, ...]) -> tuple[int, int]:
        """Keep a record of plain values; where it begins and how long it is."""
        return self.add_bytes(marshal.dumps(record))

    def add_bytes(self, data: bytes) -> tuple[int, int]:
        """The same with bytes."""
        start = self._end
        self._file.write(data)
        self._end += len(data)
        return self._first + start, len(data)

    def flush(self) -> None:
        """Let others read what was added."""
        self._file.flush()

    def read(self, start: int, length: int) -> bytes:
        """Bytes kept before, by this process or another, and flushed."""
        return os.pread(self._file.fileno(), length, start - self._first)


class Spools:
    """All spools of an import."""

    def __init__(self, count: int = 1) -> None:
        self.all: Sequence[Spool] = [Spool(number) for number in range(count)]

    def close(self) -> None:
        """Throw them away."""
        for spool in self.all:
            spool.close()

    def read(self, start: int, length: int) -> bytes:
        """Bytes that one of them kept."""
        return self.all[start >> _NUMBER_BITS].read(start, length)

    def record(self, start: int, length: int) -> tuple[object, ...]:
        """A record that one of them kept."""
        found: tuple[object, ...] = marshal.loads(self.read(start, length))  # noqa: S302  # ours
        return found
