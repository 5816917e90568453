"""Who is told what. The one place that joins packages which do not know each other."""

from __future__ import annotations

from tongban.kernel.announcements import Listener, subscribe

SUBSCRIPTIONS: dict[str, list[Listener]] = {}


def join() -> None:
    """Called once, when Django is ready."""
    subscribe(SUBSCRIPTIONS)
