"""How often one address may do a thing that needs no account. Counted in the cache, by the minute.

Only a digest of the address and the minute is kept, for two minutes.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache

from tongban.kernel import clock


def too_often(what: str, address: str, *, most: int) -> bool:
    """Note that `address` does `what` once more; whether that is more than `most` this minute.

    Each time takes one of `most` places; adding to the cache is atomic, counting up in it is not,
    so that a flood over many connections gets no more through than a slow one.
    """
    minute = int(clock.now().timestamp() // 60)
    digest = hashlib.sha256(f"{what} {address} {minute}".encode()).hexdigest()
    places = [f"often-{digest[:40]}-{number}" for number in range(most)]
    taken = cache.get_many(places)
    return not any(cache.add(place, 1, timeout=120) for place in places if place not in taken)


def seconds_left() -> int:
    """How long until the next minute begins, and everybody may again."""
    return 60 - int(clock.now().timestamp()) % 60
