"""The same as ``test_bad_input.py``, of the forms of a line manager, of a round that two people are in, and of a plan."""

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import Phase
from hypothesis import strategies as st

from assessments import actions
from assessments.answers import NOT_RELEVANT
from insights.actions.campaigns import start_campaign
from people.actions.lines import name_line_manager
from people.models import AnalystGrant, Notice, ReportingLine
from standards.tree import version_tree
from tests.assessments.carried import make_small_versions
from tests.assessments.plans import make_goal
from tests.conftest import HEAVY
from tests.factories import (
    agree,
    converse,
    make_assessment,
    make_line,
    make_organisation,
    make_user,
    rate_all,
    review,
    share,
)
from tests.routes import routes
from tests.test_bad_input import (
    ACCEPTED_AT_LEAST,
    SCRIPT,
    Spoilable,
    World,
    as_drawn,
    form_rows,
    fuzz,
    named,
    words,
)
from tests.test_bad_input_everywhere import FORMS

pytestmark = pytest.mark.django_db

POSTS_OF_A_FORM = 600 if HEAVY else 6
# Forms that test_bad_input.py sends, and what is no form of these pages.
SENT_ELSEWHERE = {
    *("account-detail", "assessment-close", "assessment-create", "assessment-delete", "assessment-role"),
    *("evidence-create", "evidence-delete", "evidence-edit", "heldpost-detail", "rating-edit", "rating-save"),
    *("target-edit", "readers-note-edit", "assessment-start", "session-extend"),
}
DIFFERING = {"A1.1": 1, "A2.3": 0, "B4.1": "Never asked of the post"}


def date_of(name, *, day="27", month="3", year="2027"):
    return {f"{name}_day": st.just(day), f"{name}_month": st.just(month), f"{name}_year": st.just(year)}


def line_of(person, kind="live"):
    return getattr(ReportingLine.objects, kind)().get(person=person)


