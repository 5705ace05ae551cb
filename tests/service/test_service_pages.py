"""Home, help, promises and error pages: public, true to the service as it is, and drawn also when much has failed."""

import re
from html import unescape

import pytest
from django.conf import settings
from django.urls import reverse

import service.context_processors
from standards.tree import version_tree
from tests.standards.second_framework import TITLE, publish_second_framework

pytestmark = pytest.mark.django_db

PAGES = {
    "home": "Check yourself against the Contract Management Professional Standards",
    "help": "Help",
    "who-can-see-what": "Who can see what",
    "scoring-explained": "How scoring works",
    "privacy": "Privacy notice",
    "accessibility": "Accessibility statement",
    "cookies": "Cookies",
}


def heading(html):
    (found,) = re.findall(r"<h1[^>]*>\s*(.*?)\s*</h1>", html, re.DOTALL)
    return unescape(found)


def text_of(html):
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


@pytest.mark.parametrize("name", PAGES)
def test_page_is_open_to_everybody_without_a_query_but_which_standards_are_open(
    client, name, published_version, django_assert_num_queries
):
    version_tree(published_version)
    with django_assert_num_queries(1 if name == "home" else 0):
        response = client.get(reverse(name))
    html = response.content.decode()
    assert (response.status_code, heading(html)) == (200, PAGES[name])
    title = f"{PAGES[name]} – Contract management self-assessment – Example Department"
    assert re.search(r"<title>(.*?)</title>", html).group(1) == title


@pytest.mark.parametrize("name", [name for name in PAGES if name != "home"])
def test_page_is_the_same_for_somebody_signed_in(client, manager_client, name):
    ours, theirs = (browser.get(reverse(name)).content.decode() for browser in (manager_client, client))
    assert text_of(ours) == text_of(theirs)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_page_can_only_be_read(client, name, method):
    assert getattr(client, method)(reverse(name)).status_code == 405


def test_home_leads_somebody_signed_in_to_their_assessments(manager_client):
    assert manager_client.get("/").url == reverse("assessment-list")


def test_home_says_which_standards_there_are(client, published_version):
    one = text_of(client.get("/").content.decode())
    assert "For people who manage government contracts. See where you are" in one
    assert "at Foundation, Practitioner and Expert, and choose" in one
    assert "There are 66 statements in eight areas." in one
    publish_second_framework()
    both = text_of(client.get("/").content.decode())
    assert "Check yourself against your professional standards" in both
    assert f"{TITLE} By Nobody: it is made up for tests. 150 statements in 30 areas Version 1.0" in both
    assert "Foundation" not in both


def test_home_before_anything_is_published_speaks_of_no_standards(client, monkeypatch):
    monkeypatch.setattr("service.views.Version.objects.latest_of_each_framework", list)
    page = text_of(client.get("/").content.decode())
    assert "Check yourself against your professional standards" in page
    assert "The standards here" not in page


def test_home_starts_with_an_account(client):
    html = client.get("/").content.decode()
    start = re.search(r'<a href="([^"]*)"[^>]*govuk-button--start', html).group(1)
    assert start == reverse("account_signup")
    assert f'href="{reverse("account_login")}">Sign in</a> if you have been here before' in html


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_to_a_page(client, name):
    html = client.get(reverse(name)).content.decode()
    paths = set(re.findall(r'<a [^>]*href="(/[^"]*)"', html))
    assert len(paths) >= 6
    assert {path: client.get(path, follow=True).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_who_can_see_what_is_a_table_with_a_row_for_each_kind_of_person(client):
    html = client.get(reverse("who-can-see-what")).content.decode()
    assert re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html) == ["Who", "What they can see", "What they cannot see"]
    assert re.findall(r'<th scope="row"[^>]*>(.*?)</th>', html) == [
        "You",
        "Your line manager",
        "Somebody whom you named, and who has not accepted",
        "A former line manager",
        "Analysts of your organisation",
        "Editors of the standards",
        "Administrators of the portal",
        "People who run the servers",
    ]


