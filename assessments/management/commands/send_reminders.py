from django.core.management.base import BaseCommand
from django.utils import timezone

from assessments.actions import remind_of_goals, remind_of_versions, remind_of_years
from assessments.editions import wake_runs
from people.actions import sweep_notices


class Command(BaseCommand):
    help = (
        "Tell people of goals that fall due, of a year gone by and of versions that come and go, and look after notices that were "
        "cut off. Once a day."
    )

    def handle(self, **options):
        today = timezone.localdate()
        goals, years = remind_of_goals(today=today), remind_of_years(today=today)
        versions = remind_of_versions()
        woken = wake_runs()
        cut_off, waiting = sweep_notices()
        self.stdout.write(
            f"Reminded of goals: {goals}; of a year gone by: {years}; of versions: {versions}. "
            f"Notices cut off: {cut_off}; sent on: {waiting}. Carry-over runs started again: {woken}."
        )
