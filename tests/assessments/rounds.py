"""Rounds to report on, made through the app's own actions. People and notes are invented."""

from datetime import date

from assessments.actions import save_evidence, save_ratings, set_targets, start_assessment
from assessments.answers import Answered, Change
from assessments.models import Assessment, Evidence
from people.models import Organisation, User
from standards.models import RoleProfile, Version
from standards.tree import version_tree

FOUNDATION, PRACTITIONER, EXPERT = 1, 2, 3
NOTES = {
    "A1.1": "Cleaning and grounds contracts: I write the risk paper and agree it with the board.",
    "A1.3": "Supplier forum and the union meetings.",
    "A2.3": "I read the bulletins but rarely bring anything back to the team.",
    "A2.6": "I know how to report a concern. I have never had to check a supplier’s own controls.",
    "B1.2": "Sections 3 to 6 of the grounds specification.",
    "B4.6": "I follow the change procedure; I have not had to enact a waiver.",
    "B6.4": "I add our part to the directorate’s plan.",
    "B6.7": "These are handled above me. I have not seen the directorate’s risk register.",
}
# What a typical draft differs in from Practitioner throughout; "-" is not relevant.
TYPICAL = {
    "A1.3": EXPERT,
    "A2.3": FOUNDATION,
    "A2.6": FOUNDATION,
    "B1.1": FOUNDATION,
    "B1.5": FOUNDATION,
    "B1.6": FOUNDATION,
    "B1.8": FOUNDATION,
    "B1.9": "-",
    "B2.4": FOUNDATION,
    "B2.5": FOUNDATION,
    "B2.7": "-",
    "B3.2": FOUNDATION,
    "B3.5": FOUNDATION,
    "B3.6": "-",
    "B3.7": FOUNDATION,
    "B3.8": FOUNDATION,
    "B4.6": FOUNDATION,
    "B5.3": EXPERT,
    "B5.6": "-",
    "B6.4": FOUNDATION,
    "B6.7": 0,
    "B6.8": FOUNDATION,
}
EXAMPLES = (
    {
        "title": "Quarterly performance paper, cleaning contract",
        "text": "Trend analysis of 14 sites over 18 months; the board moved two sites to a new shift pattern.",
        "link": "https://example.gov.uk/records/fm-2026-q2",
        "dated": date(2026, 6, 30),
        "statements": ("A1.2", "B3.1", "B3.2"),
    },
    {
        "title": "Supplier forum, north region",
        "text": "Set up and chaired four meetings with three suppliers and the union.",
        "dated": date(2026, 3, 12),
        "statements": ("A1.3", "B5.1", "B5.3"),
    },
)


def make_person(name="Nia Penŵydd", email="nia@example.gov.uk", job_title="Contract Manager", works_in="Facilities"):
    organisation = Organisation.objects.get_or_create(name=works_in)[0] if works_in else None
    return User.objects.create_user(email, name=name, job_title=job_title, organisation=organisation)


def make_round(owner, *, profile="contract-manager"):
    """A draft that was only started; `profile` is a slug, or None for "none of these"."""
    version = Version.objects.latest_published()
    chosen = RoleProfile.objects.get(version=version, slug=profile) if profile else None
    return as_read(start_assessment(owner=owner, version=version, role_profile_id=chosen.pk if chosen else None))


def as_read(assessment):
    """The round as views read it."""
    return Assessment.objects.with_version().get(pk=assessment.pk)


def codes_of(assessment):
    return [statement.code for statement in version_tree(assessment.version).statements]


def answer(assessment, answers, *, notes=None, reason="Done by the commercial team."):
    """Save answers by statement code: a rank, "-" for not relevant, None for a note alone."""
    notes = notes or {}
    statements = {statement.code: statement for statement in version_tree(assessment.version).statements}
    changes = []
    for code, rank in answers.items():
        left_out = rank == "-"
        if rank and not left_out:
            # Levels that share their words have one answer: the highest of them.
            rank = statements[code].cell(rank).rank
        said = Answered(None if left_out else rank, left_out, reason if left_out else "", notes.get(code, ""))
        changes.append(Change(statements[code].pk, said, 0, ""))
    saved = save_ratings(assessment=assessment, changes=changes)
    assert saved.conflicts == ()
    return as_read(assessment)


def answer_all(assessment, rank=PRACTITIONER, differing=None, **options):
    """Answer every statement with one rank, but for those `differing`."""
    return answer(assessment, dict.fromkeys(codes_of(assessment), rank) | (differing or {}), **options)


def target(assessment, targets):
    """Set targets by area code: a rank or None for "not in my role", with a reason each."""
    set_targets(assessment=assessment, targets={code: (rank, "My post is narrower.") for code, rank in targets.items()})
    return as_read(assessment)


def add_example(assessment, *, statements=(), **fields):
    pks = {statement.code: statement.pk for statement in version_tree(assessment.version).statements}
    chosen = [pks[code] for code in statements]
    return save_evidence(assessment=assessment, evidence=Evidence(**fields), statement_ids=chosen)


def make_typical(owner):
    """A finished draft with seven gaps or more, strengths, notes, statements left out and work examples."""
    assessment = make_round(owner)
    assessment = target(assessment, {"B1": FOUNDATION, "B2": FOUNDATION})
    assessment = answer_all(assessment, differing=TYPICAL, notes=NOTES)
    for example in EXAMPLES:
        add_example(assessment, **example)
    return as_read(assessment)


def make_half_way(owner):
    """A draft with some areas finished, one begun, the rest untouched, and one not in the role."""
    assessment = target(make_round(owner), {"B2": None})
    codes = codes_of(assessment)
    done = {code: PRACTITIONER for code in codes if code.startswith(("A1", "A2"))}
    begun = {"B1.1": FOUNDATION, "B1.2": PRACTITIONER, "B1.3": FOUNDATION}
    return answer(assessment, done | {"A2.5": FOUNDATION} | begun)
