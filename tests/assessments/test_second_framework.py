"""Another profession's framework all the way: 150 statements in 30 areas, four levels, some of them without words."""

import gzip
import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.actions import start_next_assessment
from assessments.answers import Answered
from assessments.reports import files as report_files
from assessments.reports.making import make_report
from standards.actions import publish_unreviewed
from standards.models import Version
from standards.tree import version_tree
from tests.assessments.pages import words_of
from tests.assessments.rounds import as_read, plan_goal, source_of
from tests.conftest import HEAVY
from tests.documents.structure import TaggedPdf, broken_rules, letters, not_a_marker, unprinted_links, unscoped_headers
from tests.factories import (
    confirm,
    converse,
    make_assessment,
    make_evidence,
    make_user,
    rate,
    rate_all,
    review,
    share,
)
from tests.standards.second_framework import bring_in_second_framework, second_framework_as_workbook

pytestmark = pytest.mark.django_db

LEADING = 4
NOTE = "I keep the lists for two teams and check them each month."
OWN_PAGES = (
    *("assessment-detail", "target-edit", "assessment-check", "report-detail", "evidence-list", "evidence-create"),
    *("assessment-share", "plan-detail"),
)
PAGES_OF_AN_AREA = ("rating-edit", "assessment-area", "readers-note-edit")
PAGES_OF_TWO = ("review-detail", "report-detail", "assessment-check")
# Below this, gzipped, a page is quick to come on a slow line.
LARGEST_PAGE = 40_000


@pytest.fixture(scope="module")
def second(kept_for_the_module):
    """Brought in by an editor with a workbook, and published."""
    content, wanted = second_framework_as_workbook()
    version = publish_unreviewed(version=bring_in_second_framework(content, make_user()))
    assert version.fingerprint == wanted
    return version


@pytest.fixture(scope="module")
def first(second):
    return Version.objects.published().exclude(pk=second.pk).get()


@pytest.fixture(scope="module")
def draft(second):
    """A finished draft: every fourteenth statement not relevant, notes, every level, "not yet" among them."""
    assessment = make_assessment(make_user(name="Nia Penŵydd"), version=second, role_profile="keeper")
    rate(assessment, {each.code: _answer(n, each) for n, each in enumerate(version_tree(second).statements)})
    make_evidence(assessment, title="Retention schedule", statements=("R2.1", "S3.2", "T10.7"))
    return as_read(assessment)


def _answer(number, statement):
    if number % 14 == 13:
        return "Done by another office."
    return Answered(statement.choices[number % len(statement.choices)], note=NOTE if number % 10 == 0 else "")


@pytest.fixture(scope="module")
def reviewed(second):
    """A round shared, and reviewed with a difference in every seventh statement."""
    owner, boss = make_user(name="Zofia Dąbrówka"), make_user(name="Owain Bellweather")
    assessment = make_assessment(owner, version=second, role_profile="head-of-records")
    rate_all(assessment, rank=LEADING)
    seen = {each.code: each.choices[0] for each in version_tree(second).statements[::7]}
    reviewed = review(share(assessment, boss), seen)
    goal = {"what": "Lead a review", "kind": "formal", "due_on": date(2027, 6, 30), "aims": {"R2.1": LEADING}}
    plan_goal(reviewed, owner, **goal)
    return reviewed


@pytest.fixture(scope="module")
def agreed(reviewed, second):
    agreed = {each.code: each.choices[1] for each in version_tree(second).statements[::7]}
    return confirm(converse(reviewed, agreed), reviewed.line_manager, reviewed.owner)


def browser_of(person):
    browser = Client()
    browser.force_login(person)
    return browser


# Levels without words, from the page that asks to the report

# Of R3: 3.2 has no words at Working, 3.3 none at the two lowest levels, 3.4 the same at two, 3.5 none at the two in the middle,
# 3.6 neither at the lowest nor at the highest.


def test_rating_edit_says_which_levels_have_no_words(draft):
    response = browser_of(draft.owner).get(reverse("rating-edit", args=[draft.pk, "R3"]))
    words = words_of(response)
    for said in (
        "There are no words for Working: it is met together with Awareness. This counts as Working.",
        "There are no words for Awareness and Working: they are met by whoever is not yet at Practised.",
        "Not yet at Practised (counts as Working)",
        "The published words are the same for Working and Practised. This counts as Practised.",
        "There are no words for Working and Practised: they are met together with Awareness. This counts as Practised.",
        "There are no words for Awareness: it is met by whoever is not yet at Working.",
        "There are no words for Leading: it is met together with Practised. This counts as Leading.",
    ):
        assert said in words
    # Each cell stands in the columns of its levels: a row's cells fill all four.
    for row in re.findall(r'<fieldset class="rating-row.*?</fieldset>', response.text, re.DOTALL):
        cells = re.findall(r'class="(rating-cell(?: [^"]*)?)"', row)
        assert sum(int((re.findall(r"--span-(\d)", each) or [1])[0]) for each in cells) == 4


