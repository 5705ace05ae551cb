"""The page on which an editor decides what became of each statement."""

import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from standards.actions import decide_link, propose_links, publish_unreviewed, start_next_version
from standards.models import LevelDescriptor, Statement, StatementLink, Version
from tests.factories import make_user
from tests.standards.made_up import link, make_made_up_version
from tests.standards.versions import make_version


@pytest.fixture(scope="module")
def made_up(kept_for_the_module):
    """The made-up draft, of which everything is proposed and nobody decided anything."""
    version = make_made_up_version(Version.objects.published().get(), is_linked=False)
    propose_links(version=version)
    return version


@pytest.fixture(scope="module")
def first_page(made_up):
    """The page as it opens."""
    browser = Client()
    browser.force_login(make_user(is_staff=True, is_superuser=True))
    return browser.get(address(made_up))


@pytest.fixture
def send(browser, made_up, first_page):
    """``send(field=value)`` sends the page with other things chosen and typed than it opens with."""
    return lambda **changes: browser.post(address(made_up), form_of(first_page) | changes)


@pytest.fixture
def browser(sign_in, editor):
    return sign_in(editor)


def address(version):
    return reverse("admin:standards_version_links", args=[version.pk])


def key_of(version, code, *, is_old=False):
    statement = Statement.objects.get(area__section__version=version.follows_id if is_old else version, code=code)
    return f"{'o' if is_old else 'n'}{statement.pk}"


def form_of(page):
    """What a browser would send of the page, nothing pressed."""
    html = page.content.decode()
    data = dict(re.findall(r'<input type="hidden" name="([no]\d+-stand)" value="([^"]*)"', html))
    data |= dict(re.findall(r'<input type="text" class="vTextField" name="([^"]+)" id="[^"]+" value="([^"]*)"', html))
    data |= dict(re.findall(r'<input type="radio" name="([^"]+)" value="([^"]+)"[^>]* checked>', html))
    opened = re.findall(r'<input type="hidden" name="opened" value="([^"]+)"', html)
    return data | ({"opened": opened} if opened else {})


def said(page):
    return [str(message) for message in get_messages(page.wsgi_request)]


def waiting(version):
    return len(propose_links(version=version))


def recorded(version, code):
    rows = StatementLink.objects.filter(version=version, new__code=code).select_related("old")
    return sorted((row.kind, row.old.code if row.old else "", row.is_decided) for row in rows)


def errors(page):
    return re.findall(r'<li><a href="#([^"]+)">([^<]+)</a></li>', page.content.decode().split("</ul></div>")[0])


def test_what_waits_comes_first_with_words_beside_each_other(first_page, made_up):
    page = first_page
    assert page.status_code == 200
    html = page.content.decode()
    assert "18 of 67 wait for you" in html
    assert len(form_of(page)) == 18 * 3
    assert html.index('id="waiting"') < html.index('class="module link-card"') < html.index('id="decided"')
    assert re.search(r"<del><span[^>]*>\[taken out: </span>opportunies<", html)
    assert "checked" not in html
    assert recorded(made_up, "A1.1") == [("changed", "A1.1", False)]
    assert recorded(made_up, "B3.9") == [("same", "B3.11", True)]


def test_one_is_decided_and_the_rest_waits(send, made_up, editor):
    key = key_of(made_up, "A1.1")
    page = send(**{f"{key}-kind": "editorial"})
    assert said(page) == ["1 decision is saved."]
    assert recorded(made_up, "A1.1") == [("editorial", "A1.1", True)]
    assert StatementLink.objects.get(version=made_up, new__code="A1.1").decided_by == editor
    assert waiting(made_up) == 17


def test_several_are_decided_at_once_with_other_ends(send, made_up):
    three, gone = key_of(made_up, "B3.7"), key_of(made_up, "B5.7", is_old=True)[1:]
    carbon = key_of(made_up, "A1.7")
    page = send(
        **{f"{three}-kind": "merged", f"{three}-olds": "b3.7, B3.9 and B5.7", f"{carbon}-kind": "new"},
    )
    assert said(page) == ["2 decisions are saved."]
    assert recorded(made_up, "B3.7") == [("merged", code, True) for code in ("B3.7", "B3.9", "B5.7")]
    assert not made_up.links.filter(old=gone, kind="removed").exists()


