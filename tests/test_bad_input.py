"""Whatever is sent, nothing ends in an error of the portal's own, and nothing hostile is drawn as HTML.

The posts are made by hypothesis: forms as a browser sends them, some of their fields spoilt. A hundred and more by default, ten
thousand with script/test --heavy. At least a fifth is accepted, so that the check is not one of the first refusal only.
"""

import re
import traceback
from collections import Counter
from copy import copy
from dataclasses import dataclass, replace
from urllib.parse import quote, quote_from_bytes

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assessments.answers import NOT_RELEVANT, Answered
from assessments.forms import rating
from assessments.reports import files as report_files
from people.models import Notice, Organisation
from service import held_posts
from service.models import HeldPost
from standards.models import ReadersNote
from standards.tree import version_tree
from tests.assessments.plans import make_goal
from tests.conftest import HEAVY
from tests.drawn_forms import Upload
from tests.factories import PASSWORD, make_assessment, make_evidence, make_line
from tests.pages import Page
from tests.routes import PUBLISHED, SLUGS, routes

pytestmark = pytest.mark.django_db

POSTS_OF_A_FORM = 600 if HEAVY else 8
ADDRESSES = 2_000 if HEAVY else 60
ACCEPTED_AT_LEAST = 0.2

SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    *("\0", "a\0b", "\ud800", "a\udfffb", "\ufffe", "\ufeff", "\x1b[31m", "\x7f\x85\u2028"),
    *(
        "\u202e\u2066gnp.exe",
        "a" + "\u0301" * 500,
        "😀" * 300,
        "ŵ" * 2000,
        "ŵ" * 2001,
        "x" * 70_000,
        " " * 3000,
        "\r\n" * 1500,
    ),
    *(
        SCRIPT,
        f'"{SCRIPT}',
        f"'>{SCRIPT}",
        "<b>&{{7*7}}</b>",
        "{% debug %}",
        "{{ settings.SECRET_KEY }}",
        "${7*7}",
        "%s%n%(x)s",
    ),
    *(
        "' OR 1=1 --",
        "'; DROP TABLE people_user; --",
        "../../../etc/passwd",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ),
    *(
        "http://[",
        "https://" + "a" * 600,
        "//evil.example",
        "https://a:b@c:99999/",
        "mailto:a@b",
        "a@b",
        "@",
        "a@b@c",
        "é@ü.example",
    ),
    *(
        "-1",
        "0",
        "9" * 20,
        "9" * 5000,
        "1e999",
        "NaN",
        "inf",
        "1_000",
        "٣",
        "²",
        "0x10",
        "None",
        "null",
        "True",
        "[]",
        "{}",
    ),
    *("2026-02-30", "0000", "99999", "31", "13", "feb", "on", "", ".", "0.", "999999999999.x", "\n", "\t"),
)
hostile_text = st.sampled_from(HOSTILE) | st.text(st.characters(codec=None), max_size=40)


@dataclass(frozen=True)
class Spoilable:
    """A form: who sends it where, and what a browser might send."""

    name: str
    who: str
    path: str
    fields: st.SearchStrategy


@dataclass(frozen=True)
class Post:
    """One form as it is sent: names and values in their order, in one of the two encodings of browsers."""

    form: Spoilable
    fields: tuple[tuple[str, str], ...]
    multipart: bool

    def body(self):
        if not self.multipart:
            return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in self.fields).encode()
        parts = []
        for name, value in self.fields:
            shown = _bytes(name).replace(b'"', b"%22").replace(b"\r", b"%0D").replace(b"\n", b"%0A")
            shown += b'"; filename="a.csv' if isinstance(value, Upload) else b""
            parts.append(
                b'--limit\r\nContent-Disposition: form-data; name="' + shown + b'"\r\n\r\n' + _bytes(value) + b"\r\n"
            )
        return b"".join(parts) + b"--limit--\r\n"

    @property
    def content_type(self):
        return "multipart/form-data; boundary=limit" if self.multipart else "application/x-www-form-urlencoded"


