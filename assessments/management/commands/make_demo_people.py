"""The demo's people: made as people would make themselves, through the portal's own actions, on the days that they say."""

from contextlib import contextmanager
from datetime import date, timedelta
from unittest import mock

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from assessments import actions
from assessments.answers import Answered, Change
from assessments.models import Assessment, Conversation, Evidence, Goal, Reading
from assessments.standing import read_views
from people.actions import make_analyst, make_editor, make_person, make_reviewer, read_notices
from people.actions.lines import accept_line, name_line_manager
from people.demo import demo_data, demo_people
from people.models import Organisation, User
from standards.models import Version
from standards.tree import version_tree

What = Reading.What


class Command(BaseCommand):
    help = "Make the demo's people and their rounds. Demo mode only; harmless to run again."

    def handle(self, **options):
        if not settings.PORTAL_DEMO:
            raise CommandError("Demo people can be made in demo mode only. Start the demo with script/demo.")
        version = Version.objects.published().filter(framework__slug="contract-management").last()
        if version is None:
            raise CommandError("No standards are published yet. Run load_standards first.")
        with transaction.atomic():
            made = {person.email for person in demo_people() if self.make(person)}
            for email, line in demo_data()["lines"].items():
                if email in made:
                    make_line(email, **line)
            for email, said in demo_data()["rounds"].items():
                if email in made:
                    make_round(User.objects.get(email=email), version, said)

    def make(self, person):
        user, is_new = make_person(
            email=person.email, name=person.name, job_title=person.job_title, organisation_name=person.organisation
        )
        if is_new and person.is_editor:
            make_editor(user=user)
        if is_new and person.is_reviewer:
            make_reviewer(user=user)
        if is_new and person.analyst_of:
            make_analyst(user=user, organisation=Organisation.objects.get(name=person.analyst_of), may_invite=True)
        self.stdout.write(f"{person.name}: {'made' if is_new else 'already here'}.")
        return is_new


@contextmanager
def days_ago(days):
    """What is done within was done so many days ago. The actions ask the clock themselves; nothing but the demo turns it."""
    with mock.patch("django.utils.timezone.now", return_value=timezone.now() - timedelta(days=days)):
        yield


def make_line(email, line_manager, accepted):
    person = User.objects.get(email=email)
    with days_ago(400 if accepted else 3):
        line = name_line_manager(person=person, email=line_manager, asked_by=person)
        if accepted:
            accept_line(line=line, line_manager=User.objects.get(email=line_manager))


def make_round(owner, version, said):
    """A round, brought as far as the days say that it was."""
    days = said.get("days", {})
    with days_ago(days.get("started", 0)):
        assessment = draft(owner, version, said)
    if "shared" in days:
        with days_ago(days["shared"]):
            actions.share_assessment(assessment=assessment, by=owner)
        # The day after, its line manager looks at what came.
        with days_ago(max(days["shared"] - 1, days.get("reviewed", 0))):
            read(assessment, What.OVERVIEW, What.EVIDENCE)
    if "reviewed" in days:
        with days_ago(days["reviewed"]):
            review(assessment, said["review"])
    if "conversation" in said:
        plan(assessment, said["goals"], days.get("reviewed"))
        with days_ago(said["conversation"]["held_days_ago"]):
            converse(assessment, said["conversation"])
    if "agreed" in days:
        with days_ago(days["agreed"]):
            for person in (assessment.line_manager, owner):
                revision = Conversation.objects.get(assessment=assessment).revision
                actions.confirm_conversation(assessment=assessment, by=person, revision=revision)
                read_notices(recipient=person)
        finish(owner, said["goals"])


