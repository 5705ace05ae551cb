from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from privacy.erasure_list import BadList, add_to_list


class Command(BaseCommand):
    help = (
        "Write down who was erased, by keys alone, in a file apart from the database: restoring a backup needs it. erase_people "
        "does so where PORTAL_BACKUP_FOLDER is set, and so does every backup."
    )

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, help="the file; erasures.json in PORTAL_BACKUP_FOLDER unless given")

    def handle(self, *, to, **options):
        folder = settings.PORTAL_BACKUPS.folder
        path = to or (folder and folder / "erasures.json")
        if path is None:
            raise CommandError("Say where to: --to FILE, or set PORTAL_BACKUP_FOLDER.")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new, total = add_to_list(path)
        except BadList as bad:
            raise CommandError(str(bad)) from None
        except OSError as error:
            raise CommandError(f"The list of erasures could not be written ({error.strerror}).") from None
        self.stdout.write(f"{total} erasures in the list, {new} of them new.")
