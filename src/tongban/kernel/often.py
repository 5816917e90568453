"""How often one address may do a thing that needs no account. Counted in the cache, by the minute.

Only a digest of the address and the minute is kept, for two minutes.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache

from tongban.kernel import clock


def too_often(what: str, address: str, *, most: int) -> bool:
    """Note that `address` does `what` once more; whether that is more than `most` this minute."""
    minute = int(clock.now().timestamp() // 60)
    digest = hashlib.sha256(f"{what} {address} {minute}".encode()).hexdigest()
    key = f"often-{digest[:40]}"
    if cache.add(key, 1, timeout=120):
        return False
    try:
        return cache.incr(key) > most
    except ValueError:  # it was thrown out in between: a full cache forgives
        return False