def test_a_statement_without_words_at_its_lowest_levels_counts_as_them_when_not_yet(second):
    assessment = make_assessment(make_user(), version=second, role_profile="")
    rate(assessment, dict.fromkeys([f"R3.{n}" for n in range(1, 10)], LEADING) | {"R3.3": 0})
    report = make_report(source_of(as_read(assessment)))
    area = next(each for each in report.areas if each.code == "R3")
    assert area.level == "Working"
    answers = words_of(browser_of(assessment.owner).get(reverse("assessment-check", args=[assessment.pk])))
    assert "R3.3 Finding aids, no. 9 Not yet at Practised (counts as Working)" in answers


@pytest.mark.parametrize(("code", "choices"), [("R3.1", (0, 1, 2, 3, 4)), ("R3.3", (0, 3, 4)), ("R3.6", (0, 2, 4))])
def test_only_levels_with_words_of_their_own_are_answers(second, code, choices):
    statement = next(each for each in version_tree(second).statements if each.code == code)
    assert statement.choices == choices


# Pages at this size


def queries_of(browser, address):
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = browser.get(address)
    assert response.status_code == 200, address
    return len(queries), response


@pytest.fixture(scope="module")
def smaller(first):
    """A finished draft of the framework with 66 statements."""
    assessment = make_assessment(make_user(), version=first)
    rate_all(assessment)
    make_evidence(assessment)
    return assessment


@pytest.mark.parametrize("name", OWN_PAGES)
def test_a_page_of_150_statements_asks_no_more_than_one_of_66(draft, smaller, name):
    (many, response), (few, _) = (
        queries_of(browser_of(each.owner), reverse(name, args=[each.pk])) for each in (draft, smaller)
    )
    assert many <= few
    assert len(gzip.compress(response.content)) < LARGEST_PAGE


@pytest.mark.parametrize("name", PAGES_OF_AN_AREA)
def test_a_page_of_an_area_asks_no_more_among_thirty_than_among_eight(draft, smaller, name):
    counts = [
        queries_of(browser_of(each.owner), reverse(name, args=[each.pk, code]))[0]
        for each, code in ((draft, "R3"), (smaller, "B1"))
    ]
    assert counts[0] <= counts[1]


def test_the_areas_of_another_section_are_a_page_away(draft):
    page = browser_of(draft.owner).get(reverse("rating-edit", args=[draft.pk, "S2"])).text
    steps = page.partition('<nav class="rating-areas')[2].partition("</nav>")[0]
    assert re.findall(r"/rate/(\w+)/", steps) == [f"S{n}" for n in range(1, 11) if n != 2]
    assert "Area 12 of 30" in steps


@pytest.mark.parametrize("name", PAGES_OF_TWO)
def test_pages_of_the_line_manager_are_drawn(reviewed, name):
    count, response = queries_of(browser_of(reviewed.line_manager), reverse(name, args=[reviewed.pk]))
    assert count <= 14
    assert len(gzip.compress(response.content)) < LARGEST_PAGE


def test_review_edit_says_which_levels_have_no_words(draft):
    shared = share(draft, make_user())
    page = words_of(browser_of(shared.line_manager).get(reverse("review-edit", args=[shared.pk, "R3"])))
    assert "There are no words for Awareness and Working: they are met by" in page
    assert "Not yet at Practised (counts as Working)" in page


def test_the_conversation_is_about_every_difference(reviewed):
    for person in (reviewed.owner, reviewed.line_manager):
        talk = words_of(browser_of(person).get(reverse("conversation-detail", args=[reviewed.pk])))
        assert "22 statements" in talk


# The report, to a PDF


def test_the_report_has_every_area_with_its_level(draft):
    report = make_report(source_of(draft))
    assert (len(report.areas), report.levels) == (30, ("Awareness", "Working", "Practised", "Leading"))
    assert len(report.areas[0].chart.at_or_above) == 5


# What is read for it is in the report above.
@pytest.mark.drawn
@pytest.mark.parametrize("state", ["draft", "agreed"] if HEAVY else ["agreed"])
def test_the_report_of_it_is_accessible(draft, agreed, state):
    source = source_of(as_read({"draft": draft, "agreed": agreed}[state]))
    tagged, html = TaggedPdf(report_files.make_pdf(source)), report_files.report_html(source)
    assert broken_rules(tagged.data) == []
    assert unscoped_headers(tagged) == []
    assert unprinted_links(tagged) == []
    assert tagged.tags().count("/Table") == html.count("<table")
    assert tagged.text(not_a_marker) == letters(html)
    assert len(tagged.reader.pages) < 25


# To the end, and from there to the next round


def test_it_is_agreed_and_gone_on_from(agreed, second):
    assert agreed.state == "agreed"
    following = start_next_assessment(owner=agreed.owner, previous=agreed, version=second)
    statements = version_tree(second).statements
    rate(following, {each.code: each.choices[-1] for each in statements})
    address = reverse("assessment-compare", args=[following.pk, agreed.pk])
    words = words_of(browser_of(agreed.owner).get(address))
    for level in ("Awareness", "Working", "Practised", "Leading"):
        assert level in words
    assert "Records Keeping Framework (made up for tests), version 1.0" in words
