from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "tongban.kernel"
    default_auto_field = "django.db.models.BigAutoField"
