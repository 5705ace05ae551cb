from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from standards.actions import FixtureDiffers, NotPublishable, load_fixture


class Command(BaseCommand):
    help = "Load the standards from fixtures/ and publish them. Harmless to run again."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", type=Path, help="One version's folder; all of fixtures/ by default")

    def handle(self, *, folder, **options):
        folders = [folder] if folder else sorted(path.parent for path in settings.FIXTURE_DIRS[0].glob("*/01-*.json"))
        for each in folders:
            try:
                version, is_new = load_fixture(folder=each)
            except (FixtureDiffers, NotPublishable) as problem:
                raise CommandError(str(problem)) from problem
            self.stdout.write(f"{version}: {'published' if is_new else 'already here'}.")
