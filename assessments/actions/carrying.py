"""Carrying a draft over to another version: the same round, with every answer where it belongs now.

What becomes of each is decided by ``assessments.carrying``; here it is written, in one transaction and in a number of queries that
does not depend on how many answers there are.
"""

from django.db import models, transaction
from django.db.models import Expression, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from people.actions import notify, read_notices_about
from people.models import Notice
from standards.links import version_paths
from standards.models import Version
from standards.tree import version_tree

from ..answers import Answered, Change
from ..carrying import OWN, Earlier, Fate, Plan, Way, moved_on, plan, proposals
from ..models import Assessment, CarryOver, EarlierAnswer, Event, Evidence, Rating
from .carrying_targets import carry_role_profile, carry_targets_over
from .claims import claim_as_owner, claim_to_carry
from .events import note
from .ratings import write_answers
from .refusals import NotAskable, NotOpen

_SAID = ("rank", "not_relevant", "reason", "note")
_KEPT = (*_SAID, "rated_by_id", "rated_at")


@transaction.atomic
def carry_over(*, assessment, to_version, by=None, run=None) -> CarryOver:
    """Bring a draft to ``to_version``, a later published version of its framework; ``by`` its owner, or None for the portal.

    A round that is there already stays as it is: what was noted when it came there is returned. Raises ``NotOpen``, and
    ``NotAskable`` for a version that a draft cannot be brought to.
    """
    from_version = assessment.version
    if from_version.pk == to_version.pk:
        return _come_before(assessment, to_version, by)
    _check_version(from_version, to_version)
    tree, way = version_tree(to_version), way_between(from_version, to_version)
    try:
        at = claim_to_carry(assessment, by, version=to_version, carried_from=from_version)
    except NotOpen:
        return _come_before(assessment, to_version, by)
    ratings = list(Rating.objects.filter(assessment=assessment).order_by("statement_id", "view"))
    made = plan(way, {(each.statement_id, each.view): _answered(each) for each in ratings})
    _move_on(assessment, way, made, ratings)
    _move_ratings(assessment, made, ratings, from_version)
    _keep(assessment, way, made, ratings, at)
    carry_role_profile(assessment, version_tree(from_version), tree)
    carry_targets_over(assessment, way.paths, tree)
    note(assessment, Event.Kind.CARRIED_OVER, by)
    if by is None:
        _tell(assessment, to_version)
    read_notices_about(recipient=assessment.owner, path=reverse("assessment-carry-over", args=[assessment.pk]))
    return CarryOver.objects.create(
        assessment=assessment,
        from_version=from_version,
        to_version=to_version,
        run=run,
        carried=made.counts[Fate.CARRIED],
        asked_again=made.counts[Fate.ASKED_AGAIN],
        proposed=made.counts[Fate.PROPOSED],
        archived=made.counts[Fate.ARCHIVED],
        at=at,
    )


def way_between(older, newer) -> Way:
    """The way from ``older`` to ``newer``; no query where both are remembered."""
    return Way(version_paths(older, newer), {each.pk: each.choices for each in version_tree(newer).statements})


def _come_before(assessment, to_version, by):
    """What was noted when the round came to ``to_version``, where that was before. Raises ``NotOpen`` where it did not."""
    found = CarryOver.objects.filter(
        assessment=assessment.pk, to_version=to_version, assessment__version=to_version
    ).first()
    if found is None or (by is not None and by.pk != assessment.owner_id):
        raise NotOpen
    return found


def _check_version(from_version, to_version):
    if to_version.framework_id != from_version.framework_id:
        raise NotAskable(f"Version {to_version.number} is another framework's.")
    if to_version.state != Version.State.PUBLISHED or to_version.published_at <= from_version.published_at:
        raise NotAskable(f"Version {to_version.number} is not one that a draft can be brought to.")


def _answered(row) -> Answered:
    return Answered(*(getattr(row, name) for name in _SAID))


def _move_ratings(assessment, made: Plan, ratings, from_version):
    """Put what comes along at its statements of the new version, and take away the rest, but for notes."""
    moving = [each for each in ratings if (each.statement_id, each.view) in made.carried]
    to = {each.statement_id: made.carried[each.statement_id, each.view] for each in moving}
    if moving:
        Rating.objects.filter(pk__in=[each.pk for each in moving]).update(
            statement_id=_By("statement_id", to, models.BigIntegerField()),
            given_under_id=Coalesce("given_under_id", Value(from_version.pk)),
        )
    Rating.objects.filter(pk__in={each.pk for each in ratings} - {each.pk for each in moving}).delete()
    own = {each.statement_id: each for each in ratings if each.view == OWN}
    rows = []
    for new, (text, olds) in made.notes.items():
        sources = [own[old] for old in olds]
        rows.append(
            Rating(
                assessment=assessment,
                statement_id=new,
                note=text,
                # Higher than any revision that somebody has seen of it.
                revision=max(each.revision for each in sources) + 1,
                given_under_id=sources[0].given_under_id or from_version.pk,
                rated_at=max(each.rated_at for each in sources),
            )
        )
    Rating.objects.bulk_create(rows)


class _By(Expression):
    """What ``values`` has for the value of a column, as one CASE: made of thousands of Django's own, it takes half of a run."""

    def __init__(self, column, values, output_field):
        super().__init__(output_field=output_field)
        self.column = column
        self.values = values

    def as_sql(self, compiler, connection):
        """The CASE with its parameters."""
        cases = " ".join(["WHEN %s THEN %s"] * len(self.values))
        column = connection.ops.quote_name(self.column)
        return f"CASE {column} {cases} END", [each for pair in self.values.items() for each in pair]


