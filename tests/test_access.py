"""Who gets what: every route × role × state of the round × method, against one written table (``service/access/policy.py``).

The routes come from the urlconf, those of Django's admin and of allauth included. A route without a row fails, and so does a row
without a route. Each cell is tried in a savepoint on one world and undone. Every text that
anybody writes in a round is planted, and whoever is shown one that they may not see is found (``tests/access/texts.py``).
The same request is sent once, and roles that get next to nothing are tried in two states; with script/test --heavy every cell
is sent. What the table cannot find is found by twins: two worlds that differ in what somebody must not know.
"""

import logging
import os
from types import ModuleType
from urllib.parse import urlsplit

import pytest
from django.db.models import Case, Q, Value, When
from django.http import HttpResponse
from django.urls import include, path, reverse
from django.views.generic import View

from assessments import actions, permissions
from assessments.answers import Answered
from assessments.models import Assessment, Conversation, GoalStatement, Rating
from assessments.models import assessment as rounds
from assessments.models.assessment import AssessmentQuerySet
from assessments.models.goal import GoalQuerySet
from documents import pdf
from people.actions import lines, notify
from people.models import Notice
from service import held_posts
from service.access.framework import FRAMEWORK, staff
from service.access.policy import POLICY, READ_BY_BOTH
from service.access.rows import READS, ROLES, STATES
from service.models import HeldPost
from standards.models import Version
from standards.tree import version_tree
from standards.views import reading
from tests.access.cells import METHODS, Run, missing_rows, tried
from tests.access.drafts import READERS_OF_DRAFTS, wrong_draft_cells
from tests.access.flaws import FLAWS
from tests.access.swapping import planted_in_place
from tests.access.texts import MAY_OPEN, NAME, all_to_be_seen, found_in
from tests.access.twins import another_world, changed, pages_of
from tests.access.world import PLAYED, answer, make_world, plan
from tests.conftest import HEAVY
from tests.factories import PASSWORD, make_assessment, make_evidence, make_line, make_user, rate_all, reread, share

pytestmark = pytest.mark.django_db

# ACCESS_ROUTES="evidence-list goal-detail" tries these rows alone, as every role in every state: for whoever plants a flaw.
ONLY = tuple(key.replace("+", " ") for key in os.environ.get("ACCESS_ROUTES", "").split())
OTHERS = [role for role in ROLES if role not in ("owner", "line manager")]
# The pages of a round that its line manager may read in some state.
READ_KEYS = [key for key, row in POLICY.items() if row.line_manager["hidden"].get != 404 and row.others.get == 404]
OWN_KEYS = [key for key, row in POLICY.items() if row.owner["shared"].get in (200, 302) and row.others.get == 404]


@pytest.fixture(scope="module")
def world(kept_for_the_module):
    return make_world()


@pytest.fixture(autouse=True)
def quietly(caplog, monkeypatch, settings):
    # A refusal is what most cells are about; nobody wants to read each one.
    caplog.set_level(logging.CRITICAL, "django")
    # A session ends at one moment, so that what a page says of it does not depend on when it is drawn.
    settings.SESSION_IDLE = settings.SESSION_LASTS
    # What is drawn and who gets it is the matter here, not the time that it takes to set a page.
    monkeypatch.setattr(pdf, "render_pdf", lambda html, **options: b"%PDF-" + html.encode())


@pytest.fixture
def run(world):
    return Run(world)


@pytest.fixture(scope="module")
def forms():
    return {}


@pytest.fixture
def table_run(world, forms):
    """A run that shares with others what pages send."""
    return Run(world, forms)


@pytest.fixture
def quoted(table_run, record_property):
    """Counts what a test tried, for the end of the whole run (``tests.conftest``), and hands on what was wrong."""

    def count(wrong):
        record_property("cells", table_run.cells)
        record_property("wrong", len(wrong))
        print(f"{table_run.cells} cells checked, {len(wrong)} wrong", *wrong, sep="\n")  # noqa: T201
        return wrong

    return count


def test_every_route_has_a_row_and_every_row_a_route():
    assert missing_rows() == set()


