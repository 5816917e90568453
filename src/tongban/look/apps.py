from django.apps import AppConfig
from django.core import checks

from tongban.look.colours import check_colours


class LookConfig(AppConfig):
    name = "tongban.look"

    def ready(self) -> None:
        checks.register(check_colours)
