"""The ledger's arithmetic: entries whose hashes hang on each other, and signed digests. Pure.

An entry is a JSON object of texts, whole numbers, booleans, lists and objects, written in one way
only: keys sorted, no spaces, UTF-8 (after RFC 8785; without fractions, which have many spellings).
Its hash is the SHA-256 of that text. Each entry names the hash of the one before it, the first one
the hash of the list's own name, so whoever holds a hash holds all that came before it.

Once a day the heads of all ledgers are put into a digest, signed with Ed25519 and published; a
newspaper that keeps one digest can prove that a ledger was cut or written anew. What a ledger must
not hold is anything that somebody has a right to have erased: of an observation it holds a salted
hash, and the salt is erased together with the words.

`verify_ledger.py` checks all of this without this package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

FORMAT = "tongban-ledger/1"
DIGEST_FORMAT = "tongban-digest/1"

Value = str | int | bool | None | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True)
class Sealed:
    """An entry as it is stored: its one spelling, and the hash of that."""

    number: int
    body: str
    hash: str


class NotCanonical(ValueError):
    """A value that could be written in more than one way: a fraction, a key that is no text."""


def canonical(value: Value) -> str:
    """The one way to write a value. Raises NotCanonical."""
    _check(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def genesis(ledger: str) -> str:
    """What the first entry of a ledger hangs on: the hash of its name."""
    return digest(f"{FORMAT}\n{ledger}")


def seal(number: int, previous: str, content: Mapping[str, Value]) -> Sealed:
    """Put an entry after the one whose hash is `previous`. Raises NotCanonical."""
    body = canonical({**content, "number": number, "previous": previous})
    return Sealed(number, body, digest(body))


def commitment(salt: str, text: str) -> str:
    """What the ledger holds instead of a person's words: nothing can be read from it without the
    salt, and with the salt it proves the words."""
    return digest(f"{salt}\n{text}")


def digest_body(
    day: str, previous: str, heads: Mapping[str, tuple[int, str]], public_key: str
) -> str:
    """What is signed each day: how many entries each ledger has, and its last hash."""
    return canonical(
        {
            "format": DIGEST_FORMAT,
            "day": day,
            "previous": previous,
            "public_key": public_key,
            "ledgers": {
                name: {"entries": entries, "head": head} for name, (entries, head) in heads.items()
            },
        }
    )


def _check(value: object) -> None:
    if isinstance(value, float):
        raise NotCanonical("write fractions as text: 12.5 has many spellings")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"a key is a text, not {key!r}")
            _check(inner)
    elif isinstance(value, list):
        for inner in value:
            _check(inner)
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise NotCanonical("half a surrogate pair cannot be written") from error
    elif value is not None and not isinstance(value, bool | int):
        raise NotCanonical(f"{type(value).__name__} has no place in a ledger")
