from django.core.management.base import BaseCommand

from service.models import HeldPost


class Command(BaseCommand):
    help = "Delete the forms that were held for an hour and not asked for. Run it daily."

    def handle(self, **options):
        deleted, _ = HeldPost.objects.too_old().delete()
        self.stdout.write(f"{deleted} deleted.")
