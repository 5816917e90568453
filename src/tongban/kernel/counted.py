"""What takes long to count, told again for a while: nobody counts what another is counting.

A count that takes seconds is no harm; a hundred readers who start it at once are. So when what is
kept is no longer fresh, the first who asks counts anew, and the others are told what there was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

from tongban.kernel import clock

_KEPT = 86_400  # seconds: what is older is told to nobody
_SHARE, _LONGEST = 50, 3600  # counting takes a fiftieth of the time; seconds
_PATIENCE = 120  # seconds after which whoever counts is taken for dead

Counted = TypeVar("Counted")


def counted(
    key: str,
    count: Callable[[], Counted],
    *,
    fresh: int,
    worth: Callable[[Counted], bool] = lambda _counted: True,
) -> Counted:
    """What `count` gives, or gave at most `fresh` seconds ago (longer if counting takes longer than
    a fiftieth of that), or a little more while it is counted anew.

    What is not `worth` keeping is counted each time.
    """
    key = f"counted:{key}"
    known: tuple[float, Counted] | None = cache.get(key)
    now = clock.now().timestamp()
    if known is not None:
        until, value = known
        if now < until or not cache.add(f"{key}:busy", 1, _PATIENCE):
            return value
    began = time.monotonic()
    try:
        value = count()
        if worth(value):
            until = now + max(fresh, min(_SHARE * (time.monotonic() - began), _LONGEST))
            cache.set(key, (until, value), _KEPT)
        elif known is not None:
            cache.delete(key)
    finally:
        if known is not None:
            cache.delete(f"{key}:busy")
    return value
