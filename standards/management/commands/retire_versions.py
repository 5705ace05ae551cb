from django.core.management.base import BaseCommand

from standards.actions import retire_due_versions


class Command(BaseCommand):
    help = "Retire every version whose day has come, and have the drafts under it carried over. Once a day."

    def handle(self, **options):
        retired = retire_due_versions()
        self.stdout.write("".join(f"{version}: retired.\n" for version in retired) or "No version retires today.\n")
