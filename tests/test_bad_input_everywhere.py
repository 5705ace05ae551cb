"""The same as ``test_bad_input.py``, of every route of the urlconf: forms of accounts and of the admin, and query strings.

The list comes from the urlconf: a route that takes a POST and has nothing to be sent fails. Forms are read from the pages that
draw them, so that what is sent is mostly what a browser would send, with some of it spoilt. A few of each by default, all of
them with script/test --heavy.
"""

import re
from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from time import time
from types import ModuleType
from uuid import UUID

import pytest
from allauth.account.models import EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as portal
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, include, path, resolve, reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assessments.models import CarryOverRun
from people.admin.organisations import OrganisationAdmin
from people.models import Notice, User
from privacy.actions import ask_erasure
from standards.models import GlossaryTerm, HeldImport, Statement, StatementComment, Version
from tests.assessments.plans import make_goal
from tests.conftest import HEAVY
from tests.drawn_forms import Forms, Sent, filled, targets
from tests.factories import PASSWORD, make_assessment, make_evidence, make_line, make_organisation, make_user
from tests.routes import PUBLISHED, SLUGS, routes
from tests.standards.import_files import workbook
from tests.standards.versions import make_whole_version
from tests.test_bad_input import (
    ACCEPTED_AT_LEAST,
    HOSTILE,
    Spoilable,
    World,
    _quoted,
    assert_sound,
    fuzz,
    hostile_text,
)

pytestmark = pytest.mark.django_db

POSTS_OF_A_FORM = 30 if HEAVY else 2
# To how many routes something is sent where it is not to all.
ROUTES_SENT = 15
ADDRESSES = 4_000 if HEAVY else 60
# What comes of a query string that is read as it was meant.
READ = (200, 302, 304)


@dataclass(frozen=True)
class Form:
    """Who sends a form, the route of the page that draws it ("" for its own), and what is typed into it by hand."""

    who: str
    page: str = ""
    typed: dict[str, tuple[str, ...]] = field(default_factory=dict)


CODE = {"code": ("123456", "000000", "abcd-efgh")}
NEW_PASSWORD = {"password1": (PASSWORD, "another horse battery"), "password2": (PASSWORD, "another horse battery")}
CREDENTIAL = {"credential": ("{}", "[]", '{"id": "YQ", "response": {}}', "1", "x"), "name": ("A key",)}
# Of a page that takes no form from anybody, whatever its view says: it is sent something all the same.
NOTHING = Form("superuser", typed={"nothing": ("1",)})
# The pages of every kind of row in the admin are sent by a rule (``form_of``); these are all other routes.
FORMS = {
    "account_login": Form("nobody"),
    "account_signup": Form("nobody"),
    "account_reset_password": Form("nobody"),
    "account_reset_password_from_key": Form("nobody", typed=NEW_PASSWORD),
    "account_confirm_email": Form("nobody"),
    "account_confirm_login_code": Form("nobody", typed=CODE),
    "account_email_verification_sent": NOTHING,
    "account_logout": Form("owner"),
    "account_reauthenticate": Form("owner"),
    "account_email": Form("owner"),
    "account_change_password": Form("owner"),
    "account_set_password": Form("passwordless"),
    "mfa_authenticate": Form("nobody", typed=CODE),
    "mfa_reauthenticate": Form("owner", typed=CODE),
    "mfa_activate_totp": Form("owner", typed=CODE),
    "mfa_deactivate_totp": Form("keyed"),
    "mfa_generate_recovery_codes": Form("keyed"),
    "mfa_add_webauthn": Form("owner", typed=CREDENTIAL),
    "passkey-remove": Form("keyed"),
    "mfa_edit_webauthn": Form("keyed"),
    "mfa_remove_webauthn": Form("keyed"),
    "mfa_login_webauthn": Form("nobody", typed=CREDENTIAL),
    "mfa_reauthenticate_webauthn": Form("keyed", typed=CREDENTIAL),
    "socialaccount_signup": Form("nobody", typed={"email": ("new.person@example.com",)}),
    "socialaccount_connections": Form("owner", typed={"account": ("1",)}),
    "accounts/social/login/cancelled/": NOTHING,
    "accounts/social/login/error/": NOTHING,
    "accounts/social/signup/": NOTHING,
    "accounts/social/connections/": NOTHING,
    "openid_connect_login": Form("nobody", typed={"process": ("login", "connect"), "next": ("/account/",)}),
    "openid_connect_prove": Form("owner", typed={"next": ("/account/",)}),
    "admin:index": NOTHING,
    "admin:login": Form("nobody", typed={"username": ("nia@example.com",), "password": (PASSWORD,)}),
    "admin:logout": Form("superuser", "admin:index"),
    "admin:password_change_done": NOTHING,
    "admin:autocomplete": NOTHING,
    "admin:jsi18n": NOTHING,
    "admin:view_on_site": NOTHING,
    "admin:app_list": NOTHING,
    "admin/(?P<url>.*)$": NOTHING,
    "admin:people_reportingline_import": Form("superuser"),
    "admin:people_user_reset_second_factors": Form("superuser"),
    "admin:people_user_place": Form("superuser"),
    "admin:people_user_download": NOTHING,
    "admin:people_organisation_import": Form("superuser"),
    "admin:people_organisation_download": NOTHING,
    "break-glass-create": Form("superuser"),
    "session-extend": Form("owner", typed={"nothing": ("1",)}),
    "let-in": Form("nobody", typed={"key": ("a.b:c", "x")}),
    "erasure-ask": Form("owner"),
    "erasure-cancel": Form("leaving"),
    "admin:standards_statement_comments": Form("superuser"),
    "admin:standards_statement_comment_resolve": Form("superuser", "admin:standards_statement_comments"),
    "admin:standards_version_bring_back": Form("superuser", "admin:standards_version_history"),
    "admin:standards_version_import": Form("superuser"),
    "admin:standards_version_export": Form("superuser", typed={"format": ("xlsx", "csv")}),
    "admin:standards_version_import_new": Form("superuser"),
    "admin:standards_import_check": Form("superuser"),
    "admin:standards_version_next": Form("superuser"),
    "admin:standards_version_links": Form("superuser"),
    "admin:standards_version_review": Form("superuser"),
    "admin:standards_version_sign_off": Form("superuser"),
    "admin:standards_version_publish": Form("superuser"),
    "admin:standards_version_retire": Form("superuser"),
    "admin:assessments_carryoverrun_go_on": Form("superuser", "admin:assessments_carryoverrun_change"),
}
_OF_A_ROW = re.compile(r"admin:(?P<kind>\w+)_(?P<page>changelist|add|change|delete|history|go_back|move)")


