"""Writes a made-up population in bulk: the same rows that the portal's actions leave, without a transaction for each step.

Nobody is told anything, and nobody of it can sign in by password.
"""

import random
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from assessments.models import AgreedTarget, Assessment, Conversation, Event, Rating, Summary, Target
from assessments.records import check_code, record_of
from assessments.standing import Standing, Views
from assessments.summaries import summaries_of
from people.models import Descent, Organisation, ReportingLine, User
from standards.tree import version_tree

from .plans import Somebody
from .sheets import Sheet, make_sheet

State, View, Kind = Assessment.State, Rating.View, Event.Kind
AT_ONCE = 1000
# How many different sheets those have whose ratings are not written.
POOL = 2000
DOMAIN = "made-up.example.com"


class Standings(NamedTuple):
    """How many of a hundred have come how far; the rest has not started."""

    started: int = 12
    shared: int = 18
    agreed: int = 45


USUAL = Standings()


class Round(NamedTuple):
    """Somebody's round while it is written, as a draft at first, since every round begins as one.

    state      how far it comes, with ``dates`` by the name of their field, and whose review it is
    in_full    whether its answers are written too
    """

    assessment: Assessment
    sheet: Sheet
    state: str
    dates: dict
    line_manager_id: int | None
    in_full: bool


@transaction.atomic
def write_places(places) -> dict[str, Organisation]:
    """The organisations of a plan, by code; those that are there stay, and others are hung below them."""
    found = {each.code: each for each in Organisation.objects.filter(code__in=[place.code for place in places])}
    above = {each.pk: _above(each) for each in found.values()}
    for place in places:
        if place.code in found:
            continue
        parent = found.get(place.parent)
        made = Organisation.objects.create(code=place.code, name=place.name, kind=place.kind, parent=parent)
        above[made.pk] = [(made.pk, 0), *((pk, depth + 1) for pk, depth in (above[parent.pk] if parent else ()))]
        Descent.objects.bulk_create(
            Descent(ancestor_id=pk, descendant=made, depth=depth) for pk, depth in above[made.pk]
        )
        found[place.code] = made
    return found


def _above(organisation):
    return list(Descent.objects.filter(descendant=organisation).values_list("ancestor_id", "depth"))


class Writer:
    """Writes people and their rounds under ``version``; ``say`` is told how many people are there after each batch.

    Answers are written for the first ``ratings_for`` people. What the rounds of the others come to is written, and nothing of what
    they answered; nobody opens them. ``known`` are people who are there already, by the number that the plan has for them.
    """

    def __init__(self, version, *, ratings_for, say=lambda written: None, known=None):
        self.version, self.tree = version, version_tree(version)
        self.ratings_for, self.say = ratings_for, say
        self.own, self.pool, self.sums = {}, {}, {}
        self.known, self.written = known or {}, 0
        self.pks = {number: user.pk for number, user in self.known.items()}

    def write(self, people: Iterable[Somebody], organisations, standings=USUAL) -> None:
        """Write everybody, in batches of which each is a transaction. Whoever is another's line manager comes before them."""
        people = iter(people)
        while batch := list(islice(people, AT_ONCE)):
            with transaction.atomic():
                self._write_people(batch, organisations)
                self._write_rounds(batch, standings)
            self.written += len(batch)
            self.say(self.written)

    def _write_people(self, batch, organisations):
        nobody = make_password(None)
        joined = timezone.now() - timedelta(days=500)
        users = User.objects.bulk_create(
            User(
                email=address_of(each.number),
                name=each.name,
                job_title=self._job_title(each),
                organisation=organisations[each.place],
                password=nobody,
                date_joined=joined,
            )
            for each in batch
        )
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
        )
        self.pks |= {each.number: user.pk for each, user in zip(batch, users, strict=True)}
        ReportingLine.objects.bulk_create(
            ReportingLine(
                person_id=self.pks[each.number],
                email=self._address(each.line_manager),
                line_manager_id=self.pks[each.line_manager],
                asked_at=joined,
                asked_by_id=self.pks[each.number],
                accepted_at=joined + timedelta(days=1),
            )
            for each in batch
            if each.line_manager is not None
        )

    def _job_title(self, somebody):
        """That of their role, where their answers are written: pages show both."""
        if somebody.line_manager is None or somebody.number > self.ratings_for:
            return somebody.job_title
        profile = self.tree.role_profile(self._sheet(somebody.number).role_profile_id)
        return profile.title if profile else somebody.job_title

    def _address(self, number):
        return self.known[number].email if number in self.known else address_of(number)

    def _write_rounds(self, batch, standings):
        now = timezone.now()
        rounds = [made for each in batch if (made := self._round(each, standings, now))]
        Assessment.objects.bulk_create(each.assessment for each in rounds)
        self._write_answers([each for each in rounds if each.in_full])
        shared = [each for each in rounds if each.state != State.DRAFT]
        agreed = [each for each in rounds if each.state == State.AGREED]
        Summary.objects.bulk_create(row for each in shared for row in self._summaries(each))
        Event.objects.bulk_create(row for each in rounds for row in _events(each))
        Conversation.objects.bulk_create(_conversation(each) for each in agreed)
        _bring(shared, State.SHARED, "shared_at", "line_manager", "changed_at")
        _bring(agreed, State.AGREED, "acted_at", "reviewed_at", "agreed_at", "check_code", "changed_at")

    def _round(self, somebody, standings, now):
        draw = random.Random(f"round {somebody.number}")
        state = draw.choices((None, State.DRAFT, State.SHARED, State.AGREED), (100 - sum(standings), *standings))[0]
        if state is None or (somebody.line_manager is None and state != State.DRAFT):
            return None
        in_full = somebody.number <= self.ratings_for
        sheet = self._sheet(somebody.number if in_full else -(somebody.number % POOL))
        started = now - timedelta(days=draw.randint(70, 300), minutes=draw.randint(0, 600))
        assessment = Assessment(
            owner_id=self.pks[somebody.number],
            framework_id=self.version.framework_id,
            version=self.version,
            role_profile_id=sheet.role_profile_id,
            started_at=started,
            changed_at=started,
        )
        shared = started + timedelta(days=draw.randint(3, 30))
        reviewed = shared + timedelta(days=draw.randint(2, 20))
        agreed = reviewed + timedelta(days=draw.randint(1, 18))
        dates = {
            State.DRAFT: {},
            State.SHARED: {"shared_at": shared},
            State.AGREED: {"shared_at": shared, "acted_at": reviewed, "reviewed_at": reviewed, "agreed_at": agreed},
        }
        return Round(assessment, sheet, state, dates[state], self.pks.get(somebody.line_manager), in_full)

    def _sheet(self, number):
        if number > 0 and len(self.own) > AT_ONCE:
            self.own.clear()
        kept = self.own if number > 0 else self.pool
        if number not in kept:
            kept[number] = make_sheet(self.tree, number)
        return kept[number]

    def _write_answers(self, rounds):
        targets, agreed_targets, ratings = [], [], []
        for each in rounds:
            assessment, sheet = each.assessment, each.sheet
            targets += _targets(Target, assessment, sheet)
            ratings += _ratings(assessment, View.SELF, sheet.own)
            if each.state == State.AGREED:
                signed = {"rated_by_id": each.line_manager_id, "about_revision": 1}
                ratings += _ratings(assessment, View.LINE_MANAGER, sheet.line_managers, **signed)
                ratings += _ratings(assessment, View.AGREED, sheet.line_managers)
                agreed_targets += _targets(AgreedTarget, assessment, sheet)
        Target.objects.bulk_create(targets)
        AgreedTarget.objects.bulk_create(agreed_targets)
        Rating.objects.bulk_create(ratings, batch_size=5000)

    def _summaries(self, each):
        is_agreed = each.state == State.AGREED
        key = (id(each.sheet), is_agreed)
        rows = None if each.in_full else self.sums.get(key)
        if rows is None:
            own, others = _standings(each.sheet.own), _standings(each.sheet.line_managers)
            views = Views(own, others, others, each.sheet.targets, {})
            rows = summaries_of(each.assessment, self.tree, views, is_agreed=is_agreed)
            if not each.in_full:
                self.sums[key] = rows
        return [
            Summary(
                assessment=each.assessment, area_id=row.area_id, level=row.level, target=row.target, missed=row.missed
            )
            for row in rows
        ]


