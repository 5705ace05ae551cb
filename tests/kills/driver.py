"""A process with the portal loaded that starts gunicorn and workers, so that a test can kill them: a JSON list per line in, a value
per line out.

Each is a process group of its own. A worker runs ``manage.py run_worker``, with leases and rests of two seconds in the place of
minutes.
"""

import json
import os
import sys
import traceback
from datetime import timedelta
from pathlib import Path

SHORT = timedelta(seconds=2)
drafts = []


def work(is_batch=False):
    """The process id of a new worker."""
    from django.core.management import call_command

    return _start(lambda: call_command("run_worker", interval=0.05, batch=is_batch))


def serve(socket, plant=""):
    """The process id of a new gunicorn at a socket that this process was given; ``plant`` names a fault of ``planted``."""
    from gunicorn.app.wsgiapp import run

    from tests.kills import planted

    def served():
        if plant:
            getattr(planted, plant)()
        run(prog="gunicorn")

    command = [
        "gunicorn",
        "standards_portal.wsgi",
        "--bind",
        f"fd://{socket}",
        "--workers",
        "2",
        "--threads",
        "4",
        "--preload",
    ]
    sys.argv[1:] = command[1:]
    return _start(served)


def make_drafts(count):
    """Make those that ``write`` changes."""
    from tests.kills.people import make_draft

    drafts.extend(make_draft()[0] for _ in range(count))


def write(count, result):
    """The process id of somebody who changes a draft by ``count`` transactions, and writes into a file what came of it."""
    from tests.kills.people import write_at_full_speed

    assessment = drafts.pop()
    return _start(lambda: Path(result).write_text(json.dumps(write_at_full_speed(assessment, count))))


def _start(do):
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    ended = 1
    try:
        os.setsid()
        # What this process prints the test reads.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        do()
        ended = 0
    except SystemExit as end:
        ended = end.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(ended)


def reap(pid):
    """How the worker ended: the number of a signal, negative, or its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def has_ended(pid):
    """Whether the worker ended by itself."""
    return os.waitpid(pid, os.WNOHANG)[0] != 0


def shorten():
    from people import tasks
    from people.models import Notice
    from service.management.commands import run_worker
    from service.models import WorkerBeat
    from service.worker import keeper, trying

    # On a busy machine a worker that gives way to everybody would do nothing at all.
    run_worker.step_back = lambda: None
    Notice.CLAIMED_FOR = WorkerBeat.LOST_AFTER = SHORT
    WorkerBeat.EVERY = SHORT / 4
    keeper.SWEEP_EVERY = SHORT.total_seconds()
    tasks.RESTS = dict.fromkeys(tasks.RESTS, SHORT)
    trying.RESTS = (SHORT,) * len(trying.RESTS)


def look_around(session, other, paths):
    """Open pages as two people before anything is started, so that nothing need be prepared again after each kill."""
    from django.test import Client

    statuses = []
    for key in (session, other):
        browser = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
        browser.cookies["session"] = key
        statuses += [browser.get(path).status_code for path in paths]
    return statuses


def settle():
    """From now on a round that did not change for a moment is taken for settled: its reports are made, whatever became of tasks."""
    from assessments.actions import sweep_report_files

    sweep_report_files.__kwdefaults__["settled_after"] = SHORT


def spare_reports():
    """Let a report be a few bytes: what is tested is whether there is one, and making one takes most of a second."""
    from assessments.reports import files

    files.make_pdf = lambda source: b"%PDF"


if __name__ == "__main__":
    import django

    django.setup()
    from django.db import connections
    from django.urls import get_resolver

    import standards_portal.wsgi  # noqa: F401 so that it need not be loaded again after each kill
    from tests.kills.people import make, reports, try_dead_tasks_again

    get_resolver().url_patterns  # noqa: B018 loads every view
    shorten()
    if "spare-reports" in sys.argv:
        spare_reports()
    else:
        import weasyprint  # noqa: F401 so that it need not be loaded again after each kill
    known = (look_around, settle, work, serve, make_drafts, write, reap, has_ended, make, reports, try_dead_tasks_again)
    by_name = {each.__name__: each for each in known}
    for line in sys.stdin:
        # What a connection led to may have been killed since.
        connections.close_all()
        name, *arguments = json.loads(line)
        print(json.dumps(by_name[name](*arguments)), flush=True)  # noqa: T201 what the test reads
