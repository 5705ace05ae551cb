"""A small crowd in a tree of organisations who do at random whatever changes figures, each through the portal's own actions."""

from collections import Counter
from datetime import timedelta
from random import Random

from django.utils import timezone

from assessments import actions
from assessments.actions.erasing import erase_rounds
from assessments.models import Assessment
from insights.actions.campaigns import AlreadyInvited, end_campaign, start_campaign
from insights.actions.counting import follow_marks
from insights.actions.inviting import invite_next
from insights.exact import below, note_released
from insights.models import Campaign
from people.actions import WithinItself, end_line, move_organisation, place_person, recount_of
from people.models import Organisation, ReportingLine, User
from privacy.actions import erase_person, prune
from standards.models import Version
from standards.tree import version_tree
from tests.factories import (
    confirm,
    converse,
    make_line,
    make_organisation,
    make_user,
    rate,
    rate_all,
    reread,
    review,
    share,
)

State = Assessment.State
PEOPLE = 12
LINE_MANAGERS = 3
# How often each is tried, of all that are.
TRIES = {
    "start": 12,
    "rate": 12,
    "share": 12,
    "withdraw": 3,
    "give_back": 3,
    "hand_over": 3,
    "agree": 10,
    "close": 3,
    "delete": 2,
    "prune": 1,
    "erase_round": 2,
    "erase_person": 1,
    "change_line_manager": 3,
    "place": 8,
    "move": 3,
    "close_account": 3,
    "invite": 4,
    "release": 2,
    "count": 8,
}