def _bytes(text):
    return text.encode("utf-8", "surrogatepass")


def _quoted(text):
    return quote_from_bytes(_bytes(text), safe="")


@st.composite
def posts(draw, forms):
    """A post of one of the forms, with none, some or all of its fields spoilt, doubled, left out or made up."""
    form = draw(st.sampled_from(forms))
    fields = list(draw(form.fields).items())
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 1, 2, 5)))):
        place = draw(st.integers(0, max(len(fields) - 1, 0)))
        name = fields[place][0] if fields else "nothing"
        how = draw(st.sampled_from(("spoil", "spoil", "spoil", "repeat", "leave out", "add")))
        if how == "add":
            fields.append((draw(st.sampled_from(NAMES) | hostile_text), draw(hostile_text)))
        elif how == "repeat":
            fields.insert(place, (name, draw(hostile_text)))
        elif how == "spoil" and fields:
            fields[place] = (name, draw(hostile_text))
        elif fields:
            del fields[place]
    return Post(form, tuple(fields), draw(st.booleans()))


NAMES = (
    *(
        "level-1",
        "note-999999999999999999999",
        "level-",
        "drawn-1",
        "discard-\0",
        "reason-٣",
        "statements",
        "target-B4",
        "target-",
    ),
    *(
        "drawn_for",
        "held_post",
        "csrfmiddlewaretoken",
        "next",
        "login",
        "email",
        "role_profile",
        "dated_day",
        "dated",
        "id",
        "owner",
    ),
    *("_charset_", "_method", "password", "__proto__", "name[]", "title.x", "is_superuser"),
)
words = st.sampled_from(("", "A few words", "Line one\r\nline two", "Tŷ Gŵyr, Żółć", "5 < 6 & 7 > 2")) | st.text(
    max_size=60
)
named = st.sampled_from(("A name", "Tŷ Gŵyr", "Zofia Dąbrówka"))


@dataclass(frozen=True)
class World:
    clients: dict[str, Client]
    forms: list[Spoilable]
    paths: dict[str, object]


