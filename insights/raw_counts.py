"""The same counts as ``tally``, from every rating and target, scored anew: what ``count_again --compare`` holds the rollup against.

Made on purpose without ``tally``, ``stages`` and the summaries, so that a fault in one of them shows.
"""

from collections import Counter, defaultdict
from itertools import islice

from django.utils import timezone

from assessments import scoring
from assessments.models import AgreedTarget, Assessment, Rating, Target
from people.models import User
from standards.models import Framework, Version
from standards.tree import version_tree

from .models import Invitation, LevelCount, MissCount, ReadyCount, StageCount

_AT_ONCE = 200


def raw_counts(organisation_ids) -> dict[type, Counter]:
    """How many people there are of each kind, by table and by the key of its rows."""
    counts = {model: Counter() for model in (StageCount, LevelCount, ReadyCount, MissCount)}
    trees = {version.pk: version_tree(version) for version in Version.objects.filter(state__in=Version.FROZEN_STATES)}
    frameworks = Framework.objects.filter(versions__in=trees).distinct()
    for organisation in organisation_ids:
        people = User.objects.filter(organisation=organisation, is_active=True, erased_at=None).order_by("pk")
        for framework in frameworks:
            standing = people.iterator(chunk_size=_AT_ONCE)
            while batch := list(islice(standing, _AT_ONCE)):
                _count(counts, organisation, framework, batch, trees)
    return counts


def _count(counts, organisation, framework, people, trees):
    latest = {}
    told = defaultdict(list)
    rounds = Assessment.objects.filter(framework=framework, owner__in=people)
    for each in rounds.exclude(state__in=["closed", "erased"]).order_by("shared_at", "pk"):
        told[each.owner_id].append(each)
        if each.state != "draft":
            latest[each.owner_id] = each
    invitations = {}
    for each in Invitation.objects.filter(person__in=people, campaign__framework=framework).select_related("campaign"):
        before = invitations.get(each.person_id)
        if before is None or (before.invited_at, before.pk) < (each.invited_at, each.pk):
            invitations[each.person_id] = each
    for person in people:
        stage = _furthest(each.state for each in told[person.pk])
        invitation = invitations.get(person.pk)
        reached, campaign = "", None
        if invitation:
            campaign, day = invitation.campaign_id, invitation.campaign.opened_on
            reached = _furthest(
                each.state
                for each in told[person.pk]
                if each.state != "agreed" or timezone.localtime(each.agreed_at).date() >= day
            )
        counts[StageCount][organisation, framework.pk, stage, campaign, reached] += 1
    _count_levels(counts, organisation, list(latest.values()), trees)


def _furthest(states):
    found = set(states)
    for state in ("agreed", "shared"):
        if state in found:
            return state
    return "started" if found else "not-started"


def _count_levels(counts, organisation, rounds, trees):
    agreed = [each.pk for each in rounds if each.state == "agreed"]
    others = [each.pk for each in rounds if each.state != "agreed"]
    answers, targets = defaultdict(dict), defaultdict(dict)
    for keys, view, model in ((agreed, "agreed", AgreedTarget), (others, "self", Target)):
        for each in Rating.objects.filter(assessment__in=keys, view=view).order_by():
            answers[each.assessment_id][each.statement_id] = each
        for each in model.objects.filter(assessment__in=keys).order_by():
            targets[each.assessment_id][each.area_id] = each.rank
    for each in rounds:
        tree = trees[each.version_id]
        score = scoring.score(
            [_answered(area, answers[each.pk], targets[each.pk].get(area.pk)) for area in tree.areas], tree.ranks
        )
        of, role = (organisation, each.version_id), each.role_profile_id
        ready = max((step.rank for step in score.readiness if step.ready), default=0)
        counts[ReadyCount][*of, role, ready] += 1
        for area, found in zip(tree.areas, score.areas, strict=True):
            counts[LevelCount][*of, role, area.pk, found.level, found.target] += 1
        keys = {statement.code: statement.pk for statement in tree.statements}
        counts[MissCount].update((*of, keys[gap.code]) for gap in score.gaps)


def _answered(area, answers, target):
    return scoring.AreaAnswers(
        area.code, target, tuple(_answer(each, answers.get(each.pk)) for each in area.statements)
    )


def _answer(statement, rating):
    if rating is None:
        return scoring.Answer(statement.code, None, True, statement.joined)
    return scoring.Answer(statement.code, rating.rank, not rating.not_relevant, statement.joined)
