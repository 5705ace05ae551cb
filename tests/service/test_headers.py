"""What browsers and caches are told, on every route of the portal, on static files, on errors and on what is sent on."""

from shutil import copy

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import NoReverseMatch, reverse

from documents import pdf
from people.actions import notify
from service.middleware import PERMISSIONS
from service.models import HeldPost
from tests.assessments.plans import make_goal
from tests.conftest import HEAVY
from tests.factories import make_assessment, make_evidence, make_line, make_user, rate_all, share
from tests.routes import PUBLISHED, SLUGS, routes
from tests.test_settings import PRODUCTION, manage

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "manifest-src": {"'self'"},
    "frame-ancestors": {"'none'"},
    "base-uri": {"'none'"},
}
ALWAYS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
}
# What a parameter is filled with that names no row of the world's.
ANY = (1, "0b9c8c1c-0000-4000-8000-000000000000", "a", "a-b")
# Pages of the admin are slow, and each is told the same by the same middleware: every fifth is asked, and all with HEAVY.
ADMINS = [each for each in routes() if each.prefix.startswith("admin/") and each.name]


def directives(response):
    """The Content Security Policy of a response: the sources by the name of the directive."""
    parts = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: set(sources) for name, *sources in parts}


def wrong_headers(response):
    """What is missing or other than it must be on any answer, page or not."""
    wrong = [f"{name}: {response.get(name)}" for name, value in ALWAYS.items() if response.get(name) != value]
    policy = directives(response) if "Content-Security-Policy" in response else {}
    form_action = policy.pop("form-action", set())
    if policy != POLICY or "'self'" not in form_action:
        wrong.append(f"policy: {policy} {form_action}")
    if any("unsafe" in source or "*" in source for source in form_action):
        wrong.append(f"form-action: {form_action}")
    if not response.get("X-Request-ID"):
        wrong.append("no id")
    return wrong


def is_kept(response):
    """Whether a cache, the browser's own included, may keep what was answered."""
    return "no-store" not in response.get("Cache-Control", "")


def address(route, known):
    """An address of the route, filled with what is known, and with anything else where that is all it takes."""
    known = known | {"slug": SLUGS.get(route.name, "a")}
    for anything in ANY:
        try:
            return reverse(route.name, kwargs={each: known.get(each, anything) for each in route.parameters})
        except NoReverseMatch:
            continue
    raise AssertionError(f"{route.name} takes what no test knows: {route.parameters}")


@pytest.fixture(scope="module")
def world(kept_for_the_module):
    """An owner, a superuser and nobody; and what fills the addresses of the owner's rows."""
    owner, line_manager = make_user(), make_user()
    superuser = make_user(is_staff=True, is_superuser=True)
    assessment = make_assessment(owner)
    rate_all(assessment)
    evidence, goal = make_evidence(assessment), make_goal(owner, assessment=assessment)
    line = make_line(owner, line_manager)
    known = PUBLISHED | {
        "assessment_id": share(assessment, line_manager).pk,
        "other_id": assessment.pk,
        "evidence_id": evidence.pk,
        "goal_id": goal.pk,
        "line_id": line.pk,
        "notice_id": notify(recipient=owner, kind="shared", path="/assessments/").pk,
        "heldpost_id": HeldPost.objects.create(user=owner, path="/", fields={}).pk,
    }
    return {"owner": owner, "superuser": superuser, "nobody": None}, known


@pytest.fixture
def clients(world):
    """Browsers in which each of them is signed in."""
    made = {}
    for name, person in world[0].items():
        made[name] = Client(raise_request_exception=False)
        if person:
            made[name].force_login(person)
    return made


@pytest.fixture
def known(world):
    return world[1]


@pytest.fixture
def quick(monkeypatch):
    """No PDF is set for these tests."""
    monkeypatch.setattr(pdf, "render_pdf", lambda html, **options: b"%PDF-")


def test_every_page_tells_browsers_the_same_and_lets_no_cache_keep_what_is_personal(clients, known, world, quick):
    wrong, statuses = {}, set()
    for route in routes():
        if route.prefix.startswith("admin/") or not route.name:
            continue
        response = clients["owner"].get(address(route, known))
        found = wrong_headers(response)
        if is_kept(response) and response.status_code not in (301, 302, 303):
            found.append(f"kept: {response.get('Cache-Control')}")
        statuses.add(response.status_code)
        if found:
            wrong[route.name] = response.status_code, found
        if "logout" in route.name:
            clients["owner"].force_login(world[0]["owner"])
    assert wrong == {}
    assert {200, 302, 404, 405} <= statuses