@pytest.fixture
def world(caplog, settings, published_version, contract_manager, stranger, monkeypatch):
    """A contract manager with a draft, somebody without one, somebody signed out, and every form that they are offered."""
    caplog.set_level("CRITICAL")
    settings.ACCOUNT_RATE_LIMITS = False
    monkeypatch.setattr(report_files, "make_pdf", lambda source: b"%PDF-")
    assessment = make_assessment(contract_manager)
    evidence = make_evidence(assessment)
    organisation = Organisation.objects.create(name="Department for Examples")
    held = HeldPost.objects.create(user=contract_manager, path="/account/", fields={"name": ["A name"]})
    clients = {who: Client(raise_request_exception=False) for who in ("owner", "other", "nobody")}
    clients["owner"].force_login(contract_manager)
    clients["other"].force_login(stranger)
    goal = make_goal(contract_manager)
    line = make_line(contract_manager, stranger)
    notice = Notice.objects.filter(recipient=contract_manager).first()
    paths = PUBLISHED | {"assessment_id": assessment.pk, "evidence_id": evidence.pk, "heldpost_id": held.pk}
    paths |= {"goal_id": goal.pk, "line_id": line.pk, "notice_id": notice.pk, "other_id": assessment.pk}
    own = {"assessment_id": assessment.pk}
    tree = version_tree(published_version)
    statements = tree.area("B4").statements
    profiles = st.sampled_from([profile.slug for profile in tree.role_profiles] + ["none"])
    rows = st.integers(1, len(statements)).flatmap(lambda count: form_rows(statements[:count]))
    example = st.fixed_dictionaries(
        {"title": named, "text": words},
        optional={
            "link": st.just("https://example.gov.uk/1"),
            "statements": st.sampled_from([str(each.pk) for each in tree.statements]),
            "dated": st.none(),
        },
    ).map(_with_date)
    targets = st.fixed_dictionaries(
        {f"target-{area.code}": st.sampled_from(("1", "2", "3")) for area in tree.areas}
        | {f"reason-{area.code}": st.just("Because") for area in tree.areas}
    )
    email = st.sampled_from((contract_manager.email, "new.person@example.com", "A@EXAMPLE.COM"))
    password = st.sampled_from((PASSWORD, "another horse battery"))
    empty = st.just({})
    forms = [
        Spoilable("rating-edit", "owner", reverse("rating-edit", kwargs=own | {"area_code": "B4"}), rows),
        Spoilable("rating-save", "owner", reverse("rating-save", kwargs=own | {"area_code": "B4"}), rows),
        Spoilable("target-edit", "owner", reverse("target-edit", kwargs=own), targets),
        Spoilable(
            "assessment-role",
            "owner",
            reverse("assessment-role", kwargs=own),
            st.fixed_dictionaries({"role_profile": profiles}),
        ),
        Spoilable(
            "readers-note-edit",
            "owner",
            reverse("readers-note-edit", kwargs=own | {"area_code": "B4"}),
            st.fixed_dictionaries(
                {
                    "statement": st.sampled_from([str(each.pk) for each in tree.area("B4").statements]),
                    "kind": st.sampled_from(ReadersNote.Kind.values),
                    "text": st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=500),
                }
            ),
        ),
        Spoilable(
            "assessment-start",
            "other",
            reverse("assessment-start"),
            st.fixed_dictionaries({"framework": st.just(published_version.framework.slug)}),
        ),
        Spoilable(
            "assessment-create",
            "other",
            reverse("assessment-create"),
            st.fixed_dictionaries({"role_profile": profiles}),
        ),
        Spoilable("assessment-close", "owner", reverse("assessment-close", kwargs=own), empty),
        Spoilable("assessment-delete", "owner", reverse("assessment-delete", kwargs=own), empty),
        Spoilable("evidence-create", "owner", reverse("evidence-create", kwargs=own), example),
        Spoilable(
            "evidence-edit", "owner", reverse("evidence-edit", kwargs=own | {"evidence_id": evidence.pk}), example
        ),
        Spoilable(
            "evidence-delete", "owner", reverse("evidence-delete", kwargs=own | {"evidence_id": evidence.pk}), empty
        ),
        Spoilable(
            "account-detail",
            "owner",
            reverse("account-detail"),
            st.fixed_dictionaries(
                {"name": named, "job_title": named, "organisation": st.sampled_from(("", str(organisation.pk)))}
            ),
        ),
        Spoilable("heldpost-detail", "owner", reverse("heldpost-detail", args=[held.pk]), empty),
        Spoilable(
            "account_login",
            "nobody",
            reverse("account_login"),
            st.fixed_dictionaries({"login": email, "password": password}),
        ),
        Spoilable(
            "account_signup",
            "nobody",
            reverse("account_signup"),
            st.fixed_dictionaries({"name": named, "email": email, "password1": password}),
        ),
        Spoilable(
            "account_reset_password",
            "nobody",
            reverse("account_reset_password"),
            st.fixed_dictionaries({"email": email}),
        ),
        Spoilable(
            "account_change_password",
            "owner",
            reverse("account_change_password"),
            st.fixed_dictionaries({"oldpassword": password, "password1": password}),
        ),
        Spoilable(
            "account_email",
            "owner",
            reverse("account_email"),
            st.fixed_dictionaries({"email": email, "action_add": st.just("1")}),
        ),
        Spoilable(
            "held",
            "nobody",
            reverse("rating-edit", kwargs=own | {"area_code": "B4"}),
            rows.map(lambda fields: fields | {held_posts.DRAWN_FOR: held_posts.sign_for(contract_manager)}),
        ),
    ]
    return World(
        clients, [as_drawn(form, clients[form.who if form.name != "held" else "owner"]) for form in forms], paths
    )


