from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tongban.openapi.problems import nowhere
from tongban.openapi.v1 import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", api.urls),
    path("v1/<path:rest>", nowhere),
]