@pytest.mark.parametrize("role", ["owner", "line manager"])
@pytest.mark.parametrize("states", [STATES[:3], STATES[3:5], STATES[5:]], ids=" ".join)
def test_the_two_get_what_is_theirs(table_run, quoted, role, states):
    assert quoted(table_run.wrong_cells(only=ONLY, roles=[role], states=states)) == []
    if not ONLY:
        assert table_run.seen[role] >= {(kind, state) for kind, state in all_to_be_seen(role) if state in states}


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_gets_anything(table_run, quoted, role):
    assert quoted(table_run.wrong_cells(only=ONLY, roles=[role])) == []
    assert table_run.seen[role] <= MAY_OPEN.get(role, set())
    assert ONLY or table_run.cells > 60


def test_no_other_method_does_anything(table_run, quoted):
    assert quoted(table_run.wrong_methods(ONLY)) == []
    assert ONLY or table_run.cells > 400


def test_only_editors_get_a_draft_of_the_standards(table_run, quoted):
    roles = [role for role in ROLES if role not in PLAYED] if HEAVY else READERS_OF_DRAFTS
    assert quoted(wrong_draft_cells(table_run, roles)) == []
    assert table_run.cells > 80


# What must not show in anything


@pytest.fixture
def newcomer(world):
    """Somebody who has a line manager, and no round."""
    person = make_user(name=NAME, email="newcomer@example.com")
    make_line(person, world.people["line manager"])
    lines.name_line_manager(person=person, email=world.people["pending line manager"].email, asked_by=person)
    return person


def write_a_draft(owner, *, is_goal_loose=False):
    """A round with something of everything in it, none of which anybody else is to know."""
    if is_goal_loose:
        plan(owner, "Before there was a round")
    assessment = make_assessment(owner)
    rate_all(assessment)
    answer(assessment, "B4.1", Answered(1, note="A note"))
    actions.set_targets(assessment=assessment, targets={"B4": (3, "A reason")})
    make_evidence(assessment)
    goal = plan(owner, "In the round")
    actions.add_goal_note(goal=goal, by=owner, text="A note on it")
    actions.finish_goal(goal=plan(owner, "Done in the round"), by=owner)
    return assessment


# Everybody whose pages might tell; HEAVY asks the others too.
MIGHT_TELL = ("line manager", "former line manager", "pending line manager", "superuser")
TO_ALL = [role for role in ROLES if role in MIGHT_TELL or (HEAVY and role not in ("owner", *PLAYED))]


def told():
    return list(Notice.objects.order_by("pk").values_list("pk", "recipient"))


def test_nobody_can_tell_a_draft_from_no_round_at_all(run, newcomer):
    none = {role: pages_of(run, role, "draft", of=newcomer) for role in TO_ALL}
    notices = told()
    assessment = write_a_draft(newcomer, is_goal_loose=True)
    for role in TO_ALL:
        assert changed(none[role], pages_of(run, role, "draft", of=newcomer)) == [], role
    assert told() == notices

    # Once it is shared, the line manager sees it, and nobody else does.
    share(assessment, run.world.people["line manager"])
    found = {role: changed(none[role], pages_of(run, role, "draft", of=newcomer)) for role in TO_ALL[:2]}
    assert {"/team/", "/notices/", "/assessments/"} <= set(found["line manager"])
    assert found["former line manager"] == []


def test_a_line_manager_cannot_tell_what_becomes_of_a_round_that_they_returned(run, newcomer):
    line_manager = run.world.people["line manager"]
    assessment = share(write_a_draft(newcomer), line_manager)
    actions.return_assessment(assessment=assessment, by=line_manager, reason="A reason")
    returned, notices = pages_of(run, "line manager", "draft"), told()
    answer(assessment, "B4.1", Answered(2, note="Another note"))
    with another_world():
        actions.close_assessment(assessment=reread(assessment), by=newcomer)
        assert changed(returned, pages_of(run, "line manager", "draft")) == []
        assert told() == notices
    actions.delete_assessment(assessment=reread(assessment))
    assert changed(returned, pages_of(run, "line manager", "draft")) == []
    assert told() == notices


def say_something_else(assessment):
    """Change every answer of the owner in what it says of their level, as if they had given that one."""
    own = Rating.objects.filter(assessment=assessment, view=Rating.View.SELF)
    left_out = own.filter(statement__code__in=["B4.3", "B4.8"])
    own.filter(not_relevant=True).update(not_relevant=False, reason="", rank=1)
    own.update(rank=Case(When(rank=1, then=Value(0)), default=Value(1)))
    left_out.update(rank=None, not_relevant=True, reason="Something else")
    # Whoever aims at the next level says which one they have.
    assert GoalStatement.objects.filter(goal__assessment=assessment).update(rank=1)


