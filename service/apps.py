from django.apps import AppConfig
from django.conf import settings
from django_tasks.signals import task_finished, task_started


class ServiceConfig(AppConfig):
    name = "service"

    def ready(self):
        from . import checks  # noqa: F401 registers them
        from .logging import write_what_nobody_catches
        from .worker import begin_task, end_task

        task_started.connect(begin_task)
        task_finished.connect(end_task)
        if not settings.DEBUG:
            write_what_nobody_catches()
