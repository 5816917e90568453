"""Sealed values: personal identifiers encrypted at rest, found again by a blind index.

Sealing is AES-256-GCM with a random nonce; the context (which field it is) is authenticated, so a
sealed value cannot be moved to another field. The blind index is HMAC-SHA-256 under a separate key:
equal values have equal indexes, and nothing else can be learned without the key. PostgreSQL never
sees a key.

Keys come from TONGBAN_SEAL_KEYS, "id:base64,id:base64…": the first seals, all of them open, so
that keys can be rotated. The index key is derived from the last (oldest) key and must stay.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class CannotOpen(Exception):
    """A sealed value was altered, belongs to another context, or its key is gone."""


@lru_cache(maxsize=4)
def _keys(spec: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for part in spec.split(","):
        name, _, encoded = part.strip().partition(":")
        key = base64.b64decode(encoded)
        if not name or len(key) != 32:
            raise ImproperlyConfigured(
                "TONGBAN_SEAL_KEYS needs entries 'id:base64 of 32 bytes', separated by commas"
            )
        keys[name] = key
    return keys


def seal(value: str, context: str) -> str:
    """Encrypt `value`; the result is text that `unseal` with the same context opens."""
    name, key = next(iter(_keys(settings.SEAL_KEYS).items()))
    nonce = os.urandom(12)
    box = AESGCM(key).encrypt(nonce, value.encode(), context.encode())
    return f"{name}:{base64.b64encode(nonce + box).decode()}"


def unseal(sealed: str, context: str) -> str:
    """Decrypt what `seal` made. Raises CannotOpen."""
    name, _, encoded = sealed.partition(":")
    key = _keys(settings.SEAL_KEYS).get(name)
    if key is None:
        raise CannotOpen(f"no key {name!r}")
    try:
        box = base64.b64decode(encoded)
        return AESGCM(key).decrypt(box[:12], box[12:], context.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("altered, or sealed for another context") from error


def blind_index(value: str, context: str) -> str:
    """A keyed digest of `value` (64 hexadecimal digits), for equality look-ups and uniqueness."""
    oldest = list(_keys(settings.SEAL_KEYS).values())[-1]
    key = hashlib.sha256(b"tongban blind index" + oldest).digest()
    return hmac.new(key, f"{context}\0{value}".encode(), hashlib.sha256).hexdigest()
