from django.core.management.base import BaseCommand

from service.models import HeldPost
from standards.models import HeldImport


class Command(BaseCommand):
    help = "Delete the forms and the imports that were held for an hour and not asked for. Run it daily."

    def handle(self, **options):
        deleted = sum(model.objects.too_old().delete()[0] for model in (HeldPost, HeldImport))
        self.stdout.write(f"{deleted} deleted.")
