"""What a round comes to in each area: there from the sharing on, equal to the scoring of the right view, gone with the round.

And the marks by which organisations are counted again: left by every action that changes figures, and by no other.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import actions
from assessments.actions import Unfinished
from assessments.actions.erasing import close_for_erasure, erase_rounds
from assessments.models import Assessment, Summary
from assessments.reports.making import gap_report
from assessments.reports.source import reader_of, round_to_report
from people.actions import lines, place_person
from people.models import Recount, ReportingLine
from privacy.actions import prune
from standards.tree import version_tree
from tests.factories import (
    agree,
    confirm,
    converse,
    make_assessment,
    make_evidence,
    make_line,
    make_organisation,
    make_user,
    rate,
    rate_all,
    reread,
    review,
    share,
)

pytestmark = pytest.mark.django_db

OWN = {"A1.1": 1, "A2.3": 0, "B4.6": "Nobody here does that", "B5.3": 3}
SEEN = {"A1.1": 2, "B4.6": 1}
AGREED = {"A1.1": 2, "B4.6": 1}


@pytest.fixture(scope="module")
def rounds(kept_for_the_module):
    """Of three people who are placed in one organisation and have one line manager: a finished draft, a shared and an agreed round.

    Nothing is marked.
    """
    line_manager, place = make_user(name="Tomasz Quillfeather"), make_organisation(name="Catering")
    made = []
    for _ in range(3):
        owner = make_user()
        make_line(owner, line_manager)
        place_person(person=owner, organisation=place)
        draft = make_assessment(owner, targets={"B6": (None, "Somebody else buys")})
        rate_all(draft)
        rate(draft, OWN)
        made.append(draft)
    draft, shared, agreed = made
    share(shared, line_manager)
    review(share(agreed, line_manager), SEEN)
    converse(reread(agreed), AGREED)
    confirm(reread(agreed), line_manager, agreed.owner)
    Recount.objects.all().delete()
    return {"draft": draft, "shared": shared, "agreed": agreed, "line manager": line_manager}


@pytest.fixture
def line_manager(rounds):
    return rounds["line manager"]


@pytest.fixture
def draft(rounds):
    return reread(rounds["draft"])


@pytest.fixture
def shared(rounds):
    return reread(rounds["shared"])


@pytest.fixture
def agreed(rounds):
    return reread(rounds["agreed"])


def kept(assessment):
    """The summaries of a round: code, level, target, and the codes missed with the rank reached."""
    codes = {each.pk: each.code for each in version_tree(assessment.version).statements}
    rows = Summary.objects.filter(assessment=assessment).select_related("area").order_by("area__code")
    return [(row.area.code, row.level, row.target, tuple((codes[pk], rank) for pk, rank in row.missed)) for row in rows]


def in_words(assessment):
    """The areas in the role, as the gap report says it: code, level, target, and the codes of the statements below it."""
    name = version_tree(assessment.version).level_name
    return [
        (code, name(level), name(target), sorted(gap for gap, _ in missed))
        for code, level, target, missed in kept(assessment)
        if target
    ]


def reported(assessment):
    found = round_to_report(assessment.owner, assessment.pk)
    report = gap_report(found, reader_of(found, assessment.owner))
    return sorted(
        (area.code, area.level, area.target, sorted(each.code for each in area.statements if each.gap_number))
        for area in report.areas
        if area.is_in_role
    )


def marked():
    return sorted(Recount.objects.values_list("organisation__name", flat=True))


# What is there, and when


def test_a_draft_has_none(draft):
    assert kept(draft) == []


def test_sharing_keeps_what_the_owners_levels_come_to(shared):
    assert [row[:3] for row in kept(shared)] == [
        ("A1", 1, 2),
        ("A2", 0, 2),
        ("B1", 2, 2),
        ("B2", 2, 2),
        ("B3", 2, 2),
        ("B4", 2, 2),
        ("B5", 2, 2),
        ("B6", None, None),
    ]
    assert [missed for *_, missed in kept(shared) if missed] == [(("A1.1", 1),), (("A2.3", 0),)]


def test_an_area_in_which_nothing_is_relevant_has_a_target_and_no_level(draft, line_manager):
    codes = [each.code for each in version_tree(draft.version).area("B5").statements]
    rate(draft, dict.fromkeys(codes, "Not in my team"))
    assert kept(share(draft, line_manager))[6] == ("B5", None, 2, ())


def test_nothing_is_kept_of_a_round_that_cannot_be_shared(contract_manager, line_manager):
    make_line(contract_manager, line_manager)
    draft = make_assessment(contract_manager, ratings={"A1.1": 2})
    with pytest.raises(Unfinished):
        actions.share_assessment(assessment=draft, by=contract_manager)
    assert kept(draft) == []


def test_the_line_managers_levels_change_nothing_of_it(shared, line_manager):
    before = kept(shared)
    review(shared, SEEN)
    converse(reread(shared), AGREED)
    assert kept(shared) == before


def test_agreeing_keeps_what_both_agreed(agreed):
    assert kept(agreed)[0] == ("A1", 2, 2, ())
    assert kept(agreed)[5] == ("B4", 1, 2, (("B4.6", 1),))
    assert [row[0] for row in kept(agreed)] == ["A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6"]


def test_agreeing_keeps_the_agreed_targets(shared, line_manager):
    review(shared)
    actions.set_agreed_targets(assessment=shared, by=line_manager, targets={"A1": (1, "A smaller contract")})
    converse(reread(shared))
    agreed = confirm(reread(shared), line_manager, shared.owner)
    assert kept(agreed)[0] == ("A1", 1, 1, ())


@pytest.mark.parametrize("state", ["shared", "agreed"])
def test_it_is_what_the_report_says(request, state):
    assessment = request.getfixturevalue(state)
    assert in_words(assessment) == reported(assessment)


def test_withdrawing_and_sharing_again_keeps_it_anew(shared, line_manager):
    actions.withdraw_assessment(assessment=shared, by=shared.owner)
    assert kept(shared) == []
    rate(reread(shared), {"A1.1": 2})
    assert kept(share(reread(shared), line_manager))[0] == ("A1", 2, 2, ())


def test_nothing_stays_of_a_round_that_is_given_back(shared, line_manager):
    actions.return_assessment(assessment=shared, by=line_manager, reason="More about risk")
    assert kept(shared) == []


def test_handing_over_leaves_it(shared):
    before = kept(shared)
    change_line_manager(shared.owner)
    actions.hand_over_assessment(assessment=reread(shared), by=shared.owner)
    assert kept(shared) == before


def change_line_manager(person):
    lines.end_line(line=ReportingLine.objects.live().get(person=person), ended_by=person)
    make_line(person, make_user(name="Ottoline Sedgemoor"))


def end_line(person):
    lines.end_line(line=ReportingLine.objects.live().get(person=person), ended_by=person)


def test_nothing_stays_of_a_shared_round_that_is_closed(shared):
    end_line(shared.owner)
    actions.close_assessment(assessment=reread(shared), by=shared.owner)
    assert (reread(shared).state, kept(shared)) == ("closed", [])


def test_nothing_stays_of_a_shared_round_that_is_closed_for_an_erasure(shared):
    close_for_erasure(owner=shared.owner)
    assert (reread(shared).state, kept(shared)) == ("closed", [])


def test_nothing_stays_of_an_erased_round(agreed):
    assert erase_rounds(keys=[agreed.pk], at=timezone.now()) == [agreed.pk]
    assert kept(agreed) == []


def test_the_round_before_keeps_its_own(agreed, line_manager):
    before = kept(agreed)
    following = actions.start_next_assessment(owner=agreed.owner, previous=agreed, version=agreed.version)
    rate_all(following, rank=3)
    share(reread(following), line_manager)
    assert kept(agreed) == before
    assert kept(following)[0] == ("A1", 3, 2, ())


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.update(level=3),
        lambda rows: rows.update(missed=[]),
        lambda rows: rows.filter(area__code="A1").delete(),
        lambda rows: rows.create(assessment_id=rows[0].assessment_id, area_id=rows[0].area_id),
    ],
    ids=["level", "missed", "delete", "insert"],
)
def test_it_is_frozen_with_the_agreed_round(agreed, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change(Summary.objects.filter(assessment=agreed))


def test_sharing_takes_as_many_queries_whatever_is_missed(draft, line_manager, stranger):
    place_person(person=stranger, organisation=draft.owner.organisation)
    make_line(stranger, line_manager)
    other = make_assessment(stranger)
    rate_all(other, rank=0)
    counts = []
    for assessment in (reread(draft), reread(other)):
        with CaptureQueriesContext(connection) as queries:
            actions.share_assessment(assessment=assessment, by=assessment.owner)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Who is counted again

CATERING = ["Catering"]


def test_starting_marks_where_the_owner_works(draft):
    actions.close_assessment(assessment=draft, by=draft.owner)
    assert marked() == CATERING
    actions.start_next_assessment(owner=draft.owner, previous=reread(draft), version=draft.version)
    assert marked() == CATERING * 2


def test_sharing_marks(draft, line_manager):
    share(draft, line_manager)
    assert marked() == CATERING


@pytest.mark.parametrize(
    "action",
    [
        lambda shared, by: actions.withdraw_assessment(assessment=shared, by=shared.owner),
        lambda shared, by: actions.return_assessment(assessment=shared, by=by, reason="More about risk"),
        lambda shared, by: agree_now(shared),
        lambda shared, by: close_for_erasure(owner=shared.owner),
    ],
    ids=["withdraw", "return", "agree", "close for erasure"],
)
def test_ending_the_sharing_marks(shared, line_manager, action):
    action(shared, line_manager)
    assert marked() == CATERING


def agree_now(shared):
    converse(review(shared))
    confirm(reread(shared), shared.line_manager, shared.owner)


def test_closing_marks(shared):
    end_line(shared.owner)
    actions.close_assessment(assessment=reread(shared), by=shared.owner)
    assert marked() == CATERING


def test_deleting_marks(draft):
    actions.delete_assessment(assessment=draft)
    assert marked() == CATERING


def test_erasing_a_round_marks(agreed):
    erase_rounds(keys=[agreed.pk], at=timezone.now())
    assert marked() == CATERING


def test_pruning_a_draft_marks(draft):
    now = timezone.now()
    Assessment.objects.filter(pk=draft.pk).update(changed_at=now - timedelta(days=1000))
    prune(now=now, dry_run=True)
    assert marked() == []
    prune(now=now)
    assert marked() == CATERING


@pytest.mark.parametrize(
    "action",
    [
        lambda draft: rate(draft, {"A1.1": 2}),
        lambda draft: actions.set_targets(assessment=draft, targets={"A1": (1, "A smaller contract")}),
        lambda draft: actions.choose_role(assessment=draft, role_profile_id=None),
        lambda draft: make_evidence(draft),
        lambda draft: change_line_manager(draft.owner),
    ],
    ids=["rate", "targets", "role", "example", "line manager"],
)
def test_what_changes_no_figure_of_a_draft_marks_nothing(draft, action):
    action(draft)
    assert marked() == []


def test_what_changes_no_figure_of_a_shared_round_marks_nothing(shared, line_manager):
    review(shared, SEEN)
    converse(reread(shared), AGREED)
    actions.set_agreed_targets(assessment=shared, by=line_manager, targets={"A1": (1, "A smaller contract")})
    change_line_manager(shared.owner)
    actions.hand_over_assessment(assessment=reread(shared), by=shared.owner)
    assert marked() == []


def test_nobody_is_counted_of_whom_no_place_is_known(stranger, line_manager):
    assessment = make_assessment(stranger)
    rate_all(assessment)
    agree(assessment, line_manager)
    assert marked() == []


def test_what_is_refused_marks_nothing(draft):
    with pytest.raises(actions.NotOpen):
        actions.withdraw_assessment(assessment=draft, by=draft.owner)
    assert marked() == []
