"""The search page: what it says, what caches are told about it, what it costs, and that it is safe with anything in its address."""

import re
from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.urls import reverse
from markupsafe import escape

from standards.search import MOST_SHOWN, version_index
from standards.search_query import MOST_CHARACTERS, clean
from standards.views import reading
from tests.pages import Page
from tests.standards.versions import make_whole_version

pytestmark = pytest.mark.django_db

ADDRESS = "/standards/contract-management/2.0/search/"


@pytest.fixture(autouse=True)
def remembered(published_version):
    reading.forget_pages()
    version_index(published_version)


def page_for(client, query, **more):
    response = client.get(ADDRESS, {"q": query, **more})
    assert response.status_code == 200
    return Page(response).check()


def headings(page):
    return re.findall(r"<h2[^>]* id=\"[^\"]*\">(.*?)</h2>", page.html)


def main_text(page):
    """The words between the form and the footer."""
    html = page.html.split("</form>", 1)[1].split("<footer", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", "", html).split())


# What it says


def test_results_stand_under_their_kinds(client):
    page = page_for(client, "negotiating")
    assert "<title>negotiating – search – " in page.html
    assert headings(page) == ["2 statements", "2 glossary terms", "1 text of the document"]
    assert "5 results for “negotiating”" in page.text
    assert '<a class="govuk-link" href="#statements">2 statements</a>' in page.html
    assert {"statements", "glossary", "texts", "search"} <= set(page.ids)
    assert "<mark>negotiation</mark> skills to achieve contractual outcomes." in page.html
    assert "Did you mean" not in page.text


def test_one_result_is_said_in_the_singular(client):
    page = page_for(client, "B4.3")
    assert "1 result for “B4.3”" in page.text
    assert headings(page) == ["1 statement"]
    assert "Kinds of result" not in page.html


@pytest.mark.parametrize(
    "query", ["negotiating", "contract", "B4", "stakeholder", "Civil Service Code", "sources", "bidders"]
)
def test_every_result_leads_to_a_page_that_has_its_place(client, query):
    page = page_for(client, query)
    links = re.findall(r'standards-result__name"><a class="govuk-link" href="([^"#]*)(?:#([^"]*))?"', page.html)
    assert links
    for path, anchor in links:
        found = client.get(path)
        assert found.status_code == 200
        assert not anchor or anchor in Page(found).ids


def test_more_of_a_kind_are_a_link_away(client):
    page = page_for(client, "contract")
    link = re.search(r'href="([^"]*)">Show all (\d+) statements</a>', page.html)
    everything = Page(client.get(link[1].replace("&amp;", "&")))
    assert headings(everything) == [f"{link[2]} statements"]
    assert everything.html.count('class="standards-result"') == int(link[2]) > MOST_SHOWN
    assert f'<strong aria-current="page">{link[2]} statements</strong>' in everything.html
    assert f'<a class="govuk-link" href="{ADDRESS}?q=contract">Every kind</a>' in everything.html
    assert "Show all" not in everything.text


def test_nothing_found_says_what_to_do_next(client):
    page = page_for(client, "zzzz")
    assert "<title>zzzz – search – " in page.html
    assert "Nothing found for “zzzz”" in page.text
    for name in ("version-detail", "glossary-list"):
        assert f'href="{reverse(name, args=["contract-management", "2.0"])}"' in page.html.split("What you can do")[1]


def test_word_that_may_have_been_meant_is_a_link(client):
    page = page_for(client, "negotition & skills")
    assert f'<a class="govuk-link" href="{ADDRESS}?q=negotiation+skills">negotiation skills</a>' in page.html
    assert "Nothing has all of these words. These have some of them." in page.text


def test_phrase_that_stands_nowhere_is_said(client):
    page = page_for(client, '"money for value"')
    assert "Nothing has them exactly as you typed them." in page.text
    assert re.search(r"\d+ results for “\"money for value\"”", page.text)


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "  "}, {"q": "\0"}, {"other": "x"}])
def test_without_words_it_says_how_to_search(client, query):
    page = Page(client.get(ADDRESS, query)).check()
    assert "<title>Search – " in page.html
    assert "Other forms of a word are found too" in page.text
    assert "esult" not in main_text(page)


@pytest.mark.parametrize("query", ["a" * (MOST_CHARACTERS + 1), "word " * 2000, "x " * 30])
def test_too_long_a_search_says_so(client, query):
    page = page_for(client, query)
    assert page.html.count("<title>Error: Search – ") == 1
    (problem,) = page.errors.values()
    assert problem.startswith("Use fewer words: a search can ")
    assert set(page.errors) == {"search"}
    assert 'aria-describedby="search-hint search-error"' in page.html
    assert "Nothing found" not in page.text


