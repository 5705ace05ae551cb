from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "service"

    def ready(self):
        from . import checks  # noqa: F401 registers them
