from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from assessments import actions
from assessments.answers import Answered, Change
from assessments.models import Evidence
from people.actions import make_editor, make_person
from people.demo import demo_data, demo_people
from standards.models import Version
from standards.tree import version_tree


class Command(BaseCommand):
    help = "Make the demo's people and their rounds. Demo mode only; harmless to run again."

    def handle(self, **options):
        if not settings.PORTAL_DEMO:
            raise CommandError("Demo people can be made in demo mode only. Start the demo with script/demo.")
        version = Version.objects.published().filter(framework__slug="contract-management").last()
        if version is None:
            raise CommandError("No standards are published yet. Run load_standards first.")
        for person in demo_people():
            is_new = self.make(person, version)
            self.stdout.write(f"{person.name}: {'made' if is_new else 'already here'}.")

    @transaction.atomic
    def make(self, person, version):
        user, is_new = make_person(
            email=person.email, name=person.name, job_title=person.job_title, organisation_name=person.organisation
        )
        if is_new and person.is_editor:
            make_editor(user=user)
        if is_new and person.email in demo_data()["rounds"]:
            self.make_round(user, version, demo_data()["rounds"][person.email])
        return is_new

    def make_round(self, owner, version, said):
        profile = version.role_profiles.get(slug=said["role_profile"])
        assessment = actions.start_assessment(owner=owner, version=version, role_profile_id=profile.pk)
        targets = {code: (rank, reason) for code, (rank, reason) in said["targets"].items()}
        actions.set_targets(assessment=assessment, targets=targets)
        statements = {statement.code: statement for statement in version_tree(version).statements}
        untouched = Answered()
        changes = [
            Change(statements[code].pk, answer_of(value, said["notes"].get(code, "")), 0, untouched.mark())
            for code, value in said["ratings"].items()
        ]
        actions.save_ratings(assessment=assessment, changes=changes)
        for example in said["evidence"]:
            evidence = Evidence(
                title=example["title"],
                text=example["text"],
                link=example.get("link", ""),
                dated=date.fromisoformat(example["dated"]),
            )
            shown = [statements[code].pk for code in example["statements"]]
            actions.save_evidence(assessment=assessment, evidence=evidence, statement_ids=shown)


def answer_of(value, note):
    """An answer from the demo's file: a rank, or a reason why the statement is not relevant."""
    if isinstance(value, str):
        return Answered(not_relevant=True, reason=value, note=note)
    return Answered(rank=value, note=note)
