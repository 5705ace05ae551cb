"""The page that shows every statement with the answer given."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.answers import Answered
from assessments.models import Assessment
from standards.tree import version_tree
from tests.assessments.pages import links_of, words_of
from tests.factories import close, make_assessment, make_evidence, rate, rate_all

HOSTILE = "<b>&{{7*7}}</b>"


@pytest.fixture
def draft(contract_manager, published_version):
    return make_assessment(contract_manager)


def path(name, assessment, *args):
    return reverse(name, args=[assessment.pk, *args])


def row(response, code):
    """The words of one statement's row."""
    text = response.text.partition(f'<span class="portal-code">{code}</span>')[2].partition(
        '<span class="portal-code">'
    )[0]
    return " ".join(re.sub(r"<[^>]*>", " ", text.partition("</div>")[0]).split())


def test_assessment_check_shows_each_answer_in_words(manager_client, draft):
    rate(
        draft,
        {
            "B4.1": Answered(rank=0, note=f"{HOSTILE}\nSecond line"),
            "B4.2": 3,
            "B4.3": 1,
            "B4.4": Answered(not_relevant=True, reason=f"Decided elsewhere {HOSTILE}"),
            "B4.5": Answered(note="To be thought about"),
        },
    )
    make_evidence(draft, statements=("B4.3", "B4.5"))
    make_evidence(draft, statements=("B4.3",))
    response = manager_client.get(path("assessment-check", draft))
    escaped = "&lt;b&gt;&amp;{{7*7}}&lt;/b&gt;"
    tree = version_tree(draft.version)
    by_code = {each.code: each for each in tree.statements}
    assert row(response, "B4.1") == (
        f"Change process Not yet at Foundation Note: {escaped} Second line Change B4.1 Change process"
    )
    assert row(response, "B4.2") == (
        f"Risk register and records Expert {by_code['B4.2'].cell(3).text} Change B4.2 Risk register and records"
    )
    assert row(response, "B4.3") == (
        f"Value for money options Foundation {by_code['B4.3'].cell(1).text} 2 work examples "
        "Change B4.3 Value for money options"
    )
    assert row(response, "B4.4") == (
        f"Deciding on change Not relevant to my role Because: Decided elsewhere {escaped} "
        "Change B4.4 Deciding on change"
    )
    assert row(response, "B4.5") == (
        "Further value Not answered Note: To be thought about 1 work example Answer B4.5 Further value"
    )
    assert row(response, "B4.6") == "Acting outside the contract Not answered Answer B4.6 Acting outside the contract"


def test_assessment_check_leads_from_each_statement_to_its_question(manager_client, draft):
    rate_all(draft)
    links = links_of(manager_client.get(path("assessment-check", draft)))
    for statement in version_tree(draft.version).statements:
        address = path("rating-edit", draft, statement.area_code)
        assert links[f"Change {statement.code} {statement.topic}"] == f"{address}#statement-{statement.code}"


def test_assessment_check_says_what_is_missing(manager_client, draft):
    rate_all(draft)
    rate(draft, {"A1.1": Answered(), "B4.1": Answered(), "B4.2": Answered(note="Later")})
    response = manager_client.get(path("assessment-check", draft))
    words = words_of(response)
    assert "63 of 66 statements answered." in words
    left = "Three statements have no answer: one in A1 Business Acumen and two in B4 Change Control."
    assert words.count(left) == 2
    links = links_of(response)
    assert links["one in A1 Business Acumen"] == path("rating-edit", draft, "A1")
    assert links["two in B4 Change Control"] == path("rating-edit", draft, "B4")
    assert links["See your gap report"] == path("report-detail", draft)


def test_assessment_check_when_all_is_answered(manager_client, draft):
    rate_all(draft)
    words = words_of(manager_client.get(path("assessment-check", draft)))
    assert "You have answered all 66 statements. Read them through, then see your gap report." in words
    assert "no answer" not in words


def test_assessment_check_says_targets_and_what_is_not_in_the_role(manager_client, draft):
    actions.set_targets(
        assessment=draft, targets={"B1": (1, f"I only review {HOSTILE}"), "B2": (None, f"Done elsewhere {HOSTILE}")}
    )
    rate(draft, {"B2.1": 1})
    response = manager_client.get(path("assessment-check", draft))
    words = words_of(response)
    assert "A1 Business Acumen Your target: Practitioner. 0 of 6 answered." in words
    assert (
        "B1 Design and Ongoing Development Your target: Foundation. 0 of 9 answered. "
        f"Why not the level that your role proposes: I only review {HOSTILE}"
    ) in words
    assert (
        f"B2 Procurement and Mobilisation Not in your role, because: Done elsewhere {HOSTILE} "
        "1 of its 7 statements have an answer, which does not count."
    ) in words
    assert row(response, "B2.1") == ""
    assert "0 of 59 statements answered." in words


def test_assessment_check_of_a_closed_round_is_for_reading(manager_client, draft):
    rate(draft, {"B4.1": 2})
    close(Assessment.objects.get())
    response = manager_client.get(path("assessment-check", draft))
    words = words_of(response)
    assert f"Your answers Your {draft.title} was closed on" in words
    assert row(response, "B4.3") == "Value for money options Not answered"
    to_read = {
        f"Read {area.code} with your answers": path("assessment-area", draft, area.code)
        for area in version_tree(draft.version).areas
    }
    assert links_of(response) == {"See your gap report": path("report-detail", draft), **to_read}


def test_assessment_check_takes_as_many_queries_for_one_answer_as_for_all(manager_client, draft):
    rate(draft, {"A1.1": 1})
    with CaptureQueriesContext(connection) as one:
        manager_client.get(path("assessment-check", draft))
    rate_all(draft)
    make_evidence(draft, statements=("A1.1", "B4.3"))
    make_evidence(draft, statements=("B4.3",))
    with CaptureQueriesContext(connection) as many:
        manager_client.get(path("assessment-check", draft))
    assert len(one) == len(many) <= 8
