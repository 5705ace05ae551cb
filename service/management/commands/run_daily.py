from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

# Each may be run by itself, at any time, and twice.
COMMANDS = (
    ("send_reminders", ()),
    ("invite_and_remind", ()),
    ("retire_versions", ()),
    ("erase_people", ()),
    ("prune_records", ()),
    ("make_releases", ()),
    ("clear_held_posts", ()),
    ("clearsessions", ()),
    ("prune_tasks", ()),
)


class Command(BaseCommand):
    help = "All that is to be done once a day: reminders, versions whose day has come, erasing, pruning, tidying."

    def handle(self, **options):
        failed = []
        for name, arguments in COMMANDS:
            self.stdout.write(f"{name}:")
            try:
                call_command(name, *arguments, stdout=self.stdout)
            except Exception as error:  # the others are still to be done
                self.stderr.write(f"{name} failed ({type(error).__name__})")
                failed.append(name)
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}.")
