from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from service.models import WorkerBeat

# A dead task stays for somebody to look at.
DONE_FOR = timedelta(days=1)
DEAD_FOR = timedelta(days=30)


class Command(BaseCommand):
    help = (
        "Delete tasks that were done a day ago, those dead for 30 days, and workers not seen for a day. Run it daily."
    )

    def handle(self, **options):
        now = timezone.now()
        done = DBTaskResult.objects.successful().filter(finished_at__lte=now - DONE_FOR)
        dead = DBTaskResult.objects.failed().filter(finished_at__lte=now - DEAD_FOR)
        deleted = [found.delete()[0] for found in (done, dead, WorkerBeat.objects.too_old())]
        self.stdout.write("{} done, {} dead and {} workers deleted.".format(*deleted))