def as_drawn(form, client, page=None):
    """The form with everything that its page has in it when it is opened; ``page`` is the address of that, where it is another."""
    path = form.path.removesuffix("save/")
    actions = (path, path.partition("?")[0]) if page else (path, path.partition("?")[0], "")
    drawn = next((each.fields for each in Page(client.get(page or path)).forms if each.action in actions), {})
    kept = {name: values[-1] for name, values in drawn.items() if name != "csrfmiddlewaretoken"}
    return replace(form, fields=form.fields.map(lambda fields: kept | fields))


@st.composite
def form_rows(draw, statements):
    """Rows of a rating page as they may be sent."""
    fields = {}
    for each in statements:
        choice = draw(st.sampled_from(("", NOT_RELEVANT, *map(str, each.choices))))
        fields[f"drawn-{each.pk}"] = f"0.{Answered().mark()}"
        if choice:
            fields[f"level-{each.pk}"] = choice
        fields[f"note-{each.pk}"] = draw(words).replace("\0", "")
        fields[f"reason-{each.pk}"] = "Another team." if choice == NOT_RELEVANT else ""
    return fields


def _with_date(fields):
    if "dated" in fields:
        del fields["dated"]
        fields |= {"dated_day": "27", "dated_month": "3", "dated_year": "2026"}
    return fields


def is_accepted(post, response):
    """Whether the portal did what the form asked for."""
    if post.form.name == "held":
        return "/held/" in response.headers.get("Location", "")
    if response.status_code == 302:
        return post.form.who == "nobody" or not response.url.startswith(reverse("account_login"))
    return response.status_code == 200 and post.form.name in ("rating-save", "report-verify")


def fuzz(world, forms, examples, **options):
    """Sends that many posts, each undone; returns how often each status came, and how many were accepted.

    ``options`` are further settings of hypothesis.
    """
    counts = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        **options,
    )
    @given(posts(forms))
    def send(post):
        client = world.clients[post.form.who]
        cookies = copy(client.cookies)
        point = transaction.savepoint()
        response = client.generic("POST", post.form.path, post.body(), content_type=post.content_type)
        transaction.savepoint_rollback(point)
        client.cookies = cookies
        assert_sound(response)
        counts[response.status_code] += 1
        counts["accepted"] += is_accepted(post, response)
        counts[f"{post.form.name} accepted"] += is_accepted(post, response)

    send()
    return counts


def assert_sound(response):
    assert response.status_code < 500, "".join(traceback.format_exception(*response.exc_info)[-3:])
    assert SCRIPT not in response.content.decode("utf-8", "replace")


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
    forms = {form.name for form in world.forms}
    refused = {form for form in forms if not counts[f"{form} accepted"]}
    # A few posts to each form may all be spoilt; thousands may not.
    assert not (HEAVY and refused), refused


def test_an_error_is_found(world, monkeypatch):
    def fails(text):
        if "\0" in text or SCRIPT in text or len(text) > 400:
            raise ValueError("planted")
        return text

    monkeypatch.setattr(rating, "cleaned", fails)
    with pytest.raises(AssertionError, match="planted"):
        # The same posts each time, so that the fault is found each time.
        fuzz(world, world.forms[:1], 500, phases=[Phase.generate], derandomize=True)


def test_hostile_text_that_is_drawn_as_html_is_found():
    with pytest.raises(AssertionError):
        assert_sound(HttpResponse(f"<p>{SCRIPT}</p>"))


# Addresses


FRAMEWORK_ADDRESSES = (
    "accounts/confirm-email/<key>/",
    "accounts/password/reset/key/<uidb36>-<key>/",
    "admin/<url>",
    "admin/people/user/<object_id>/change/",
    "static/<path>",
    "<anything>",
)


