"""Where watching begins and ends: once in each process that does something for people, and after it was made by another."""

import logging
import os
import sys

from django.conf import settings
from django_tasks.signals import task_finished, task_started

log = logging.getLogger(__name__)


def begin_in_server():
    """In each of gunicorn's workers."""
    if settings.PORTAL_WATCHING.metrics_port:
        _count_renders()
    _begin("server")


def begin_in_worker(*, lasts: bool):
    """In a process that does tasks. One that does not last shows no figures.

    A port that is taken, by another worker maybe, keeps no task from being done.
    """
    watching = settings.PORTAL_WATCHING
    if watching.worker_metrics_port and lasts:
        from .exporting import FOLDER, PortTaken, listen, serve_in_thread

        # Of gunicorn's processes alone: a worker counts for itself.
        os.environ.pop(FOLDER, None)
        from .metrics import count_task

        _count_renders()
        task_finished.connect(count_task)
        try:
            serve_in_thread(listen(watching.metrics_address, watching.worker_metrics_port))
        except PortTaken as taken:
            log.warning("%s", taken)
    _begin("worker")
    if watching.errors_to:
        from .errors import tell_of_task

        task_finished.connect(tell_of_task)
    if watching.traces_to:
        from .traces import begin_task, end_task

        task_started.connect(begin_task)
        task_finished.connect(end_task)


def end():
    """Send what is left, for a few seconds at most."""
    for name in ("errors", "traces"):
        module = sys.modules.get(f"{__package__}.{name}")
        if module is not None:
            module.end()


def _begin(part):
    watching = settings.PORTAL_WATCHING
    if watching.errors_to:
        from . import errors

        errors.begin(watching.errors_to)
    if watching.traces_to:
        from . import traces

        traces.begin(watching.traces_to, part=part)


def _count_renders():
    from documents import pdf

    from .metrics import count_render

    pdf.AFTER_EACH.append(count_render)
