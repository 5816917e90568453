"""Every address. Chinese pages have no prefix; English ones begin with /en/."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/", include("tongban.openapi.urls")),
    *i18n_patterns(
        path("account/", include("allauth.urls")),
        path("look/", include("tongban.look.urls")),
        path("work/", include("tongban.workbench.urls")),
        path("api/", include("tongban.openapi.docs_urls")),
        path("emergency/", admin.site.urls),
        path("", include("tongban.portal.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "tongban.look.errors.bad_request"
handler403 = "tongban.look.errors.forbidden"
handler404 = "tongban.look.errors.not_found"
handler500 = "tongban.look.errors.server_error"