def key_of(route):
    return route.name or route.prefix


def form_of(route):
    """How ``route`` is sent something; None where nobody has said."""
    if route.name:
        of_a_row = _OF_A_ROW.fullmatch(route.name)
        if of_a_row and key_of(route) not in FORMS:
            page = f"admin:{of_a_row['kind']}_changelist" if of_a_row["page"] == "move" else ""
            return Form("superuser", page)
    elif route.prefix.endswith("/<path:object_id>/"):
        return NOTHING  # Django's old address of a row, which leads to the one of today
    return FORMS.get(key_of(route))


def routes_here():
    """Every route that takes a POST, but for those of ours that the other two files send."""
    there = "".join((portal.BASE_DIR / "tests" / f"test_bad_input{each}.py").read_text() for each in ("", "_of_two"))
    return [
        each
        for each in routes()
        if each.takes_post and (each.is_framework or each.name in FORMS or f'"{each.name}"' not in there)
    ]


class Rows:
    """The rows that addresses name: of each kind the one that was made last, which of the standards is in a draft."""

    def __init__(self, own):
        self.own = own
        self.latest = {}

    def address(self, route):
        """An address of the route."""
        known = {"object_id": 1} | self.own | self.of_kind(route.name)
        if route.name and "url" not in route.parameters:
            slug = {"slug": SLUGS.get(route.name)}
            return reverse(route.name, kwargs={each: (known | slug).get(each, 1) for each in route.parameters})
        return "/" + re.sub(r"<path:object_id>|\(\?P<url>.*", str(known["object_id"]), route.prefix)

    def of_kind(self, name):
        """The parameters of the admin's pages about a row."""
        for model in admin.site._registry:
            if f":{model._meta.label_lower.replace('.', '_')}_" in name:
                if model not in self.latest:
                    row = model._default_manager.order_by("-pk").first()
                    self.latest[model] = row.pk if row else 1
                row = self.latest[model]
                return {"object_id": row, "pk": row}
        return {"pk": self.held} if name.endswith("import_check") else {}

    held = None