class Crowd:
    """``act`` does the next thing. Time passes between two."""

    def __init__(self, seed, monkeypatch):
        self.draw = Random(seed)
        self.done = Counter()
        self.version = Version.objects.published().get()
        self.tree = version_tree(self.version)
        self.at = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: self.at)
        top = make_organisation(name="Department")
        parts = [make_organisation(name=f"Directorate {each}", parent=top) for each in "AB"]
        teams = [make_organisation(name=f"Team {number}", parent=part) for number, part in enumerate(parts)]
        self.places = [top, *parts, *teams, make_organisation(name="Another department")]
        self.line_managers = [make_user() for _ in range(LINE_MANAGERS)]
        self.people = [*self.line_managers, *(self.newcomer() for _ in range(PEOPLE - LINE_MANAGERS))]

    def newcomer(self):
        person = make_user()
        place_person(person=person, organisation=self.draw.choice(self.places))
        make_line(person, self.draw.choice(self.line_managers))
        return person

    def act(self, times):
        """Do so many things that could be done; what cannot be done at the moment does not count."""
        names, weights = list(TRIES), list(TRIES.values())
        while self.done.total() < times:
            self.at += timedelta(hours=self.draw.randrange(72))
            name = self.draw.choices(names, weights)[0]
            self.done[name] += bool(getattr(self, name)())

    def one(self, rows):
        """One of the rows, the same for the same seed; None where there is none."""
        found = list(rows)
        return self.draw.choice(found) if found else None

    def round(self, *states):
        owners = User.objects.filter(is_active=True, pk__in=[each.pk for each in self.people])
        found = Assessment.objects.with_version().filter(state__in=states, owner__in=owners)
        return self.one(found.order_by("owner_id", "started_at"))

    # What one person does

    def start(self):
        person = self.draw.choice(self.people[LINE_MANAGERS:])
        if Assessment.objects.open().filter(owner=person).exists() or not User.objects.get(pk=person.pk).is_active:
            return False
        previous = Assessment.objects.filter(owner=person, state__in=Assessment.FROZEN_STATES).first()
        if previous and self.draw.random() < 0.7:
            actions.start_next_assessment(owner=person, previous=previous, version=self.version)
        else:
            profile = self.draw.choice([None, *(each.pk for each in self.tree.role_profiles)])
            actions.start_assessment(owner=person, version=self.version, role_profile_id=profile)
        return True

    def rate(self):
        assessment = self.round(State.DRAFT)
        if assessment is None:
            return False
        area = self.draw.choice([each for each in self.tree.areas if each.chosen_by_role])
        target = self.draw.choice([None, *self.tree.ranks])
        actions.set_targets(assessment=assessment, targets={area.code: (target, "As it is in my team")})
        rate_all(assessment, self.draw.choice(self.tree.ranks))
        rate(assessment, self.answers(self.tree.statements, 4))
        return True

    def answers(self, statements, count):
        chosen = self.draw.sample(statements, count)
        return {each.code: self.draw.choice([0, 1, "Not in my team"]) for each in chosen}

    def share(self):
        assessment = self.round(State.DRAFT)
        line_manager = assessment and ReportingLine.objects.line_manager_of(assessment.owner)
        if line_manager is None:
            return False
        try:
            return share(assessment, line_manager)
        except actions.Unfinished:
            return False

    def withdraw(self):
        return self._tried(actions.withdraw_assessment, State.SHARED)

    def hand_over(self):
        return self._tried(actions.hand_over_assessment, State.SHARED)

    def close(self):
        return self._tried(actions.close_assessment, State.DRAFT, State.SHARED)

    def _tried(self, action, *states):
        assessment = self.round(*states)
        if assessment is None:
            return False
        try:
            action(assessment=assessment, by=assessment.owner)
        except (actions.NotOpen, actions.NoLineManager):
            return False
        return True

    def delete(self):
        assessment = self.round(State.DRAFT)
        if assessment:
            actions.delete_assessment(assessment=assessment)
        return assessment

    def change_line_manager(self):
        person = self.draw.choice(self.people[LINE_MANAGERS:])
        line = ReportingLine.objects.live().filter(person=person).first()
        if line:
            end_line(line=line, ended_by=line.line_manager)
        if self.draw.random() < 0.8:
            make_line(person, self.draw.choice(self.line_managers))
        return True

    # What a line manager does with them

    def _shared(self):
        assessment = self.round(State.SHARED)
        line_manager = assessment and ReportingLine.objects.line_manager_of(assessment.owner)
        return assessment if line_manager and line_manager.pk == assessment.line_manager_id else None

    def give_back(self):
        assessment = self._shared()
        if assessment:
            actions.return_assessment(assessment=assessment, by=assessment.line_manager, reason="More about risk")
        return assessment

    def agree(self):
        assessment = self._shared()
        if assessment is None:
            return False
        if not assessment.is_reviewed:
            review(assessment, dict.fromkeys(self.answers(self.tree.areas[0].statements, 3), 1))
        recorded = self.answers(self.tree.areas[0].statements, 3)
        try:
            converse(reread(assessment), recorded)
            confirm(reread(assessment), assessment.line_manager, assessment.owner)
        except actions.Unfinished:
            return False
        return True

    # What the portal and its administrators do

    def prune(self):
        assessment = self.round(State.DRAFT)
        if assessment is None:
            return False
        Assessment.objects.filter(pk=assessment.pk).update(changed_at=self.at - timedelta(days=1000))
        prune(now=self.at)
        return True

    def erase_round(self):
        assessment = self.round(*Assessment.FROZEN_STATES)
        if assessment:
            erase_rounds(keys=[assessment.pk], at=self.at)
        return assessment

    def erase_person(self):
        number = self.draw.randrange(LINE_MANAGERS, PEOPLE)
        erase_person(person=self.people[number], at=self.at)
        self.people[number] = self.newcomer()
        return True

    def place(self):
        person = User.objects.get(pk=self.draw.choice(self.people).pk)
        place_person(person=person, organisation=self.draw.choice([None, *self.places]))
        return True

    def move(self):
        organisation, parent = self.draw.sample(self.places, 2)
        try:
            move_organisation(organisation=Organisation.objects.get(pk=organisation.pk), parent=parent)
        except WithinItself:
            return False
        return True

    def close_account(self):
        """As the page of a person in the admin does, or opens it again."""
        person = User.objects.get(pk=self.draw.choice(self.people[LINE_MANAGERS:]).pk)
        User.objects.filter(pk=person.pk).update(is_active=not person.is_active)
        recount_of(person.pk)
        return True

    def invite(self):
        standing = Campaign.objects.standing(timezone.localdate()).first()
        if standing:
            end_campaign(campaign=standing)
        try:
            campaign = start_campaign(
                organisation=self.draw.choice(self.places),
                framework=self.version.framework,
                due_on=timezone.localdate() + timedelta(days=60),
                remind_days=[],
                by=None,
            )
        except AlreadyInvited:
            return False
        invite_next(campaign_id=campaign.pk)
        return True

    def release(self):
        """What a release leaves in the rollup."""
        note_released(below(self.draw.choice(self.places)), self.version.framework)
        return True

    def count(self):
        follow_marks()
        return True