@pytest.fixture
def world(caplog, published_version, contract_manager, line_manager):
    """People in each state that a form is offered in, all with the same line manager, and every form that they are offered."""
    caplog.set_level("CRITICAL")
    tree = version_tree(published_version)
    clients = {}

    def sign_in(name, user):
        clients[name] = Client(raise_request_exception=False)
        clients[name].force_login(user)
        return user

    def managed(name):
        owner = sign_in(name, make_user(name=f"{name} {SCRIPT}"))
        make_line(owner, line_manager)
        assessment = make_assessment(owner)
        rate_all(assessment)
        return assessment

    sign_in("line manager", line_manager)
    sign_in("superuser", make_user(is_staff=True, is_superuser=True))
    alone = sign_in("alone", contract_manager)
    finished = managed("finished")
    shared = share(managed("shared"), line_manager)
    talking = managed("talking")
    goal, ended, unsaid = (make_goal(talking.owner, (code, 3), what=SCRIPT) for code in ("B4.6", "B6.7", "B6.4"))
    talking = converse(review(share(talking, line_manager), DIFFERING), dict.fromkeys(DIFFERING, 1), points=SCRIPT)
    actions.finish_goal(goal=ended, by=talking.owner, outcome=SCRIPT)
    actions.finish_goal(goal=unsaid, by=talking.owner, outcome="")
    left = share(managed("left"), line_manager)
    make_line(left.owner, make_user(name=SCRIPT))
    agreed = agree(managed("agreed"), line_manager)
    asked = name_line_manager(person=alone, email=line_manager.email, asked_by=alone) or line_of(alone, "pending")
    notice = Notice.objects.filter(recipient=line_manager).first()
    # Under a framework of its own, so that nobody else is offered a later version.
    midway = make_assessment(
        sign_in("midway", make_user(name=SCRIPT)), version=make_small_versions()[0], role_profile=""
    )

    inviting = sign_in("inviting", make_user(name=SCRIPT))
    department = make_organisation(name=f"Department of {SCRIPT}")
    free, reached = (make_organisation(name=f"{name} {SCRIPT}", parent=department) for name in ("Free", "Reached"))
    AnalystGrant.objects.create(analyst=inviting, organisation=department, may_invite=True)
    day = timezone.localdate() + timedelta(days=60)
    campaign = start_campaign(
        organisation=reached, framework=published_version.framework, due_on=day, remind_days=[], by=inviting
    )
    a_campaign = st.fixed_dictionaries(
        {"step": st.sampled_from(("check", "start", "start", "change"))}
        | date_of("due_on", day=str(day.day), month=str(day.month), year=str(day.year)),
        optional={"remind_days": st.sampled_from(("28", "3", "1"))},
    )

    a_goal = st.fixed_dictionaries(
        {"what": named, "kind": st.sampled_from(("on-the-job", "with-others", "formal")), "measure": words}
        | date_of("due_on"),
        optional={
            f"aim-{tree.area('B4').statements[0].pk}": st.sampled_from(("", "1", "2", "3")),
            "ideas": st.just("1"),
        },
    )
    levels = st.sampled_from(("0", "1", "2", NOT_RELEVANT))
    differing = [each.pk for each in tree.statements if each.code in DIFFERING]
    settled = st.fixed_dictionaries(
        {f"agreed-{pk}": levels for pk in differing}
        | {f"reason-{pk}": st.just("Another team.") for pk in differing}
        | {"onward": st.sampled_from(("", "agree", "nowhere"))}
    )
    record = st.fixed_dictionaries({"points": words} | date_of("held_on", year="2026"))
    same = [each.pk for each in tree.area("B4").statements if each.pk not in differing][:3]
    alike = st.fixed_dictionaries({f"agreed-{pk}": levels for pk in same} | {f"reason-{pk}": words for pk in same})
    targets = st.fixed_dictionaries(
        {f"target-{area.code}": st.sampled_from(("1", "2", "3")) for area in tree.areas}
        | {f"reason-{area.code}": st.just("Because") for area in tree.areas}
    )
    rated = st.integers(1, 4).flatmap(lambda count: form_rows(tree.area("B4").statements[:count]))
    framework = published_version.framework_id
    wanted = st.fixed_dictionaries(
        {f"level-{framework}-{area.code}": st.sampled_from(("1", "2", "3")) for area in tree.areas[:3]}
        | {f"people-{framework}-{area.code}": st.sampled_from(("1", "2", "999")) for area in tree.areas[:3]}
    )
    text = st.fixed_dictionaries({"text": named})
    outcome = st.fixed_dictionaries({"outcome": named})
    empty = st.just({})
    code = st.sampled_from((agreed.check_code, agreed.check_code.lower().replace("-", " "), "K7QF"))

    def of_round(name, who, assessment, fields, **more):
        return Spoilable(name, who, reverse(name, kwargs={"assessment_id": assessment.pk} | more), fields)

    def of_goal(name, who, fields, which=goal):
        return Spoilable(name, who, reverse(name, args=[which.pk]), fields)

    new_goal = reverse("goal-create")
    review_page = reverse("review-detail", args=[shared.pk])
    forms = [
        of_round(
            "assessment-share", "finished", finished, st.fixed_dictionaries({}, optional={"rate_first": st.just("on")})
        ),
        of_round("assessment-withdraw", "shared", shared, empty),
        of_round("assessment-return", "line manager", shared, st.fixed_dictionaries({"reason": named})),
        of_round("assessment-hand-over", "left", left, empty),
        of_round("assessment-next", "agreed", agreed, empty),
        of_round("assessment-carry-over", "midway", midway, empty),
        of_round("review-edit", "line manager", shared, rated, area_code="B4"),
        of_round("review-agree", "line manager", shared, empty),
        of_round("review-finish", "line manager", talking, empty),
        of_round("conversation-differences", "line manager", talking, settled),
        of_round("conversation-record", "line manager", talking, record),
        of_round("conversation-agree", "talking", talking, alike),
        of_round("agreed-target-edit", "line manager", talking, targets),
        of_round("conversation-confirm", "talking", talking, st.fixed_dictionaries({"disagreement": words})),
        Spoilable("cover-edit", "line manager", reverse("cover-edit"), wanted),
        Spoilable("goal-create", "alone", new_goal, a_goal),
        Spoilable("goal-create", "line manager", f"{new_goal}?assessment={talking.pk}&statement=A2.3", a_goal),
        of_goal("goal-edit", "line manager", a_goal),
        of_goal("goal-note", "talking", text),
        of_goal("goal-finish", "line manager", outcome),
        of_goal("goal-drop", "talking", outcome),
        of_goal("goal-outcome", "talking", outcome, which=unsaid),
        of_goal("goal-reopen", "talking", empty, ended),
        Spoilable("report-verify", "alone", reverse("report-verify"), st.fixed_dictionaries({"code": code})),
        Spoilable(
            "line-detail",
            "finished",
            reverse("line-detail"),
            st.fixed_dictionaries({"email": st.sampled_from(("ann@example.com", "TOMASZ.Q@example.com"))}),
        ),
        Spoilable(
            "line-answer",
            "line manager",
            reverse("line-answer", args=[asked.pk]),
            st.fixed_dictionaries({"answer": st.sampled_from(("accept", "decline"))}),
        ),
        Spoilable("line-withdraw", "alone", reverse("line-withdraw", args=[asked.pk]), empty),
        Spoilable("line-end", "finished", reverse("line-end", args=[line_of(finished.owner).pk]), empty),
        Spoilable("notice-list", "line manager", reverse("notice-list"), empty),
        Spoilable("notice-open", "line manager", reverse("notice-open", args=[notice.pk]), empty),
        Spoilable(
            "notice-choose",
            "alone",
            reverse("notice-choose"),
            st.fixed_dictionaries({}, optional={"kinds_1": st.sampled_from(("line-asked", "shared"))}),
        ),
    ]
    forms += [
        Spoilable("campaign-start", "inviting", reverse("campaign-start", args=[free.pk]), a_campaign),
        Spoilable("campaign-end", "inviting", reverse("campaign-end", args=[campaign.pk]), empty),
    ]
    opened = {"email": shared.owner.email, "reason": f"Asked for {SCRIPT}", "round": str(shared.pk), "open": "yes"}
    opening = st.fixed_dictionaries({name: st.just(value) for name, value in opened.items()})
    forms.append(Spoilable("break-glass-create", "superuser", reverse("break-glass-create"), opening))
    drawn_on = {"review-agree": review_page, "review-finish": reverse("review-detail", args=[talking.pk])}
    return World(clients, [as_drawn(form, clients[form.who], drawn_on.get(form.name)) for form in forms], {})


