from django.conf import settings
from django.urls import path

from tongban.look.colours import colours
from tongban.look.display import display

app_name = "look"
urlpatterns = [
    path("display", display, name="display"),
    path("colours.css", colours, name="colours"),
]

if settings.MODE != "production":
    from tongban.look.gallery import gallery, raise_error

    urlpatterns += [
        path("", gallery, name="gallery"),
        path("error/<int:status>", raise_error, name="error"),
    ]
