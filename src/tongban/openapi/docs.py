"""The interface's documentation as a page, made from its OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.openapi.v1 import api

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """One operation as the page shows it."""

    method: str
    path: str
    summary: str
    description: str
    needs_token: bool
    parameters: tuple[Parameter, ...]


def docs(request: HttpRequest) -> HttpResponse:
    """Every operation, how to get a token, and what errors look like."""
    schema = api.get_openapi_schema()
    context = {
        "operations": [
            _operation(method, path, written)
            for path, methods in schema["paths"].items()
            for method, written in methods.items()
            if method in _METHODS
        ],
        "base": settings.BASE_URL,
        "rates": settings.NINJA_DEFAULT_THROTTLE_RATES,
        "nav_active": "openapi:docs",
    }
    return render(request, "openapi/docs.html", context)


def _operation(method: str, path: str, written: dict[str, Any]) -> Operation:
    return Operation(
        method=method.upper(),
        path=path,
        summary=written.get("summary", ""),
        description=written.get("description", ""),
        needs_token="security" in written,
        parameters=tuple(
            Parameter(
                one["name"],
                one["in"],
                one.get("required", False),
                one.get("description", "") or one.get("schema", {}).get("description", ""),
            )
            for one in written.get("parameters", ())
        ),
    )
