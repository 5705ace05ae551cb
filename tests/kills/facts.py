"""What stands in the database of a portal that was killed, read past the portal, and what of it cannot be."""

import re
from collections import Counter, defaultdict
from contextlib import closing
from uuid import UUID

from tests.servers import connect

from .load import Level

TASKS = "django_tasks_database_dbtaskresult"
_NOTICE = re.compile(r"Message-ID: <notice-(\d+)-")
_ROUND = re.compile("/assessments/([0-9a-f-]{36})/")
# What a round becomes by an event; the others leave it as it is.
STATES = {
    "started": "draft",
    "shared": "shared",
    "withdrawn": "draft",
    "returned": "draft",
    "handed-over": "shared",
    "agreed": "agreed",
    "closed": "closed",
}
# Who is told of what: so many notices of a kind as the counts of a round's events say.
TOLD = {
    "shared": lambda events: events["shared"],
    "returned": lambda events: events["returned"],
    "reviewed": lambda events: events["reviewed"],
    "agreed": lambda events: events["agreed"],
    "ready-to-confirm": lambda events: events["confirmed"] - events["agreed"],
    "confirmation-removed": lambda events: events["unconfirmed"],
}


class Facts:
    """One look at a database. ``cells`` and ``histories`` are as a ``Ledger`` knows them.

    ``states`` has each round's state, ``told`` the notices about each round by kind, ``notices`` (key, delivery), and ``tasks``
    how many there are by status and path.
    """

    def __init__(self, database_url):
        with closing(connect(database_url)) as connection, closing(connection.cursor()) as cursor:
            # What is read is of one moment.
            cursor.execute(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ" if database_url.startswith("postgres") else "BEGIN"
            )

            def rows(sql):
                cursor.execute(sql)
                return cursor.fetchall()

            self._read(rows)
            connection.rollback()

    def _read(self, rows):
        self.cells = {
            ("answer", _key(assessment), statement): Level(*level)
            for assessment, statement, *level in rows(
                "SELECT assessment_id, statement_id, revision, rank, note FROM assessments_rating WHERE view = 'self'"
            )
        }
        for assessment, statement, note in rows(
            "SELECT assessment_id, statement_id, note FROM assessments_rating WHERE view = 'line_manager' AND note <> ''"
        ):
            self.cells["note", _key(assessment), statement] = note
        for assessment, code, rank, reason in rows(
            "SELECT t.assessment_id, a.code, t.rank, t.reason FROM assessments_target t "
            "JOIN standards_area a ON a.id = t.area_id WHERE t.reason <> ''"
        ):
            self.cells["target", _key(assessment), code] = (rank, reason)
        for assessment, points in rows("SELECT assessment_id, points FROM assessments_conversation WHERE points <> ''"):
            self.cells["points", _key(assessment)] = points
        for title, count in rows("SELECT title, COUNT(*) FROM assessments_evidence GROUP BY title"):
            self.cells["example", title] = count
        for what, count in rows("SELECT what, COUNT(*) FROM assessments_goal GROUP BY what"):
            self.cells["goal", what] = count
        self.histories = defaultdict(list)
        for assessment, kind in rows("SELECT assessment_id, kind FROM assessments_event ORDER BY id"):
            self.histories["events", _key(assessment)].append(kind)
        self.states = {_key(pk): state for pk, state in rows("SELECT id, state FROM assessments_assessment")}
        self.told = defaultdict(Counter)
        for path, kind, count in rows("SELECT path, kind, COUNT(*) FROM people_notice GROUP BY path, kind"):
            if found := _ROUND.match(path):
                self.told[found[1]][kind] += count
        self.notices = rows("SELECT id, delivery FROM people_notice ORDER BY id")
        # Those that a worker would take at once.
        self.tasks_to_come_now = rows(
            f"SELECT COUNT(*) FROM {TASKS} WHERE status = 'READY' "
            "AND (run_after IS NULL OR run_after <= CURRENT_TIMESTAMP)"
        )[0][0]
        self.tasks = {
            (status, path): count
            for status, path, count in rows(
                f"SELECT status, task_path, COUNT(*) FROM {TASKS} GROUP BY status, task_path"
            )
        }

    def faults(self, rounds):
        """A sentence for each round whose state is not that of its events, and for each of ``rounds`` that told too little or much.

        What happens and what is told of it is written together, so both are there or neither.
        """
        for pk, state in self.states.items():
            kinds = [STATES[kind] for kind in self.histories["events", pk] if kind in STATES]
            if kinds[-1:] != [state]:
                yield f"{pk} is {state} after {self.histories['events', pk]}"
        for pk in rounds:
            events = Counter(self.histories["events", pk])
            for kind, wanted in TOLD.items():
                if self.told[pk][kind] != wanted(events):
                    yield f"{pk}: {self.told[pk][kind]} notices {kind!r} after {dict(events)}"

    def faults_of_sending(self, accepted):
        """A sentence for each notice whose e-mail came twice, or did not come as its state says, after all work is done.

        ``accepted`` are the e-mails that the mail server took (``tests.smtp``).
        """
        came = Counter(notice_of(text) for _, text in accepted)
        for pk, state in self.notices:
            if came[pk] > 1:
                yield f"notice {pk} was sent {came[pk]} times"
            if came[pk] and state not in ("sent", "not-known"):
                yield f"notice {pk} was sent and is {state!r}"
            if state == "sent" and not came[pk]:
                yield f"notice {pk} is lost: called sent, and never was"
            if state == "sending":
                yield f"notice {pk} is being sent for ever"
            if state == "waiting" and not self.tasks.get(("READY", "people.tasks.send_notice")):
                yield f"notice {pk} waits for nobody"
        yield from (f"notice {pk} was sent and is not there" for pk in came.keys() - dict(self.notices).keys())

    def faults_of_tasks(self):
        """A sentence for each kind of task that is called running when nobody works."""
        for (status, path), count in self.tasks.items():
            if status == "RUNNING":
                yield f"{count} of {path} are running for ever"


def notice_of(text) -> int:
    """The key of the notice that an e-mail tells."""
    return int(_NOTICE.search(text)[1])


def _key(pk):
    """A round's key as addresses have it: SQLite keeps it without hyphens."""
    return str(UUID(str(pk)))


# Soundness


def damage(database_url) -> list:
    """What is broken in the database as such: its file, its references, its CHECK constraints."""
    is_postgres = database_url.startswith("postgres")
    with closing(connect(database_url)) as connection, closing(connection.cursor()) as cursor:
        if is_postgres:
            return _damage_of_postgres(cursor)
        # The first looks at CHECK, NOT NULL and UNIQUE too.
        cursor.execute("PRAGMA integrity_check")
        found = [text for (text,) in cursor.fetchall() if text != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        return found + cursor.fetchall()


def _damage_of_postgres(cursor):
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, contype, confrelid::regclass::text, pg_get_expr(conbin, conrelid), "
        "(SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]), "
        "(SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = confrelid AND attnum = confkey[1]) "
        "FROM pg_constraint WHERE contype IN ('c', 'f') AND conrelid <> 0"
    )
    counts = []
    for table, name, kind, other, expression, column, key in cursor.fetchall():
        wrong = f"NOT ({expression})"
        if kind == "f":
            wrong = f"{column} IS NOT NULL AND NOT EXISTS (SELECT FROM {other} o WHERE o.{key} = {table}.{column})"
        counts.append(f"SELECT '{table}', '{name}', COUNT(*) FROM {table} WHERE {wrong}")
    cursor.execute(" UNION ALL ".join(counts))
    return [f"{count} rows of {table} break {name}" for table, name, count in cursor.fetchall() if count]