@st.composite
def addresses(draw, world):
    """The address of a route with some of its parameters spoilt, and a query string."""
    pattern = draw(
        st.sampled_from(FRAMEWORK_ADDRESSES + tuple(each.prefix for each in routes() if not each.is_framework))
    )

    slug = draw(st.sampled_from(tuple(SLUGS.values())))

    def filled(match):
        kept = (world.paths | {"slug": slug}).get(match[1].rpartition(":")[2])
        return str(kept) if kept and draw(st.booleans()) else _quoted(draw(hostile_text))[:8000]

    path = re.sub(r"<([^>]+)>", filled, pattern)
    ours = ("statement", "assessment", "change", "code", "remind", "next", "page", "q", "kind", "marks", "e", "_popup")
    names = st.sampled_from(ours) | hostile_text
    query = draw(st.lists(st.tuples(names, hostile_text), max_size=3))
    return f"/{path}?" + "&".join(f"{_quoted(name)[:2000]}={_quoted(value)[:4000]}" for name, value in query)


def test_hostile_addresses_never_end_in_an_error(world):
    counts = Counter()

    @settings(max_examples=ADDRESSES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        addresses(world),
        st.sampled_from(("owner", "other", "nobody")),
        st.sampled_from(("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "FOO")),
    )
    def send(address, who, method):
        client = world.clients[who]
        cookies = copy(client.cookies)
        point = transaction.savepoint()
        response = client.generic(method, address)
        transaction.savepoint_rollback(point)
        client.cookies = cookies
        assert_sound(response)
        counts[response.status_code] += 1

    send()
    assert counts[200]
    assert counts[404]


def test_hostile_searches_answer_with_a_page(world):
    search = reverse("standards-search", kwargs={each: PUBLISHED[each] for each in ("framework", "version")})
    found = {}
    for text in (*HOSTILE, "!?.,;:()[]{}*+|^$" * 50, "(a+)+$", "x " * 5000):
        for name in ("q", "kind"):
            query = {"q": "contract", name: text}
            address = f"{search}?" + "&".join(f"{key}={_quoted(value)}" for key, value in query.items())
            response = world.clients["nobody"].get(address)
            assert_sound(response)
            assert "<h1" in response.content.decode()
            found[name, text] = response.status_code
    assert set(found.values()) == {200}, {text[:40]: status for (_, text), status in found.items() if status != 200}


# What no form of ours sends


@pytest.fixture
def clients(caplog, sign_in, contract_manager):
    """A browser of the contract manager and one of nobody, for which an error is an answer."""
    caplog.set_level("CRITICAL")
    return {
        "owner": sign_in(contract_manager, raise_request_exception=False),
        "nobody": sign_in(raise_request_exception=False),
    }


def part(head, body=b"A name"):
    return b"--limit\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + body + b"\r\n--limit--\r\n"


NAMED = part(b'name="name"')


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data; boundary=limit", NAMED, 302),
        ("multipart/form-data; boundary=limit; charset=UTF-8", NAMED, 302),
        ("multipart/form-data; boundary=limit; charset=utf-7", NAMED, 400),
        ("multipart/form-data; boundary=limit; charset=hex", NAMED, 400),
        ("multipart/form-data; boundary=limit; charset=idna", NAMED, 400),
        ("multipart/form-data; boundary=limit; charset=raw_unicode_escape", part(b'name="name"', b"a\\ud800b"), 400),
        ("multipart/form-data; boundary=limit; charset=no-such-thing", NAMED, 400),
        ("multipart/form-data; boundary=limit", part(b"name*=hex''%61"), 200),
        ("multipart/form-data; boundary=limit", part(b"name*=no-such-thing''%61"), 200),
        ("multipart/form-data; boundary=limit", part(b"name*=raw_unicode_escape''%5cud800"), 200),
        ("multipart/form-data; boundary=limit", part(b'name="name"; filename="a\0b"'), 200),
        ("multipart/form-data; boundary=limit", NAMED[:40], 200),
        ("multipart/form-data; boundary=limit", b"", 200),
        ("multipart/form-data; boundary=" + "b" * 300, NAMED, 400),
        ("multipart/form-data", NAMED, 400),
        ("multipart/form-data; boundary=\xe9", NAMED, 400),
        ("application/x-www-form-urlencoded; charset=utf-8", b"name=A+name", 302),
        ("application/x-www-form-urlencoded; charset=utf-7", b"name=A+name", 400),
        ("application/x-www-form-urlencoded; charset=hex", b"name=A+name", 400),
        ("application/x-www-form-urlencoded", b"&&==&%&%zz=%zz;;", 200),
        ("application/json", b'{"name": ', 200),
        ("text/plain", b"name=A name", 200),
        ("", b"name=A+name", 200),
        ("%%%;;;===", b"name=A+name", 200),
    ],
)
def test_a_form_in_a_strange_encoding_is_refused_or_holds_nothing(clients, content_type, body, status):
    response = clients["owner"].generic("POST", "/account/", body, content_type=content_type)
    assert_sound(response)
    assert response.status_code == status
    assert "<h1" in response.content.decode() or status == 302


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_a_field_with_an_impossible_name_is_held_with_the_rest(clients, contract_manager, published_version, name):
    encoded = quote(name.encode("raw_unicode_escape"))
    body = b"".join(
        part(f'name="{each}"'.encode(), value.encode()).removesuffix(b"--limit--\r\n")
        for each, value in ((held_posts.DRAWN_FOR, held_posts.sign_for(contract_manager)), ("title", "Typed with care"))
    )
    body += part(f"name*=raw_unicode_escape''{encoded}".encode(), b"x")
    response = clients["nobody"].generic(
        "POST",
        reverse("rating-edit", args=[make_assessment(contract_manager).pk, "B4"]),
        body,
        content_type="multipart/form-data; boundary=limit",
    )
    assert_sound(response)
    assert response.status_code == 302
    held = HeldPost.objects.latest("held_at")
    assert held.fields["title"] == ["Typed with care"]
    page = clients["owner"].get(reverse("heldpost-detail", args=[held.pk]))
    assert "Typed with care" in page.content.decode()


