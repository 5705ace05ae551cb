"""Prints who gets what."""

from django.core.management.base import BaseCommand

from service.access.printing import markdown, write_csv


class Command(BaseCommand):
    """Prints the access table: what each role gets of each route, in each state of a round, by GET and by POST."""

    help = (
        "Print who gets what: the table of routes, roles, states and methods that tests/test_access.py holds the portal to. "
        "In Markdown, or every cell as CSV."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--format", choices=["markdown", "csv"], default="markdown", help="markdown unless given")

    def handle(self, *, format, **options):
        if format == "csv":
            write_csv(self.stdout)
        else:
            self.stdout.write("\n".join(markdown()))