@pytest.fixture
def world(caplog, settings, published_version, contract_manager, stranger, line_manager):
    """Somebody who may do everything in the admin, with a row of every kind, somebody with a round, and somebody signed out."""
    caplog.set_level("CRITICAL", "django")
    settings.ACCOUNT_RATE_LIMITS = False
    superuser = make_user(name="Owain Bellweather", is_staff=True, is_superuser=True)
    people = {"owner": contract_manager, "superuser": superuser, "passwordless": make_user(password=None)}
    people |= {"keyed": make_user(name="With a second factor"), "leaving": make_user(name="About to go")}
    ask_erasure(person=people["leaving"])
    clients = {who: Client(raise_request_exception=False) for who in (*people, "nobody")}
    for who, person in people.items():
        clients[who].force_login(person)
        _prove(clients[who])
    assessment = make_assessment(contract_manager)
    make_line(contract_manager, line_manager)
    make_organisation(name="Department for Examples")
    Group.objects.create(name="A group")
    draft = make_whole_version()
    rows = Rows(
        PUBLISHED
        | {
            "assessment_id": assessment.pk,
            "other_id": assessment.pk,
            "evidence_id": make_evidence(assessment).pk,
            "goal_id": make_goal(contract_manager).pk,
            "line_id": contract_manager.reporting_lines.get().pk,
            "notice_id": Notice.objects.filter(recipient=contract_manager).first().pk,
            "heldpost_id": UUID(int=1),
            "provider_id": "entra",
            "app_label": "standards",
            "content_type_id": 1,
            "pk": _add_factors(people["keyed"]),
            "uidb36": "a",
            "key": EmailConfirmationHMAC(contract_manager.emailaddress_set.get()).key,
        }
        | _edit(draft, published_version, superuser)
    )
    rows.latest |= {User: stranger.pk, Version: draft.pk}
    page = reverse("admin:standards_version_import", args=[draft.pk])
    content = workbook({"Sources": [["Title", "Address"], ["A new book", "https://example.com/book"]]})
    clients["superuser"].post(page, {"file": SimpleUploadedFile("a.xlsx", content)})
    rows.held = HeldImport.objects.get().pk
    return World(clients, [], rows)


