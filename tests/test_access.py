"""Who gets what: every route × role × state of the round × method, against one written table.

The routes come from the urlconf. A route of ours without a row fails, and so does a row without a route. Routes of Django's
admin and of allauth have a policy by prefix. Each cell is tried in a savepoint on one world and undone. What is the same request in
either state of the round is sent once; with script/test --heavy every cell is sent, and every role is tried on the admin.
"""

import logging
import re
from collections import namedtuple
from dataclasses import dataclass, field
from datetime import date
from types import ModuleType

import pytest
from django.apps import apps
from django.conf import settings as portal_settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from django.views.generic import View

from assessments import actions, permissions, report_files
from assessments.answers import Answered, target_mark
from assessments.models import Assessment
from assessments.models.assessment import AssessmentQuerySet
from people.models import User
from service import held_posts
from service.models import HeldPost
from standards.tree import version_tree
from standards.views import reading
from tests.conftest import HEAVY
from tests.factories import make_assessment, make_evidence
from tests.pages import Page
from tests.routes import FRAMEWORK_PREFIXES, PUBLISHED, SLUGS, routes
from tests.standards.versions import make_whole_version

pytestmark = pytest.mark.django_db

LOGIN = "sign in"  # led to the sign-in page
ON = 302  # led on
Pair = namedtuple("Pair", "get post")
# What the addresses of a version that is not published are filled with, and who reads it.
UNPUBLISHED = {"version": "1", "area_code": "A1", "statement_code": "A1.1"}
UNPUBLISHED_SLUGS = {
    "role-detail": "clerk",
    "page-detail": "foreword",
    "people-detail": "baker",
    "casestudy-detail": "bridge",
}
EDITORS = ("editor", "superuser")
# What the owner of the round gets while it is a draft and when it is closed, what any other signed-in person gets (the line
# manager, an editor and a superuser among them), and what somebody gets who is signed out or whose account is closed.
Row = namedtuple("Row", "draft closed others signed_out")


def everyone(get, post=405):
    return Row(Pair(get, post), Pair(get, post), Pair(get, post), Pair(get, post))


def owners(draft, closed, others=None):
    """A page of somebody's round, which is not there for anybody else."""
    return Row(draft, closed, others or Pair(404, 404), Pair(LOGIN, LOGIN))


def members(get, post):
    """A page that every signed-in person has for themselves."""
    own = Pair(get, post)
    return Row(own, own, own, Pair(LOGIN, LOGIN))


EDIT = Pair(200, ON)
NEVER = Pair(403, 403)
READ = owners(Pair(200, 405), Pair(200, 405), others=Pair(404, 405))
POLICY = {
    "home": Row(Pair(ON, 405), Pair(ON, 405), Pair(ON, 405), Pair(200, 405)),
    "help": everyone(200),
    "who-can-see-what": everyone(200),
    "scoring-explained": everyone(200),
    "privacy": everyone(200),
    "accessibility": everyone(200),
    "cookies": everyone(200),
    # The published standards are everybody's; there is one version, to which the list leads.
    "standards-list": everyone(ON),
    "version-detail": everyone(200),
    "area-detail": everyone(200),
    "statement-detail": everyone(200),
    "level-detail": everyone(200),
    "level-compare": everyone(200),
    "lifecycle-detail": everyone(200),
    "role-list": everyone(200),
    "role-detail": everyone(200),
    "page-detail": everyone(200),
    "people-list": everyone(200),
    "people-detail": everyone(200),
    "casestudy-detail": everyone(200),
    "insight-list": everyone(200),
    "learning-list": everyone(200),
    "source-list": everyone(200),
    "glossary-list": everyone(200),
    "standards-search": everyone(200),
    "export-detail": everyone(200),
    "version-export": everyone(200),
    "heldpost-detail": owners(EDIT, EDIT),
    "account-detail": members(200, ON),
    "assessment-list": members(200, 405),
    "assessment-start": members(200, 405),
    "assessment-create": members(200, ON),
    "assessment-detail": READ,
    "assessment-role": owners(EDIT, NEVER),
    "target-edit": owners(EDIT, NEVER),
    "rating-edit": owners(EDIT, Pair(200, 403)),
    "rating-save": owners(Pair(405, 200), Pair(405, 403), others=Pair(405, 404)),
    "assessment-check": READ,
    "assessment-area": READ,
    "evidence-list": READ,
    "evidence-create": owners(EDIT, NEVER),
    "evidence-edit": owners(EDIT, NEVER),
    "evidence-delete": owners(EDIT, NEVER),
    "report-detail": READ,
    "report-pdf": READ,
    "assessment-close": owners(EDIT, NEVER),
    "assessment-delete": owners(EDIT, NEVER),
}
PUBLIC_IN_THE_ADMIN = ("admin:logout",)
# Reading makes the PDF, which is kept for the next time.
CHANGES_BY_READING = {"report-pdf"}
OTHERS = ("colleague", "line manager", "editor", "superuser")
ROLES = ("owner", *OTHERS, "signed out", "inactive")
# To the admin and to allauth the others are like one of these; --heavy tries every role.
DIFFERENT_POWERS = ("colleague", "editor", "superuser", "signed out")
# The admin of the standards has many pages of one making, all drawn for an editor in its own tests.
DIFFERENT_POWERS_ON_STANDARDS = ("colleague", "superuser")
STATES = ("draft", "closed")
# How statements begin that write nothing.
READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
UNTOUCHED = "untouched"
METHODS = ("get", "post")

