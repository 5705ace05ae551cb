from django.core.management.base import BaseCommand

from people.actions import hold_notices


class Command(BaseCommand):
    help = (
        'Show whatever waits to be sent by e-mail as "Not known", so that only a person sends it. manage.py restore does so; run '
        "it for the reminders that are made anew after that, before a worker starts."
    )

    def handle(self, **options):
        self.stdout.write(f"{hold_notices()} notices held.")