@pytest.mark.parametrize(
    "value", ['"' + "\\000" * 32 + '"', "ab", "x" * 9000, "\xff" * 32, '"', "a:b:c", ";;=;", '"\\377"']
)
@pytest.mark.parametrize("name", ["session", "csrf", "messages"])
def test_hostile_cookies_are_as_good_as_none(clients, name, value):
    for path in ("/", "/account/", "/accounts/login/", "/admin/"):
        for method in ("GET", "POST"):
            response = Client(raise_request_exception=False, enforce_csrf_checks=True).generic(
                method, path, HTTP_COOKIE=f"{name}={value}"
            )
            assert_sound(response)
            assert response.status_code in (200, 302, 400, 403, 405)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("HTTP_HOST", "evil.example"),
        ("HTTP_HOST", "a\0b"),
        ("HTTP_HOST", "[::1"),
        ("HTTP_ACCEPT", "\0"),
        ("HTTP_ORIGIN", "null"),
        ("HTTP_ORIGIN", "http://["),
        ("HTTP_REFERER", "http://["),
        ("CONTENT_LENGTH", "many"),
        ("HTTP_IF_MODIFIED_SINCE", "Fri, 99 Zzz 99999999999999 99:99:99 GMT"),
        ("HTTP_RANGE", "bytes=9-1"),
        ("HTTP_X_FORWARDED_FOR", "\0" * 100),
        ("HTTP_X_REQUESTED_WITH", SCRIPT),
        ("HTTP_USER_AGENT", "\xff" * 5000),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_hostile_headers_never_end_in_an_error(clients, header, value, method):
    for who in ("owner", "nobody"):
        for path in ("/", "/account/", "/accounts/login/", "/static/portal.css"):
            client = clients[who]
            assert_sound(
                client.generic(method, path, b"name=x&login=y", "application/x-www-form-urlencoded", **{header: value})
            )