NOTE, REASON, TARGET_REASON = "Quillwort note of the owner", "Sundew reason of the owner", "Butterwort why of the owner"
TITLE, TEXT, NAME, HELD = (
    "Bladderwort example",
    "Hornwort happened there",
    "Perpetua Owner-Marchmain",
    "Stonewort was typed",
)
ANSWERS = (NOTE, REASON, TARGET_REASON, TITLE, TEXT, HELD)


def missing_rows():
    """Routes of ours that the table does not have, and rows that no route has."""
    names = {route.name or route.prefix for route in routes() if not route.is_framework}
    return names ^ set(POLICY)


@dataclass
class World:
    """An owner with a draft and a closed round, whose texts nobody else may see; everybody else; and what was seen of them."""

    people: dict[str, User]
    rounds: dict[str, Assessment]
    held: HeldPost
    clients: dict[str, Client]
    seen: set = field(default_factory=set)
    drawn: dict = field(default_factory=dict)
    sent: dict = field(default_factory=dict)
    cells: int = 0

    def path(self, route, state):
        """The address of the owner's own row, in the round of that state."""
        assessment = self.rounds[state]
        known = PUBLISHED | {
            "slug": SLUGS.get(route.name),
            "assessment_id": assessment.pk,
            "evidence_id": assessment.evidence.get().pk,
            "heldpost_id": self.held.pk,
        }
        return reverse(route.name, kwargs={name: known[name] for name in route.parameters})

    def payload(self, route, state):
        """What the owner's browser would send after something was changed on the page."""
        path = self.path(route, state)
        if path not in self.drawn:
            point = transaction.savepoint()
            page = self.clients["owner"].get(path)
            transaction.savepoint_rollback(point)
            forms = Page(page).forms if page.headers["Content-Type"].startswith("text/html") else []
            fields = next((each.fields for each in forms if each.action in (path, "")), {})
            # What somebody signed out sends of their own page is held for them, which has its own tests.
            self.drawn[path] = {name: values for name, values in fields.items() if name != held_posts.DRAWN_FOR}
        return self.drawn[path] | self.changes(route, state)

    def changes(self, route, state):
        tree = version_tree(self.rounds[state].version)
        pk = tree.area("B4").statements[4].pk
        answer = {f"drawn-{pk}": "0.x", f"level-{pk}": "1"}
        targets = {f"target-{area.code}": "3" for area in tree.areas}
        reasons = {f"reason-{area.code}": "Another reason" for area in tree.areas}
        standing = self.rounds[state].targets.values_list("area__code", "rank", "reason")
        drawn = {f"drawn-{code}": target_mark(rank, reason) for code, rank, reason in standing}
        return {
            "account-detail": {"name": "Another Name"},
            "assessment-create": {"role_profile": "senior-contract-manager"},
            "assessment-role": {"role_profile": "contract-analyst"},
            "target-edit": targets | reasons | drawn,
            "rating-edit": answer,
            "rating-save": answer,
            "evidence-create": {"title": "Another example"},
            "evidence-edit": {"title": "Another title", "revision": "1"},
        }.get(route.name, {})

    def rows(self):
        """Everything that is kept of anybody, but for when they signed in last."""
        models = [*apps.get_app_config("assessments").get_models(include_auto_created=True), HeldPost]
        kept = [(model.__name__, list(model.objects.order_by("pk").values_list())) for model in models]
        return [*kept, list(User.objects.order_by("pk").values_list("pk", "name", "email", "job_title", "is_staff"))]


