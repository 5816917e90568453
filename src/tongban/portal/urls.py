"""Every address of the portal: the public half, then the signed-in half."""

from __future__ import annotations

from tongban.portal.personal_urls import urlpatterns as personal_urls
from tongban.portal.public_urls import urlpatterns as public_urls

app_name = "portal"
urlpatterns = [*public_urls, *personal_urls]