def _keep(assessment, way, made: Plan, ratings, at):
    """Keep what does not come along as earlier answers with the work examples that supported them, and move the examples on."""
    supports = Evidence.statements.through.objects.filter(evidence__assessment=assessment).order_by()
    supporting = {}
    for evidence, statement in supports.values_list("evidence_id", "statement_id"):
        supporting.setdefault(statement, []).append(evidence)
    by_key = {(each.statement_id, each.view): each for each in ratings}
    rows = [_earlier_row(assessment, each, by_key[each.statement, each.view]) for each in made.earlier]
    kept = {each.statement for each in made.earlier if each.view == OWN}
    rows += [
        # Nothing was answered, but somebody said what would support it.
        _earlier_row(assessment, Earlier(statement, OWN, None, Fate.ARCHIVED), Rating(rated_at=at))
        for statement in supporting
        if statement not in kept and not way.onward(statement)
    ]
    EarlierAnswer.objects.bulk_create(rows)
    of_earlier = EarlierAnswer.evidence.through
    of_earlier.objects.bulk_create(
        of_earlier(earlieranswer_id=row.pk, evidence_id=evidence)
        for row in rows
        if row.view == OWN
        for evidence in supporting.get(row.statement_id, ())
    )
    supports.filter(statement__in=list(supporting)).delete()
    moved = {(evidence, new) for old, them in supporting.items() for new in way.onward(old) for evidence in them}
    supports.model.objects.bulk_create(
        supports.model(evidence_id=evidence, statement_id=new) for evidence, new in sorted(moved)
    )


def _earlier_row(assessment, each: Earlier, said) -> EarlierAnswer:
    return EarlierAnswer(
        assessment=assessment,
        statement_id=each.statement,
        about_id=each.about,
        outcome=each.outcome.value,
        view=each.view,
        **{name: getattr(said, name) for name in _KEPT},
    )


def _move_on(assessment, way, made: Plan, ratings):
    """Show the answers of carry-overs before this one beside the statements that they are about now."""
    rows = {each.pk: each for each in EarlierAnswer.objects.filter(assessment=assessment).order_by("pk")}
    if not rows:
        return
    own = {each.statement_id: _answered(each) for each in ratings if each.view == OWN}
    earlier = {
        pk: (Earlier(each.statement_id, each.view, each.about_id, Fate(each.outcome)), _answered(each))
        for pk, each in rows.items()
    }
    places = moved_on(way, earlier, made, own)
    EarlierAnswer.objects.filter(pk__in=[pk for pk, found in places.items() if not found]).delete()
    first = {pk: found[0] for pk, found in places.items() if found}
    if first:
        EarlierAnswer.objects.filter(pk__in=list(first)).update(
            about_id=_By("id", {pk: each.about for pk, each in first.items()}, models.BigIntegerField()),
            outcome=_By("id", {pk: each.outcome.value for pk, each in first.items()}, models.CharField()),
        )
    more = [(pk, _earlier_row(assessment, each, rows[pk])) for pk, found in places.items() for each in found[1:]]
    EarlierAnswer.objects.bulk_create(row for _, row in more)
    of_earlier = EarlierAnswer.evidence.through
    supported = of_earlier.objects.filter(earlieranswer__in={pk for pk, _ in more})
    supporting = {}
    for pk, evidence in supported.values_list("earlieranswer_id", "evidence_id"):
        supporting.setdefault(pk, []).append(evidence)
    of_earlier.objects.bulk_create(
        of_earlier(earlieranswer_id=row.pk, evidence_id=evidence)
        for pk, row in more
        for evidence in supporting.get(pk, ())
    )


def _tell(assessment, to_version):
    """Tell the owner what the portal did, once."""
    notify(
        recipient=assessment.owner,
        kind=Notice.Kind.CARRIED_OVER,
        path=reverse("assessment-carried", args=[assessment.pk]),
        key=f"{Notice.Kind.CARRIED_OVER}:{assessment.pk}:{to_version.pk}",
    )


@transaction.atomic
def take_proposals(*, assessment, by, statement_ids) -> tuple[int, ...]:
    """Answer these statements as is proposed from answers to the earlier ones that they were made of; returns those answered.

    A statement that has an answer already, or for which nothing is proposed, stays as it is. The note comes along unless one was
    written here. Raises ``NotOpen``, and ``NotAskable`` for a statement that the version does not have.
    """
    tree = version_tree(assessment.version)
    statement_ids = list(statement_ids)
    try:
        for pk in statement_ids:
            tree.statement_by_pk(pk)
    except KeyError:
        raise NotAskable("This version has no such statement.") from None
    at = claim_as_owner(assessment, by, of=Assessment.State.DRAFT)
    rows = EarlierAnswer.objects.filter(
        assessment=assessment, view=OWN, outcome=Fate.PROPOSED.value, about__in=statement_ids
    ).order_by("statement_id", "pk")
    proposed = proposals((pk, Answered(*said)) for pk, *said in rows.values_list("about_id", *_SAID))
    standing = {
        pk: (Answered(*said), revision)
        for pk, revision, *said in Rating.objects.filter(
            assessment=assessment, view=OWN, statement_id__in=list(proposed)
        )
        .order_by()
        .values_list("statement_id", "revision", *_SAID)
    }
    changes = []
    for pk, answer in proposed.items():
        here, revision = standing.get(pk, (Answered(), 0))
        if not here.is_answer:
            taken = Answered(answer.rank, answer.not_relevant, answer.reason, here.note or answer.note)
            changes.append(Change(pk, taken, revision, here.mark()))
    return tuple(write_answers(assessment, changes, Rating.View.SELF, at=at).revisions)
