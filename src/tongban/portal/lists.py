"""Lists of the catalogue."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def a_to_z(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


newest = changed = withdrawn = a_to_z
