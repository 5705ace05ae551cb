"""Beginning a round from the one before, and taking answers over that are still true."""

from django.db import transaction

from standards.links import version_paths
from standards.tree import version_tree

from ..answers import Answered, Change
from ..carrying import carry_targets
from ..models import AgreedTarget, Assessment, Evidence, GoalStatement, Rating, Target
from ..previous import finished_goals, read_previous
from .claims import claim_as_owner
from .ratings import write_answers
from .refusals import NotAskable, NotOpen
from .rounds import begin
from .targets import write_targets


def start_next_assessment(*, owner, previous, version):
    """A new draft that goes on from ``previous``, an agreed or closed round of ``owner``.

    The role profile and the targets come along: the agreed ones, or those of a closed round. Under another version that is the
    profile of the same name and each area's target, as far as it has them, and what the profile proposes for the others. Each goal
    that the owner finished since ``previous`` began becomes a work example. Answers do not come along by themselves
    (``still_true``), and the work examples of ``previous`` stay with it.

    Raises ``AlreadyOpen``; ``NotOpen`` where ``previous`` is not over or is somebody else's; and ``NotAskable`` where the version
    is not published or is another framework's.
    """
    if not Assessment.objects.owned_by(owner).filter(pk=previous.pk, state__in=Assessment.FROZEN_STATES).exists():
        raise NotOpen
    if version.framework_id != previous.framework_id:
        raise NotAskable(f"Version {version.number} is another framework's.")

    def fill(assessment):
        _copy_targets(assessment)
        _add_finished_goals(assessment)

    return begin(owner, version, fill, previous=previous, role_profile_id=_profile(previous, version))


def _profile(previous, version):
    """The key of the role profile of ``previous`` in ``version``; None where that has none of its name."""
    if previous.role_profile_id is None or version.pk == previous.version_id:
        return previous.role_profile_id
    slug = previous.role_profile.slug
    return next((each.pk for each in version_tree(version).role_profiles if each.slug == slug), None)


def _copy_targets(assessment):
    previous = assessment.previous
    model = AgreedTarget if previous.is_agreed else Target
    rows = model.objects.filter(assessment=previous).order_by().values_list("area_id", "rank", "reason")
    standing = {pk: (rank, reason) for pk, rank, reason in rows}
    tree = version_tree(assessment.version)
    codes = tree.proposed_ranks(assessment.role_profile_id)
    proposed = {area.pk: codes[area.code] for area in tree.areas}
    if previous.version_id != assessment.version_id:
        paths = version_paths(previous.version, assessment.version)
        optional = [area.pk for area in tree.areas if area.chosen_by_role]
        standing, _ = carry_targets(paths, standing, proposed, optional)
    copied = {}
    for area in tree.areas:
        rank, reason = standing.get(area.pk, (proposed[area.pk], ""))
        copied[area.pk] = (rank, reason if rank != proposed[area.pk] else "")
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
    became = _became(previous.version, assessment.version)
    aims = GoalStatement.objects.filter(goal__in=made).order_by("goal_id", "pk")
    supports = Evidence.statements.through
    supports.objects.bulk_create(
        supports(evidence_id=made[goal].pk, statement_id=statement)
        for goal, statement in dict.fromkeys(
            (goal, statement)
            for goal, lineage in aims.values_list("goal_id", "statement__lineage")
            for statement in became.get(lineage, ())
        )
    )


def _became(older, newer):
    """The statements of ``newer`` that ask what one asked, by its lineage."""
    became = {statement.lineage: (statement.pk,) for statement in version_tree(newer).statements}
    if older.pk == newer.pk:
        return became
    onward = version_paths(older, newer).onward
    return became | {statement.lineage: onward[statement.pk] for statement in version_tree(older).statements}


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

    Level, or "not relevant" and its reason, come along, and the owner's own note unless one was written here; to a statement that
    was split off or merged, what is proposed. A statement that has an answer already, that nothing is offered for, or on which a
    goal was finished since stays as it is. Raises ``NotOpen``, and ``NotAskable`` for a statement that the version does not have.
    """
    tree = version_tree(assessment.version)
    try:
        statements = [tree.statement_by_pk(pk) for pk in statement_ids]
    except KeyError:
        raise NotAskable("This version has no such statement.") from None
    at = claim_as_owner(assessment, by, of=Assessment.State.DRAFT)
    previous = read_previous(assessment, statements)
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
