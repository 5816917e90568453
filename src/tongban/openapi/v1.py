"""Version 1 of the interface, put together."""

from __future__ import annotations

from ninja import NinjaAPI

from tongban import __version__
from tongban.openapi import applying, lists, reading
from tongban.openapi.access import PerAddress, PerToken
from tongban.openapi.problems import install

DESCRIPTION = """
The catalogue of government services and the to-do lists under public supervision for everybody, and
cases for programs that hold a token.

Content is bilingual: an object from language to text. Errors are problem documents (RFC 9457) in
the language of `Accept-Language`. Lists go by cursor: follow `next`. Sending an application takes
an `Idempotency-Key`: the same key gives the same case, however often it is sent.

The whole catalogue as files, and what changes in it, are at `/open-data`; all lists as files, with
their ledgers, at `/lists.json`.
"""

api = NinjaAPI(
    title="Tongban 通办",
    version=__version__,
    description=DESCRIPTION.strip(),
    urls_namespace="v1",
    docs_url=None,
    throttle=[PerAddress(), PerToken()],
)
install(api)
api.add_router("", reading.router)
api.add_router("", lists.router)
api.add_router("", applying.router)
