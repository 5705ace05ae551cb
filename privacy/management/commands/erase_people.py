from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from privacy.actions import erase_due


class Command(BaseCommand):
    help = "Erase everybody who asked for it and whose day has come. Run it daily; it may be stopped at any time and run twice."

    def handle(self, **options):
        counts = erase_due()
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            # What was overwritten stands in the log beside the file until it is written back and emptied.
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.stdout.write(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")
        if settings.PORTAL_BACKUPS.folder:
            # Apart from the database: it is for when that is lost.
            call_command("list_erasures", stdout=self.stdout)
        if counts["failed"]:
            raise CommandError(f"{counts['failed']} could not be erased. The log names the kind of error.")