def _prove(client):
    """As if they had just signed in with their password."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time()}]
    session.save()


def _add_factors(person):
    """An authenticator app, recovery codes, and a passkey, whose key is returned."""
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(person)
    key = {"name": "A key", "credential": {}, "passwordless": True}
    return Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=key).pk


def _edit(draft, published, editor):
    """What editors leave behind in a draft; returns the parameters of the addresses that name it."""
    comment = StatementComment.objects.create(statement=Statement.objects.latest("pk"), by=editor, text="Really?")
    term = GlossaryTerm.objects.create(version=draft, term="Term", definition="Gone", order=9)
    term.delete()
    CarryOverRun.objects.create(
        framework=draft.framework,
        from_version=published,
        to_version=draft,
        beat_at=timezone.now() - timedelta(hours=1),
    )
    removed = GlossaryTerm.history.filter(history_type="-").latest("history_id")
    return {"comment_pk": comment.pk, "model": "glossaryterm", "history_id": removed.history_id}


def _changed(route):
    """The key of the first state of the row that ``route`` goes back to, after an edit of it."""
    model = next(each for each in admin.site._registry if f":standards_{each._meta.model_name}_go" in route.name)
    row = model.objects.latest("pk")
    text = next(each for each in model._meta.fields if each.get_internal_type() in ("CharField", "TextField"))
    setattr(row, text.name, f"{getattr(row, text.name)} b"[: text.max_length])
    row.save()
    return "beginning"


def forms_of(world, route):
    """What ``route`` is sent: as the page draws it, where it does, or what is typed by hand."""
    form = form_of(route) or Form("owner")
    if route.name.endswith("_go_back"):
        world.paths.own["key"] = _changed(route)
    address = world.paths.address(route)
    page = world.paths.address(next(each for each in routes() if each.name == form.page)) if form.page else address
    client = world.clients[form.who]
    cookies = copy(client.cookies)
    response = client.get(page, follow=True)
    client.cookies = cookies
    if response.redirect_chain:
        page = response.redirect_chain[-1][0]
    found = []
    if response.status_code == 200 and "html" in response.headers.get("Content-Type", ""):
        for drawn in Forms(response.content.decode()).posted:
            for target, buttons in targets(drawn, page).items():
                if _is_at(target, route):
                    found.append(Spoilable(key_of(route), form.who, target, filled(drawn, buttons, form.typed)))
    typed = [st.sampled_from(values).map(lambda value, name=name: (name, value)) for name, values in form.typed.items()]
    return found or [Spoilable(key_of(route), form.who, address, st.tuples(*typed).map(Sent))]


def _is_at(address, route):
    try:
        match = resolve(address.partition("?")[0])
    except Resolver404:
        return False
    return (match.view_name or "") == route.name if route.name else False


def report(counts, what):
    """Says what the check is quoted with; returns how many were sent."""
    sent = sum(count for name, count in counts.items() if isinstance(name, int))
    failed = sum(count for name, count in counts.items() if isinstance(name, int) and name >= 500)
    print(f"{sent} {what}: {counts['accepted'] / sent:.0%} accepted, {failed} × 5xx")  # noqa: T201
    return sent


def test_every_route_that_takes_a_post_is_sent_some():
    assert {key_of(each) for each in routes_here() if form_of(each) is None} == set()
    assert set(FORMS) - {key_of(each) for each in routes_here()} == set()


def test_a_route_that_nothing_is_sent_to_is_found(settings):
    module = ModuleType("planted_urls")
    planted = path("accounts/planted/", lambda request: HttpResponse(), name="account_planted")
    module.urlpatterns = [planted, path("", include("standards_portal.urls"))]
    settings.ROOT_URLCONF = module
    assert {key_of(each) for each in routes_here() if form_of(each) is None} == {"account_planted"}


def test_hostile_posts_never_end_in_an_error(world):
    every = routes_here()
    counts, failed = Counter(), []
    chosen = every if HEAVY else Random(1).sample(every, ROUTES_SENT)
    for form in (each for route in chosen for each in forms_of(world, route)):
        try:
            counts += fuzz(world, [form], POSTS_OF_A_FORM, phases=[Phase.generate, Phase.shrink])
        except AssertionError as error:
            failed.append(f"{form.name}: {error}")
    sent = report(counts, "posts")
    assert failed == [], f"{len(failed)} forms\n" + "\n".join(failed)
    assert sent >= POSTS_OF_A_FORM * len(chosen)
    # A few posts to a few forms may all be spoilt; thousands may not.
    assert not HEAVY or counts["accepted"] >= ACCEPTED_AT_LEAST * POSTS_OF_A_FORM * len(chosen)


def test_an_error_in_the_admin_is_found(world, monkeypatch):
    def fails(self):
        raise ValueError("planted")

    monkeypatch.setattr(OrganisationAdmin.form, "clean", fails)
    forms = forms_of(world, next(each for each in routes() if each.name == "admin:people_organisation_change"))
    with pytest.raises(AssertionError, match="planted"):
        fuzz(world, forms, 20, phases=[Phase.generate], derandomize=True)


# Query strings


def names_read():
    """Every name that our views read from a query string."""
    found = set()
    for app in ("people", "standards", "assessments", "insights", "privacy", "service"):
        for source in (portal.BASE_DIR / app).rglob("*.py"):
            text = source.read_text()
            if "GET" in text:
                found |= set(re.findall(r"""(?:GET|sent)(?:\.get|\.getlist)?[(\[]["'](\w+)["']""", text))
                found |= set(re.findall(r"""["'](\w+)["'] in request\.GET""", text))
    return found


OF_THE_ADMIN = (
    *("_changelist_filters", "_popup", "_to_field", "_facets", "p", "o", "q", "all", "e", "term", "app_label"),
    *("model_name", "field_name", "is_active__exact", "is_staff__exact", "state", "pk__in", "owner__name", "id__gt"),
    *("next", "process", "code", "error", "scope", "email", "iss"),
)


@st.composite
def addresses(draw, world, every, names):
    """The address of a route, now and then with a part of it spoilt, and a query string."""
    route = draw(st.sampled_from(every))
    address = world.paths.address(route)
    if draw(st.integers(0, 4)) == 0:
        parts = address.split("/")
        parts[draw(st.integers(1, len(parts) - 1))] = _quoted(draw(hostile_text))[:4000]
        address = "/".join(parts)
    likely = st.sampled_from(("1", "2", "B4.3", "contract", "on", "yes", "/account/", "0.1", "-1"))
    query = draw(
        st.lists(st.tuples(st.sampled_from(names), likely | st.sampled_from(HOSTILE) | hostile_text), max_size=3)
    )
    return f"{address}?" + "&".join(f"{_quoted(name)[:2000]}={_quoted(value)[:4000]}" for name, value in query)


def test_hostile_query_strings_never_end_in_an_error(world):
    read = names_read()
    assert {"statement", "page", "q", "kind", "change", "remind", "code"} <= read
    every = [each for each in routes() if not each.name.endswith("_go_back")]
    counts = Counter()

    @settings(max_examples=ADDRESSES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(addresses(world, every, (*sorted(read), *OF_THE_ADMIN)), st.sampled_from(("owner", "nobody", "superuser")))
    def send(address, who):
        client = world.clients[who]
        cookies = copy(client.cookies)
        point = transaction.savepoint()
        response = client.generic("GET", address)
        transaction.savepoint_rollback(point)
        client.cookies = cookies
        assert_sound(response)
        counts[response.status_code] += 1
        is_led_away = response.status_code == 302 and response.url.startswith(
            (reverse("account_login"), "/admin/login")
        )
        counts["accepted"] += response.status_code in READ and not is_led_away

    send()
    assert report(counts, "query strings") >= ADDRESSES
    # A share of so few would fail by chance.
    assert counts["accepted"] >= (ACCEPTED_AT_LEAST * ADDRESSES if HEAVY else 1)
