import time

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections

WAITS_FOR_A_LOCK = "5s"
TRIES = 5
PAUSE = 3


class Command(migrate.Command):
    """Django's, which on PostgreSQL waits seconds for a table that others use, and not for ever with everybody queued behind it.

    A migration that waits for a lock keeps all who come after it waiting too. This one gives up, lets them through and tries again;
    what was migrated by then stays, and each migration is made whole or not at all.
    """

    def handle(self, *args, **options):
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            return super().handle(*args, **options)
        if connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
            self.stderr.write(
                "This goes through a pooler, where no limit can be set on waiting for tables that are in use. Rather run it with "
                "DATABASE_URL naming PostgreSQL itself and DATABASE_POOLER=none."
            )
            return super().handle(*args, **options)
        for left in reversed(range(TRIES)):
            _wait_for_locks(connection, WAITS_FOR_A_LOCK)
            try:
                return super().handle(*args, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "pgcode", "") != "55P03":
                    raise
            finally:
                _wait_for_locks(connection, "0")
            if left:
                self.stderr.write(
                    f"A table is in use for longer than {WAITS_FOR_A_LOCK}. Trying again in {PAUSE} seconds."
                )
                time.sleep(PAUSE)
        raise CommandError(
            "A table is in use by something that does not end: nothing of that migration was done, and those before it stand. Look "
            "for long transactions in pg_stat_activity, a backup perhaps, and run migrate again."
        )


def _wait_for_locks(connection, how_long):
    if connection.connection is not None and connection.connection.closed:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [how_long])
