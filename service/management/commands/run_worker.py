import logging
import os
import time

from django.core.management.base import BaseCommand
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from people.actions import sweep_notices


class Command(BaseCommand):
    help = "Do what the portal puts off: send e-mails, make PDFs, carry drafts over, count. Ends after the task in hand on SIGTERM."

    def add_arguments(self, parser):
        parser.add_argument("--batch", action="store_true", help="end when nothing is left to do")
        parser.add_argument(
            "--interval", type=float, default=1, help="seconds between looks at an empty queue, 1 unless given"
        )

    def handle(self, *, batch, interval, **options):
        os.nice(10)
        logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
        sweep_notices()
        worker = SweepingWorker(
            queue_names=["default"],
            excluded_queue_names=[],
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
        )
        worker.configure_signals()
        worker.run()


class SweepingWorker(Worker):
    swept = time.monotonic()

    def run_task(self, db_task_result):
        super().run_task(db_task_result)
        if time.monotonic() - self.swept > 60:
            self.swept = time.monotonic()
            sweep_notices()
