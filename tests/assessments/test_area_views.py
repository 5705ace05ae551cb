"""The page of an area of the standards on which the owner's answers and target stand beneath each statement."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.answers import Answered
from standards.tree import version_tree
from tests.assessments.pages import links_of, words_of
from tests.factories import make_assessment, rate, rate_all

HOSTILE = "<b>&{{7*7}}</b>"


@pytest.fixture
def draft(contract_manager, published_version):
    return make_assessment(contract_manager)


def path(assessment, code="B4"):
    return reverse("assessment-area", args=[assessment.pk, code])


def said(response) -> dict:
    """What stands beneath the words of each statement, by its code."""
    found = {}
    for part in response.text.split('<tbody role="rowgroup" id="')[1:]:
        words = part.partition('<p class="round-beside">')[2].partition("</p>")[0]
        found[part.partition('"')[0]] = " ".join(re.sub(r"<[^>]*>", "", words).split())
    return found


def test_each_answer_stands_beneath_the_words_of_its_statement(manager_client, draft):
    actions.set_targets(assessment=draft, targets={"B4": (3, "I lead on change")})
    rate(
        draft,
        {
            "B4.1": Answered(rank=0, note="A note"),
            "B4.2": 3,
            "B4.3": 1,
            "B4.4": Answered(not_relevant=True, reason=f"Decided elsewhere {HOSTILE}"),
            "A1.1": 2,
        },
    )
    found = said(manager_client.get(path(draft)))
    escaped = "&lt;b&gt;&amp;{{7*7}}&lt;/b&gt;"
    assert found == {
        "B4.1": "Your answer: Not yet at Foundation. Your target: Expert. Change B4.1 Change process",
        "B4.2": (
            "Your answer: Practitioner and Expert, which have the same words. Your target: Expert. "
            "Change B4.2 Risk register and records"
        ),
        "B4.3": "Your answer: Foundation. Your target: Expert. Change B4.3 Value for money options",
        "B4.4": (
            f"Your answer: Not relevant to my role, because: Decided elsewhere {escaped} Change B4.4 Deciding on change"
        ),
        "B4.5": "You have not answered this. Your target: Expert. Answer B4.5 Further value",
        "B4.6": "You have not answered this. Your target: Expert. Answer B4.6 Acting outside the contract",
        "B4.7": found["B4.7"],
    }


def test_the_table_is_the_one_that_everybody_reads(manager_client, draft):
    def table(response):
        text = response.text.partition("<table")[2].partition("</table>")[0]
        own = (
            r'<tr role="row" class="standards-table__more"><td role="cell" colspan="3"><p class="round-beside">.*?</tr>'
        )
        return re.sub(own, "", text, flags=re.DOTALL)

    public = reverse("area-detail", args=["contract-management", "2.0", "B4"])
    own = table(manager_client.get(path(draft)))
    assert "".join(own.split()) == "".join(table(manager_client.get(public)).split())
    assert own.count("</tbody>") == 7


def test_every_statement_leads_to_its_question_and_every_area_to_the_next(manager_client, draft):
    rate_all(draft)
    tree = version_tree(draft.version)
    for area in tree.areas:
        links = links_of(manager_client.get(path(draft, area.code)))
        for statement in area.statements:
            question = reverse("rating-edit", args=[draft.pk, area.code])
            assert links[f"Change {statement.code} {statement.topic}"] == f"{question}#statement-{statement.code}"
        others = [each for each in tree.areas if each is not area]
        assert {links[f"{each.code} {each.short_title}"] for each in others} == {
            path(draft, each.code) for each in others
        }


def test_the_pages_of_a_round_lead_there(manager_client, draft):
    for name, words in (
        ("assessment-detail", "The standards with your answers: B4"),
        ("assessment-check", "Read B4 with your answers"),
        ("report-detail", "Change Control"),
    ):
        assert links_of(manager_client.get(reverse(name, args=[draft.pk])))[words] == path(draft)


def test_the_lead_says_what_is_needed_and_how_much_is_answered(manager_client, draft):
    rate(draft, {"B4.1": 2, "B4.2": Answered(note="Later")})
    lead = "Your target is Practitioner, and you have answered 1 of 7 statements. Only you can see this page."
    assert lead in words_of(manager_client.get(path(draft)))
    actions.set_targets(assessment=draft, targets={"B4": (None, "Done elsewhere")})
    words = words_of(manager_client.get(path(draft)))
    assert "This area is not in your role, so no answer counts here." in words
    assert "Your target" not in words


def test_a_closed_round_is_for_reading(manager_client, draft):
    rate(draft, {"B4.1": 2})
    actions.close_assessment(assessment=draft, by=draft.owner)
    found = said(manager_client.get(path(draft)))
    assert found["B4.1"] == "Your answer: Practitioner. Your target: Practitioner."
    assert found["B4.5"] == "You have not answered this. Your target: Practitioner."


def test_nothing_keeps_the_page(manager_client, draft):
    response = manager_client.get(path(draft))
    assert response["Cache-Control"] == "no-store, private"
    assert "ETag" not in response


def test_nobody_else_gets_it(client, sign_in, draft, stranger, line_manager, editor, superuser):
    rate(draft, {"B4.1": 2})
    for person in (stranger, line_manager, editor, superuser):
        assert sign_in(person).get(path(draft)).status_code == 404
    response = client.get(path(draft))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("code", ["Z9", "b4", "B4x"])
def test_an_area_that_is_not_there_is_not_found(manager_client, draft, code):
    assert manager_client.get(path(draft, code)).status_code == 404


def test_public_pages_say_nothing_of_answers(manager_client, draft):
    rate_all(draft)
    response = manager_client.get(reverse("area-detail", args=["contract-management", "2.0", "B4"]))
    assert "round-beside" not in response.text
    assert "Your answer" not in response.text


def test_it_takes_as_many_queries_for_one_answer_as_for_all(manager_client, draft):
    rate(draft, {"A1.1": 1})
    manager_client.get(path(draft))
    with CaptureQueriesContext(connection) as one:
        manager_client.get(path(draft))
    rate_all(draft)
    with CaptureQueriesContext(connection) as many:
        manager_client.get(path(draft))
    print(f"{len(many)} queries")  # noqa: T201 what the page is quoted with
    assert len(one) == len(many) <= 8
