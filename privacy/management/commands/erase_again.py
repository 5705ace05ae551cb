from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from privacy.actions import erase_again
from privacy.erasure_list import BadList, read_list

NO_LIST = 3


class Command(BaseCommand):
    help = "Erase again whoever a restored backup brought back. manage.py restore does it by itself; harmless to run twice."

    def add_arguments(self, parser):
        parser.add_argument("list", type=Path, help="erasures.json, as it lies beside the backups")

    def handle(self, *, list, **options):
        try:
            keys = read_list(list)
        except BadList as bad:
            raise CommandError(str(bad), returncode=NO_LIST) from None
        counts = erase_again(keys=keys)
        self.stdout.write(
            ", ".join(f"{count} {what}" for what, count in counts.items()) + f", of {len(keys)} in the list."
        )
        left = counts["put off"] + counts["failed"]
        if left:
            raise CommandError(
                f"{left} could not be erased again. Put off are those for whom a legal hold stands in this database (lift it if it "
                "was lifted since) and the last superuser (make another). Of what failed the log names the kind of error. Then run "
                "manage.py erase_again."
            )