def address_of(number: int) -> str:
    """The address of the person with this number, at a domain that is nobody's."""
    return f"person-{number}@{DOMAIN}"


def _standings(answers):
    return {pk: Standing(answer, 1) for pk, answer in answers.items()}


def _targets(model, assessment, sheet):
    return (
        model(assessment=assessment, area_id=pk, rank=rank, reason=reason)
        for pk, (rank, reason) in sheet.targets.items()
    )


def _ratings(assessment, view, answers, **signed):
    return (
        Rating(
            assessment=assessment,
            statement_id=pk,
            view=view,
            rank=answer.rank,
            not_relevant=answer.not_relevant,
            reason=answer.reason,
            rated_at=assessment.changed_at,
            **signed,
        )
        for pk, answer in answers.items()
    )


def _events(each):
    owner, line_manager, dates = each.assessment.owner_id, each.line_manager_id, each.dates
    steps = [(Kind.STARTED, owner, each.assessment.started_at)]
    if "shared_at" in dates:
        steps.append((Kind.SHARED, owner, dates["shared_at"]))
    if "agreed_at" in dates:
        steps += [
            (Kind.REVIEWED, line_manager, dates["reviewed_at"]),
            (Kind.CONFIRMED, line_manager, dates["agreed_at"]),
            (Kind.AGREED, owner, dates["agreed_at"]),
        ]
    return [Event(assessment=each.assessment, kind=kind, actor_id=actor, at=at) for kind, actor, at in steps]


def _conversation(each):
    at = each.dates["agreed_at"]
    return Conversation(
        assessment=each.assessment,
        held_on=timezone.localdate(at),
        owner_confirmed_at=at,
        line_manager_confirmed_at=at,
        changed_at=at,
        changed_by_id=each.line_manager_id,
    )


def _bring(rounds, state, *fields):
    """Take rounds into the next state: the rows of the database are refused any other way into it."""
    for each in rounds:
        assessment = each.assessment
        assessment.state, assessment.line_manager_id = state, each.line_manager_id
        for name, at in each.dates.items():
            setattr(assessment, name, at)
        assessment.changed_at = max(each.dates.values())
        if state == State.AGREED:
            assessment.check_code = check_code(
                record_of(assessment) if each.in_full else {"assessment": str(assessment.pk)}
            )
    Assessment.objects.bulk_update([each.assessment for each in rounds], ["state", *fields], batch_size=500)