def test_the_promises_name_what_sharing_shows_and_when_it_ends(client):
    said = text_of(client.get(reverse("who-can-see-what")).content.decode())
    for words in (
        "Only you can see your answers, notes and work examples, until you share an assessment with your line manager.",
        "“Not shared yet” stands for a draft and for nothing at all",
        "A former line manager Can see: Nothing, from the moment that either of you ends it or another accepts.",
        "You can take it back until they have added something.",
        "hand it over to the new one, or close it",
    ):
        assert words in said
    assert "you choose which of them come by e-mail" in text_of(client.get(reverse("privacy")).content.decode())


def test_the_cookies_page_names_every_cookie_that_the_portal_sets(sign_in, contract_manager):
    browser = sign_in(contract_manager)
    html = browser.get(reverse("cookies")).content.decode()
    browser.post(reverse("account-detail"), {"name": "Nia"})
    browser.get(reverse("help"))
    named = re.findall(r'<th scope="row">(\w+)', html)
    assert (set(browser.cookies), set(named)) == ({"session", "csrf", "messages"},) * 2


def test_pages_say_where_to_ask_or_that_nobody_has_said(client, monkeypatch):
    assert "It has not given an e-mail address" in client.get(reverse("help")).content.decode()
    monkeypatch.setitem(service.context_processors.PORTAL, "contact_email", "help@example.gov.uk")
    html = client.get(reverse("help")).content.decode()
    assert '<a class="govuk-link" href="mailto:help@example.gov.uk">help@example.gov.uk</a>' in html
    assert "It has not given an e-mail address" not in html


# Errors


def test_an_unknown_address_has_a_page_of_the_portals(client, manager_client):
    for browser in (client, manager_client):
        response = browser.get("/nowhere/")
        assert (response.status_code, heading(response.content.decode())) == (404, "Page not found")


def test_a_refusal_has_a_page_of_the_portals(manager_client):
    response = manager_client.get("/admin/login/")
    assert (response.status_code, heading(response.content.decode())) == (403, "You cannot do that")


@pytest.mark.parametrize("signed_in", [False, True])
def test_five_megabytes_are_refused_with_a_page(sign_in, contract_manager, signed_in):
    browser = sign_in(contract_manager if signed_in else None)
    response = browser.post(reverse("account-detail"), {"name": "x" * 5_000_000})
    assert (response.status_code, heading(response.content.decode())) == (400, "The portal could not read that")


def test_too_many_fields_are_refused_with_a_page(manager_client):
    response = manager_client.post(reverse("account-detail"), {f"f{number}": "1" for number in range(2100)})
    assert (response.status_code, heading(response.content.decode())) == (400, "The portal could not read that")


def test_an_unknown_host_is_refused_with_a_page(client):
    response = client.get("/", headers={"host": "elsewhere.example"})
    assert (response.status_code, heading(response.content.decode())) == (400, "The portal could not read that")


def test_a_fault_has_a_page_that_needs_nothing_but_itself(client, monkeypatch):
    def fail(request):
        raise RuntimeError("planted")

    monkeypatch.setattr(service.context_processors, "PORTAL", fail)
    client.raise_request_exception = False
    response = client.get(reverse("help"))
    html = response.content.decode()
    assert (response.status_code, heading(html)) == (500, "Sorry, something went wrong")
    for path in re.findall(r'href="/static/([^"]*)"', html):
        assert (settings.BASE_DIR / "static" / path).is_file()


def test_a_lone_surrogate_is_no_fault(manager_client, contract_manager):
    response = manager_client.post(
        reverse("account-detail"), "name=%ED%A0%80x", content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 302
    contract_manager.refresh_from_db()
    assert contract_manager.name == "\N{REPLACEMENT CHARACTER}" * 3 + "x"


@pytest.mark.parametrize("query", ["?next=%00", "?next=%ED%A0%80", "?email=%00", "?%ED%A0%80=1"])
@pytest.mark.parametrize("name", ["account_login", "account_signup", "help"])
def test_odd_queries_are_no_fault(client, name, query):
    assert client.get(reverse(name) + query).status_code == 200