def statement(code):
    return next(each for each in version_tree(Version.objects.published().get()).statements if each.code == code)


def pages_to_review(run, state, keys):
    """What the line manager is shown of a round, and the page that is drawn again when something is wrong."""
    pk = statement("B4.3").pk
    wrong = run.payload("review-edit", "line manager", state) | {f"level-{pk}": "not-relevant", f"reason-{pk}": ""}
    answers = pages_of(run, "line manager", state, posts={"review-edit": wrong})
    return answers | pages_of(run, "line manager", state, keys)


def test_a_line_manager_who_rates_first_cannot_tell_what_the_owner_says(run):
    first = pages_to_review(run, "hidden", READ_KEYS)
    with another_world():
        say_something_else(run.world.subjects["hidden"].assessment)
        assert changed(first, pages_to_review(run, "hidden", READ_KEYS)) == []


def test_a_line_manager_who_does_not_rate_first_can_tell_it(run):
    keys = ["review-edit", "report-detail", "assessment-check", "rating-edit"]
    first = pages_to_review(run, "shared", keys)
    with another_world():
        say_something_else(run.world.subjects["shared"].assessment)
        found = changed(first, pages_to_review(run, "shared", keys))
    # Who of the team is at a level already is told beside what others need.
    assert set(found) == {run.path(key, "shared") for key in (*keys, "team-needs", "team-excel", "team-pdf")}


@pytest.mark.parametrize("state", ["returned", "hidden", "shared"] if HEAVY else ["returned", "shared"])
def test_an_owner_cannot_tell_what_is_rated_before_the_review_is_finished(run, state):
    rated = pages_of(run, "owner", state, OWN_KEYS)
    with another_world():
        given = Rating.objects.filter(assessment=run.world.subjects[state].assessment, view=Rating.View.LINE_MANAGER)
        assert given.delete()[0] > 60
        assert changed(rated, pages_of(run, "owner", state, OWN_KEYS)) == []


def test_an_owner_can_tell_it_once_the_review_is_finished(run):
    keys = ["conversation-detail", "report-detail", "report-pdf", "report-excel"]
    rated = pages_of(run, "owner", "reviewed", keys)
    with another_world():
        given = Rating.objects.filter(assessment=run.world.subjects["reviewed"].assessment)
        given.filter(view=Rating.View.LINE_MANAGER).update(rank=1, not_relevant=False, reason="", note="")
        found = changed(rated, pages_of(run, "owner", "reviewed", keys))
    assert set(found) >= {run.path(key, "reviewed") for key in keys}


def test_a_form_that_names_what_is_held_for_another_leaves_it(run):
    others = run.world.subjects["agreed"].held
    sent = run.payload("account-detail", "owner", "draft") | {held_posts.HELD: str(others.pk)}
    response, after = tried(run.world.client("owner", "draft"), "post", run.path("account-detail", "draft"), sent)
    assert response.status_code == 302
    assert HeldPost._meta.db_table not in run._changed(after)


def test_a_form_drawn_for_a_work_example_of_another_saves_nothing(run):
    sent = run.payload("evidence-edit", "owner", "draft") | {"title": "Taken over"}
    response, after = tried(
        run.world.client("owner", "draft"), "post", run.path("evidence-edit: of another", "draft"), sent
    )
    assert (response.status_code, run._changed(after)) == (422, {})
    assert found_in(response.content.decode()) <= {(kind, "draft") for kind, _ in all_to_be_seen("owner")}


