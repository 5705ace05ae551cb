"""Two rounds compared, as a page: who may read which, what it says, and what it says when nothing changed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.comparisons import comparison_part, read_round
from assessments.models import Assessment
from people.models import ReportingLine
from standards.tree import version_tree
from tests.assessments.pages import links_of, words_of
from tests.factories import agree, close, make_assessment, make_user, rate, rate_all, reread, share

pytestmark = pytest.mark.django_db

QUERIES = 8


@pytest.fixture(scope="module")
def owner(kept_for_the_module):
    return make_user(name="Nia Penŵydd")


@pytest.fixture(scope="module")
def manager(kept_for_the_module):
    return make_user(name="Tomasz Quillfeather")


@pytest.fixture(scope="module")
def agreed(owner, manager):
    """Last year's, agreed at Practitioner throughout; agreed one level lower in B4.4, where the owner said Practitioner."""
    assessment = make_assessment(owner)
    started = assessment.started_at - timedelta(days=365)
    Assessment.objects.filter(pk=assessment.pk).update(started_at=started)
    rate_all(assessment)
    return agree(assessment, manager, ratings={"B4.4": 1}, agreed={"B4.4": 1})


@pytest.fixture(scope="module")
def later(agreed):
    """This year's draft: B4.4 came up, A1.1 rose and A1.2 fell, B5.1 is not relevant, B6 is not in the role; B6.1 unanswered."""
    made = actions.start_next_assessment(owner=agreed.owner, previous=agreed, version=agreed.version)
    rate_all(made)
    rate(made, {"A1.1": 3, "A1.2": 0, "B5.1": "Done by legal."})
    actions.set_targets(assessment=made, targets={"B6": (None, "Another team.")})
    return reread(made)


def address(first, second):
    return reverse("assessment-compare", args=[first.pk, second.pk])


def part_of(then, now):
    return comparison_part(read_round(reread(then)), read_round(reread(now)))


# What is said


def test_the_levels_of_the_areas_then_and_now(agreed, later):
    part = part_of(agreed, later)
    assert (part.then, part.now) == (agreed.title.split()[0], later.title.split()[0])
    assert part.then_title == f"{agreed.title}, agreed levels"
    assert part.now_title == f"{later.title}, own levels"
    rows = {row.code: (row.then, row.now, row.change, [cell.text for cell in row.cells]) for row in part.areas}
    assert rows["A1"] == ("Practitioner", "Not yet at Foundation", "Fell two levels", ["6 to 5", "6 to 5", "0 to 1"])
    assert rows["A2"] == ("Practitioner", "Practitioner", "Same", ["8", "8", "0"])
    assert rows["B4"] == ("Foundation", "Practitioner", "Rose one level", ["7", "6 to 7", "2"])
    assert rows["B5"][:3] == ("Practitioner", "Practitioner", "Same")
    assert rows["B6"] == ("Practitioner", "Not in the role", "Not in the role now", [])
    assert part.summary == "B4 rose and A1 fell."


def test_what_became_of_the_statements(agreed, later):
    part = part_of(agreed, later)
    groups = {group.title: [(row.code, row.then, row.now) for row in group.rows] for group in part.groups}
    assert groups["Rose"] == [("A1.1", "Practitioner", "Expert"), ("B4.4", "Foundation", "Practitioner")]
    assert groups["Fell"] == [("A1.2", "Practitioner", "Not yet at Foundation")]
    left_out = [code for code, *_ in groups["Not relevant to the role now"]]
    assert left_out == ["B5.1", *(each.code for each in version_tree(later.version).area("B6").statements)]
    assert list(groups) == ["Rose", "Fell", "Not relevant to the role now"]
    assert len(part.same) == 66 - 3 - len(left_out)


def test_each_block_draws_what_its_figures_say(agreed, later):
    (row,) = [row for row in part_of(agreed, later).areas if row.code == "A1"]
    drawn = [(cell.block.kept, cell.block.gained, cell.block.lost, cell.block.empty) for cell in row.cells]
    assert drawn == [(5, 0, 1, 0), (5, 0, 1, 0), (0, 1, 0, 5)]
    assert row.cells[1].block.words == "A1, Practitioner or above: 6 of 6 then, 5 now."


def test_an_agreed_round_is_compared_by_what_was_agreed(agreed, later):
    rows = {row.code: row.then for row in part_of(agreed, later).groups[0].rows}
    assert rows["B4.4"] == "Foundation"


def test_a_round_without_answers_is_not_finished(agreed, contract_manager):
    empty = make_assessment(contract_manager)
    part = part_of(agreed, empty)
    assert {row.now for row in part.areas} == {"Not finished"}
    assert [group.title for group in part.groups] == ["Not answered now"]
    assert not part.has_chart
    assert part.summary.startswith("No area rose or fell.")


