from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tongban.openapi.docs import docs

app_name = "openapi"

urlpatterns: list[URLPattern | URLResolver] = [path("", docs, name="docs")]
