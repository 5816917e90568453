"""The look by itself, without the sites, in the language prefixes of the platform."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = i18n_patterns(
    path("account/", include("allauth.urls")),
    path("look/", include("tongban.look.urls")),
    prefix_default_language=False,
)

handler400 = "tongban.look.errors.bad_request"
handler403 = "tongban.look.errors.forbidden"
handler404 = "tongban.look.errors.not_found"
handler500 = "tongban.look.errors.server_error"
