"""The people of the access table, and an owner for each state of a round with everything in it that anybody may write."""

import time
from dataclasses import dataclass, field
from datetime import date, timedelta

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from assessments import actions
from assessments.answers import Answered
from assessments.models import Assessment, Evidence, Goal
from insights.actions.campaigns import start_campaign
from insights.models import Campaign
from people.actions import lines, make_editor, notify
from people.models import AnalystGrant, Notice, Organisation, ReportingLine, User
from privacy.models import LegalHold
from service.access.rows import DRAFTS, ERASED, ROLES, STATES
from service.models import HeldPost
from standards.models import Version
from standards.tree import version_tree
from tests.factories import (
    agree,
    changes_to,
    close,
    confirm,
    converse,
    make_assessment,
    make_evidence,
    make_line,
    make_organisation,
    make_user,
    rate_all,
    reread,
    share,
)
from tests.insights.figures import figures_of, make_release

from .texts import NAME, planted

OWNERS = ("owner", "inactive owner")
# Roles that are true only while they are played.
PLAYED = ("other line manager", "inactive owner", "inactive line manager")
DUE = date(2027, 3, 31)
DAY = date(2026, 3, 1)


@dataclass(frozen=True)
class Subject:
    """Somebody who has a round in one state, and the rows that addresses name."""

    state: str
    owner: User
    assessment: Assessment
    earlier: Assessment
    evidence: Evidence
    goal: Goal
    done_goal: Goal
    silent_goal: Goal
    loose_goal: Goal
    held: HeldPost
    notice: Notice
    live_line: ReportingLine
    pending_line: ReportingLine
    ended_line: ReportingLine
    organisation: Organisation
    campaign: Campaign
    inviting: Organisation
    invited: Campaign


@dataclass
class World:
    """``people`` are everybody but the owners, by role; ``subjects`` by state; ``clients`` by who uses them.

    ``organisation`` is the one that the owners work in, and ``campaign`` is its own. The analyst of another one may invite the
    people of ``inviting``, and did so elsewhere (``invited``).
    """

    people: dict[str, User]
    organisation: Organisation = None
    campaign: Campaign = None
    inviting: Organisation = None
    invited: Campaign = None
    subjects: dict[str, Subject] = field(default_factory=dict)
    clients: dict[object, Client] = field(default_factory=dict)

    def person(self, role, state):
        """The person who has this role towards the round of that state; None for somebody signed out."""
        if role in OWNERS:
            return self.subjects[state].owner
        return self.people[role.removeprefix("inactive ")] if role != "signed out" else None

    def client(self, role, state):
        """A browser in which that person is signed in."""
        key = (role, state if role in OWNERS else "")
        if key not in self.clients:
            self.clients[key] = Client(raise_request_exception=False)
            if person := self.person(role, state):
                self.clients[key].force_login(person)
                _prove(self.clients[key])
        return self.clients[key]

    def sign_everybody_in(self):
        """To be called while every account is open."""
        for role in ROLES:
            for state in STATES:
                self.client(role, state)

    def play(self, role):
        """Make what this role is about true, where it cannot be at the same time as the others."""
        if role == "inactive owner":
            User.objects.filter(pk__in=[each.owner.pk for each in self.subjects.values()]).update(is_active=False)
        elif role == "inactive line manager":
            User.objects.filter(pk=self.people["line manager"].pk).update(is_active=False)
        elif role == "other line manager":
            owners = [each.owner.pk for each in self.subjects.values()]
            ReportingLine.objects.live().filter(person__in=owners).update(line_manager=self.people[role])


def _prove(client):
    """They have just proved who they are, and will have for a day: trying every cell takes longer than a proof lasts.

    Who is asked to do it again is shown in tests/people/test_reauthentication.py.
    """
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() + 24 * 60 * 60}]
    session.save()


