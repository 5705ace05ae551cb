import os

from django.core.management.base import BaseCommand
from django_tasks import task_backends

from documents.pdf import draw_in_spare_time
from service.watching import beginning

# Of 0 to 19: what is put off takes little of the processor from somebody who waits for a page, and PDFs take nothing.
NICENESS = 10


class Command(BaseCommand):
    help = (
        "Do what the portal puts off: send e-mails, make PDFs, carry drafts over, count. Any number may run at once. SIGTERM ends "
        "it after the task in hand."
    )

    def add_arguments(self, parser):
        parser.add_argument("--batch", action="store_true", help="end when nothing is left to do")
        parser.add_argument(
            "--interval", type=float, default=1.0, help="seconds between looks at an empty queue, 1 unless given"
        )

    def handle(self, *, batch, interval, **options):
        step_back()
        worker = task_backends["default"].worker(batch=batch, interval=interval)
        worker.obey_signals()
        beginning.begin_in_worker(lasts=not batch)
        try:
            worker.run()
        finally:
            beginning.end()


def step_back():
    """Let whoever waits for a page come first."""
    os.nice(NICENESS)
    draw_in_spare_time()