@pytest.mark.parametrize("onward", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_nobody_is_led_elsewhere(run, onward):
    for role in ("signed out", "owner"):
        for name in ("account_login", "account_logout", "account_reauthenticate", "admin:login"):
            for method in METHODS:
                given = {"next": onward, "password": PASSWORD, "login": run.world.people["colleague"].email}
                response, _ = tried(run.world.client(role, "draft"), method, reverse(name), given)
                led = response.headers.get("Location", "/")
                assert urlsplit(led).netloc == "", (role, name, method)
                assert not led.startswith(("//", "/\\")), (role, name, method)


# The check itself, on planted faults


def planted_urls(*patterns):
    module = ModuleType("planted_urls")
    module.urlpatterns = [*patterns, path("", include("standards_portal.urls"))]
    return module


@pytest.mark.parametrize("name", ["rating-export", None])
def test_a_route_without_a_row_is_found(settings, name):
    settings.ROOT_URLCONF = planted_urls(path("export/", View.as_view(), name=name))
    assert missing_rows() == {name or "export/"}


def test_a_row_without_a_route_is_found(monkeypatch):
    monkeypatch.setitem(POLICY, "rating-export", READ_BY_BOTH)
    assert missing_rows() == {"rating-export"}


def test_rounds_that_everybody_may_see_are_found(run, monkeypatch):
    monkeypatch.setattr(AssessmentQuerySet, "visible_to", lambda self, user: self.all())
    wrong = run.wrong_cells(only=["assessment-check", "evidence-list"], roles=["colleague", "superuser"])
    assert "evidence-list colleague draft get: shows the title of draft" in wrong
    assert "evidence-list superuser agreed get: shows the owner's name" in wrong
    assert "evidence-list colleague draft get: 200 instead of 404" in wrong


def test_a_draft_that_the_line_manager_may_see_is_found(run, monkeypatch):
    has_line = Q(owner__reporting_lines__ended_at=None)
    monkeypatch.setattr(
        AssessmentQuerySet,
        "_read_by",
        staticmethod(lambda user: has_line & Q(owner__reporting_lines__line_manager=user)),
    )
    wrong = run.wrong_cells(only=["evidence-list"], roles=["line manager"], states=["draft"])
    assert "evidence-list line manager draft get: shows the title of draft" in wrong


def test_a_round_that_the_editor_may_read_is_found(run, monkeypatch):
    own = AssessmentQuerySet.visible_to
    monkeypatch.setattr(
        AssessmentQuerySet, "visible_to", lambda self, user: self.all() if user.is_staff else own(self, user)
    )
    wrong = run.wrong_cells(only=["evidence-list"], roles=OTHERS)
    assert {each.split(" ")[1] for each in wrong} == {"staff", "editor", "superuser"}


@pytest.fixture
def written_anew():
    """The query for a line manager's round is put together in the test, with its fault, and again after it."""
    rounds._one_between.cache_clear()
    yield
    rounds._one_between.cache_clear()


def test_a_former_line_manager_who_still_reads_is_found(run, monkeypatch, written_anew):
    is_named = staticmethod(lambda user: Q(line_manager=user, state__in=Assessment.LINE_MANAGER_STATES))
    monkeypatch.setattr(AssessmentQuerySet, "_read_by", is_named)
    wrong = run.wrong_cells(only=["conversation-detail"], roles=["former line manager"])
    assert "conversation-detail former line manager left get: shows the points of left" in wrong
    assert not any(" reviewed " in each for each in wrong)


def test_ratings_that_are_shown_before_the_review_is_finished_are_found(run, monkeypatch):
    Conversation.objects.create(assessment=run.world.subjects["shared"].assessment)
    monkeypatch.setattr(Assessment, "is_reviewed", property(lambda self: not self.is_draft))
    wrong = run.wrong_cells(only=["conversation-differences"], roles=["owner"], states=["shared"])
    assert "conversation-differences owner shared get: shows the linenote of shared" in wrong


def test_levels_that_are_shown_to_whoever_rates_first_are_found(run, monkeypatch):
    monkeypatch.setattr(permissions, "can_read_levels", lambda user, assessment: True)
    wrong = run.wrong_cells(only=["assessment-check"], roles=["line manager"], states=["hidden"])
    assert "assessment-check line manager hidden get: shows the reason of hidden" in wrong
    first = pages_of(run, "line manager", "hidden", ["assessment-area"])
    with another_world():
        say_something_else(run.world.subjects["hidden"].assessment)
        found = changed(first, pages_of(run, "line manager", "hidden", ["assessment-area"]))
    assert found == [run.path("assessment-area", "hidden")]


def test_goals_that_everybody_may_see_are_found(run, monkeypatch):
    monkeypatch.setattr(GoalQuerySet, "visible_to", lambda self, user: self.all())
    wrong = run.wrong_cells(only=["goal-detail"], roles=["line manager", "colleague"], states=["draft"])
    assert "goal-detail line manager draft get: shows the goal of draft" in wrong
    assert "goal-detail colleague draft get: shows the goalnote of draft" in wrong


def test_a_draft_that_is_counted_is_found(run, newcomer, monkeypatch):
    monkeypatch.setattr(AssessmentQuerySet, "read_by", lambda self, user: self.filter(owner=newcomer))
    none = pages_of(run, "line manager", "draft")
    make_assessment(newcomer)
    assert "/team/people/" in changed(none, pages_of(run, "line manager", "draft"))


def test_a_notice_of_a_draft_is_found(run, monkeypatch):
    def save_evidence(**given):
        notify(recipient=run.world.people["line manager"], kind=Notice.Kind.SHARED, actor=given["assessment"].owner)
        return actions.save_evidence(**given)

    monkeypatch.setattr("assessments.views.evidence.save_evidence", save_evidence)
    wrong = run.wrong_cells(only=["evidence-create"], roles=["owner"], states=["draft"])
    assert wrong == ["evidence-create owner draft post: somebody was told"]


def test_a_draft_that_everybody_may_read_is_found(run, monkeypatch):
    monkeypatch.setattr(reading, "may_read_drafts", lambda user: user.is_authenticated)
    wrong = wrong_draft_cells(run, ["colleague", "editor", "signed out"], only=["area-detail", "role-list"])
    assert "area-detail colleague get: 200 instead of 404" in wrong
    assert {each.split(" ")[1] for each in wrong} == {"colleague"}


def test_pages_without_a_sign_in_are_found(run, settings):
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "LoginRequired" not in each]
    for client in run.world.clients.values():
        client.handler.load_middleware()
    wrong = run.wrong_cells(only=["assessment-start"], roles=["signed out"], states=["draft"])
    assert "assessment-start signed out draft get: 200 instead of sign in" in wrong


