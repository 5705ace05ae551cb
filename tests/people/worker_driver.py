"""A process with Django set up that starts workers, so that a test can kill them: a JSON list per line in, a value per line out.

Each worker is a process of its own that runs ``manage.py run_worker``. It may be told to kill itself at a moment that nobody
outside can hit: "task" (the task is claimed, the notice not), "connect" (claimed, and not connected), "note" (sent, not noted).
"""

import json
import os
import signal
import sys
from datetime import timedelta


def clear():
    from django_tasks_db.models import DBTaskResult

    from people.models import Notice

    Notice.objects.all().delete()
    DBTaskResult.objects.all().delete()


def make(count):
    from people.actions import make_person, notify

    user, _ = make_person(email="person@example.com", name="Person")
    return [notify(recipient=user, kind="shared", path="/assessments/").pk for _ in range(count)]


def start(die_at="", is_batch=False):
    """The process id of a new worker."""
    from django.core.management import call_command
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        _prepare_to_die(die_at)
        call_command("run_worker", interval=0.02, batch=is_batch)
    finally:
        os._exit(0)


def _prepare_to_die(moment):
    from people import tasks
    from service.worker import rows

    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    def note_first(notice):
        tasks._note(notice, notice.claimed_at, delivery="sent", sent_at=notice.claimed_at)
        die()

    if moment == "task":
        rows.DatabaseWorker.run_task = die
    elif moment == "connect":
        tasks.get_connection = die
    elif moment == "note":
        tasks._note = die
    elif moment == "note first":
        tasks._send = note_first


def reap(pid):
    """How the worker ended: the number of a signal, negative, or 0."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def run():
    """Let a worker do all that there is to do."""
    return reap(start(is_batch=True))


def age():
    """Let eleven minutes pass."""
    from django.db.models import F
    from django_tasks_db.models import DBTaskResult

    from people.models import Notice
    from service.models import WorkerBeat

    past = timedelta(minutes=11)
    WorkerBeat.objects.update(seen_at=F("seen_at") - past)
    Notice.objects.filter(claimed_at__isnull=False).update(claimed_at=F("claimed_at") - past)
    DBTaskResult.objects.filter(started_at__isnull=False).update(started_at=F("started_at") - past)


def sweep():
    from people.actions import sweep_notices

    return sweep_notices()


def sweep_naively():
    """Send again whatever was cut off: the fault that this is all about."""
    from people.models import Notice

    Notice.objects.filter(delivery="sending").update(delivery="waiting", claimed_at=None)
    return sweep()


def double():
    """Give each notice that waits a second task."""
    from people.models import Notice
    from people.tasks import send_notice

    for pk in Notice.objects.waiting().values_list("pk", flat=True):
        send_notice.enqueue(pk)


def send_again(pk):
    from people import actions
    from people.models import Notice

    actions.send_again(notice=Notice.objects.get(pk=pk))


def states():
    """Pairs of notice and what became of it."""
    from people.models import Notice

    return list(Notice.objects.order_by("pk").values_list("pk", "delivery"))


if __name__ == "__main__":
    import django

    django.setup()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(globals()[name](*arguments)), flush=True)  # noqa: T201 what the test reads
