from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from insights.actions.counting import follow_marks
from insights.actions.releasing import release_due


class Command(BaseCommand):
    help = (
        "Count organisations whose people changed, then release the figures that are due: at most once a month, and only where "
        "enough people changed. Run it daily; it may be stopped at any time and run twice."
    )

    def handle(self, **options):
        self.stdout.write(f"Organisations counted again: {follow_marks()}.")
        outcomes = release_due()
        for each in outcomes:
            what = f"{each.organisation} under {each.framework}"
            if each.release:
                self.stdout.write(f"Released: {what}, {timezone.localtime(each.release.made_at):%-d %B %Y}.")
            else:
                self.stdout.write(f"Not released: {what}: {each.reason}.")
        failed = sum(each.failed for each in outcomes)
        if failed:
            raise CommandError(f"{failed} could not be made. The log names the kind of error.")
