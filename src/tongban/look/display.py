"""How a person wants pages shown: text size and colours. Kept in two cookies, never in an account:
the choice belongs to the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

TEXT: Final = ("normal", "large")
THEME: Final = ("auto", "light", "dark")
_YEAR = 365 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Display:
    """`text`: "normal" or "large" (150 %); `theme`: "auto" (the device's), "light" or "dark"."""

    text: str
    theme: str


def display_of(request: HttpRequest) -> Display:
    """What the request's cookies ask for; anything unknown is the default."""
    return Display(
        text=_allowed(request.COOKIES.get("text"), TEXT),
        theme=_allowed(request.COOKIES.get("theme"), THEME),
    )


def _allowed(value: str | None, choices: tuple[str, ...]) -> str:
    return value if value in choices else choices[0]


@require_http_methods(["GET", "POST"])
def display(request: HttpRequest) -> HttpResponse:
    """Remembers `text` and/or `theme` for a year and goes back to `next` (a path of this site).

    A plain link can do it (?text=large&next=/…), so it works without JavaScript and by URL; it
    changes nothing but the look, so GET is harmless.
    """
    wanted = request.POST if request.method == "POST" else request.GET
    target = wanted.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = redirect(target)
    for name, choices in (("text", TEXT), ("theme", THEME)):
        value = wanted.get(name, "")
        if value in choices:
            response.set_cookie(
                name,
                value,
                max_age=_YEAR,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
    return response
