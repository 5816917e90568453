"""What every page is given: the installation, the languages, the display settings, a reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import is_valid_path
from django.utils.translation import get_language, override

from tongban.kernel.localized import pick
from tongban.look import colours
from tongban.look.display import display_of
from tongban.look.requests import reference_of


@dataclass(frozen=True)
class LanguageChoice:
    """A language of the installation: `href` is this very page in it."""

    code: str
    name: str
    tag: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class Installation:
    """Who runs this platform, in the page's language where words are concerned."""

    name: str
    seal: str
    phone: str
    email: str
    has_colours: bool


def look(request: HttpRequest) -> dict[str, Any]:
    """The context processor named in settings.TEMPLATES."""
    site: dict[str, Any] = settings.SITE
    return {
        "installation": Installation(
            name=pick(site["name"]),
            seal=site["seal"],
            phone=site["phone"],
            email=site["email"],
            has_colours=bool(colours.style_sheet()),
        ),
        "display": display_of(request),
        "languages": languages(request),
        "language_tag": tag(get_language() or settings.LANGUAGE_CODE),
        "reference": reference_of(request),
        "here": request.get_full_path(),
    }


def tag(code: str) -> str:
    """The BCP 47 tag of one of Django's language codes: "zh-Hans" for "zh-hans"."""
    language, _, script = code.partition("-")
    return f"{language}-{script.title()}" if len(script) == 4 else code


def languages(request: HttpRequest) -> list[LanguageChoice]:
    """The page in each language, query string kept; empty for pages outside the language prefixes.

    On an error page nothing matched the address, so its twin cannot be checked: it is offered
    unchecked, and shows the same error in the other language.
    """
    current = get_language() or settings.LANGUAGE_CODE
    choices = []
    for code, name in settings.LANGUAGES:
        path = _twin(request.path, code)
        if request.resolver_match is not None:
            with override(code):
                if not is_valid_path(path):
                    return []
        query = request.META.get("QUERY_STRING", "")
        href = f"{path}?{query}" if query else path
        choices.append(LanguageChoice(code, str(name), tag(code), href, code == current))
    return choices


def _twin(path: str, code: str) -> str:
    """The same path under another language's prefix; the default language has none."""
    first, _, rest = path.lstrip("/").partition("/")
    if any(first == other for other, _ in settings.LANGUAGES if other != settings.LANGUAGE_CODE):
        path = "/" + rest
    return path if code == settings.LANGUAGE_CODE else f"/{code}{path}"
