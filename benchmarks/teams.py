"""The page of a line manager's team, of 5, 50 and 200 people."""

from datetime import date
from functools import partial
from itertools import count

from django.db import connection
from django.urls import reverse

from assessments import actions
from assessments.answers import Answered, Change
from assessments.models import Assessment, Conversation, Reading
from people.actions import make_person
from people.actions.lines import accept_line, name_line_manager
from standards.models import RoleProfile, Version
from standards.tree import version_tree

from .cases import Case
from .people import session_for
from .server import Request

SIZES = (5, 50, 200)
EVERY_AGREED, EVERY_NOT_SHARED = 3, 9
CLEARED_AFTER = 25
_forgotten = count()


def cases_of_teams() -> tuple[list[Case], Case]:
    """The cases, and the one that another's goal is a multiple of.

    At the first look each round is noted; a second one within the hour notes nothing more.
    """
    few, fifty, many = (partial(Request, reverse("team-list"), make_team(size)) for size in SIZES)
    sizes = {"5 people": few, "200 people": many}
    unit = Case("team, 50 people", fifty, goal=5, queries_most=6, queries_with=sizes, before=forget_readings)
    again = Case("team, 50 people, again", fifty, goal=5, queries_most=6, queries_with=sizes)
    ratio = Case("team, 200 people", many, goal=4.2, goal_in=unit.name, queries_most=6, before=forget_readings)
    workbook = Case("team Excel, 50 people", partial(Request, reverse("team-excel"), fifty.args[1]))
    paper = Case("team PDF, 50 people", partial(Request, reverse("team-pdf"), fifty.args[1]), goal_in="one-line PDF")
    return [unit, again, ratio, workbook, paper], unit


def forget_readings():
    """As if nobody had looked lately.

    What is gone is cleared away now and then, as PostgreSQL does by itself where it is not measured: not before each look, since
    each time it has PostgreSQL plan anew all that is asked of the table.
    """
    Reading.objects.filter(what=Reading.What.TEAM).delete()
    if next(_forgotten) % CLEARED_AFTER == 0:
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM {connection.ops.quote_name(Reading._meta.db_table)}")


def make_team(size):
    """The key of the session of somebody with so many people, a third of whose rounds are agreed and a ninth not shared."""
    line_manager, _ = make_person(email=f"team-{size}@example.org", name=f"Team Of {size}", job_title="Head")
    version = Version.objects.latest_published()
    profiles = list(RoleProfile.objects.filter(version=version))
    tree = version_tree(version)
    for number in range(size):
        person, _ = make_person(
            email=f"member-{size}-{number}@example.org", name=f"Member {number} Of {size}", job_title="Contract Manager"
        )
        line = name_line_manager(person=person, email=line_manager.email, asked_by=person)
        accept_line(line=line, line_manager=line_manager)
        assessment = actions.start_assessment(
            owner=person, version=version, role_profile_id=profiles[number % len(profiles)].pk
        )
        if number % EVERY_NOT_SHARED:
            changes = [
                Change(each.pk, Answered(each.choices[(number + place // 9) % len(each.choices)]), 0, "")
                for place, each in enumerate(tree.statements)
            ]
            actions.save_ratings(assessment=assessment, changes=changes)
            actions.share_assessment(assessment=assessment, by=person)
            if number % EVERY_AGREED == 0:
                _agree(Assessment.objects.with_version().get(pk=assessment.pk))
    return session_for(line_manager)


def _agree(assessment):
    by = assessment.line_manager
    actions.agree_with_rest(assessment=assessment, by=by)
    actions.finish_review(assessment=assessment, by=by)
    actions.record_conversation(
        assessment=assessment, by=by, held_on=date(2026, 9, 1), points="", look_again_on=date(2027, 3, 1)
    )
    for person in (by, assessment.owner):
        revision = Conversation.objects.get(assessment=assessment).revision
        actions.confirm_conversation(assessment=assessment, by=person, revision=revision)
