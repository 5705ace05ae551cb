"""Rounds to report on, made through the app's own actions. People and notes are invented."""

from datetime import date

from assessments.actions import save_goal, set_agreed_targets, set_targets
from assessments.answers import Answered
from assessments.models import Goal
from assessments.reports.making import make_report
from assessments.reports.source import Reader, read_source, round_to_report
from standards.tree import version_tree
from tests.factories import confirm, converse, make_assessment, make_evidence, rate, review, share

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

# Where a line manager says something else of a typical draft, and what both then agree; the rest they see alike.
SEEN_OTHERWISE = {
    "A1.3": Answered(PRACTITIONER),
    "A1.4": Answered(
        FOUNDATION, note="I was less sure about cost when bids are compared. The cleaning benchmark settled it."
    ),
    "A2.5": Answered(
        FOUNDATION, note="You take up new ideas well. The next step is to carry one through with the site teams."
    ),
    "B1.9": Answered(FOUNDATION, note="You did plan the re-procurement of the lifts."),
    "B3.2": Answered(PRACTITIONER),
    "B6.1": "Handled by the directorate’s risk team.",
}
AGREED_OTHERWISE = {
    "A1.3": EXPERT,
    "A1.4": PRACTITIONER,
    "A2.5": FOUNDATION,
    "B1.9": FOUNDATION,
    "B3.2": PRACTITIONER,
    "B6.1": PRACTITIONER,
}
GOALS = (
    {
        "what": "Shadow the directorate’s risk review in November, then draft the response to one strategic risk.",
        "measure": "The response is in the February review.",
        "kind": "on-the-job",
        "due_on": date(2027, 2, 27),
        "aims": {"B6.7": FOUNDATION},
    },
    {
        "what": "Join the cross-government facilities network; bring one practice back to the team each quarter.",
        "kind": "with-others",
        "due_on": date(2027, 6, 30),
        "aims": {"A2.3": PRACTITIONER, "A2.5": PRACTITIONER},
    },
    {
        "what": "Write a one-page guide for site teams on what counts as a change.",
        "kind": "on-the-job",
        "due_on": date(2026, 12, 18),
        "aims": {"B4.6": PRACTITIONER},
    },
    {"what": "Book a course on fraud in supply chains.", "kind": "formal", "due_on": date(2027, 1, 31), "aims": {}},
)
POINTS = """The post now carries the cleaning contract to its end in 2028, so exit and strategic risk matter more than last year.

Best practice stays at Foundation: reading is not yet sharing."""


def make_round(owner, **options):
    """A draft that was only started, as views read it; for `options` see `factories.make_assessment`."""
    return as_read(make_assessment(owner, **options))


def as_read(assessment, reader=None):
    """The round as the report's views read it, for its owner unless a `reader` is given."""
    return round_to_report(reader or assessment.owner, assessment.pk)


def source_of(assessment, reader=Reader.OWNER):
    """What the report of a round is made from."""
    return read_source(assessment, reader)


def report_of(assessment, reader=Reader.OWNER):
    """The report of a round."""
    return make_report(source_of(assessment, reader))


def answer(assessment, answers, *, notes=None, reason="Done by the commercial team."):
    """Save answers by statement code: a rank, "-" for not relevant, None for no answer (a note may stand alone)."""
    notes = notes or {}
    statements = {each.code: each for each in version_tree(assessment.version).statements}
    said = {}
    for code, rank in answers.items():
        left_out = rank == "-"
        # Levels that share their words have one answer: the highest of them.
        cell = statements[code].cell(rank) if rank and not left_out else None
        chosen = None if left_out else cell.rank if cell else rank
        said[code] = Answered(chosen, left_out, reason if left_out else "", notes.get(code, ""))
    assert rate(assessment, said).conflicts == ()
    return as_read(assessment)


def answer_all(assessment, rank=PRACTITIONER, differing=None, **options):
    """Answer every statement with one rank, but for those `differing`."""
    codes = [each.code for each in version_tree(assessment.version).statements]
    return answer(assessment, dict.fromkeys(codes, rank) | (differing or {}), **options)


def target(assessment, targets, reason="My post is narrower."):
    """Set targets by area code: a rank or None for "not in my role"."""
    set_targets(assessment=assessment, targets={code: (rank, reason) for code, rank in targets.items()})
    return as_read(assessment)


def make_typical(owner):
    """A finished draft with seven gaps or more, strengths, notes, statements left out and work examples."""
    assessment = make_round(owner)
    assessment = target(assessment, {"B1": FOUNDATION, "B2": FOUNDATION})
    assessment = answer_all(assessment, differing=TYPICAL, notes=NOTES)
    for example in EXAMPLES:
        make_evidence(assessment, **example)
    return as_read(assessment)


def make_half_way(owner):
    """A draft with some areas finished, one begun, the rest untouched, and one not in the role."""
    assessment = target(make_round(owner), {"B2": None})
    codes = [each.code for each in version_tree(assessment.version).statements]
    done = {code: PRACTITIONER for code in codes if code.startswith(("A1", "A2"))}
    begun = {"B1.1": FOUNDATION, "B1.2": PRACTITIONER, "B1.3": FOUNDATION}
    return answer(assessment, done | {"A2.5": FOUNDATION} | begun)


def plan_goal(assessment, by, *, what, kind, due_on, aims, measure=""):
    """Put a goal on the plan of a round; `aims` maps codes to ranks. Returns the goal."""
    statements = {each.code: each for each in version_tree(assessment.version).statements}
    goal = Goal(
        owner=assessment.owner,
        framework_id=assessment.framework_id,
        assessment=assessment,
        what=what,
        measure=measure,
        kind=kind,
        due_on=due_on,
    )
    pairs = [(statements[code].pk, statements[code].cell(rank).rank) for code, rank in aims.items()]
    return save_goal(goal=goal, by=by, version=assessment.version, aims=pairs).goal


def make_shared(owner, line_manager, **options):
    """A typical round, shared."""
    return as_read(share(make_typical(owner), line_manager, **options))


def make_reviewed(owner, line_manager):
    """A typical round whose review is finished, with differences and goals."""
    reviewed = review(make_shared(owner, line_manager), SEEN_OTHERWISE)
    for goal in GOALS:
        plan_goal(reviewed, owner, **goal)
    return as_read(reviewed)


def talk(reviewed, disagreement="", **recorded):
    """Hold the conversation of such a round and confirm it: differences and targets settled, and all of it recorded."""
    by, owner = reviewed.line_manager, reviewed.owner
    targets = {"B1": (PRACTITIONER, ""), "B5": (EXPERT, "The new post speaks for the department.")}
    set_agreed_targets(assessment=reviewed, by=by, targets=targets)
    said = {"held_on": date(2026, 10, 14), "points": POINTS, "look_again_on": date(2027, 4, 12)} | recorded
    converse(reviewed, AGREED_OTHERWISE, **said)
    return as_read(confirm(reviewed, owner, by, disagreement=disagreement))


def make_agreed(owner, line_manager, **options):
    """A typical round, agreed with everything in it."""
    return talk(make_reviewed(owner, line_manager), **options)
