"""The people whose pages are measured and their rounds, made through the portal's own actions. All of it is invented."""

from datetime import date

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from assessments import actions
from assessments.actions import save_evidence, save_ratings, set_targets, start_assessment
from assessments.answers import Answered, Change
from assessments.models import Assessment, Conversation, Evidence, Goal
from people.actions import make_person
from people.actions.lines import accept_line, name_line_manager
from people.sessions import SessionStore
from standards.models import RoleProfile, Version
from standards.tree import version_tree

NOTE = (
    "Cleaning and grounds contracts, four sites: I write the monthly paper, agree it with the operations lead and follow up "
    "what was decided. The change procedure was used twice this year; a colleague in the commercial team checked the figures."
)
EXAMPLES = ("Quarterly performance paper", "Supplier forum, north region", "Change log, grounds contract", "Exit plan")


def make_round(name, *, statements=None):
    """Somebody with a draft in which the first ``statements`` are answered (all unless given), and the key of their session.

    A full round has a note on every third statement, two statements that are not relevant, and four work examples.
    """
    user, _ = make_person(
        email=f"{name}@example.org", name=name.title(), job_title="Contract Manager", organisation_name="Estates"
    )
    version = Version.objects.latest_published()
    profile = RoleProfile.objects.get(version=version, slug="contract-manager")
    assessment = start_assessment(owner=user, version=version, role_profile_id=profile.pk)
    tree = version_tree(version)
    targets = {code: (rank, "") for code, rank in tree.proposed_ranks(profile.pk).items()}
    set_targets(assessment=assessment, targets=targets | {"B4": (tree.ranks[-1], "I lead on change in my team.")})
    changes = [
        Change(statement.pk, _answer(number, statement), 0, "") for number, statement in enumerate(tree.statements)
    ]
    save_ratings(assessment=assessment, changes=changes[:statements])
    if statements is None:
        for number, title in enumerate(EXAMPLES):
            shown = [statement.pk for statement in tree.statements[number :: len(tree.areas)]]
            evidence = Evidence(title=title, text=NOTE, link="https://example.org/record", dated=date(2026, 6, 30))
            save_evidence(assessment=assessment, evidence=evidence, statement_ids=shown)
    return assessment, session_for(user)


def make_talk(name, *, differing, is_agreed=False):
    """A full round that is shared and reviewed, in which the two differ on so many statements; agreed, with goals, if asked for.

    Returns the round, and the keys of the sessions of its owner and of the line manager.
    """
    assessment, session = make_round(name)
    owner = assessment.owner
    line_manager, _ = make_person(email=f"{name}.line@example.org", name=f"{name} line".title(), job_title="Head")
    line = name_line_manager(person=owner, email=line_manager.email, asked_by=owner)
    accept_line(line=line, line_manager=line_manager)
    actions.share_assessment(assessment=assessment, by=owner)
    assessment = Assessment.objects.with_version().get(pk=assessment.pk)
    statements = version_tree(assessment.version).statements
    others = [
        Change(statement.pk, _other_answer(number, statement), 0, "")
        for number, statement in enumerate(statements[:differing])
    ]
    actions.save_review(assessment=assessment, by=line_manager, changes=others)
    actions.agree_with_rest(assessment=assessment, by=line_manager)
    actions.finish_review(assessment=assessment, by=line_manager)
    for number, title in enumerate(EXAMPLES):
        goal = Goal(
            owner=owner, framework=assessment.framework, what=title, kind="on-the-job", due_on=date(2027, 3, 31)
        )
        aims = [(statements[number].pk, statements[number].choices[-1])]
        actions.save_goal(goal=goal, by=owner, version=assessment.version, aims=aims)
    if is_agreed:
        _agree(assessment, others)
    return assessment, session, session_for(line_manager)


def _other_answer(number, statement):
    owners = _answer(number, statement)
    rank = next(each for each in statement.choices if each != owners.rank)
    return Answered(rank, note=NOTE if number % 3 == 0 else "")


def _agree(assessment, others):
    by = assessment.line_manager
    agreed = [Change(each.statement_id, each.answer, 0, "") for each in others]
    actions.save_agreed(assessment=assessment, by=by, changes=agreed)
    actions.record_conversation(
        assessment=assessment, by=by, held_on=date(2026, 9, 1), points=NOTE, look_again_on=date(2027, 3, 1)
    )
    for person in (by, assessment.owner):
        revision = Conversation.objects.get(assessment=assessment).revision
        actions.confirm_conversation(assessment=assessment, by=person, revision=revision)


def _answer(number, statement):
    note = NOTE if number % 3 == 0 else ""
    if number in (20, 50):
        return Answered(not_relevant=True, reason="Done by the commercial team.", note=note)
    choices = statement.choices
    return Answered(choices[(number * 5 + 2) % len(choices)], note=note)


def session_for(user, backend=settings.AUTHENTICATION_BACKENDS[0]):
    """The key of a session in which ``user`` is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = backend
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key