def test_hostile_posts_never_end_in_an_error(world):
    counts = Counter()
    for form in world.forms:
        counts += fuzz(world, [form], POSTS_OF_A_FORM, phases=[Phase.generate, Phase.shrink])
    sent = sum(count for name, count in counts.items() if isinstance(name, int))
    statuses = ", ".join(
        f"{count} × {status}" for status, count in sorted(counts.items(), key=str) if isinstance(status, int)
    )
    print(f"{sent} posts: {statuses}; {counts['accepted'] / sent:.0%} accepted")  # noqa: T201 what the check is quoted with
    assert sent >= POSTS_OF_A_FORM * len(world.forms)
    assert counts["accepted"] >= ACCEPTED_AT_LEAST * sent
    refused = {form.name for form in world.forms if not counts[f"{form.name} accepted"]}
    # A few posts to each form may all be spoilt; thousands may not.
    assert not (HEAVY and refused), refused


def test_every_form_of_the_portal_is_sent(world):
    """Whatever route of ours takes a POST is among the forms, here, in test_bad_input.py or in test_bad_input_everywhere.py."""
    taken = {each.name for each in routes() if each.takes_post and not each.is_framework}
    assert taken - {form.name for form in world.forms} - SENT_ELSEWHERE - set(FORMS) == set()
