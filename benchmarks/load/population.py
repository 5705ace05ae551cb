"""The people of that Monday. Most have an account and a password and have not begun; some are midway, so that from the first second
on there is somebody at each step; some shared last week. Made by the portal's own actions, or in bulk as ``insights.seeding`` does.
"""

import time

from django.contrib.auth.hashers import make_password
from django.db.models import F

from assessments.actions import save_ratings, set_targets, start_assessment
from assessments.answers import Answered, Change
from assessments.models import Assessment
from insights.actions.counting import count_again
from insights.actions.releasing import make_release
from insights.seeding.plans import plan_people, plan_service
from insights.seeding.writing import Standings, Writer, write_places
from people.actions import make_analyst, make_person
from people.models import ReportingLine, User
from people.sessions import SessionStore
from standards.models import Version
from standards.tree import version_tree

from ..people import session_for

PASSWORD = "a long password of nobody's"
# Of a hundred people so many have come how far before that Monday; the others begin on it.
STANDINGS = Standings(started=6, shared=15, agreed=4)
MIDWAY = 80


def make_people(number: int) -> dict:
    """Write some ``number`` people of whom three quarters have not begun; returns the plan that ``journeys.Monday`` reads."""
    version = Version.objects.latest_published()
    tree = version_tree(version)
    places = plan_service(number, "monday")
    organisations = write_places(places)
    Writer(version, ratings_for=number).write(plan_people(places), organisations, STANDINGS)
    count_again([each.pk for each in organisations.values()])
    top = organisations["monday"]
    make_release(organisation=top, framework=version.framework)
    # One hash for all: what costs is evaluating it.
    User.objects.filter(email__endswith="made-up.example.com").update(password=make_password(PASSWORD))
    analyst, _ = make_person(email="analyst@example.org", name="An Analyst")
    make_analyst(user=analyst, organisation=top, may_invite=True)
    lines = dict(
        ReportingLine.objects.exclude(line_manager=None).values_list("person_id", "line_manager_id").order_by("pk")
    )
    leading = {user.pk: user for user in User.objects.filter(pk__in=set(lines.values()))}
    order = {pk: index for index, pk in enumerate(leading)}
    begun = set(Assessment.objects.values_list("owner_id", flat=True))
    idle = [
        u for u in User.objects.filter(pk__in=lines.keys()).order_by("pk") if u.pk not in begun and u.pk not in leading
    ]
    people = []
    # In order of how far they are: those furthest on come to the front of their pool.
    for number, user in enumerate(idle):
        done = len(tree.areas) - number // MIDWAY
        people.append(_entry(user, number, order[lines[user.pk]]) | _midway(user, version, tree, done))
    shared = _shared(order)
    return {
        "password": PASSWORD,
        "areas": [area.code for area in tree.areas],
        "organisation": top.pk,
        "analysts": [_entry(analyst, 10**6, -1) | {"session": proved_session(analyst)}],
        "line_managers": [
            _entry(user, 2 * 10**6 + index, -1) | {"session": proved_session(user)}
            for index, user in enumerate(leading.values())
        ],
        "people": people,
        "readers": shared[: len(shared) // 4],
        "shared": shared[len(shared) // 4 :],
    }


def _shared(order):
    rounds = Assessment.objects.filter(state=Assessment.State.SHARED).select_related("owner").order_by("shared_at")
    return [
        _entry(each.owner, 3 * 10**6 + index, order[each.line_manager_id])
        | {"session": proved_session(each.owner), "assessment": str(each.pk)}
        for index, each in enumerate(rounds.filter(owner__reporting_lines__line_manager=F("line_manager")).distinct())
    ]


def _entry(user, number, line_manager):
    return {"email": user.email, "number": number, "line_manager": line_manager}


def _midway(user, version, tree, done):
    """Somebody with so many areas answered; with -1 they have signed in and not begun, with less nothing of it."""
    if done < -1:
        return {}
    session = proved_session(user)
    if done == -1:
        return {"session": session}
    profile = tree.role_profiles[user.pk % len(tree.role_profiles)].pk
    assessment = start_assessment(owner=user, version=version, role_profile_id=profile)
    set_targets(
        assessment=assessment, targets={code: (rank, "") for code, rank in tree.proposed_ranks(profile).items()}
    )
    answers = [
        Change(statement.pk, Answered(statement.choices[(user.pk + place) % len(statement.choices)]), 0, "")
        for area in tree.areas[:done]
        for place, statement in enumerate(area.statements)
    ]
    if answers:
        save_ratings(assessment=assessment, changes=answers)
    return {"session": session, "assessment": str(assessment.pk), "areas_done": done}


def proved_session(user) -> str:
    """The key of a session in which ``user`` has just signed in by password."""
    session = SessionStore(session_for(user))
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "email": user.email}]
    session.save()
    return session.session_key
