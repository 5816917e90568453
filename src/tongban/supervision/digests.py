"""The signed daily digest, and ledgers as everybody may download them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from tongban.kernel import clock
from tongban.supervision import ledger
from tongban.supervision.models import Digest, Entry, Plan


@transaction.atomic
def make_digest() -> Digest:
    """Today's digest of all ledgers; the one there is if it was made already."""
    today = clock.today()
    found = Digest.objects.filter(day=today).first()
    if found is not None:
        return found
    newest = Digest.objects.order_by("-day").first()
    heads = {
        plan.slug: (plan.entries, plan.head)
        for plan in Plan.objects.exclude(state=Plan.State.DRAFT).order_by("slug")
    }
    body = ledger.digest_body(today.isoformat(), newest.hash if newest else "", heads, public_key())
    return Digest.objects.create(
        day=today,
        body=body,
        hash=ledger.digest(body),
        signature=_secret().sign(body.encode()).hex(),
        made_at=clock.now(),
    )


def published(digest: Digest) -> dict[str, object]:
    """A digest as it is published, with its signature."""
    return {**json.loads(digest.body), "signature": digest.signature}


def public_key() -> str:
    """The platform's Ed25519 public key, in hexadecimal."""
    return _secret().public_key().public_bytes_raw().hex()


def lines(plan: Plan) -> Iterator[str]:
    """A ledger as JSON lines: its name, then an entry a line. Constant memory."""
    yield json.dumps({"format": ledger.FORMAT, "ledger": plan.slug}) + "\n"
    rows = Entry.objects.filter(plan=plan).order_by("number").values_list("body", "hash")
    for body, hash_ in rows.iterator(chunk_size=2000):
        yield f'{{"entry":{body},"hash":"{hash_}"}}\n'


@lru_cache(maxsize=1)
def _secret() -> Ed25519PrivateKey:
    """The signing key: TONGBAN_LEDGER_KEY (64 hexadecimal digits), else drawn from the platform's
    secret key, so that no installation is without one."""
    if settings.LEDGER_KEY:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings.LEDGER_KEY))
    drawn = HKDF(hashes.SHA256(), 32, salt=None, info=b"tongban ledger signing key").derive(
        settings.SECRET_KEY.encode()
    )
    return Ed25519PrivateKey.from_private_bytes(drawn)
