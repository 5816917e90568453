"""What changed between two versions of a guide."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def changes(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse(slug)