def test_what_is_obvious_is_decided_in_one_step_with_what_was_chosen(send, made_up):
    key = key_of(made_up, "A2.7")
    page = send(**{f"{key}-kind": "editorial", "obvious": "1"})
    assert said(page) == ["6 decisions are saved."]
    assert waiting(made_up) == 12


def test_a_new_statement_and_a_removed_one_need_no_codes_taken_out(send, made_up):
    new, removed = key_of(made_up, "B1.15"), key_of(made_up, "A1.1")
    page = send(**{f"{new}-kind": "new", f"{removed}-kind": "removed"})
    assert said(page) == ["2 decisions are saved."]
    assert recorded(made_up, "B1.15") == [("new", "", True)]
    # What it was, and what it became, are left over, and are proposed anew.
    assert recorded(made_up, "A1.1") == [("new", "", False)]


def test_bad_combinations_say_so_beside_the_field_and_lose_nothing(send, made_up):
    first, second, third = (key_of(made_up, code) for code in ("A1.1", "A1.7", "A2.7"))
    before = list(made_up.links.values_list("kind", "old", "new", "decided_at").order_by("pk"))
    page = send(
        **{f"{first}-kind": "same", f"{second}-kind": "split", f"{second}-news": "A1.7"},
        **{f"{third}-kind": "editorial", f"{third}-olds": "A2.8, <b>, Z9"},
    )
    assert page.status_code == 422
    assert errors(page) == [
        (f"{first}-kind", "A1.1: The words are not the same. Choose “Edited, same meaning” if they mean the same."),
        (f"{second}-olds", "A1.7: Name one statement of version 2.0."),
        (f"{second}-news", "A1.7: Name at least two statements of version 3.0."),
        (f"{third}-olds", "A2.7: Version 2.0 has no statement &lt;b&gt;, Z9. Write codes, such as B4.3."),
    ]
    html = page.content.decode()
    assert all(f'id="{field}"' in html for field, _ in errors(page))
    sent = form_of(page)
    assert [sent[f"{key}-kind"] for key in (first, second, third)] == ["same", "split", "editorial"]
    assert sent[f"{third}-olds"] == "A2.8, &lt;b&gt;, Z9"
    assert list(made_up.links.values_list("kind", "old", "new", "decided_at").order_by("pk")) == before


def test_codes_without_a_choice_ask_for_one(send, made_up):
    key = key_of(made_up, "A1.7")
    page = send(**{f"{key}-olds": "A2.7"})
    assert (page.status_code, errors(page)) == (422, [(f"{key}-kind", "A1.7: Choose what became of it.")])


def test_nothing_chosen_saves_nothing(send, made_up):
    assert said(send()) == ["Nothing was chosen, so nothing is saved."]


def test_a_decision_is_opened_and_changed_and_what_was_typed_stays(send, browser, made_up):
    decided, typed = key_of(made_up, "B3.9"), key_of(made_up, "A1.7")
    page = send(open=decided, **{f"{typed}-kind": "new"})
    assert page.status_code == 200
    sent = form_of(page)
    assert (sent[f"{typed}-kind"], sent[f"{decided}-kind"], sent["opened"]) == ("new", "same", [decided])
    assert said(page) == []
    assert recorded(made_up, "A1.7") == [("new", "", False)]
    page = browser.post(address(made_up), sent | {f"{decided}-kind": "changed"})
    assert said(page) == ["2 decisions are saved."]
    assert recorded(made_up, "B3.9") == [("changed", "B3.11", True)]