def draft(owner, version, said):
    profile = version.role_profiles.get(slug=said["role_profile"])
    assessment = actions.start_assessment(owner=owner, version=version, role_profile_id=profile.pk)
    targets = {code: (rank, reason) for code, (rank, reason) in said["targets"].items()}
    actions.set_targets(assessment=assessment, targets=targets)
    statements = version_tree(version).statements
    level = said.get("level")
    common = {each.code: each.cell(level).rank for each in statements} if level else {}
    answers = {
        code: answer_of(value, said["notes"].get(code, "")) for code, value in (common | said["ratings"]).items()
    }
    actions.save_ratings(assessment=assessment, changes=changes_to(assessment, answers, "own"))
    by_code = {statement.code: statement.pk for statement in statements}
    for example in said["evidence"]:
        evidence = Evidence(
            title=example["title"],
            text=example["text"],
            link=example.get("link", ""),
            dated=date.fromisoformat(example["dated"]),
        )
        shown = [by_code[code] for code in example["statements"]]
        actions.save_evidence(assessment=assessment, evidence=evidence, statement_ids=shown)
    return Assessment.objects.get(pk=assessment.pk)


def read(assessment, *pages):
    """Its line manager opens these pages of a round, one after the other."""
    for what in pages:
        actions.note_reading(assessment=assessment, reader=assessment.line_manager, what=what)


def review(assessment, said):
    by = assessment.line_manager
    read(assessment, What.OVERVIEW, *[What.REVIEW] * len(version_tree(assessment.version).areas), What.ANSWERS)
    answers = {code: answer_of(value, said["notes"].get(code, "")) for code, value in said["ratings"].items()}
    actions.save_review(assessment=assessment, by=by, changes=changes_to(assessment, answers, "line_manager"))
    actions.agree_with_rest(assessment=assessment, by=by)
    actions.finish_review(assessment=assessment, by=by)


def plan(assessment, goals, days):
    by_code = {statement.code: statement.pk for statement in version_tree(assessment.version).statements}
    for said in goals:
        goal = Goal(
            owner=assessment.owner,
            framework=assessment.framework,
            what=said["what"],
            measure=said["measure"],
            kind=said["kind"],
            due_on=timezone.localdate() + timedelta(days=said["due_in"]),
        )
        aims = [(by_code[code], rank) for code, rank in said["aims"].items()]
        with days_ago(days):
            goal.added_at = timezone.now()
            actions.save_goal(goal=goal, by=assessment.owner, version=assessment.version, aims=aims)


def converse(assessment, said):
    by = assessment.line_manager
    read(assessment, What.REPORT, What.CONVERSATION, What.CONVERSATION, What.PLAN)
    answers = {code: answer_of(value, "") for code, value in said["agreed"].items()}
    actions.save_agreed(assessment=assessment, by=by, changes=changes_to(assessment, answers, "agreed"))
    today = timezone.localdate()
    actions.record_conversation(
        assessment=assessment,
        by=by,
        held_on=today,
        points=said["points"],
        look_again_on=today + timedelta(days=said["look_again_in"]),
    )


def finish(owner, goals):
    """What became of goals since they were agreed."""
    for said in goals:
        goal = Goal.objects.open().get(owner=owner, what=said["what"])
        for text in said.get("notes", []):
            actions.add_goal_note(goal=goal, by=owner, text=text)
        if "done" in said:
            with days_ago(said["done_days_ago"]):
                actions.finish_goal(goal=goal, by=owner, outcome=said["done"])


def changes_to(assessment, answers, view):
    """What a page sends that showed nothing; ``view`` is that of ``assessments.standing.Views``."""
    by_code = {statement.code: statement.pk for statement in version_tree(assessment.version).statements}
    standing = getattr(read_views(assessment), view)
    untouched = Answered()
    return [
        Change(
            by_code[code], answer, standing[pk].revision if (pk := by_code[code]) in standing else 0, untouched.mark()
        )
        for code, answer in answers.items()
    ]


def answer_of(value, note):
    """An answer from the demo's file: a rank, or a reason why the statement is not relevant."""
    if isinstance(value, str):
        return Answered(not_relevant=True, reason=value, note=note)
    return Answered(rank=value, note=note)