def test_a_change_that_a_closed_round_takes_is_found(run, monkeypatch):
    monkeypatch.setattr(permissions, "can_close", lambda user, assessment: True)
    wrong = run.wrong_cells(only=["assessment-close"], roles=["owner"], states=["closed"])
    assert wrong == ["assessment-close owner closed get: 200 instead of 403"]


def test_a_change_on_the_way_to_a_refusal_is_found(run, monkeypatch):
    def can_delete(user, assessment):
        HeldPost.objects.all().delete()
        return False

    monkeypatch.setattr(permissions, "can_delete", can_delete)
    wrong = run.wrong_cells(only=["assessment-delete"], roles=["owner"], states=["shared"])
    assert "assessment-delete owner shared post: something was changed" in wrong


def test_an_action_that_does_nothing_is_found(run, monkeypatch):
    monkeypatch.setattr("assessments.views.sharing.withdraw_assessment", lambda **given: None)
    wrong = run.wrong_cells(only=["assessment-withdraw"], roles=["owner"], states=["hidden"])
    assert wrong == ["assessment-withdraw owner hidden post: nothing was changed"]


def test_a_reading_that_is_forgotten_is_found(run, monkeypatch):
    monkeypatch.setattr("assessments.views.evidence.shows", lambda *given: None)
    wrong = run.wrong_cells(only=["evidence-list"], roles=["line manager"], states=["shared"])
    assert wrong == ["evidence-list line manager shared get: no reading was noted"]


@pytest.mark.parametrize("flaw", FLAWS[:2], ids=lambda flaw: flaw.what.replace(" ", "-"))
def test_a_planted_flaw_is_found(run, flaw):
    roles = ["superuser"] if flaw.tests == "superuser" else ["colleague"]
    routes = flaw.routes.split()
    assert run.wrong_cells(only=routes, roles=roles, states=["draft"]) == []
    with planted_in_place(flaw):
        assert Run(run.world).wrong_cells(only=routes, roles=roles, states=["draft"]) != []


def test_texts_in_the_admin_are_found(run, settings, monkeypatch):
    def nosy(request):
        return HttpResponse(run.world.subjects["draft"].evidence.title)

    settings.ROOT_URLCONF = planted_urls(path("admin/nosy/", nosy, name="nosy"))
    monkeypatch.setitem(FRAMEWORK, "nosy", staff(READS))
    wrong = Run(run.world).wrong_cells(only=["nosy"], roles=["line manager", "superuser"], states=["draft"])
    assert "nosy superuser draft get: shows the title of draft" in wrong
    assert "nosy line manager draft get: 200 instead of sign in" in wrong