@pytest.fixture
def world(caplog, published_version, stranger, line_manager, editor, superuser, contract_manager, monkeypatch):
    # A refusal is what most cells are about; nobody wants to read each one.
    caplog.set_level(logging.CRITICAL, "django")
    owner = contract_manager
    User.objects.filter(pk=owner.pk).update(name=NAME)
    owner.refresh_from_db()
    rounds = {}
    for state in ("closed", "draft"):
        assessment = make_assessment(owner, ratings={"B4.1": Answered(2, note=NOTE), "B4.2": REASON})
        actions.set_targets(assessment=assessment, targets={"B4": (3, TARGET_REASON)})
        make_evidence(assessment, title=TITLE, text=TEXT, dated=date(2026, 3, 1))
        if state == "closed":
            actions.close_assessment(assessment=assessment, by=assessment.owner)
        rounds[state] = assessment
    make_assessment(stranger)
    held = HeldPost.objects.create(user=owner, path="/account/", fields={"name": [HELD]})
    # What is drawn and who gets it is the matter here, not the time that it takes to set a page.
    monkeypatch.setattr(report_files, "make_pdf", lambda source: b"%PDF-" + "\n".join(ANSWERS).encode())
    people = {
        "owner": owner,
        "colleague": stranger,
        "line manager": line_manager,
        "editor": editor,
        "superuser": superuser,
        "signed out": None,
        "inactive": owner,
    }
    clients = {role: Client(raise_request_exception=False) for role in ROLES}
    for role, person in people.items():
        if person:
            clients[role].force_login(person)
    return World(people, rounds, held, clients)


def expected(route, role, state, method):
    row = POLICY[route.name]
    field_of = dict.fromkeys(OTHERS, "others") | {"owner": state}
    return getattr(getattr(row, field_of.get(role, "signed_out")), method)


def outcome(response):
    is_login = response.status_code == 302 and response.url.startswith(reverse("account_login"))
    return LOGIN if is_login else response.status_code


def wrong_cells(world, *, only=(), roles=ROLES):
    """A sentence for each cell of our own routes that is not as the table says; ``only`` names some of the routes."""
    wrong = []
    before = world.rows()
    for route in routes():
        if route.is_framework or (only and route.name not in only):
            continue
        for role in roles:
            for state in STATES:
                for method in METHODS:
                    faults = faults_of(world, before, route, role, state, method)
                    wrong += [f"{route.name} {role} {state} {method}: {each}" for each in faults]
    return wrong


def tried(world, role, method, address, data=None):
    """The response, and what is kept after it: UNTOUCHED where no statement wrote anything, None where the server failed.

    Then all is as it was before, the cookies of the browser too: some pages sign out.
    """
    point = transaction.savepoint()
    client = world.clients[role]
    session = client.cookies.get(portal_settings.SESSION_COOKIE_NAME)
    if role == "inactive":
        User.objects.filter(pk=world.people[role].pk).update(is_active=False)
    wrote = []

    def watch(execute, sql, params, many, context):
        if not sql.startswith(READS):
            wrote.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        response = getattr(client, method)(address, data or {})
    after = None if response.status_code >= 500 else world.rows() if wrote else UNTOUCHED
    transaction.savepoint_rollback(point)
    client.cookies.clear()
    if session:
        client.cookies[session.key] = session.value
    return response, after


