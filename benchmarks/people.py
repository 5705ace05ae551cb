"""The people whose pages are measured and their rounds, made through the portal's own actions. All of it is invented."""

from datetime import date

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from assessments.actions import save_evidence, save_ratings, set_targets, start_assessment
from assessments.answers import Answered, Change
from assessments.models import Evidence
from people.actions import make_person
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
    return assessment, _session_for(user)


def _answer(number, statement):
    note = NOTE if number % 3 == 0 else ""
    if number in (20, 50):
        return Answered(not_relevant=True, reason="Done by the commercial team.", note=note)
    choices = statement.choices
    return Answered(choices[(number * 5 + 2) % len(choices)], note=note)


def _session_for(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key
