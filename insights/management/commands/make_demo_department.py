from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from insights.actions.counting import follow_marks
from insights.seeding.department import make_department
from people.models import Organisation, User
from standards.models import Version

TOP = "Department for Examples"
LINE_MANAGER = "tomasz.quillfeather@example.com"


class Command(BaseCommand):
    help = "Make the demo's department around its people, and its figures. Demo mode only; harmless to run again."

    def handle(self, **options):
        if not settings.PORTAL_DEMO:
            raise CommandError("The demo's department can be made in demo mode only. Start the demo with script/demo.")
        top = Organisation.objects.filter(name=TOP, parent=None).first()
        if top is None:
            raise CommandError("The demo's people are not there yet. Run make_demo_people first.")
        with transaction.atomic():
            make_department(
                top=top,
                line_manager=User.objects.get(email=LINE_MANAGER),
                version=Version.objects.latest_published(),
            )
        follow_marks()  # of the other organisations
        self.stdout.write(f"{TOP}: {Organisation.objects.within(top).count()} organisations.")