def faults_of(world, before, route, role, state, method):
    wanted = expected(route, role, state, method)
    data = world.payload(route, state) if method == "post" else {}
    request = (role, method, world.path(route, state), str(sorted(data.items())))
    if HEAVY or request not in world.sent:
        world.sent[request] = tried(world, *request[:3], data)
    response, after = world.sent[request]
    after = before if after is UNTOUCHED else after
    world.cells += 1
    got = outcome(response)
    if got != wanted:
        yield f"{got} instead of {wanted}"
    may_change = (method == "post" and wanted in (200, ON)) or (route.name in CHANGES_BY_READING and wanted == 200)
    if after != before and not may_change:
        yield "something was changed"
    # Whoever has a draft is told so when they start another; everything else that is accepted does something.
    if may_change and after == before and got == wanted and route.name != "assessment-create":
        yield "nothing was changed"
    content = response.content.decode("utf-8", "replace") + str(response.headers)
    for text in (*ANSWERS, NAME):
        if text in content:
            if role == "owner":
                world.seen.add(text)
            else:
                yield f"shows “{text}”"


def wrong_draft_cells(world, roles=ROLES):
    """A sentence for each page of a draft of the standards that somebody but an editor gets, or that an editor does not get."""
    version = make_whole_version()
    wrong = []
    for route in routes():
        if not route.is_of_a_version:
            continue
        known = (
            PUBLISHED | UNPUBLISHED | {"framework": version.framework.slug, "slug": UNPUBLISHED_SLUGS.get(route.name)}
        )
        address = reverse(route.name, kwargs={name: known[name] for name in route.parameters})
        for role in roles:
            for method in METHODS:
                response, _ = tried(world, role, method, address)
                world.cells += 1
                wanted = 405 if method == "post" else 200 if role in EDITORS else 404
                if outcome(response) != wanted:
                    wrong.append(f"{route.name} {role} {method}: {outcome(response)} instead of {wanted}")
                if "no-store" not in response.headers.get("Cache-Control", "") and wanted == 200:
                    wrong.append(f"{route.name} {role} {method}: a cache may keep it")
    return wrong


def wrong_framework_cells(world, *, only=""):
    """A sentence for each cell of the admin's and allauth's routes that is not as the policy by prefix says.

    None may end in an error, change a row of the assessments app or show an answer to anybody; the owner's name is seen by
    those who manage accounts only. Under admin/ whoever is not staff gets no page.
    """
    wrong = []
    before = world.rows()[:-1]
    for route in routes():
        if not route.is_framework or only not in route.name:
            continue
        for role in framework_roles(route):
            for method in METHODS:
                response, after = tried(world, role, method, framework_address(world, route))
                world.cells += 1
                faults = framework_faults(route, role, response)
                if after not in (None, UNTOUCHED) and after[:-1] != before:
                    faults.append("something was changed")
                wrong += [f"{route.name or route.prefix} {role} {method}: {each}" for each in faults]
    return wrong


def framework_roles(route):
    if HEAVY:
        return ROLES[1:]
    return DIFFERENT_POWERS_ON_STANDARDS if route.name.startswith("admin:standards") else DIFFERENT_POWERS


def framework_faults(route, role, response):
    content = response.content.decode("utf-8", "replace")
    faults = [f"shows “{text}”" for text in ANSWERS if text in content]
    if NAME in content and role != "superuser":
        faults.append("shows the owner's name")
    is_for_staff = route.prefix.startswith("admin/") and route.name not in PUBLIC_IN_THE_ADMIN
    is_shut = response.status_code in (302, 400, 403, 404, 405)
    is_open = is_for_staff and role not in EDITORS and not is_shut
    if is_open or response.status_code >= 500:
        faults.append(f"answers {response.status_code}")
    return faults


def framework_address(world, route):
    """An address of a route of the admin or of allauth: about the owner, their round or the published version."""
    version = world.rounds["draft"].version
    row = version.pk
    if "people_user" in route.name:
        row = world.people["owner"].pk
    elif "assessments_" in route.name:
        row = world.rounds["draft"].pk
    if not route.name:
        return f"/{re.split('[<(]', route.prefix)[0]}{row}/"
    known = {"app_label": "people", "content_type_id": 1, "key": "stale", "uidb36": "a"}
    return reverse(route.name, kwargs={name: known.get(name, row) for name in route.parameters})