def make_world(states=STATES):
    """Everybody, and a subject for each of ``states``."""
    world = World(
        {
            "line manager": make_user(name="Tomasz Quillfeather"),
            "former line manager": make_user(name="Fenella Wrackham"),
            "pending line manager": make_user(name="Piers Undervale"),
            "other line manager": make_user(name="Otto Brackenbury"),
            "colleague": make_user(name="Zofia Dąbrówka"),
            "analyst": make_user(name="Ada Thistlewood"),
            "analyst of another organisation": make_user(name="Ned Farthingale"),
            "staff": make_user(name="Sibyl Ottershaw", is_staff=True),
            "editor": make_user(name="Harriet Molescroft"),
            "superuser": make_user(name="Owain Bellweather", is_staff=True, is_superuser=True),
        }
    )
    make_editor(user=world.people["editor"])
    make_assessment(world.people["colleague"])
    # Whoever says that an address is theirs, and has not shown it, is asked nothing.
    claimed = world.people["pending line manager"].email
    EmailAddress.objects.create(user=world.people["colleague"], email=claimed, verified=False)
    world.organisation = make_organisation(name="Department of Marchmains")
    for role, organisation in (
        ("analyst", world.organisation),
        ("analyst of another organisation", make_organisation()),
    ):
        AnalystGrant.objects.create(analyst=world.people[role], organisation=organisation)
    version = Version.objects.published().get()
    make_release(world.organisation, version.framework, {world.organisation: figures_of(version, 8)})
    _make_campaigns(world, version.framework)
    _make_bystander(world)
    for state in states:
        world.subjects[state] = _make_subject(world, state)
    world.sign_everybody_in()
    return world


def _make_campaigns(world, framework):
    other = AnalystGrant.objects.get(analyst=world.people["analyst of another organisation"])
    AnalystGrant.objects.filter(pk=other.pk).update(may_invite=True)
    world.inviting, elsewhere = (make_organisation(parent=other.organisation) for _ in range(2))
    due = timezone.localdate() + timedelta(days=60)
    world.campaign, world.invited = (
        start_campaign(organisation=each, framework=framework, due_on=due, remind_days=[14], by=other.analyst)
        for each in (world.organisation, elsewhere)
    )


def _make_bystander(world):
    """Somebody whom no row is about, for the pages of the admin that need one of a kind."""
    bystander = make_user(name="Bess Underwood")
    LegalHold.objects.create(person=bystander, reason="A matter", placed_by=world.people["superuser"])
    SocialAccount.objects.create(user=bystander, provider="openid_connect", uid="of a bystander")
    Authenticator.objects.create(
        user=bystander, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "of a bystander"}
    )


def _make_subject(world, state):
    line_manager, former = world.people["line manager"], world.people["former line manager"]
    owner = make_user(name=NAME, job_title="Contract Manager", organisation=world.organisation)
    loose_goal = plan(owner, planted("loosegoal", state))
    actions.finish_goal(goal=loose_goal, by=owner, outcome=planted("looseoutcome", state))
    earlier = make_assessment(owner)
    rate_all(earlier)
    answer(earlier, "B4.1", Answered(2, note=planted("earliernote", state)))
    earlier = agree(earlier, line_manager)
    make_line(owner, former)
    assessment = make_assessment(owner)
    written = _write(assessment, state)
    assessment = _bring_to(state, assessment, line_manager, former)
    line = lines.name_line_manager(person=owner, email=world.people["pending line manager"].email, asked_by=owner)
    of_owner = ReportingLine.objects.filter(person=owner)
    return Subject(
        state=state,
        owner=owner,
        assessment=assessment,
        earlier=earlier,
        loose_goal=loose_goal,
        held=HeldPost.objects.create(user=owner, path="/account/", fields={"name": [planted("held", state)]}),
        notice=notify(recipient=owner, kind=Notice.Kind.YEAR_PASSED, path="/assessments/"),
        live_line=of_owner.live().get(),
        pending_line=line,
        ended_line=of_owner.get(line_manager=former),
        organisation=world.organisation,
        campaign=world.campaign,
        inviting=world.inviting,
        invited=world.invited,
        **written,
    )


def _write(assessment, state):
    """All that an owner writes in a draft."""
    owner = assessment.owner
    rate_all(assessment)
    answer(assessment, "B4.1", Answered(2, note=planted("note", state)))
    answer(assessment, "B4.2", Answered(not_relevant=True, reason=planted("reason", state)))
    actions.set_targets(assessment=assessment, targets={"B4": (3, planted("targetreason", state))})
    evidence = make_evidence(
        assessment, title=planted("title", state), text=planted("text", state), statements=("B4.1", "B4.3"), dated=DAY
    )
    aim = next(each.pk for each in version_tree(assessment.version).statements if each.code == "B4.6")
    goal = plan(owner, planted("goal", state), measure=planted("measure", state), aims=[(aim, 3)])
    actions.add_goal_note(goal=goal, by=owner, text=planted("goalnote", state))
    done = plan(owner, planted("donegoal", state))
    actions.finish_goal(goal=done, by=owner, outcome=planted("outcome", state))
    silent = plan(owner, f"{planted('donegoal', state)}, and nobody said what came of it")
    actions.finish_goal(goal=silent, by=owner)
    return {"evidence": evidence, "goal": goal, "done_goal": done, "silent_goal": silent}


