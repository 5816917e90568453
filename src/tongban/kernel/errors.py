"""Refusals: what a person asked for and the platform may not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Refused(Exception):
    """An act was refused for a reason the person can understand and act on.

    `code` is stable and machine-readable (`case.not_yours`); `message` is shown as it stands, in
    the person's language, and says what to do; `field` names the input it concerns, if one does.
    """

    def __init__(self, code: str, message: str | _StrPromise, field: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