def test_every_route_has_a_row_and_every_row_a_route():
    assert missing_rows() == set()
    assert {prefix for prefix in FRAMEWORK_PREFIXES if any(r.prefix.startswith(prefix) for r in routes())} == set(
        FRAMEWORK_PREFIXES
    )


def test_nobody_gets_what_is_not_theirs(world):
    wrong = wrong_cells(world)
    print(f"{world.cells} cells checked, {len(wrong)} wrong")  # noqa: T201 what the check is quoted with
    assert wrong == []
    assert world.seen == {*ANSWERS, NAME}
    assert world.cells == len(POLICY) * len(ROLES) * len(STATES) * len(METHODS)


def test_only_editors_get_a_draft_of_the_standards(world):
    wrong = wrong_draft_cells(world)
    print(f"{world.cells} cells of a draft checked, {len(wrong)} wrong")  # noqa: T201
    assert wrong == []
    assert world.cells > 200


def test_nobody_gets_answers_through_the_admin_or_the_account_pages(world):
    wrong = wrong_framework_cells(world)
    print(f"{world.cells} cells of framework routes checked, {len(wrong)} wrong")  # noqa: T201
    assert wrong == []
    assert world.cells > 300


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
    monkeypatch.setitem(POLICY, "rating-export", READ)
    assert missing_rows() == {"rating-export"}


def test_rounds_that_everybody_may_see_are_found(world, monkeypatch):
    monkeypatch.setattr(AssessmentQuerySet, "visible_to", lambda self, user: self.all())
    wrong = wrong_cells(world, only=["assessment-check", "evidence-list"], roles=["colleague", "superuser"])
    assert f"assessment-check colleague draft get: shows “{NOTE}”" in wrong
    assert f"evidence-list superuser closed get: shows “{TITLE}”" in wrong
    assert "assessment-check colleague draft get: 200 instead of 404" in wrong


def test_a_round_that_the_editor_may_read_is_found(world, monkeypatch):
    own = AssessmentQuerySet.visible_to
    monkeypatch.setattr(
        AssessmentQuerySet, "visible_to", lambda self, user: self.all() if user.is_staff else own(self, user)
    )
    wrong = wrong_cells(world, only=["report-detail"], roles=OTHERS)
    assert {each.split(" ")[1] for each in wrong} == {"editor", "superuser"}


def test_a_draft_that_everybody_may_read_is_found(world, monkeypatch):
    monkeypatch.setattr(reading, "may_read_drafts", lambda user: user.is_authenticated)
    wrong = wrong_draft_cells(world, roles=["colleague", "editor", "signed out"])
    assert "area-detail colleague get: 200 instead of 404" in wrong
    assert {each.split(" ")[1] for each in wrong} == {"colleague"}


def test_pages_without_a_sign_in_are_found(world, settings):
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "LoginRequired" not in each]
    for client in world.clients.values():
        client.handler.load_middleware()
    wrong = wrong_cells(world, only=["assessment-start"], roles=["signed out", "inactive"])
    assert len(wrong) == 2 * len(STATES) * len(METHODS)


def test_a_change_that_a_closed_round_takes_is_found(world, monkeypatch):
    monkeypatch.setattr(permissions, "can_close", lambda user, assessment: True)
    wrong = wrong_cells(world, only=["assessment-close"], roles=["owner"])
    assert wrong == ["assessment-close owner closed get: 200 instead of 403"]


def test_a_change_on_the_way_to_a_refusal_is_found(world, monkeypatch):
    def can_delete(user, assessment):
        HeldPost.objects.all().delete()
        return False

    monkeypatch.setattr(permissions, "can_delete", can_delete)
    wrong = wrong_cells(world, only=["assessment-delete"], roles=["owner"])
    assert "assessment-delete owner closed post: something was changed" in wrong


def test_answers_in_the_admin_are_found(world, settings):
    def nosy(request):
        return HttpResponse(NOTE)

    settings.ROOT_URLCONF = planted_urls(path("admin/nosy/", nosy, name="nosy"))
    wrong = wrong_framework_cells(world, only="nosy")
    assert f"nosy superuser get: shows “{NOTE}”" in wrong
    assert "nosy colleague get: answers 200" in wrong