def _bring_to(state, assessment, line_manager, former):
    """Everything that happens between the draft and the state: it is shared with the former line manager first, who rates it."""
    owner = assessment.owner
    if state == "draft":
        make_line(owner, line_manager)
        return reread(assessment)
    assessment = share(assessment, former, rates_first=state == "hidden")
    statements = version_tree(assessment.version).statements
    everything = {each.code: cell.rank if (cell := each.cell(2)) else 0 for each in statements}
    review(assessment, everything | {"B4.5": Answered(1, note=planted("formernote", state))})
    if state == "left":
        assessment = _talk(finish(assessment), state)
    make_line(owner, line_manager)
    if state == "left":
        return assessment
    actions.hand_over_assessment(assessment=assessment, by=owner)
    assessment = reread(assessment)
    if state == "hidden":
        return assessment
    review(assessment, _ratings_of_the_line_manager(state))
    if state in (*DRAFTS, "closed"):
        actions.return_assessment(assessment=assessment, by=line_manager, reason=planted("returnreason", state))
        if state == "closed":
            close(assessment)
        return reread(assessment)
    goal = Goal.objects.open().get(assessment=assessment)
    actions.add_goal_note(goal=goal, by=line_manager, text=planted("linegoalnote", state))
    if state == "shared":
        return reread(assessment)
    assessment = _talk(finish(assessment), state)
    if state == "agreed":
        assessment = confirm(assessment, line_manager, owner, disagreement=planted("disagreement", state))
    if state == ERASED:
        _erase(confirm(assessment, line_manager, owner))
        assessment = reread(assessment)
    return assessment


def _erase(assessment):
    """Make the round nobody's, and leave what was written in it where it is: nobody is to see it even then."""
    Goal.objects.filter(assessment=assessment).delete()
    Assessment.objects.filter(pk=assessment.pk).update(
        state=ERASED, owner=None, line_manager=None, check_code=None, erased_at=timezone.now()
    )


def _ratings_of_the_line_manager(state):
    return {
        "B4.3": Answered(1, note=planted("linenote", state)),
        "B4.4": Answered(not_relevant=True, reason=planted("linereason", state)),
    }


def _talk(assessment, state):
    """The conversation as recorded, and what is agreed where the two differ."""
    by = assessment.line_manager
    actions.set_agreed_targets(assessment=assessment, by=by, targets={"B5": (3, planted("agreedtarget", state))})
    agreed = {
        "B4.2": 3,
        "B4.3": 1,
        "B4.4": Answered(not_relevant=True, reason=planted("agreedreason", state)),
        "B4.5": 2,
    }
    return converse(assessment, agreed, by=by, points=planted("points", state), look_again_on=DUE)


def review(assessment, ratings):
    """Rate as line manager, and finish nothing."""
    changes = changes_to(assessment, ratings, view="line_manager")
    saved = actions.save_review(assessment=assessment, by=assessment.line_manager, changes=changes)
    assert saved.conflicts == ()


def finish(assessment):
    """Finish a review in which everything is rated."""
    actions.finish_review(assessment=assessment, by=assessment.line_manager)
    return reread(assessment)


def answer(assessment, code, answered):
    """Answer one statement as the owner."""
    saved = actions.save_ratings(assessment=assessment, changes=changes_to(assessment, {code: answered}))
    assert saved.conflicts == ()


def plan(owner, what, *, measure="", aims=()):
    """A goal on somebody's own plan."""
    version = Version.objects.published().get()
    goal = Goal(
        owner=owner,
        framework_id=version.framework_id,
        what=what,
        measure=measure,
        kind=Goal.Kind.ON_THE_JOB,
        due_on=DUE,
    )
    return actions.save_goal(goal=goal, by=owner, version=version, aims=aims).goal
