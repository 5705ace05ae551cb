"""What takes room in PostgreSQL, and how often SQLite can be written to: ``script/bench --growth 1000``.

Rounds are copied from one that was made as people make them (``carrying``), or written in bulk as ``insights.seeding`` does; what
else grows is made by the portal's own actions. A table's size is that of its rows, what they hold apart, and its indexes.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
WRITERS, SECONDS = 4, 8
ROW = "{:<46} {:>8} {:>12} {:>12}"
TABLES = 6

PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
call_command("load_standards", verbosity=0)
from benchmarks.people import make_round
for number in range({writers}):
    print(make_round(f"writer-{{number}}")[0].pk)
"""
WRITE = """
import sys, time
import django; django.setup()
from assessments.models import Assessment
from benchmarks.cases import Answering
from benchmarks.growth import save_changed
assessment = Assessment.objects.with_version().get(pk=sys.argv[1])
answering = Answering(assessment, "", "B4")
save_changed(answering)
print("ready", flush=True)
sys.stdin.readline()
done, ends = 0, time.monotonic() + {seconds}
while time.monotonic() < ends:
    save_changed(answering)
    done += 1
answering.check_kept()
print(done)
"""


def measure(count):
    """Print what ``count`` of each thing take in PostgreSQL, and how many answers SQLite keeps a second with four processes."""
    print(ROW.format("what", "how many", "KB of each", "MB of all"))
    for name, make in _things(count):
        before = _sizes()
        number = make()
        grown = _sizes()
        grown.subtract(before)
        _show(name, number, grown)
    for processes in (1, WRITERS):
        print(f"SQLite, {processes} processes: {sqlite_writes(processes):.0f} answers saved a second", flush=True)


def _things(count):
    """What is made, and how: each returns how many it made."""
    from assessments.actions import close_assessment
    from assessments.actions.report_files import keep_report_file
    from assessments.models import Assessment
    from assessments.reports import files
    from assessments.reports.making import read_source
    from insights.actions.counting import count_again
    from insights.actions.releasing import make_release
    from insights.seeding.plans import plan_people, plan_service
    from insights.seeding.writing import Standings, Writer, write_places
    from people.actions import notify
    from people.models import Notice, User
    from standards.models import Version

    from .carrying import make_drafts
    from .people import make_round, session_for

    version = Version.objects.latest_published()
    model, _ = make_round("model")
    pdf = files.make_pdf(read_source(model, "owner"))
    close_assessment(assessment=model, by=model.owner)
    organisations = write_places(plan_service(count, "grown"))

    def rounds_and_people():
        make_drafts(version, count)
        return count

    def agreed_rounds():
        before = Assessment.objects.count()
        people = plan_people(plan_service(count, "grown"))
        Writer(version, ratings_for=10**6).write(people, organisations, Standings(0, 0, 100))
        return Assessment.objects.count() - before

    def figures():
        tree = [each.pk for each in organisations.values()]
        count_again(tree)
        make_release(organisation=organisations["grown"], framework=version.framework)
        return len(tree)

    def first(number):
        return User.objects.order_by("pk")[:number]

    def notices():
        for user in first(count):
            notify(recipient=user, kind=Notice.Kind.INVITED, due_on=None)
        return count

    def sessions():
        for user in first(count):
            session_for(user)
        return count

    def reports():
        for pk in Assessment.objects.values_list("pk", flat=True)[: count // 10]:
            assessment = Assessment(pk=pk)
            keep_report_file(assessment=assessment, reader="owner", digest="0" * 64, content=pdf)
        return count // 10

    return [
        ("draft in full, a note on every third, its person", rounds_and_people),
        ("agreed round: three views, no notes, its person", agreed_rounds),
        ("counts and released figures of an organisation", figures),
        ("kept PDF", reports),
        ("notice by e-mail, with its task", notices),
        ("session", sessions),
    ]


def _sizes():
    """Bytes of each table with all that belongs to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables")
        return Counter(dict(cursor.fetchall()))


def _show(name, number, grown):
    whole = sum(grown.values())
    print(ROW.format(name, number, f"{whole / number / 1024:.1f}", f"{whole / 2**20:.1f}"), flush=True)
    for table, size in grown.most_common(TABLES):
        if size > whole / 50:
            print(ROW.format(f"  {table}", "", f"{size / number / 1024:.1f}", f"{size / 2**20:.1f}"))


def save_changed(answering):
    """Save one answer otherwise than it stands, by the portal's own action."""
    from assessments.actions import save_ratings
    from assessments.answers import Answered, Change

    statement = answering.area.statements[0]
    revision, answer = answering.standing[statement.pk]
    _, *choices = statement.choices
    changed = Answered(rank=choices[1] if answer.rank == choices[0] else choices[0], note=answer.note)
    change = Change(statement.pk, changed, revision, answer.mark())
    assert not save_ratings(assessment=answering.assessment, changes=[change]).conflicts
    answering.standing[statement.pk] = (revision + 1, changed)


def sqlite_writes(processes) -> float:
    """Answers a second that so many processes save in one SQLite file, each in a round of its own."""
    with TemporaryDirectory(prefix="portal-sqlite-") as folder:
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3", "PYTHONPATH": str(ROOT)}
        prepare = [sys.executable, "-c", PREPARE.format(writers=processes)]
        made = subprocess.run(prepare, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        rounds = [line for line in made.stdout.splitlines() if line.count("-") == 4]
        write = [sys.executable, "-c", WRITE.format(seconds=SECONDS)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        writers = [subprocess.Popen([*write, pk], cwd=ROOT, env=environment, **pipes) for pk in rounds]
        for each in writers:
            each.stdout.readline()
        began = time.monotonic()
        done = sum(int(each.communicate("go\n")[0]) for each in writers)
        if any(each.returncode for each in writers):
            raise RuntimeError("a writer ended with an error")
        return done / (time.monotonic() - began)
