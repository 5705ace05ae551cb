"""What a line manager says of a shared round: saved, agreed with in one step, finished; and what is refused."""

import pytest
from django.urls import reverse

from assessments import actions
from assessments.actions import LevelsHidden, NotAskable, NotOpen, Unfinished
from assessments.answers import Answered
from assessments.models import Rating
from people.actions import lines, notify
from people.models import Notice, ReportingLine
from standards.tree import version_tree
from tests.factories import (
    changes_to,
    confirm,
    converse,
    make_assessment,
    make_line,
    make_user,
    rate,
    rate_all,
    reread,
    review,
    share,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(published_version, contract_manager, line_manager):
    make_line(contract_manager, line_manager)
    assessment = make_assessment(contract_manager, targets={"B2": (None, "Not mine")})
    rate_all(assessment)
    return assessment


@pytest.fixture
def shared(draft, line_manager):
    shared = share(draft, line_manager)
    Notice.objects.all().delete()
    return shared


def ratings_of(assessment, view="line_manager"):
    rows = Rating.objects.filter(assessment=assessment, view=view).select_related("statement", "rated_by")
    return {row.statement.code: row for row in rows}


def save(assessment, ratings, *, by, **options):
    changes = changes_to(assessment, ratings, view="line_manager")
    return actions.save_review(assessment=assessment, by=by, changes=changes, **options)


def end_line(person):
    lines.end_line(line=ReportingLine.objects.live().get(person=person), ended_by=person)


# Rating


def test_save_review_keeps_a_signed_rating_beside_the_owners(shared, line_manager):
    saved = save(
        shared,
        {"A1.1": Answered(rank=1, note="Let us look at it."), "B1.1": "Never asked of the post"},
        by=line_manager,
    )
    assert (saved.conflicts, saved.unconfirmed) == ((), False)
    rows = ratings_of(shared)
    assert {code: (row.rank, row.not_relevant, row.note, row.rated_by, row.revision) for code, row in rows.items()} == {
        "A1.1": (1, False, "Let us look at it.", line_manager, 1),
        "B1.1": (None, True, "", line_manager, 1),
    }
    assert ratings_of(shared, "self")["A1.1"].rank == 2
    assert reread(shared).acted_at == saved.at


def test_save_review_of_an_answer_changed_elsewhere_is_a_conflict(shared, line_manager):
    typed = changes_to(shared, {"A1.1": Answered(rank=1, note="Here")}, view="line_manager")
    save(shared, {"A1.1": Answered(rank=3, note="There"), "A1.2": 1}, by=line_manager)
    saved = actions.save_review(assessment=shared, by=line_manager, changes=typed)
    (conflict,) = saved.conflicts
    assert (conflict.typed.note, conflict.saved.note, conflict.revision) == ("Here", "There", 1)
    assert ratings_of(shared)["A1.1"].note == "There"


@pytest.mark.parametrize("who", ["owner", "stranger", "superuser", "former line manager"])
def test_save_review_by_another_is_refused(shared, contract_manager, line_manager, stranger, superuser, who):
    if who == "former line manager":
        end_line(contract_manager)
    person = {"owner": contract_manager, "stranger": stranger, "superuser": superuser}.get(who, line_manager)
    with pytest.raises(NotOpen):
        save(shared, {"A1.1": 1}, by=person)
    assert ratings_of(shared) == {}
    assert reread(shared).acted_at is None


def test_save_review_of_a_draft_is_refused(draft, line_manager):
    with pytest.raises(NotOpen):
        save(draft, {"A1.1": 1}, by=line_manager)


def test_save_review_after_the_owner_took_it_back_is_refused(shared, contract_manager, line_manager):
    typed = changes_to(shared, {"A1.1": 1}, view="line_manager")
    actions.withdraw_assessment(assessment=shared, by=contract_manager)
    with pytest.raises(NotOpen):
        actions.save_review(assessment=shared, by=line_manager, changes=typed)
    assert ratings_of(shared) == {}


def test_save_review_drawn_before_another_sharing_is_refused(shared, contract_manager, line_manager):
    seen = shared.shared_at
    actions.withdraw_assessment(assessment=shared, by=contract_manager)
    again = share(reread(shared), line_manager)
    with pytest.raises(NotOpen):
        save(again, {"A1.1": 1}, by=line_manager, shared_at=seen)
    save(again, {"A1.1": 1}, by=line_manager, shared_at=again.shared_at)
    assert list(ratings_of(again)) == ["A1.1"]


def test_save_review_of_a_level_that_is_not_offered_is_refused(shared, line_manager):
    with pytest.raises(NotAskable):
        save(shared, {"A1.1": 7}, by=line_manager)
    assert reread(shared).acted_at is None


def test_save_review_after_a_confirmation_removes_it_and_tells_who_gave_it(shared, contract_manager, line_manager):
    confirm(converse(review(shared)), contract_manager)
    Notice.objects.all().delete()
    assert save(shared_again := reread(shared), {"A1.1": 1}, by=line_manager).unconfirmed
    assert shared_again.conversation.owner_confirmed_at is None
    assert [(each.recipient, each.kind) for each in Notice.objects.all()] == [
        (contract_manager, "confirmation-removed")
    ]
    assert shared_again.events.last().kind == "unconfirmed"


# Agreeing with the rest


def test_agree_with_rest_says_what_the_owner_says_of_everything_else_in_the_role(shared, line_manager):
    save(shared, {"A1.1": 1}, by=line_manager)
    in_role = [each.code for each in version_tree(shared.version).statements if not each.code.startswith("B2")]
    assert actions.agree_with_rest(assessment=shared, by=line_manager) == len(in_role) - 1
    rows = ratings_of(shared)
    assert sorted(rows) == sorted(in_role)
    assert rows["A1.1"].rank == 1
    own = ratings_of(shared, "self")
    assert all(rows[code].rank == own[code].rank for code in in_role if code != "A1.1")
    assert {row.rated_by for row in rows.values()} == {line_manager}


def test_agree_with_rest_of_one_area(shared, line_manager):
    assert actions.agree_with_rest(assessment=shared, by=line_manager, area_code="B4") == 7
    assert {code[:2] for code in ratings_of(shared)} == {"B4"}


def test_agree_with_rest_twice_changes_nothing(shared, line_manager):
    actions.agree_with_rest(assessment=shared, by=line_manager)
    before = list(Rating.objects.order_by("pk").values())
    assert actions.agree_with_rest(assessment=shared, by=line_manager) == 0
    assert list(Rating.objects.order_by("pk").values()) == before


def test_agree_with_rest_while_levels_are_hidden_is_refused(draft, line_manager):
    shared = share(draft, line_manager, rates_first=True)
    with pytest.raises(LevelsHidden):
        actions.agree_with_rest(assessment=shared, by=line_manager)
    assert ratings_of(shared) == {}


def test_agree_with_rest_by_another_is_refused(shared, contract_manager, stranger):
    for person in (contract_manager, stranger):
        with pytest.raises(NotOpen):
            actions.agree_with_rest(assessment=shared, by=person)


# After a return


def test_a_statement_that_the_owner_changed_asks_again(shared, contract_manager, line_manager):
    review(shared, {"A1.1": Answered(rank=1, note="As I saw it")}, finish=False)
    actions.return_assessment(assessment=shared, by=line_manager, reason="A1.1 and A1.2, please.")
    rate(shared, {"A1.1": 3, "A1.2": 1})
    again = share(reread(shared), line_manager)
    with pytest.raises(Unfinished) as refused:
        actions.finish_review(assessment=again, by=line_manager)
    assert refused.value.codes == ("A1.1", "A1.2")
    # What was said before is said again of what the owner says now.
    save(again, {"A1.1": Answered(rank=1, note="As I saw it")}, by=line_manager)
    changes = changes_to(
        again, {"A1.1": Answered(rank=1, note="As I saw it")}, view="line_manager", as_if_untouched=True
    )
    actions.save_review(assessment=again, by=line_manager, changes=changes)
    assert actions.agree_with_rest(assessment=again, by=line_manager) == 1
    assert {code: ratings_of(again)[code].rank for code in ("A1.1", "A1.2")} == {"A1.1": 1, "A1.2": 1}
    actions.finish_review(assessment=again, by=line_manager)
    assert reread(again).is_reviewed


def test_a_rating_of_a_former_line_manager_stays_signed_until_the_new_one_changes_it(
    shared, contract_manager, line_manager
):
    review(shared, {"A1.1": 1})
    new = make_user(name="Ottoline Sedgemoor")
    make_line(contract_manager, new)
    actions.hand_over_assessment(assessment=shared, by=contract_manager)
    handed = reread(shared)
    save(handed, {"A1.2": 3}, by=new)
    rows = ratings_of(handed)
    assert (rows["A1.1"].rated_by, rows["A1.2"].rated_by) == (line_manager, new)


# Finishing


def test_finish_review_shows_each_the_others(shared, contract_manager, line_manager):
    actions.agree_with_rest(assessment=shared, by=line_manager)
    actions.finish_review(assessment=shared, by=line_manager)
    reviewed = reread(shared)
    assert reviewed.is_reviewed
    assert reviewed.conversation.held_on is None
    assert reviewed.events.last().kind == "reviewed"
    assert [(each.recipient, each.kind) for each in Notice.objects.all()] == [(contract_manager, "reviewed")]


def test_finish_review_with_something_left_is_refused(shared, line_manager):
    save(shared, {"A1.1": 1}, by=line_manager)
    with pytest.raises(Unfinished) as refused:
        actions.finish_review(assessment=shared, by=line_manager)
    assert refused.value.codes[:2] == ("A1.2", "A1.3")
    assert len(refused.value.codes) == 58
    assert not reread(shared).is_reviewed


def test_whoever_finishes_the_review_has_read_that_the_round_is_shared(shared, line_manager):
    told = notify(recipient=line_manager, kind="shared", path=reverse("assessment-detail", args=[shared.pk]))
    review(shared)
    told.refresh_from_db()
    assert told.read_at is not None


def test_finish_review_twice_is_refused(shared, line_manager):
    review(shared)
    with pytest.raises(NotOpen):
        actions.finish_review(assessment=shared, by=line_manager)
    assert Notice.objects.count() == 1


def test_finish_review_by_another_is_refused(shared, contract_manager, stranger):
    review(shared, finish=False)
    for person in (contract_manager, stranger):
        with pytest.raises(NotOpen):
            actions.finish_review(assessment=shared, by=person)
    assert not reread(shared).is_reviewed


def test_a_round_in_which_the_line_manager_rates_first_is_revealed_when_they_finish(draft, line_manager):
    shared = share(draft, line_manager, rates_first=True)
    codes = [each.code for each in version_tree(shared.version).statements if not each.code.startswith("B2")]
    assert shared.hides_levels
    save(shared, dict.fromkeys(codes, 1), by=line_manager)
    assert reread(shared).hides_levels
    actions.finish_review(assessment=shared, by=line_manager)
    assert not reread(shared).hides_levels
