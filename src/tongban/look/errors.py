"""Pages for what went wrong: plain words, what to do now, and a number the help desk can find.

They must not fail themselves: if the layout breaks (the database may be down, and the header asks
who is signed in), a bare page without it is sent instead.
"""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from tongban.look.requests import reference_of

log = logging.getLogger("tongban.requests")


def _page(request: HttpRequest, name: str, status: int, **context: object) -> HttpResponse:
    try:
        body = render_to_string(f"look/errors/{name}.html", context, request)
    except Exception:
        log.exception("%s: the error page itself failed", reference_of(request))
        body = render_to_string("look/errors/bare.html", {"reference": reference_of(request)})
    return HttpResponse(body, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "400", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "403", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "404", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, "500", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """settings.CSRF_FAILURE_VIEW: mostly a page left open overnight, or cookies turned off."""
    log.warning("%s: CSRF check failed: %s", reference_of(request), reason)
    return _page(request, "csrf", 403)


def too_many_requests(request: HttpRequest, wait: int = 60) -> HttpResponse:
    """`wait`: seconds after which to try again (also sent as Retry-After)."""
    response = _page(request, "429", 429, wait_minutes=max(1, round(wait / 60)))
    response["Retry-After"] = str(wait)
    return response
