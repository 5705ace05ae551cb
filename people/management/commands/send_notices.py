from django.core.management.base import BaseCommand

from people.actions import sweep_notices


class Command(BaseCommand):
    help = (
        "Give the worker the notices that it has lost sight of, and show those that were cut off as not known, at once. A worker "
        "does so every minute by itself; harmless at any time."
    )

    def handle(self, **options):
        cut_off, given = sweep_notices()
        if options["verbosity"]:
            self.stdout.write(f"{cut_off} cut off and not known to be sent, {given} given to the worker again.")
