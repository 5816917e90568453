from django.apps import AppConfig


class OpenapiConfig(AppConfig):
    name = "tongban.openapi"
    default_auto_field = "django.db.models.BigAutoField"
