"""Processes with Django set up that write to a portal without pause, and back it up and restore it meanwhile.

``write NUMBER FOLDER`` is a writer: it takes its person's rounds through their states until a file "stop" is there. Every step
is one transaction of the portal's own actions and a row of a ledger, chained to the one before, so that what a moment must look
like can be worked out from its ledger alone. The number of the last step that was committed stands in FOLDER/acked-NUMBER.

``keep`` takes a JSON list per line and answers with a value per line. Around each backup and restore it also reads all rows by
plain SQL, at the moment that is backed up, and before anything of what was restored is quieted.
"""

import hashlib
import io
import json
import os
import random
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

STEPS = ("begin", "rate all", "rate", "rate", "rate", "share", "withdraw", "rate", "share", "withdraw", "close")
LEDGER = "CREATE TABLE backup_ledger (writer integer, n integer, said text, chain text, PRIMARY KEY (writer, n))"
known = {}


def prepare(writers, email, note):
    """A ledger, and a person with a line manager for each writer; a note in the open round of somebody of the demo.

    Returns the id of that round.
    """
    from django.db import connection

    from assessments.answers import Answered
    from assessments.models import Assessment
    from tests.factories import make_line, make_user, rate

    with connection.cursor() as cursor:
        cursor.execute(LEDGER)
    for number in range(writers):
        make_line(make_user(email=f"writer{number}@example.com"), make_user(email=f"manager{number}@example.com"))
    assessment = Assessment.objects.with_version().get(owner__email=email, state="draft")
    rate(assessment, {"A1.1": Answered(rank=1, note=note)})
    return str(assessment.pk)


def write(number, folder):
    from django.db import connection, transaction

    from assessments import actions
    from assessments.models import Assessment
    from people.models import User
    from standards.models import Version
    from standards.tree import version_tree
    from tests.factories import make_assessment, rate, rate_all, reread

    owner = User.objects.get(email=f"writer{number}@example.com")
    statements = {each.code: each.pk for each in version_tree(Version.objects.published().get()).statements}
    chance = random.Random(number)
    acked = os.open(folder / f"acked-{number}", os.O_WRONLY | os.O_CREAT)
    n, chain, assessment = 0, "", None
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, chain, said FROM backup_ledger WHERE writer = %s ORDER BY n DESC LIMIT 1", [number])
        stands = cursor.fetchone()
    if stands:
        n, chain, said = stands
        assessment = reread(Assessment(pk=json.loads(said)[1]))

    def rated(codes):
        ranks = {code: chance.choice((0, 1)) for code in codes}
        rate(assessment, ranks)
        return {statements[code]: rank for code, rank in ranks.items()}

    while True:
        n, step = n + 1, STEPS[n % len(STEPS)]
        if (folder / "stop").exists():
            return
        with transaction.atomic():
            answers = {}
            if step == "begin":
                assessment = make_assessment(owner)
            elif step == "rate all":
                rate_all(assessment, rank=1)
                answers = dict.fromkeys(statements.values(), 1)
            elif step == "rate":
                answers = rated(chance.sample(sorted(statements), 5))
            elif step == "share":
                actions.share_assessment(assessment=assessment, by=owner)
            elif step == "withdraw":
                actions.withdraw_assessment(assessment=assessment, by=owner)
            else:
                actions.close_assessment(assessment=assessment, by=owner)
            assessment = reread(assessment)
            said = json.dumps([step, assessment.pk.hex, answers])
            chain = hashlib.sha256((chain + said).encode()).hexdigest()
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO backup_ledger VALUES (%s, %s, %s, %s)", [number, n, said, chain])
        os.pwrite(acked, b"%10d" % n, 0)
        # As people do; whoever begins again at once keeps the others waiting for SQLite's lock.
        time.sleep(chance.uniform(0, 0.03))


def plain_rows(connection):
    """A hash of each table's rows in the order of their words: by ``SELECT *``, and nothing of ``service.backups``."""
    lite = isinstance(connection, sqlite3.Connection)
    with closing(connection.cursor()) as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if lite
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        found = {}
        for (name,) in cursor.fetchall():
            # On PostgreSQL in its own words: what Python makes of JSON depends on the connection.
            cursor.execute(f'SELECT * FROM "{name}"' if lite else f'SELECT t::text FROM "{name}" t')
            rows = sorted(map(ascii, cursor.fetchall()))
            found[name] = [len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()]
    return found


def backup(folder, key=""):
    """Where a new backup is, its bytes, the seconds that it took, and all rows at its moment."""
    from service.backups.making import make_backup

    began = time.monotonic()
    place, manifest = make_backup(folder=Path(folder), keys=[key] if key else ())
    return [str(place), manifest.size, time.monotonic() - began - known["looked"], known["source"]]


def restore(place, name, identity=""):
    """What was said, the seconds that it took, and all rows before they were quieted; of what was refused the reason."""
    from django.conf import settings
    from django.core.management import CommandError, call_command

    from standards_portal.engines import Backups

    settings.PORTAL_BACKUPS, said, began = Backups(None, (), {"NAME": name}), io.StringIO(), time.monotonic()
    known["target"] = None
    try:
        options = {"identity": Path(identity)} if identity else {}
        call_command("restore", Path(place), without_erasures=True, stdout=said, **options)
    except CommandError as refused:
        return [str(refused), 0, None]
    finally:
        settings.PORTAL_BACKUPS = Backups(None, (), None)
    return [said.getvalue(), time.monotonic() - began - known["looked"], known["target"]]


def spy():
    """Read all rows at the moments that matter, and note how long that took."""
    import psycopg2
    from django.db import connection

    from service.backups import postgresql, restoring, sqlite

    def timed(name, read):
        began = time.monotonic()
        known[name] = plain_rows(read)
        known["looked"] = time.monotonic() - began

    copy, dump, quiet = sqlite.copy_at_once, postgresql._dump, restoring.quiet

    def copy_and_look(read, written):
        # The copy is of the read transaction that stands.
        read.execute("BEGIN")
        timed("source", read)
        copy(read, written)
        read.execute("COMMIT")

    def dump_and_look(wrapper, snapshot, *arguments):
        with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as other:
            other.set_session(isolation_level="REPEATABLE READ", readonly=True)
            other.cursor().execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'; SET LOCAL timezone = 'UTC'")
            timed("source", other)
        return dump(wrapper, snapshot, *arguments)

    def look_and_quiet():
        if known["target"] is None:
            if connection.vendor == "sqlite":
                with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
                    timed("target", other)
            else:
                timed("target", connection.connection)
        return quiet()

    sqlite.copy_at_once, postgresql._dump, restoring.quiet = copy_and_look, dump_and_look, look_and_quiet


if __name__ == "__main__":
    import django

    django.setup()
    role, *arguments = sys.argv[1:]
    if role == "write":
        write(int(arguments[0]), Path(arguments[1]))
    else:
        spy()
        for line in sys.stdin:
            name, *given = json.loads(line)
            print(json.dumps(globals()[name](*given)), flush=True)  # noqa: T201 what the test reads
