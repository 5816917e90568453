"""The one clock. Nothing else in Tongban may ask the system for the time.

Moments are aware datetimes in UTC; days are local days of the installation (settings.TIME_ZONE):
at 07:00 in Beijing it is still yesterday in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

from django.utils import timezone

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)  # noqa: TID251 - this is the one clock


def today() -> date:
    """The present local day."""
    return local_date(now())


def local_date(moment: datetime) -> date:
    """The local day on which `moment` (aware) falls."""
    return timezone.localtime(moment).date()


@contextmanager
def freeze(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) within the block, in this thread or task only.

    Tests use it, and so does the demo loader, which lives through its cases' past.
    """
    if moment.tzinfo is None:
        raise ValueError("freeze() takes an aware datetime")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