def test_every_page_of_the_admin_does_too(clients, known):
    wrong = {}
    for route in ADMINS if HEAVY else ADMINS[::5]:
        if route.name == "admin:logout":
            continue
        response = clients["superuser"].get(address(route, known))
        found = wrong_headers(response)
        if is_kept(response) and response.status_code not in (301, 302, 303):
            found.append(f"kept: {response.get('Cache-Control')}")
        if found:
            wrong[route.name] = response.status_code, found
    assert wrong == {}
    assert len(ADMINS) > 60


def test_somebody_signed_out_is_told_the_same(clients, known):
    for name in ("home", "account_login", "standards-detail", "assessment-list", "version-export"):
        route = next((each for each in routes() if each.name == name), None)
        if route:
            assert wrong_headers(clients["nobody"].get(address(route, known))) == []


def raises(error):
    def view(*args, **kwargs):
        raise error

    return view


@pytest.mark.parametrize("who", ["owner", "nobody"])
@pytest.mark.parametrize(
    ("status", "ask"),
    [
        (404, lambda browser: browser.get("/no-such-page/")),
        (400, lambda browser: browser.post("/accounts/login/", content_type="text/plain; charset=utf-7")),
        (405, lambda browser: browser.post("/help/")),
        (400, lambda browser: browser.get("/help/", headers={"Host": "else.example"})),
    ],
)
def test_a_page_that_says_what_went_wrong_is_kept_by_nobody(clients, settings, who, status, ask):
    settings.ALLOWED_HOSTS = ["testserver"]
    response = ask(clients[who])
    assert response.status_code == status
    assert wrong_headers(response) == []
    assert response["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(("error", "status"), [(PermissionDenied, 403), (ValueError, 500)])
@pytest.mark.parametrize(
    ("who", "path", "broken"),
    [
        ("nobody", "/", "standards.models.framework.VersionQuerySet.latest_of_each_framework"),
        ("owner", "/account/", "people.views.accounts.render"),
    ],
)
def test_errors_of_views_are_kept_by_nobody_either(clients, monkeypatch, who, path, broken, error, status):
    monkeypatch.setattr(broken, raises(error))
    response = clients[who].get(path)
    assert response.status_code == status
    assert wrong_headers(response) == []
    assert response["Cache-Control"] == "no-store, private"


def test_a_form_whose_token_is_stale_is_kept_by_nobody(world):
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a"})
    assert response.status_code == 403
    assert wrong_headers(response) == []
    assert response["Cache-Control"] == "no-store, private"


def test_static_files_have_the_headers_too_and_may_be_kept(client, tmp_path, settings):
    # As in production, whitenoise serves what was collected.
    copy(finders.find("favicon.svg"), tmp_path)
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_AUTOREFRESH = True
    settings.WHITENOISE_USE_FINDERS = False
    response = Client().get("/static/favicon.svg")
    assert response.status_code == 200
    assert wrong_headers(response) == []
    assert response["Content-Type"] == "image/svg+xml"
    assert not is_kept(response) or "max-age" in response["Cache-Control"]


def test_production_asks_for_https():
    code = """
from django.test import Client
browser = Client(headers={"Host": "standards.example.gov.uk"})
print(browser.get("/help/?q=1").headers["Location"])
answer = browser.get("/assessments/", secure=True)
print(answer.status_code, answer["Strict-Transport-Security"])
"""
    _, printed = manage("shell", "--no-imports", "-c", code, **PRODUCTION, DATABASE_URL="sqlite://")
    assert [line for line in printed.splitlines() if not line.startswith("{")] == [
        "https://standards.example.gov.uk/help/?q=1",
        "302 max-age=31536000; includeSubDomains; preload",
    ]


def test_personal_pages_are_kept_by_no_cache(manager_client):
    for name in ("assessment-list", "account-detail"):
        kept = manager_client.get(reverse(name))["Cache-Control"]
        assert set(kept.split(", ")) == {"no-store", "private"}


# The check on planted faults


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Content-Security-Policy", "default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self'"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("Permissions-Policy", "camera=*"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        ("X-Request-ID", ""),
    ],
)
def test_a_header_that_is_weaker_is_found(client, header, value):
    response = client.get("/help/")
    assert wrong_headers(response) == []
    response[header] = value
    assert len(wrong_headers(response)) == 1


def test_a_personal_page_that_may_be_kept_is_found(manager_client, monkeypatch):
    assert not is_kept(manager_client.get("/help/"))
    monkeypatch.setattr("service.middleware.patch_cache_control", lambda *args, **kwargs: None)
    assert is_kept(manager_client.get("/help/"))
