"""Beginning a round from the one before, and taking answers over that are still true."""

from django.db import transaction

from standards.tree import version_tree

from ..answers import Answered, Change
from ..models import AgreedTarget, Assessment, Evidence, GoalStatement, Rating, Target
from ..previous import finished_goals, read_previous
from .claims import claim_as_owner
from .ratings import write_answers
from .refusals import NotAskable, NotOpen
from .rounds import begin, propose_targets
from .targets import write_targets


def start_next_assessment(*, owner, previous, version):
    """A new draft that goes on from ``previous``, an agreed or closed round of ``owner``.

    Under the same version the role profile and the targets come along: the agreed ones, or those of a closed round. Under
    another one the lowest levels are proposed. Each goal that the owner finished since ``previous`` began becomes a work example.
    Answers do not come along by themselves (``still_true``), and the work examples of ``previous`` stay with it.

    Raises ``AlreadyOpen``; ``NotOpen`` where ``previous`` is not over or is somebody else's; and ``NotAskable`` where the version
    is not published or is another framework's.
    """
    if not Assessment.objects.owned_by(owner).filter(pk=previous.pk, state__in=Assessment.FROZEN_STATES).exists():
        raise NotOpen
    if version.framework_id != previous.framework_id:
        raise NotAskable(f"Version {version.number} is another framework's.")
    is_same_version = version.pk == previous.version_id

    def fill(assessment):
        if is_same_version:
            _copy_targets(assessment)
        else:
            propose_targets(assessment)
        _add_finished_goals(assessment)

    profile = previous.role_profile_id if is_same_version else None
    return begin(owner, version, fill, previous=previous, role_profile_id=profile)


def _copy_targets(assessment):
    previous = assessment.previous
    model = AgreedTarget if previous.is_agreed else Target
    rows = model.objects.filter(assessment=previous).order_by().values_list("area_id", "rank", "reason")
    standing = {pk: (rank, reason) for pk, rank, reason in rows}
    tree = version_tree(assessment.version)
    proposed = tree.proposed_ranks(assessment.role_profile_id)
    copied = {}
    for area in tree.areas:
        rank, reason = standing.get(area.pk, (proposed[area.code], ""))
        copied[area.pk] = (rank, reason if rank != proposed[area.code] else "")
    write_targets(Target, assessment, copied)


def _add_finished_goals(assessment):
    """Make a work example of each finished goal; one that ended on the day the round before began may be there already."""
    previous = assessment.previous
    goals = list(finished_goals(previous, assessment.started_at).order_by("ended_on", "pk"))
    if not goals:
        return
    kept = set(Evidence.objects.filter(assessment=previous).values_list("title", "dated"))
    made = {goal.pk: _evidence_of(goal, assessment) for goal in goals if (_title(goal), goal.ended_on) not in kept}
    Evidence.objects.bulk_create(made.values())
    by_lineage = {statement.lineage: statement.pk for statement in version_tree(assessment.version).statements}
    aims = GoalStatement.objects.filter(goal__in=made).order_by("goal_id", "pk")
    supports = Evidence.statements.through
    supports.objects.bulk_create(
        supports(evidence_id=made[goal].pk, statement_id=by_lineage[lineage])
        for goal, lineage in aims.values_list("goal_id", "statement__lineage")
        if lineage in by_lineage
    )


def _evidence_of(goal, assessment):
    title = _title(goal)
    outcome = f"What came of it: {goal.outcome}" if goal.outcome else ""
    measure = f"How I would know: {goal.measure}" if goal.measure else ""
    parts = [goal.what if title != goal.what else "", measure, outcome]
    over = len("\n".join(filter(None, parts))) - Evidence.TEXT_LIMIT
    if over > 0:
        parts[1] = _cut(measure, len(measure) - over)
    text = "\n".join(filter(None, parts))
    return Evidence(assessment=assessment, title=title, text=text, dated=goal.ended_on)


def _title(goal):
    return _cut(goal.what, Evidence._meta.get_field("title").max_length)


def _cut(text, limit):
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


@transaction.atomic
def still_true(*, assessment, by, statement_ids) -> tuple[int, ...]:
    """Take over what the round before says of these statements, and return the primary keys of those taken over.

    Level, or "not relevant" and its reason, come along, and the owner's own note unless one was written here. A statement that
    has an answer already, that the round before did not answer, or on which a goal was finished since stays as it is. Raises
    ``NotOpen``, and ``NotAskable`` for a statement that the version does not have.
    """
    tree = version_tree(assessment.version)
    try:
        statements = [tree.statement_by_pk(pk) for pk in statement_ids]
    except KeyError:
        raise NotAskable("This version has no such statement.") from None
    at = claim_as_owner(assessment, by, of=Assessment.State.DRAFT)
    previous = read_previous(assessment, tree, statements)
    offered = previous.offered if previous else {}
    rows = Rating.objects.filter(
        assessment=assessment, view=Rating.View.SELF, statement_id__in=list(offered)
    ).order_by()
    standing = {
        pk: (Answered(*answer), revision)
        for pk, revision, *answer in rows.values_list(
            "statement_id", "revision", "rank", "not_relevant", "reason", "note"
        )
    }
    changes = []
    for pk, answer in offered.items():
        here, revision = standing.get(pk, (Answered(), 0))
        if not here.is_answer:
            taken = Answered(answer.rank, answer.not_relevant, answer.reason, here.note or answer.note)
            changes.append(Change(pk, taken, revision, here.mark()))
    return tuple(write_answers(assessment, changes, Rating.View.SELF, at=at).revisions)
