from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "tongban.workbench"
    default_auto_field = "django.db.models.BigAutoField"
