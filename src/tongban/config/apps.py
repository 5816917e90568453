from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "tongban.config"
    label = "tongban_config"

    def ready(self) -> None:
        from tongban.config import wiring

        wiring.join()