def test_two_rounds_of_one_year_are_told_apart_by_days(owner, manager):
    first = make_assessment(make_user(), ratings={"B4.1": 1})
    close(first)
    second = make_assessment(first.owner, ratings={"B4.1": 2})
    part = part_of(first, second)
    assert part.now == "Now"
    assert part.then.split()[-1] == first.title.split()[0]
    assert "A level now" not in {group.title for group in part.groups}


# The page


def test_assessment_compare_says_the_same_from_either_side(sign_in, owner, agreed, later):
    browser = sign_in(owner)
    pages = [browser.get(address(agreed, later)), browser.get(address(later, agreed))]
    assert [page.status_code for page in pages] == [200, 200]
    texts = [words_of(page) for page in pages]
    assert texts[0] == texts[1]
    assert f"Compare your {agreed.title} and {later.title}" in texts[0]
    assert "B4 rose and A1 fell." in texts[0]
    assert "Rose one level" in texts[0]
    assert "your own levels, draft" in texts[0]
    assert "%" not in texts[0]


def test_assessment_compare_says_that_nothing_changed(sign_in, contract_manager, published_version):
    first = make_assessment(contract_manager)
    rate_all(first)
    close(first)
    second = make_assessment(contract_manager)
    rate_all(second)
    text = words_of(sign_in(contract_manager).get(address(first, second)))
    assert "Nothing changed: every area and every statement is where it was." in text
    assert "No statement changed." in text
    assert "66 statements where they were" in text


def test_assessment_compare_leads_to_the_other_rounds(sign_in, owner, agreed, later):
    close(later)
    third = make_assessment(owner)
    browser = sign_in(owner)
    links = links_of(browser.get(address(later, agreed)))
    assert address(later, third) in links.values()
    assert address(later, agreed) not in links.values()


def test_assessment_detail_leads_to_the_comparison_with_the_round_before(sign_in, owner, agreed, later):
    browser = sign_in(owner)
    links = links_of(browser.get(reverse("assessment-detail", args=[later.pk])))
    assert links["Compare it with the one before"] == address(later, agreed)
    assert "Compare it with the one before" not in links_of(browser.get(reverse("assessment-detail", args=[agreed.pk])))


def test_assessment_compare_is_drawn_in_few_queries(sign_in, owner, agreed, later):
    browser = sign_in(owner)
    browser.get(address(agreed, later))
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address(agreed, later)).status_code == 200
    assert len(queries) == QUERIES


# Who may read it


def test_assessment_compare_with_itself_or_nothing_is_not_there(sign_in, owner, agreed):
    browser = sign_in(owner)
    assert browser.get(address(agreed, agreed)).status_code == 404
    path = reverse("assessment-compare", args=[agreed.pk, uuid4()])
    assert browser.get(path).status_code == 404


def test_assessment_compare_is_never_of_two_people(sign_in, agreed, later, stranger, manager):
    theirs = make_assessment(stranger)
    rate_all(theirs)
    browser = sign_in(stranger)
    for pair in ((theirs, agreed), (agreed, theirs), (agreed, later)):
        assert browser.get(address(*pair)).status_code == 404
    share(theirs, manager)
    # Their line manager reads both, and they are two people's.
    assert sign_in(manager).get(address(theirs, agreed)).status_code == 404


def test_assessment_compare_shows_the_line_manager_no_draft(sign_in, agreed, later, manager):
    browser = sign_in(manager)
    assert browser.get(address(agreed, later)).status_code == 404
    assert browser.get(address(later, agreed)).status_code == 404


def test_assessment_compare_is_for_the_line_manager_who_reads_both(sign_in, agreed, later, manager):
    rate_all(later)
    share(later, manager)
    response = sign_in(manager).get(address(agreed, later))
    text = words_of(response)
    assert response.status_code == 200
    assert f"Compare Nia Penŵydd’s {agreed.title} and {later.title}" in text
    assert "their own levels, shared" in text
    assert "your" not in text.partition("Where each area")[2].partition("Support links")[0].lower()


def test_assessment_compare_shows_no_level_before_the_line_manager_has_rated(sign_in, agreed, later, manager):
    rate_all(later)
    share(later, manager, rates_first=True)
    assert sign_in(manager).get(address(agreed, later)).status_code == 403
    assert sign_in(agreed.owner).get(address(agreed, later)).status_code == 200


def test_assessment_compare_ends_with_the_line(sign_in, agreed, later, manager):
    rate_all(later)
    share(later, manager)
    ReportingLine.objects.live().get(person=agreed.owner).delete()
    assert sign_in(manager).get(address(agreed, later)).status_code == 404


def test_assessment_compare_shows_a_closed_round_to_its_owner_alone(sign_in, agreed, later, manager):
    close(later)
    assert sign_in(agreed.owner).get(address(agreed, later)).status_code == 200
    assert sign_in(manager).get(address(agreed, later)).status_code == 404
