"""An installation's own main colour, in place of the teal: settings.SITE["colour"] and
["colour_dark"], each as #rrggbb. Refused at start when text in it could not be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_READABLE = 4.5  # WCAG 2.2, 1.4.3
_DARK_PAPER = 0.01  # relative luminance of the dark theme's paper, rounded up
_DAY = 24 * 3600  # seconds

# Hover is towards the text, soft backgrounds towards the paper: as in _tokens.scss.
_RULES = (
    "--primary:{0};--chart-1:{0};--primary-strong:color-mix(in srgb,{0} 72%,var(--ink));"
    "--primary-soft:color-mix(in srgb,{0} 10%,var(--paper))"
)


def style_sheet() -> str:
    """The rules that put the installation's colours in place; "" if it has none of its own."""
    return "".join(
        f"@media screen and (prefers-color-scheme:{theme})"
        f'{{:root:not([data-theme="{other}"]){{{_RULES.format(colour)}}}}}'
        f'@media screen{{:root[data-theme="{theme}"]{{{_RULES.format(colour)}}}}}'
        for theme, other, colour in _own()
    )


def _own() -> list[tuple[str, str, str]]:
    """(theme, the other theme, colour) of each colour that is set."""
    site: dict[str, Any] = settings.SITE
    pairs = (
        ("light", "dark", site.get("colour", "")),
        ("dark", "light", site.get("colour_dark", "")),
    )
    return [pair for pair in pairs if pair[2]]


def contrast(colour: str, other: float) -> float:
    """WCAG 2.2 contrast of #rrggbb with a colour of relative luminance `other` (0 to 1)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    own = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return (max(own, other) + 0.05) / (min(own, other) + 0.05)


def check_colours(app_configs: object, **kwargs: object) -> Sequence[CheckMessage]:
    """Django system check: both colours are well formed and readable on their paper."""
    found: list[CheckMessage] = []
    for theme, _, colour in _own():
        paper, word = (1.0, "dark") if theme == "light" else (_DARK_PAPER, "light")
        if not _HEX.fullmatch(colour):
            found.append(Error(f"{colour!r} is not a colour: write #rrggbb.", id="look.E001"))
        elif contrast(colour, paper) < _READABLE:
            found.append(
                Error(
                    f"{colour} cannot be read on {theme} pages. Choose a {word}er colour.",
                    id="look.E002",
                )
            )
    return found


@require_safe
def colours(request: HttpRequest) -> HttpResponse:
    """The style sheet; the strict security policy allows no inline styles."""
    response = HttpResponse(style_sheet(), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={_DAY}"
    return response
