"""News goes up: a package announces what happened, and listeners above or beside it are told.

`announce` enqueues one job per listener in the caller's transaction, so a rollback drops it and a
commit cannot lose it. A listener runs in the job worker, may run twice, and must not mind. Who
listens to what stands in one place, `config/wiring.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from procrastinate.contrib.django import app

# A payload is JSON: numbers, text, lists and dicts of those.
Payload = dict[str, Any]
Listener = Callable[[Payload], None]

_listeners: dict[str, tuple[Listener, ...]] = {}


def subscribe(subscriptions: Mapping[str, Sequence[Listener]]) -> None:
    """Replace who listens to what. Called once, by `config`, when Django is ready."""
    _listeners.clear()
    _listeners.update({name: tuple(listeners) for name, listeners in subscriptions.items()})


def announce(name: str, payload: Payload) -> None:
    """Tell every listener of `name`, after commit, each in a job of its own that is retried."""
    from tongban.kernel import jobs  # procrastinate loads it once Django's apps are ready

    for listener in _listeners.get(name, ()):
        jobs.enqueue(jobs.tell, announcement=name, listener=_name_of(listener), payload=payload)


def tell(name: str, listener: str, payload: Payload) -> None:
    """Run one listener now. A listener that no longer exists is a deployment's leftover."""
    for candidate in _listeners.get(name, ()):
        if _name_of(candidate) == listener:
            candidate(payload)


def _name_of(listener: Listener) -> str:
    return f"{listener.__module__}.{listener.__qualname__}"


__all__ = ["Listener", "Payload", "announce", "app", "subscribe", "tell"]
