#!/usr/bin/env python3
"""Check a to-do list's ledger, offline and without trusting whoever published it.

    python3 verify_ledger.py LEDGER.jsonl [DIGEST.json …] [--key PUBLIC_KEY]

LEDGER.jsonl is the ledger as a Tongban platform lets everybody download it: a line that names the
list, then an entry a line. DIGEST.json are daily digests, as many as you have kept; a digest proves
that nothing before its day was cut off or written anew since. --key is the platform's public key
as you got it elsewhere (a newspaper, another government); without it the key that a digest names
is believed, and the answer says so.

Says exactly what is wrong: which entries were altered, removed, put in another place or repeated.
Exit status 0: all is well; 1: something is not; 2: a file cannot be read.

Needs Python 3.9 or later and nothing else. Reads line by line: a million entries in little memory.
The format is described in docs/ledger.md; Ed25519 is checked as RFC 8032 defines it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable
from typing import Any

Digest = Any  # a digest file, read: a JSON object
Point = tuple[int, int, int, int]

LEDGER = "tongban-ledger/1"
DIGEST = "tongban-digest/1"
MOST_SHOWN = 20


class Unreadable(Exception):
    """A file that is no ledger or no digest at all."""


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    try:
        digests = [read_digest(path) for path in options.digests]
        with open(options.ledger, encoding="utf-8", newline="\n") as lines:
            name, entries, wrong, wanted = check_ledger(lines, digests)
    except (OSError, UnicodeDecodeError, Unreadable) as error:
        print(f"Cannot be checked: {error}")
        return 2
    for digest in digests:
        wrong += check_digest(digest, options.key)
    for digest in digests:
        wrong += check_against(digest, name, entries, wanted)
    for sentence in wrong[:MOST_SHOWN]:
        print(f"✗ {sentence}")
    if len(wrong) > MOST_SHOWN:
        print(f"✗ … and {len(wrong) - MOST_SHOWN} more")
    if wrong:
        print(f"The ledger of “{name}” is not as it was published.")
        return 1
    print(f"✓ {entries} entries of “{name}”: none altered, removed or moved.")
    if digests:
        days = ", ".join(digest["day"] for digest in digests)
        print(f"✓ They agree with the signed digests of {days}.")
        if not options.key:
            print("  The key is the one the digests name; compare it with one from elsewhere:")
            print(f"  {digests[0]['public_key']}")
    else:
        print("  Without a digest nobody can tell whether the end was cut off or all of it was")
        print("  written anew. Keep a digest, or ask somebody who did.")
    return 0


def check_ledger(
    lines: Iterable[str], digests: list[Digest]
) -> tuple[str, int, list[str], dict[int, str]]:
    """Read a ledger: its name, how many entries, what is wrong with it, and the hashes at the
    numbers that the digests speak of."""
    lines = iter(lines)
    name, last_hash = _read_head(next(lines, ""))
    numbers = {digest["ledgers"].get(name, {}).get("entries") for digest in digests}
    wrong: list[str] = []
    wanted: dict[int, str] = {}
    expected, highest = 1, 0
    last: int | None = 0
    gaps: list[tuple[int, int]] = []
    late: list[tuple[int, int | None]] = []  # number, and what it stands after
    for place, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        try:
            stored = json.loads(line)
            body, claimed = stored["entry"], stored["hash"]
            number = body["number"]
            assert type(number) is int
            assert isinstance(claimed, str)
            actual = _hash(_canonical(body))
        except (ValueError, KeyError, TypeError, AssertionError):
            wrong.append(f"Line {place} is not an entry.")
            last = None
            continue
        if actual != claimed:
            wrong.append(f"Entry {number} was altered: its content does not give its hash.")
        elif number - 1 == last and body.get("previous") != last_hash:
            wrong.append(
                f"Entry {number} does not hang on what stands before it: one of the two was"
                f" replaced."
            )
        if number < expected:
            late.append((number, last))
        elif number > expected:
            gaps.append((expected, number - 1))
        expected = max(expected, number + 1)
        highest = max(highest, number)
        if number in numbers:
            wanted[number] = actual
        last, last_hash = number, claimed
    return name, highest, wrong + _places(gaps, late), wanted


def _places(gaps: list[tuple[int, int]], late: list[tuple[int, int | None]]) -> list[str]:
    """Sentences about numbers that are missing, repeated, or not where they belong."""
    open_numbers = {number for first, end in gaps for number in range(first, end + 1)}
    sentences: list[str] = []
    found: set[int] = set()
    for number, after in late:
        if number in open_numbers and number not in found:
            found.add(number)
            sentences.append(f"Entry {number} was moved: it stands after entry {after}.")
        else:
            sentences.append(f"Entry {number} stands there more than once.")
    for first, end in _ranges(sorted(open_numbers - found)):
        which = f"Entry {first} is" if first == end else f"Entries {first} to {end} are"
        sentences.append(f"{which} missing: removed.")
    return sentences


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return [(first, last) for first, last in ranges]


def check_digest(digest: Digest, key: str) -> list[str]:
    """What is wrong with a digest itself: its signature, its key."""
    day = digest["day"]
    signed = {name: value for name, value in digest.items() if name not in ("signature", "hash")}
    if key and digest["public_key"] != key:
        return [f"The digest of {day} names another key than the one you gave."]
    try:
        public, signature = bytes.fromhex(digest["public_key"]), bytes.fromhex(digest["signature"])
    except ValueError:
        return [f"The digest of {day} has no readable key or signature."]
    if not verify(public, _canonical(signed).encode(), signature):
        return [f"The digest of {day} was altered: its signature does not fit."]
    return []


def check_against(digest: Digest, name: str, entries: int, wanted: dict[int, str]) -> list[str]:
    """What a digest says of this ledger that is not so."""
    day, known = digest["day"], digest["ledgers"].get(name)
    if known is None:
        return [f"The digest of {day} does not know the list “{name}”."]
    number = known["entries"]
    if number > entries:
        return [
            f"The end was cut off: on {day} there were {number} entries,"
            f" here they end at {entries}."
        ]
    if number and wanted.get(number) not in (None, known["head"]):
        return [
            f"Entry {number} is not the one published on {day}:"
            f" it, or something before it, was written anew."
        ]
    if number and number not in wanted:
        return [f"Entry {number}, which the digest of {day} speaks of, is missing."]
    return []


def read_digest(path: str) -> Digest:
    """A digest file. Raises Unreadable."""
    with open(path, encoding="utf-8") as file:
        try:
            digest = json.load(file)
            assert digest["format"] == DIGEST
            for part in ("day", "public_key", "signature", "ledgers"):
                assert part in digest
            assert isinstance(digest["ledgers"], dict)
        except (ValueError, KeyError, TypeError, AssertionError):
            raise Unreadable(f"{path} is not a digest") from None
    return digest


def _read_head(line: str) -> tuple[str, str]:
    try:
        head = json.loads(line)
        assert head["format"] == LEDGER
        name = head["ledger"]
        assert isinstance(name, str)
    except (ValueError, KeyError, TypeError, AssertionError):
        raise Unreadable("the first line does not name a ledger") from None
    return name, _hash(f"{LEDGER}\n{name}")


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# Ed25519, RFC 8032, section 5.1: only checking, where time tells nobody anything secret.
_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature of 64 bytes fits a message and a public key of 32."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= _Q:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % _Q
    return _same(_times(scalar, _base()), _plus(nonce, _times(challenge, key)))


def _base() -> Point:
    y = 4 * pow(5, _P - 2, _P) % _P
    x = _x_of(y, 0) or 0
    return x, y, 1, x * y % _P


def _x_of(y: int, sign: int) -> int | None:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if square == 0:
        return None if sign else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P:
        return None
    return _P - x if x & 1 != sign else x


def _point(encoded: bytes) -> Point | None:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % _P)


def _plus(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _plus(result, point)
        point = _plus(point, point)
        scalar >>= 1
    return result


def _same(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % _P == 0 and (
        one[1] * other[2] - other[1] * one[2]
    ) % _P == 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check a to-do list's ledger, offline.")
    parser.add_argument("ledger", help="the ledger, as downloaded (.jsonl)")
    parser.add_argument("digests", nargs="*", help="daily digests you have kept (.json)")
    parser.add_argument("--key", default="", help="the platform's public key, in hexadecimal")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
