import signal
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from service.backups import BackupFailed
from service.backups.keeping import let_go, read_keep
from service.backups.making import make_backup


class Command(BaseCommand):
    help = (
        "Back up the database into a new folder, named by the time in UTC, while people work. Whole, or not at all. Beside it is "
        "kept the list of who was erased, which restoring needs."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, help="the folder of backups; PORTAL_BACKUP_FOLDER unless given")
        parser.add_argument(
            "--encrypt-to",
            action="append",
            metavar="AGE1...",
            help="a public key of age; may be given several times. PORTAL_BACKUP_KEY unless given",
        )
        parser.add_argument(
            "--keep", help='then keep so many of the whole ones there, or those of so many days: 14, or "30 days"'
        )

    def handle(self, *, to, encrypt_to, keep, **options):
        folder = to or settings.PORTAL_BACKUPS.folder
        if folder is None:
            raise CommandError("Say where to: --to FOLDER, or set PORTAL_BACKUP_FOLDER.")
        # Stopped by whoever stops services, it tidies up behind itself.
        before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        began = time.monotonic()
        try:
            kept = read_keep(keep) if keep else None
            place, manifest = make_backup(folder=folder, keys=encrypt_to or settings.PORTAL_BACKUPS.keys)
            call_command("list_erasures", to=folder / "erasures.json", stdout=self.stdout)
            self.stdout.write(
                f"{place}: {len(manifest.contents.tables)} tables, {manifest.contents.rows} rows, {manifest.size} bytes"
                f"{', encrypted' if manifest.encrypted else ', NOT encrypted'}, in {time.monotonic() - began:.1f} s."
            )
            if kept:
                gone, broken = let_go(folder=folder, newest=place, keep=kept)
                self.stdout.write(
                    f"{gone} earlier backups deleted.{f' {broken} are not whole: look at them.' * bool(broken)}"
                )
        except BackupFailed as failed:
            raise CommandError(f"No backup was made. {failed}") from None
        finally:
            signal.signal(signal.SIGTERM, before)
