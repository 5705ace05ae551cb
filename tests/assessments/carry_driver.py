"""A process with Django set up that starts workers at a carry-over run, so that a test can kill them: a JSON list per line in, a
value per line out.

Each worker is a process of its own that runs ``manage.py run_worker``. It may be told to kill itself at a moment of a round:
"claimed" (nothing is written yet), "moved" (the ratings are at their new statements, the rest is not), "noted" (all but the count),
"batch" (the batch is done, the worker was not given the next one).
"""

import json
import os
import signal
import sys
from datetime import timedelta

BATCH = 2
known = {}


def make(count):
    """So many drafts that say the same, under a version that has retired; returns the run, which the worker is given."""
    from assessments import actions
    from assessments.tasks import carry_on
    from people.models import NoticeChoice
    from tests.assessments.carried import make_small_versions
    from tests.factories import make_evidence, make_user, rate_all

    older, newer, _ = make_small_versions()

    def draft():
        owner = make_user()
        # An e-mail each would be work of another kind.
        NoticeChoice.objects.create(user=owner, kind="carried-over")
        assessment = actions.start_assessment(owner=owner, version=older)
        rate_all(assessment)
        make_evidence(assessment, statements=("A1.1",))
        return assessment

    assessment = draft()
    before = look(assessment.pk)
    actions.carry_over(assessment=assessment, to_version=newer)
    known.update({tuple(before): "before", tuple(look(assessment.pk)): "after"})
    known["drafts"] = [draft().pk for _ in range(count)]
    run, _ = actions.start_run(from_version=older, to_version=newer)
    carry_on.enqueue(run.pk)
    known["run"] = run.pk
    return run.pk


def look(pk):
    """What tells a round that was carried over from one that was not, and both from one that was torn."""
    from assessments.models import Assessment, CarryOver, Event, Rating, Target
    from people.models import Notice

    assessment = Assessment.objects.get(pk=pk)
    number = "version__number"
    return [
        assessment.version.number,
        *(
            tuple(sorted(value or "" for value in rows.values_list(path, flat=True)))
            for rows, path in (
                (Rating.objects.filter(assessment=pk), f"statement__area__section__{number}"),
                (Rating.objects.filter(assessment=pk), "given_under__number"),
                (Target.objects.filter(assessment=pk), f"area__section__{number}"),
                (
                    assessment.evidence.model.statements.through.objects.filter(evidence__assessment=pk),
                    "statement__code",
                ),
                (CarryOver.objects.filter(assessment=pk), "to_version__number"),
                (Event.objects.filter(assessment=pk), "kind"),
                (Notice.objects.filter(path__contains=str(pk)), "kind"),
            )
        ),
    ]


def states():
    """How many rounds are as they were before, how many as after, and how many are neither."""
    found = [known.get(tuple(look(pk)), "torn") for pk in known["drafts"]]
    return [found.count(each) for each in ("before", "after", "torn")]


def figures():
    """Total, done and failed, and whether it has ended."""
    from assessments.models import CarryOverRun

    run = CarryOverRun.objects.get(pk=known["run"])
    return [run.total, run.done, run.failed, run.finished_at is not None]


def start(moment="", nth=1):
    """The process id of a new worker, which kills itself at the ``nth`` such moment; it ends when nothing is left to do."""
    from django.core.management import call_command
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        # What it prints is e-mails; what the test reads stands there too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _prepare_to_die(moment, nth)
        call_command("run_worker", interval=0.02, batch=True)
    finally:
        os._exit(0)


def _prepare_to_die(moment, nth):
    from assessments import tasks
    from assessments.actions import carry_runs, carrying

    carry_runs.BATCH = BATCH
    places = {
        "claimed": (carrying, "plan"),
        "moved": (carrying, "_keep"),
        "noted": (carrying, "_tell"),
        "batch": (tasks, "run_batch"),
    }
    if not moment:
        return
    module, name = places[moment]
    inner, left = getattr(module, name), [nth]

    def die(*arguments, **named):
        left[0] -= 1
        done = inner(*arguments, **named) if left[0] or moment == "batch" else None
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(module, name, die)


def reap(pid):
    """How the worker ended: the number of a signal, negative, or 0."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def go_on():
    """Let eleven minutes pass, and give the worker the run again as the admin does."""
    from django.db.models import F

    from assessments import editions
    from assessments.models import CarryOverRun

    CarryOverRun.objects.update(beat_at=F("beat_at") - timedelta(minutes=11))
    editions.go_on(CarryOverRun.objects.get(pk=known["run"]))


def tear():
    """Do to a round what a carry-over without a transaction would leave: the fault that this is all about."""
    from assessments.models import Rating

    Rating.objects.filter(assessment=known["drafts"][0]).first().delete()


if __name__ == "__main__":
    import django

    django.setup()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(globals()[name](*arguments)), flush=True)  # noqa: T201 what the test reads
