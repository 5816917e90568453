"""Try the web addresses that guides name, and keep how each answered.

Addresses come from editors, so the server goes nowhere inside: names are looked up once, private
and local addresses are refused, and the connection goes to the address that was looked up. Every
step is bounded: seconds, hops, bytes, addresses a run.
"""

from __future__ import annotations

import hashlib
import http
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from urllib.parse import quote, urljoin, urlsplit

from django.db import connection, transaction

from tongban.catalogue.models import LinkCheck
from tongban.kernel import clock

# Why an address does not open.
PROBLEMS = (
    "unknown_host", "refused", "timeout", "tls", "not_found", "gone", "server_error",
    "client_error", "private", "redirects", "malformed",
)  # fmt: skip
TIMEOUT = 10.0  # seconds, for each hop
MOST_HOPS = 5
WORKERS = 8
# A site may be down for a while: a link counts as dead after this many failed tries in a row, and
# is tried again soon; one that opens is tried again after a week.
DEAD_AFTER = 2
RETRY_AFTER, RECHECK_AFTER = timedelta(hours=20), timedelta(days=7)
MOST_A_RUN = 2000
# Addresses within that are asked all the same; tests put their own server here.
_ALLOWED: set[str] = set()
_AGENT = "Tongban link check"
# Answers that say nothing about the page: the site does not like robots, or is busy.
_UNDECIDED = (401, 403, 405, 406, 429, 503)


@dataclass(frozen=True)
class Answer:
    """How an address answered. `problem` is empty if it opens."""

    address: str
    status: int | None
    problem: str


def dead_links(addresses: Iterable[str]) -> dict[str, str]:
    """Those of the addresses that did not open when last tried: address → problem. One query."""
    wanted = {digest(address): address for address in addresses}
    if not wanted:
        return {}
    rows = LinkCheck.objects.filter(pk__in=wanted, failures__gte=DEAD_AFTER)
    return {wanted[row.pk]: row.problem for row in rows}


def all_dead() -> dict[str, str]:
    """All addresses that did not open when last tried: digest → problem. One query."""
    rows = LinkCheck.objects.filter(failures__gte=DEAD_AFTER)
    return dict(rows.values_list("digest", "problem"))


def check_links(*, most: int = MOST_A_RUN) -> tuple[int, int]:
    """Try the addresses of all current guides whose turn it is: (tried, failed)."""
    forget_unused()
    due = iter(_due(most))
    tried = failed = 0
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="links") as pool:
        while batch := list(islice(due, WORKERS * 4)):
            answers = list(pool.map(try_address, batch))
            keep(answers)
            tried += len(answers)
            failed += sum(1 for answer in answers if answer.problem)
    return tried, failed


@transaction.atomic
def keep(answers: Iterable[Answer]) -> None:
    """Store how addresses answered."""
    by_digest = {digest(answer.address): answer for answer in answers}
    known = {row.pk: row for row in LinkCheck.objects.filter(pk__in=by_digest).select_for_update()}
    moment = clock.now()
    rows = []
    for key, answer in by_digest.items():
        before = known.get(key)
        failures = (before.failures if before else 0) + 1 if answer.problem else 0
        since = before.failing_since if before and before.failing_since else moment
        rows.append(
            LinkCheck(
                digest=key,
                address=answer.address,
                checked_at=moment,
                status=answer.status,
                problem=answer.problem,
                failures=min(failures, 30_000),
                failing_since=since if answer.problem else None,
            )
        )
    LinkCheck.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["digest"],
        update_fields=["checked_at", "status", "problem", "failures", "failing_since"],
    )


def try_address(address: str) -> Answer:
    """Ask for an address, following where it leads. Never raises."""
    here = address
    for _hop in range(MOST_HOPS + 1):
        try:
            status, onward = _ask(here)
        except _Closed as closed:
            return Answer(address, None, closed.problem)
        if onward is None:
            return Answer(address, status, _problem_of(status))
        here = urljoin(here, onward)
    return Answer(address, None, "redirects")


def digest(address: str) -> str:
    """What an address is kept under."""
    return hashlib.sha256(address.encode()).hexdigest()


# Every address that a current guide names, in one pass over the current versions.
_DUE = """
WITH named AS (
    SELECT DISTINCT found.url FROM catalogue_offering o
    JOIN catalogue_guideversion v ON v.id = o.current_id
    CROSS JOIN LATERAL (
        SELECT value AS url FROM jsonb_each_text(coalesce(v.content->'website', '{}'))
        UNION ALL SELECT b->>'url' FROM jsonb_array_elements(v.content->'basis') b
        UNION ALL SELECT v.content#>>'{channels,computer_url}'
        UNION ALL SELECT v.content#>>'{channels,mobile_url}'
        UNION ALL SELECT v.content#>>'{channels,appointments,url}') found
    WHERE found.url ~ '^https?://')
SELECT n.url FROM named n LEFT JOIN catalogue_linkcheck c
    ON c.digest = encode(sha256(convert_to(n.url, 'UTF8')), 'hex')
WHERE c.checked_at IS NULL
    OR c.checked_at < CASE WHEN c.failures > 0 THEN %s::timestamptz ELSE %s::timestamptz END
ORDER BY c.checked_at NULLS FIRST, n.url LIMIT %s
"""


def _due(most: int) -> list[str]:
    """Addresses whose turn it is: those never tried first, then the longest ago."""
    moment = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [moment - RETRY_AFTER, moment - RECHECK_AFTER, most])
        return [url for (url,) in cursor.fetchall()]


def forget_unused() -> int:
    """Forget addresses that nobody names and nobody has tried for a month; how many."""
    long_ago = clock.now() - timedelta(days=30)
    return LinkCheck.objects.filter(checked_at__lt=long_ago).delete()[0]


class _Closed(Exception):
    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def _ask(address: str) -> tuple[int, str | None]:
    """The status, and where to go on if it leads on. Raises _Closed."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _Closed("malformed") from None
    if parts.scheme not in ("http", "https") or not host:
        raise _Closed("malformed")
    port = port or (443 if parts.scheme == "https" else 80)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    try:
        sock = socket.create_connection((_public_address(host, port), port), TIMEOUT)
        with sock:
            if parts.scheme == "https":
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
            return _get(sock, host if port in (80, 443) else f"{host}:{port}", path)
    except ssl.SSLError:
        raise _Closed("tls") from None
    except TimeoutError:
        raise _Closed("timeout") from None
    except (OSError, http.client.HTTPException, UnicodeError):
        raise _Closed("refused") from None


def _get(sock: socket.socket, host: str, path: str) -> tuple[int, str | None]:
    asked = http.client.HTTPConnection(host)
    asked.sock = sock
    # Some servers do not know HEAD: ask for the page, and read no more than its first line.
    asked.request("GET", path, headers={"User-Agent": _AGENT, "Accept": "*/*"})
    answer = asked.getresponse()
    onward = answer.getheader("Location") if 300 <= answer.status < 400 else None
    return answer.status, onward


def _public_address(host: str, port: int) -> str:
    """The address of a host, unless it lies within: then nothing is asked. Raises _Closed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _Closed("unknown_host") from None
    for *_kind, place in found:
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if address.is_global or str(place[0]) in _ALLOWED:
            return str(place[0])
    raise _Closed("private")


def _problem_of(status: int) -> str:
    if status == http.HTTPStatus.NOT_FOUND:
        return "not_found"
    if status == http.HTTPStatus.GONE:
        return "gone"
    if status < http.HTTPStatus.BAD_REQUEST or status in _UNDECIDED:
        return ""
    return "server_error" if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR else "client_error"
