from django.core.management.base import BaseCommand

from privacy.actions import prune


class Command(BaseCommand):
    help = "End what has been kept for its time (settings.KEEP). Run it daily; it may be stopped at any time and run twice."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only count what would be ended")

    def handle(self, *, dry_run, **options):
        for each in prune(dry_run=dry_run):
            self.stdout.write(f"{each.count:6} {'would be ' * dry_run}{each.ends:8} {each.title} ({each.period})")