def test_what_was_typed_stays_in_the_field(client):
    page = page_for(client, 'risk "and" fraud')
    assert page.form("q").fields["q"] == ['risk "and" fraud']
    assert (page.form("q").method, page.form("q").action) == ("get", ADDRESS)


def test_form_has_a_name_and_a_role(client):
    page = page_for(client, "risk")
    assert 'role="search"' in page.html
    assert '<label class="govuk-label govuk-label--xl" for="search">Search the standards</label>' in page.html
    assert page.html.count("<h1") == 1
    assert '<meta name="robots" content="noindex">' in page.html


@pytest.mark.parametrize(
    "query",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</title><b>",
        "{{ 7*7 }}{% raw %}",
        "'; DROP TABLE standards_statement; --",
        "%' OR 1=1 --",
        "(a+)+$",
        "[[[",
        "\\",
        "?!…",
        '"""',
        "risk <b>management</b> & fraud",
        "\u202e\u200b",
    ],
)
def test_hostile_text_is_shown_as_it_was_typed(client, query):
    html = page_for(client, query).html
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert f'value="{escape(clean(query))}"' in html


@pytest.mark.parametrize(
    "raw",
    [
        b"\xed\xa0\x80",
        b"\xff\xfe",
        b"\x00",
        b"\x00risk\x00",
        b"%",
        b"\xc3",
        b"\xf0\x9f\x98\x80",
        b"risk\r\nX-Header: 1",
        b"&q=2",
    ],
)
def test_any_bytes_are_answered(client, raw):
    response = client.get(f"{ADDRESS}?q={quote_from_bytes(raw)}")
    assert response.status_code == 200
    assert "X-Header" not in response
    response.content.decode()


@pytest.mark.parametrize(
    "query", ["q=risk&q=fraud", "q", "q=risk&kind=<b>", "q=risk&kind=%00", "q=risk&kind=people&kind=x", "%%%=%"]
)
def test_odd_addresses_are_answered(client, query):
    response = client.get(f"{ADDRESS}?{query}")
    assert response.status_code == 200
    assert b"<b>" not in response.content


# Caches and cost


@pytest.mark.parametrize("query", ["negotiating", "contract management", "zzzz", "", "the"])
def test_search_is_public_and_costs_a_query(client, query, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get(ADDRESS, {"q": query})
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Vary"] == "Cookie"
    assert not response.cookies
    with django_assert_num_queries(1):
        again = client.get(ADDRESS, {"q": query}, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_unchanged_search_is_answered_before_anything_is_looked_for(client, monkeypatch):
    etag = client.get(ADDRESS, {"q": "risk"})["ETag"]
    monkeypatch.setattr("standards.views.search.search", None)
    assert client.get(ADDRESS, {"q": "risk"}, headers={"If-None-Match": etag}).status_code == 304


def test_searches_are_not_mixed_up(client):
    fraud, risk = page_for(client, "fraud").html, page_for(client, "risk").html
    assert fraud != risk
    assert fraud == page_for(client, "fraud").html


def test_search_that_was_just_made_is_not_made_again(client, monkeypatch):
    first = page_for(client, "risk").html
    monkeypatch.setattr("standards.views.search.search", None)
    assert page_for(client, "risk").html == first


def test_search_of_somebody_signed_in_is_kept_by_nothing(manager_client, contract_manager):
    response = manager_client.get(ADDRESS, {"q": "negotiating"})
    assert response["Cache-Control"] == "no-store, private"
    assert "ETag" not in response
    assert contract_manager.name in response.content.decode()


def test_head_says_what_get_would(client):
    head, get = client.head(ADDRESS, {"q": "risk"}), client.get(ADDRESS, {"q": "risk"})
    assert (head.status_code, head.content) == (200, b"")
    assert {name: head[name] for name in ("ETag", "Cache-Control", "Content-Type")} == {
        name: get[name] for name in ("ETag", "Cache-Control", "Content-Type")
    }


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_search_can_only_be_read(client, method):
    assert getattr(client, method)(ADDRESS).status_code == 405


# Versions


def test_latest_version_is_searched_and_leads_to_where_things_stay(client):
    page = Page(client.get(ADDRESS.replace("2.0", "latest"), {"q": "B4.3"}))
    assert 'href="/standards/contract-management/2.0/B4.3/"' in page.html
    assert "/latest/" not in page.html


def test_draft_is_not_there_for_others(client, manager_client):
    draft = make_whole_version()
    address = reverse("standards-search", args=[draft.framework.slug, draft.number])
    for browser in (client, manager_client):
        assert browser.get(f"{address}?{urlencode({'q': 'knows'})}").status_code == 404
