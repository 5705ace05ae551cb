import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from documents.pdf import PdfUnavailable
from standards.exports import EXPORTS
from standards.models import Version


class Command(BaseCommand):
    help = "Write a version of the standards to a file, the same bytes as its download."

    def add_arguments(self, parser):
        parser.add_argument("--format", required=True, choices=list(EXPORTS))
        parser.add_argument("--framework", help="Its slug; needed where there is more than one framework")
        parser.add_argument("--number", help="Of the version, such as 2.0; the latest published by default")
        parser.add_argument(
            "--output", type=Path, help="The file to write; - for standard output. Named by us by default"
        )

    def handle(self, *, format, framework, number, output, **options):
        export, version = EXPORTS[format], _version(framework, number)
        try:
            content = export.content(version)
        except PdfUnavailable as problem:
            raise CommandError(str(problem)) from problem
        if output == Path("-"):
            sys.stdout.buffer.write(content)
            return
        output = output or Path(export.file_name(version))
        try:
            output.write_bytes(content)
        except OSError as problem:
            raise CommandError(f"{output} cannot be written: {problem.strerror}.") from problem
        self.stdout.write(f"{version}: {output}, {len(content)} bytes.")


def _version(framework, number):
    found = Version.objects.select_related("framework").order_by("-published_at", "-pk")
    if framework:
        found = found.filter(framework__slug=framework)
    found = found.filter(number=number) if number else found.published()
    if len({version.framework_id for version in found}) > 1:
        slugs = ", ".join(sorted({version.framework.slug for version in found}))
        raise CommandError(f"There is more than one framework. Name one with --framework: {slugs}.")
    if not found:
        raise CommandError("There is no such version.")
    return found[0]
