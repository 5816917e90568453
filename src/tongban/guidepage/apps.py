from django.apps import AppConfig


class GuidePageConfig(AppConfig):
    name = "tongban.guidepage"
    default_auto_field = "django.db.models.BigAutoField"
