import io
import time
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from service.backups import BackupFailed, RestoreRefused
from service.backups.restoring import check_code, check_database, open_backup, restore

# What erase_again ends with where the list cannot be read.
NO_LIST = 3
AFTERWARDS = """Before people come in again:
* Look in the admin, under Notices, at those that are "Not known": what waited then may have been sent since. "Send again"
  sends them.
* Reminders and invitations that were made after the backup are lost with it. manage.py run_daily makes them anew, and the worker
  sends them: manage.py hold_notices, run before it starts, leaves that to you.
* What was changed after the backup is as it was before: passwords, second factors, who may enter the admin, grants of analysts,
  lines that ended, rounds that were taken back, legal holds that were placed. Do again what must not wait.
* With PORTAL_QUEUE=redis, empty that queue before a worker starts: its tasks are of what is gone. Not after a drill.
"""


class Command(BaseCommand):
    help = (
        "Restore a backup into the empty database at DATABASE_URL: refused if anything is wrong with it, compared table by table "
        "with what was backed up, and left so that nothing is sent twice and nobody is signed in."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("backup", type=Path, help="the folder of one backup")
        parser.add_argument(
            "--identity", type=Path, metavar="FILE", help="the file with the secret key of an encrypted backup"
        )
        parser.add_argument("--check", action="store_true", help="only see whether it is whole and could be restored")
        parser.add_argument(
            "--erasures",
            type=Path,
            metavar="FILE",
            help="the list of who was erased; erasures.json beside the backup unless given",
        )
        parser.add_argument(
            "--without-erasures",
            action="store_true",
            help="bring back whoever was erased after the backup: no list is left",
        )
        parser.add_argument(
            "--other-key", action="store_true", help="take a backup that was sealed with another SECRET_KEY"
        )

    def handle(self, *, backup, identity, check, erasures, without_erasures, other_key, **options):
        began = time.monotonic()
        try:
            opened = open_backup(backup, identity=identity, other_key=other_key)
            check_code(opened)
            if check:
                check_database(opened, backup)
                found = f"{len(opened.contents.tables)} tables, {opened.contents.rows} rows"
                self.stdout.write(f"Whole: made {opened.manifest.taken_at}, {found}. Nothing was restored.")
                return
            listed = self._list(backup, erasures, without_erasures)
            restore(opened, erase_again=lambda: self._erase_again(listed), say=self.stdout.write)
        except (BackupFailed, RestoreRefused) as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(
            f"Restored as of {opened.manifest.taken_at}, {opened.manifest.size} bytes, in {time.monotonic() - began:.1f} s."
        )
        self.stdout.write(AFTERWARDS)
        if self.left:
            raise CommandError("Some people could not be erased again, see above. Let nobody in before they are.")

    left = False

    def _list(self, backup, erasures, without_erasures):
        """Where the list of erasures is; None for none. Raises ``RestoreRefused``."""
        listed = erasures or backup.absolute().parent / "erasures.json"
        if without_erasures:
            return None
        if not listed.is_file():
            raise RestoreRefused(
                "There is no list of who was erased since (erasures.json) beside the backup. Name it: --erasures FILE. Only if "
                "none is left, --without-erasures: they come back then, and must be erased again by hand."
            )
        return listed

    def _erase_again(self, listed):
        if listed is None:
            return "Nobody was erased again: whoever was erased after the backup is back."
        said = io.StringIO()
        try:
            call_command("erase_again", listed, stdout=said)
        except CommandError as failed:
            if failed.returncode == NO_LIST:
                raise RestoreRefused(str(failed)) from None
            self.left = True
            said.write(f"{failed}\n")
        return said.getvalue().strip()