@pytest.mark.parametrize("is_said_twice", [False, True])
def test_a_split_takes_in_what_was_decided_of_its_second_part_once_that_is_opened(
    send, browser, made_up, is_said_twice
):
    whole, part = key_of(made_up, "A1.1"), key_of(made_up, "B1.15")
    send(**{f"{part}-kind": "new"})
    split = {f"{whole}-kind": "split", f"{whole}-news": "A1.1, B1.15"}
    refused = send(**split)
    assert (refused.status_code, [each for _, each in errors(refused)]) == (
        422,
        [
            "A1.1: Something else is said of B1.15. Change that too, with “Change” under “Decided” where it is decided, "
            "and save both together."
        ],
    )
    opened = browser.post(address(made_up), form_of(browser.get(address(made_up))) | {"open": part})
    sent = form_of(opened) | split
    if is_said_twice:
        sent |= {f"{part}-kind": "split", f"{part}-olds": "A1.1", f"{part}-news": "B1.15, A1.1"}
    assert said(browser.post(address(made_up), sent)) == ["1 decision is saved."]
    assert [recorded(made_up, code) for code in ("A1.1", "B1.15")] == [[("split", "A1.1", True)]] * 2


def test_somebody_elses_decision_is_not_overwritten(browser, made_up, first_page, superuser):
    form = form_of(first_page)
    key = key_of(made_up, "A1.1")
    old, new = (
        Statement.objects.get(area__section__version=each, code="A1.1").pk for each in (made_up.follows, made_up)
    )
    decide_link(version=made_up, by=superuser, kind="editorial", olds=[old], news=[new])
    page = browser.post(address(made_up), form | {f"{key}-kind": "changed", "opened": [key]})
    assert page.status_code == 422
    assert errors(page) == [
        (f"{key}-kind", "A1.1: Meanwhile this was decided or proposed otherwise: Edited, same meaning. Look again.")
    ]
    assert recorded(made_up, "A1.1") == [("editorial", "A1.1", True)]


def test_once_all_is_decided_the_page_says_so(browser, made_up, editor):
    link(made_up.follows, made_up, by=editor)
    page = browser.get(address(made_up))
    html = page.content.decode()
    assert "Everything is decided" in html
    assert f'<a href="{reverse("admin:standards_version_review", args=[made_up.pk])}">the check' in html
    assert form_of(page) == {}
    assert "Harriet Molescroft" in html
    assert html.count('name="open"') == 66


def test_words_that_were_edited_after_the_decision_are_pointed_out(browser, made_up, editor):
    link(made_up.follows, made_up, by=editor)
    words = LevelDescriptor.objects.get(
        statement__code="A1.1", statement__area__section__version=made_up, level__rank=1
    )
    words.text += " And more."
    words.save()
    html = browser.get(address(made_up)).content.decode()
    assert re.findall(r'<li><a href="#([^"]+)">[^<]+</a>: edited, same meaning</li>', html) == [key_of(made_up, "A1.1")]
    assert html.count("Edited since") == 1


def test_what_is_published_can_only_be_read(browser, made_up, editor):
    link(made_up.follows, made_up, by=editor)
    version = publish_unreviewed(version=made_up)
    html = browser.get(address(version)).content.decode()
    assert "Version 3.0 is published, so nothing can be changed here." in html
    assert 'name="open"' not in html
    assert 'type="submit" value="Save' not in html
    key = key_of(version, "A1.1")
    page = browser.post(address(version), {"opened": key, f"{key}-stand": "", f"{key}-kind": "changed", "obvious": "1"})
    assert page.status_code == 422
    assert recorded(version, "A1.1") == [("editorial", "A1.1", True)]


def test_the_first_version_has_nothing_to_decide(browser, published_version):
    html = browser.get(address(published_version)).content.decode()
    assert "is the first one here and follows no other" in html
    assert browser.post(address(published_version), {}).status_code == 200


def test_only_editors_come_here(client, sign_in, made_up, line_manager):
    assert client.get(address(made_up)).status_code == 302
    assert sign_in(line_manager).get(address(made_up)).status_code == 302
    staff = sign_in(make_user(is_staff=True))
    assert staff.get(address(made_up)).status_code == 403
    assert staff.post(address(made_up), {"obvious": "1"}).status_code == 403


def test_as_many_queries_for_67_statements_as_for_two(browser, made_up, editor):
    small = publish_unreviewed(version=make_version(("Reads", "Writes", "Leads"), ("Counts", "Saves", "Invests")))
    counts = []
    for version in (made_up, start_next_version(version=small, number="2", by=editor)):
        browser.get(address(version))
        with CaptureQueriesContext(connection) as seen:
            browser.get(address(version))
        counts.append(len(seen))
    assert counts[0] <= counts[1] <= 45
