from django.core.management.base import BaseCommand, CommandError

from insights.actions.counting import count_again
from insights.exact import counted
from insights.raw_counts import raw_counts
from insights.tally import KEYS
from people.models import Organisation, Recount

_AT_ONCE = 50


class Command(BaseCommand):
    help = (
        "Count the people of every organisation anew; harmless at any time. With --compare nothing is written: every answer is "
        "scored anew and what differs from the counts is printed."
    )

    def add_arguments(self, parser):
        parser.add_argument("--compare", action="store_true", help="compare with a count from the answers themselves")
        parser.add_argument("--organisation", metavar="CODE", help="only this organisation and what lies below it")

    def handle(self, *, compare, organisation, **options):
        keys = list(self._chosen(organisation).order_by("pk").values_list("pk", flat=True))
        if not compare:
            self.stdout.write(f"Organisations counted: {count_again(keys)}.")
            return
        waiting = Recount.objects.filter(organisation__in=keys).values("organisation").distinct().count()
        if waiting:
            self.stdout.write(f"Organisations that are still to be counted again: {waiting}. They may differ.")
        differences = 0
        for start in range(0, len(keys), _AT_ONCE):
            differences += self._compare(keys[start : start + _AT_ONCE])
        self.stdout.write(f"Organisations compared: {len(keys)}. Differences: {differences}.")
        if differences:
            raise CommandError("The counts are not what the answers come to. Run count_again, and compare once more.")

    def _chosen(self, code):
        if not code:
            return Organisation.objects.all()
        found = Organisation.objects.filter(code=code).first()
        if found is None:
            raise CommandError(f"There is no organisation with the code {code}.")
        return Organisation.objects.within(found)

    def _compare(self, keys):
        """Print what differs in these organisations; returns how many rows do."""
        stands, is_right = counted(keys), raw_counts(keys)
        differences = 0
        for model, fields in KEYS.items():
            for key in sorted(stands[model].keys() | is_right[model].keys(), key=repr):
                if stands[model][key] != is_right[model][key]:
                    differences += 1
                    what = ", ".join(f"{field} {value}" for field, value in zip(fields, key, strict=True))
                    self.stdout.write(
                        f"{model.__name__} of {what}: {stands[model][key]} stand, {is_right[model][key]} are right"
                    )
        return differences
