from django.core.management.base import BaseCommand, CommandError

from assessments.actions import run_batch, start_run
from assessments.models import CarryOverRun
from standards.models import Version


class Command(BaseCommand):
    help = (
        "Carry the drafts under one version of a framework over to a later one, here and now instead of in the worker. Stopped and "
        "run again it goes on where it was; harmless beside a worker."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--framework", required=True, help="The framework's short name, such as contract-management"
        )
        parser.add_argument(
            "--from", required=True, dest="from_number", help="The number of the version that they are under"
        )
        parser.add_argument("--to", required=True, dest="to_number", help="The number of a later, published version")

    def handle(self, *, framework, from_number, to_number, **options):
        from_version, to_version = (self._version(framework, number) for number in (from_number, to_number))
        if (
            not from_version.is_frozen
            or to_version.state != Version.State.PUBLISHED
            or to_version.published_at <= from_version.published_at
        ):
            raise CommandError(f"Version {to_number} is not one that drafts under {from_number} can be brought to.")
        run, _ = start_run(from_version=from_version, to_version=to_version)
        if run.to_version_id != to_version.pk:
            raise CommandError(f"They are being carried over to version {run.to_version.number} already.")
        after = run_batch(run_id=run.pk)
        while after:
            after = run_batch(run_id=run.pk, after=after)
        run = CarryOverRun.objects.get(pk=run.pk)
        self.stdout.write(f"{run.total} drafts: {run.done} done, {run.failed} failed.")
        if run.failed:
            raise CommandError("Some could not be carried over. The log says why; they are as they were.")

    def _version(self, framework, number):
        try:
            return Version.objects.get_by_natural_key(framework, number)
        except Version.DoesNotExist:
            raise CommandError(f"There is no version {number} of {framework}.") from None
