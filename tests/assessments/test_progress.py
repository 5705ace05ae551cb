"""How far a round has come: counts of answers by area, and where to go on."""

from types import SimpleNamespace

import pytest

from assessments import actions
from assessments.answers import Answered, target_mark
from assessments.models import Rating
from assessments.progress import progress_from, progress_of
from standards.tree import version_tree
from tests.factories import confirm, converse, make_assessment, rate, rate_all, review, share

SIZES = {"A1": 3, "A2": 2, "B1": 4}
TARGETS = {"A1": 2, "A2": 2, "B1": 2}


def progress(answered, targets=None):
    """The progress of a small version, from how many statements are answered in each area."""
    areas, given, ranks, pk = [], set(), {}, 0
    for number, (code, size) in enumerate(SIZES.items()):
        statements = [SimpleNamespace(pk=pk + index) for index in range(size)]
        pk += size
        given |= {each.pk for each in statements[: answered.get(code, 0)]}
        areas.append(SimpleNamespace(pk=number, code=code, statements=statements))
        ranks[number] = (TARGETS | (targets or {}))[code]
    return progress_from(SimpleNamespace(areas=areas), ranks, given)


def codes(areas):
    return [each.area.code for each in areas]


@pytest.mark.parametrize(
    ("answered", "targets", "count", "total", "unfinished"),
    [
        ({}, {}, 0, 9, ["A1", "A2", "B1"]),
        ({"A1": 3, "A2": 1}, {}, 4, 9, ["A2", "B1"]),
        (SIZES, {}, 9, 9, []),
        ({"A1": 3, "A2": 2}, {"B1": None}, 5, 5, []),
        ({"A1": 3, "B1": 4}, {"B1": None}, 3, 5, ["A2"]),
    ],
)
def test_only_areas_of_the_role_count(answered, targets, count, total, unfinished):
    found = progress(answered, targets)
    assert (found.answered, found.total, found.left) == (count, total, total - count)
    assert codes(found.unfinished) == unfinished
    assert codes(found.finished) == [code for code in codes(found.asked) if code not in unfinished]
    assert found.is_done == (not unfinished)
    assert found.next_unfinished == (found.unfinished[0] if unfinished else None)


@pytest.mark.parametrize(
    ("answered", "minutes"), [({}, 30), ({"A1": 1}, 30), ({"A1": 3}, 20), ({"B1": 4, "A1": 3}, 10)]
)
def test_the_rest_takes_its_share_of_half_an_hour(answered, minutes):
    assert progress(answered).minutes_left == minutes


def test_nothing_is_left_to_do_when_all_is_answered():
    assert progress(SIZES).minutes_left == 0


@pytest.mark.parametrize(
    ("code", "targets", "following"),
    [
        ("A1", {}, "A2"),
        ("A1", {"A2": None}, "B1"),
        ("A2", {"B1": None}, None),
        ("B1", {}, None),
    ],
)
def test_the_area_after_another_is_the_next_of_the_role(code, targets, following):
    found = progress({}, targets).after(code)
    assert (found and found.area.code) == following


def test_an_area_says_what_is_left_of_it():
    found = progress({"A1": 2}).area("A1")
    assert (found.answered, found.total, found.left, found.is_done, found.in_role) == (2, 3, 1, False, True)


@pytest.fixture
def assessment(contract_manager, published_version):
    return make_assessment(contract_manager)


@pytest.mark.django_db
def test_a_note_alone_is_no_answer_and_not_relevant_is_one(assessment):
    rate(assessment, {"A1.1": Answered(note="Later"), "A1.2": 0, "A1.3": "Another team."})
    found = progress_of(assessment, version_tree(assessment.version))
    assert found.area("A1").answered == 2
    assert found.saved_at == max(Rating.objects.values_list("rated_at", flat=True))


@pytest.mark.django_db
def test_a_new_round_has_nothing_saved(assessment):
    found = progress_of(assessment, version_tree(assessment.version))
    assert (found.answered, found.total, found.saved_at) == (0, 66, None)


@pytest.mark.django_db
def test_only_the_owners_own_answers_count(assessment, stranger):
    rate(assessment, {"A1.1": 1})
    Rating.objects.update(view=Rating.View.LINE_MANAGER, rated_by=stranger, about_revision=1)
    assert progress_of(assessment, version_tree(assessment.version)).answered == 0


@pytest.mark.django_db
def test_the_targets_of_an_agreed_round_are_the_agreed_ones(assessment, line_manager):
    rate_all(assessment)
    talked = converse(review(share(assessment, line_manager)))
    drawn = {"B2": target_mark(2, "")}
    actions.set_agreed_targets(assessment=talked, by=line_manager, targets={"B2": (3, "New duties")}, drawn=drawn)
    tree = version_tree(assessment.version)
    assert progress_of(talked, tree).area("B2").target == 2
    agreed = confirm(talked, line_manager, talked.owner)
    assert progress_of(agreed, tree).area("B2").target == 3


@pytest.mark.django_db
@pytest.mark.parametrize("answered", [1, 66])
def test_progress_is_read_in_two_queries(assessment, answered, django_assert_num_queries):
    if answered == 66:
        rate_all(assessment)
    else:
        rate(assessment, {"A1.1": 1})
    tree = version_tree(assessment.version)
    with django_assert_num_queries(2):
        assert progress_of(assessment, tree).answered == answered
