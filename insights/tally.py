"""Counting the people of organisations from the database: what the rollup is to hold. Reads, and writes nothing."""

from collections import Counter, defaultdict

from assessments.models import Assessment, Summary
from people.models import User
from standards.models import Framework, Version

from .models import Invitation, LevelCount, MissCount, ReadyCount, StageCount
from .stages import Round, State, current_of, reached_since, stage_of

COUNTED_STATES = (State.DRAFT, State.SHARED, State.AGREED)

# What a row of each table is about: one for each combination.
KEYS = {
    StageCount: ("organisation_id", "framework_id", "stage", "campaign_id", "reached"),
    LevelCount: ("organisation_id", "version_id", "role_profile_id", "area_id", "level", "target"),
    ReadyCount: ("organisation_id", "version_id", "role_profile_id", "rank"),
    MissCount: ("organisation_id", "version_id", "statement_id"),
}
# How often it is read again, where a round was taken back between two queries. Whoever took it back has left a mark.
_TRIES = 3

Tally = dict[type, Counter]


def counted_frameworks():
    """The frameworks under which people are counted: those with a version that was ever open for rounds."""
    return Framework.objects.filter(versions__state__in=Version.FROZEN_STATES).distinct().order_by("pk")


def counted_people(organisation_ids):
    """Who is counted in these organisations: people who are directly in one, can sign in and are not erased."""
    return User.objects.filter(organisation__in=organisation_ids, is_active=True, erased_at=None).order_by()


def tally(organisation_ids) -> Tally:
    """How many people there are of each kind, by table and by ``KEYS``: five queries, however many people there are.

    Each person is in one place of each table, and in the same kind in all, also while others change what is read.
    """
    for _ in range(_TRIES):
        counts, is_whole = _read(organisation_ids)
        if is_whole:
            break
    return counts


def _read(organisation_ids):
    people = dict(counted_people(organisation_ids).values_list("pk", "organisation_id"))
    frameworks = list(counted_frameworks().values_list("pk", flat=True))
    rounds = _rounds(organisation_ids)
    invited = _invitations(organisation_ids)
    counts = {model: Counter() for model in KEYS}
    current = {}
    for person, organisation in people.items():
        for framework in frameworks:
            own = rounds.get((person, framework), ())
            campaign, opened_on = invited.get((person, framework), (None, None))
            reached = reached_since(own, opened_on) if campaign else ""
            counts[StageCount][organisation, framework, stage_of(own), campaign, reached] += 1
            found = current_of(own)
            if found is not None:
                current[found.pk] = (organisation, found.version_id, found.role_profile_id)
    return counts, _add_summaries(organisation_ids, current, counts)


def _rounds(organisation_ids):
    """The rounds of these people, by whose they are and under which framework."""
    rows = Assessment.objects.filter(owner__organisation__in=organisation_ids, state__in=COUNTED_STATES).order_by()
    rounds = defaultdict(list)
    for each in map(Round._make, rows.values_list(*Round._fields).iterator()):
        rounds[each.owner_id, each.framework_id].append(each)
    return rounds


def _invitations(organisation_ids):
    """The campaign that invited each person last, and the day it opened, by person and framework."""
    rows = Invitation.objects.filter(person__organisation__in=organisation_ids).order_by("invited_at", "pk")
    found = rows.values_list("person_id", "campaign__framework_id", "campaign_id", "campaign__opened_on")
    return {(person, framework): campaign for person, framework, *campaign in found.iterator()}


def _add_summaries(organisation_ids, current, counts):
    """Count what the ``current`` rounds come to; returns whether it was there for each of them."""
    rows = Summary.objects.filter(
        assessment__owner__organisation__in=organisation_ids,
        assessment__state__in=Assessment.LINE_MANAGER_STATES,
    ).order_by()
    levels, misses = counts[LevelCount], counts[MissCount]
    lowest = {}
    fields = ("assessment_id", "area_id", "level", "target", "missed")
    for key, area, level, target, missed in rows.values_list(*fields).iterator():
        where = current.get(key)
        if where is None:
            continue
        organisation, version, role_profile = where
        levels[organisation, version, role_profile, area, level, target] += 1
        for statement, _ in missed:
            misses[organisation, version, statement] += 1
        before = lowest.get(key)
        lowest[key] = level if before is None else before if level is None else min(before, level)
    # Whose role has no statement meets none of the levels.
    counts[ReadyCount].update((*current[key], rank or 0) for key, rank in lowest.items())
    return len(lowest) == len(current)
