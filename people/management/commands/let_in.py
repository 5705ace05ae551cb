from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.http import urlencode

from people.actions import LINK_LASTS, make_one_time_link
from people.models import User


class Command(BaseCommand):
    help = (
        "Print a link by which one person signs in once, within ten minutes: for when the provider of single sign-on does not "
        "answer, or somebody has lost every way in. That it was made and used is logged, and its person gets a letter. A second "
        "factor is still asked for (docs/single-sign-on.md)."
    )

    def add_arguments(self, parser):
        parser.add_argument("email", help="the e-mail address of their account")

    def handle(self, email, **options):
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError("No account that may sign in has this e-mail address.")
        key = make_one_time_link(user=user)
        self.stdout.write(f"{settings.PORTAL_ORIGIN}{reverse('let-in')}?{urlencode({'key': key})}")
        if options["verbosity"]:
            self.stderr.write(f"It works once, for {LINK_LASTS // 60} minutes. Hand it to nobody but its person.")
