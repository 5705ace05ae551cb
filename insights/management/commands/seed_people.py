import time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from insights.seeding.plans import plan_people, plan_service
from insights.seeding.writing import DOMAIN, Writer, write_places
from people.models import User
from standards.models import Version

# Somebody who exists ends the command, unless they are made up as well.
MADE_UP = f"@{DOMAIN}"


class Command(BaseCommand):
    help = (
        "Fill an empty portal with a made-up population, for benchmarks: organisations, people, lines and rounds, with what they "
        "come to and their figures. Refuses where there are people."
    )

    def add_arguments(self, parser):
        parser.add_argument("--people", type=int, default=1000, help="how many people (default: 1000)")
        parser.add_argument(
            "--ratings-for", type=int, default=20_000, help="answers are written for so many of them (default: 20000)"
        )

    def handle(self, people, ratings_for, **options):
        if User.objects.exists():
            raise CommandError("There are people in this portal. Made-up ones go into an empty database only.")
        version = Version.objects.latest_published()
        if version is None:
            raise CommandError("No standards are published yet. Run load_standards first.")
        began = time.monotonic()
        places = plan_service(people)
        organisations = write_places(places)
        self.stdout.write(f"{len(places):,} organisations.")

        def say(written):
            if written % 10_000 == 0 or written == people:
                self.stdout.write(f"{written:,} of {people:,} people, {time.monotonic() - began:.0f} s.")
                self.stdout.flush()

        Writer(version, ratings_for=ratings_for, say=say).write(plan_people(places), organisations)
        self.stdout.write(
            f"Answers are written for the first {min(people, ratings_for):,}; of the others what they come to."
        )
        self.stdout.write(f"Done on {timezone.localdate():%d %B %Y}. Now run count_again and make_releases.")
