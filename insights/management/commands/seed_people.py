import time

from django.core.management.base import BaseCommand, CommandError

from insights.seeding.service import make_service
from people.models import User
from standards.models import Version


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

        def say(done):
            self.stdout.write(f"{time.monotonic() - began:6.0f} s  {done}.")
            self.stdout.flush()

        make_service(people=people, ratings_for=ratings_for, version=version, say=say)
        with_answers = min(people, ratings_for)
        self.stdout.write(f"Answers are written for the first {with_answers:,}; of the others, what they come to.")
