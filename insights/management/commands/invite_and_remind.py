from django.core.management.base import BaseCommand
from django.utils import timezone

from insights.actions.inviting import invite_newcomers, remind_invited


class Command(BaseCommand):
    help = (
        "Invite people who came to work where a campaign stands, and remind those who were invited and have not shared. Run it "
        "daily; it may be stopped at any time and run twice."
    )

    def handle(self, **options):
        today = timezone.localdate()
        invited, reminded = invite_newcomers(today=today), remind_invited(today=today)
        self.stdout.write(f"Invited: {invited}. Reminded: {reminded}.")
