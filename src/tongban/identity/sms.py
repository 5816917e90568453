"""Text messages for verification codes.

No gateway is built in yet: outside production the messages are written to files under
TONGBAN_HOME/sms, one each, and in the demonstration the page shows the code as well. In production
there is no sender, so phones cannot be proven and sign-up asks for an e-mail address instead. A
gateway adapter satisfies `SmsSender` and is returned by `sender()`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from django.conf import settings

from tongban.kernel import clock
from tongban.kernel.ids import uuid7


class SmsSender(Protocol):
    """Sends one text message. Raises OSError if it could not hand it over."""

    def send(self, phone: str, text: str) -> None: ...


class FileSender:
    """Writes each message to a file of its own, named by time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, phone: str, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{uuid7()}.txt"
        file.write_text(f"{clock.now().isoformat()}\n{phone}\n\n{text}\n", encoding="utf-8")


def sender() -> SmsSender | None:
    """Whoever sends this installation's messages, or None if nobody can."""
    return FileSender(Path(settings.SMS_FOLDER)) if settings.SMS_FOLDER else None
