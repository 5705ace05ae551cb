"""Carrying a draft over to another version, as its action does it, along every kind of link of the made-up version 3.0."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import actions
from assessments.actions import NotAskable, NotOpen
from assessments.answers import Answered
from assessments.models import AgreedTarget, CarryOver, EarlierAnswer, EarlierTarget, Event, Rating, Target
from people.models import Notice
from standards.actions import publish_unreviewed, start_next_version
from standards.models import Area, Version
from standards.tree import version_tree
from tests.assessments.carried import everything
from tests.factories import make_assessment, make_evidence, rate, rate_all, reread, review, share
from tests.standards.made_up import make_made_up_version
from tests.standards.versions import make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def newer(kept_for_the_module):
    return make_made_up_version(Version.objects.published().get(), is_published=True)


@pytest.fixture
def older(newer):
    return newer.follows


@pytest.fixture
def draft(older, contract_manager):
    return make_assessment(contract_manager, version=older)


def carry(assessment, version):
    return actions.carry_over(assessment=reread(assessment), to_version=version, by=assessment.owner)


def counts(done):
    return (done.carried, done.asked_again, done.proposed, done.archived)


def said(assessment, view="self"):
    """What a round says, by the statement's code: the answer, and the number of the version that it was given under."""
    rows = Rating.objects.filter(assessment=assessment, view=view).select_related("statement", "given_under")
    return {
        row.statement.code: (
            Answered(row.rank, row.not_relevant, row.reason, row.note),
            row.given_under and row.given_under.number,
        )
        for row in rows
    }


def beside(assessment, view="self"):
    """The earlier answers of a round: the code that each was given to, the one that it is shown beside, what became of it."""
    rows = EarlierAnswer.objects.filter(assessment=assessment, view=view).select_related("statement", "about")
    return sorted((row.statement.code, row.about.code if row.about else "", row.outcome, row.rank) for row in rows)


def test_a_round_with_every_answer(draft, older, newer, contract_manager):
    rate_all(draft)
    done = carry(draft, newer)
    # 53 are the same or edited, 4 changed; 2 were split, 5 merged and 2 removed.
    assert counts(done) == (53, 4, 7, 2)
    assert (done.from_version, done.to_version, done.run) == (older, newer, None)
    moved = reread(draft)
    assert (moved.pk, moved.version, moved.carried_from, moved.state) == (draft.pk, newer, older, "draft")
    assert moved.role_profile == newer.role_profiles.get(slug="contract-manager")
    answers = said(draft)
    assert len(answers) == 53
    assert set(answers.values()) <= {(Answered(rank), "2.0") for rank in (1, 2, 3)}
    asked = {each.code for each in version_tree(newer).statements}
    assert asked >= answers.keys()
    assert [row for row in beside(draft) if row[2] != "asked-again"] == [
        ("A2.7", "", "archived", 2),
        ("B2.3", "B1.10", "proposed", 2),
        ("B2.3", "B1.11", "proposed", 2),
        ("B2.3", "B1.12", "proposed", 2),
        ("B2.7", "", "archived", 2),
        ("B3.7", "B3.7", "proposed", 2),
        ("B3.9", "B3.7", "proposed", 2),
        ("B4.2", "B4.2", "proposed", 3),
        ("B4.7", "B4.2", "proposed", 3),
        ("B5.7", "B3.7", "proposed", 2),
        ("B6.1", "B6.1", "proposed", 2),
        ("B6.1", "B6.10", "proposed", 2),
    ]
    assert [(event.kind, event.actor) for event in Event.objects.filter(assessment=draft)] == [
        ("started", contract_manager),
        ("carried-over", contract_manager),
    ]
    assert not Notice.objects.exists()


def test_answers_given_and_not_given(draft, newer, contract_manager):
    noted = Answered(1, note="As in May")
    rate(
        draft, {"A1.1": noted, "A1.2": "Not mine", "B4.4": noted, "B1.8": Answered(note="To do"), "B4.2": 1, "B6.1": 3}
    )
    assert counts(carry(draft, newer)) == (2, 2, 1, 0)
    assert said(draft) == {
        "A1.1": (noted, "2.0"),
        "A1.2": (Answered(not_relevant=True, reason="Not mine"), "2.0"),
        # Changed: the note comes along, so that nobody types it twice.
        "B4.4": (Answered(note="As in May"), "2.0"),
        "B1.8": (Answered(note="To do"), "2.0"),
    }
    assert beside(draft) == [
        ("B1.8", "B1.8", "asked-again", None),
        # The other one that it was merged with has no answer.
        ("B4.2", "B4.2", "asked-again", 1),
        ("B4.4", "B4.4", "asked-again", 1),
        ("B6.1", "B6.1", "proposed", 3),
        ("B6.1", "B6.10", "proposed", 3),
    ]


def test_a_note_that_came_along_has_a_revision_that_nobody_has_seen(draft, newer):
    rate(draft, {"B4.4": Answered(1, note="As in May")})
    before = Rating.objects.get(assessment=draft)
    carry(draft, newer)
    after = Rating.objects.get(assessment=draft)
    assert (after.revision, after.rated_at) == (before.revision + 1, before.rated_at)


def test_what_is_answered_anew_is_given_under_the_rounds_own_version(draft, newer):
    noted = Answered(1, note="As in May")
    rate(draft, {"A1.1": noted, "A1.2": noted, "B4.4": noted})
    carry(draft, newer)
    draft = reread(draft)
    rate(draft, {"A1.1": Answered(1, note="And in June"), "A1.2": Answered(2, note="As in May"), "B4.4": noted})
    assert {code: number for code, (_, number) in said(draft).items()} == {"A1.1": "2.0", "A1.2": None, "B4.4": None}


def test_proposals_are_taken_only_when_the_owner_says_so(draft, newer, contract_manager, stranger):
    rate(draft, {"B6.1": Answered(3, note="As in May"), "B4.2": 1, "B4.7": 3, "A1.2": 2})
    carry(draft, newer)
    draft = reread(draft)
    keys = {each.code: each.pk for each in version_tree(newer).statements}
    rate(draft, {"B6.10": Answered(note="Mine")})
    asked = [keys[code] for code in ("B6.1", "B6.10", "B4.2", "A1.2", "A1.7")]
    with pytest.raises(NotOpen):
        actions.take_proposals(assessment=draft, by=stranger, statement_ids=asked)
    with pytest.raises(NotAskable):
        actions.take_proposals(assessment=draft, by=contract_manager, statement_ids=[*asked, 0])
    assert set(said(draft)) == {"A1.2", "B6.10"}
    taken = actions.take_proposals(assessment=draft, by=contract_manager, statement_ids=asked)
    assert sorted(taken) == sorted(keys[code] for code in ("B6.1", "B6.10", "B4.2"))
    assert said(draft) == {
        "A1.2": (Answered(2), "2.0"),
        "B4.2": (Answered(1), None),
        "B6.1": (Answered(3, note="As in May"), None),
        "B6.10": (Answered(3, note="Mine"), None),
    }
    assert actions.take_proposals(assessment=draft, by=contract_manager, statement_ids=asked) == ()


def test_what_a_line_manager_said_before_a_return_stays_theirs(older, newer, contract_manager, line_manager):
    assessment = make_assessment(contract_manager, version=older)
    rate_all(assessment)
    shared = review(
        share(assessment, line_manager), {"A1.1": Answered(1, note="Less"), "B4.4": 1, "A2.7": 1, "B6.1": 1}
    )
    actions.return_assessment(assessment=shared, by=line_manager, reason="More examples")
    before = said(assessment, "line_manager")
    done = carry(assessment, newer)
    assert sum(counts(done)) == 66
    after = said(assessment, "line_manager")
    assert after["A1.1"] == (Answered(1, note="Less"), "2.0")
    kept = beside(assessment, "line_manager")
    assert {code for code, *_ in kept} == {
        *("A2.7", "B1.8", "B2.3", "B2.6", "B2.7", "B3.7", "B3.9", "B4.2", "B4.4", "B4.7", "B5.7", "B6.1", "B6.9"),
    }
    assert {outcome for *_, outcome, _ in kept} == {"asked-again", "archived"}
    assert len(after) + len({code for code, *_ in kept}) == len(before) == 66
    signed = Rating.objects.filter(assessment=assessment, view="line_manager")
    assert set(signed.values_list("rated_by", "about_revision")) == {(line_manager.pk, 1)}
    assert set(EarlierAnswer.objects.filter(view="line_manager").values_list("rated_by", flat=True)) == {
        line_manager.pk
    }


def test_work_examples_go_on_supporting(draft, newer):
    rate(draft, {"A1.1": 2, "B4.4": 2, "B6.1": 2, "B2.7": 2})
    codes = ("A1.1", "B4.4", "B6.1", "B4.2", "B4.7", "B2.7", "A2.7")
    example = make_evidence(draft, title="Catering", statements=codes)
    carry(draft, newer)
    supported = sorted(example.statements.values_list("code", "area__section__version__number"))
    assert supported == [(code, "3.0") for code in ("A1.1", "B4.2", "B4.4", "B6.1", "B6.10")]
    kept = EarlierAnswer.objects.filter(evidence=example).values_list("statement__code", "outcome", "rank")
    assert sorted(kept) == [
        # Nothing was answered there, but what would support it is kept.
        ("A2.7", "archived", None),
        ("B2.7", "archived", 2),
        ("B4.4", "asked-again", 2),
        ("B6.1", "proposed", 2),
        ("B6.1", "proposed", 2),
    ]


def targets(assessment):
    rows = Target.objects.filter(assessment=assessment).values_list("area__code", "rank", "reason")
    return {code: (rank, reason) for code, rank, reason in rows}


def test_targets_stay_and_new_areas_get_what_the_role_proposes(older, newer, contract_manager):
    chosen = {"B2": (3, "I lead it"), "B5": (None, "Not mine")}
    assessment = make_assessment(contract_manager, version=older, targets=chosen)
    before = targets(assessment)
    carry(assessment, newer)
    assert before.pop("B2") == (3, "I lead it")
    profile = newer.role_profiles.get(slug="contract-manager")
    proposed = version_tree(newer).proposed_ranks(profile.pk)["B7"]
    assert targets(assessment) == before | {"B7": (proposed, "")}
    left = EarlierTarget.objects.filter(assessment=assessment).values_list("area__code", "view", "rank", "reason")
    assert list(left) == [("B2", "self", 3, "I lead it")]


def test_a_role_that_the_version_does_not_have_is_left_out(older, newer, contract_manager):
    gone = older.role_profiles.exclude(slug__in=newer.role_profiles.values("slug")).get()
    assessment = make_assessment(contract_manager, version=older, role_profile=gone.slug)
    before = targets(assessment)
    carry(assessment, newer)
    assert reread(assessment).role_profile is None
    assert targets(assessment) == {code: before.get(code, (1, "")) for code in targets(assessment)}


def test_an_agreed_target_of_an_area_that_goes_is_kept_too(older, newer, draft):
    areas = {area.code: area for area in Area.objects.filter(section__version=older)}
    for code, rank in (("B2", 1), ("B4", 3)):
        AgreedTarget.objects.create(assessment=draft, area=areas[code], rank=rank, reason="As we said")
    carry(draft, newer)
    agreed = AgreedTarget.objects.filter(assessment=draft).values_list(
        "area__code", "area__section__version__number", "rank"
    )
    assert list(agreed) == [("B4", "3.0", 3)]
    left = EarlierTarget.objects.filter(assessment=draft, view="agreed").values_list("area__code", "rank", "reason")
    assert list(left) == [("B2", 1, "As we said")]


def test_twice_changes_nothing(draft, newer, contract_manager, stranger):
    rate_all(draft)
    make_evidence(draft, statements=("B4.4",))
    read_before = reread(draft)
    done = carry(draft, newer)
    stands = everything(draft)
    assert carry(draft, newer) == done
    assert actions.carry_over(assessment=read_before, to_version=newer, by=contract_manager) == done
    assert actions.carry_over(assessment=reread(draft), to_version=newer) == done
    for assessment in (read_before, reread(draft)):
        with pytest.raises(NotOpen):
            actions.carry_over(assessment=assessment, to_version=newer, by=stranger)
    assert everything(draft) == stands


def test_only_a_draft_of_ones_own_is_carried_over(older, newer, contract_manager, stranger, line_manager):
    draft = make_assessment(stranger, version=older)
    assessment = make_assessment(contract_manager, version=older)
    rate_all(assessment)
    shared = share(assessment, line_manager)
    stands = [everything(each) for each in (draft, shared)]
    for round_, by in ((draft, contract_manager), (shared, contract_manager), (shared, line_manager), (shared, None)):
        with pytest.raises(NotOpen):
            actions.carry_over(assessment=reread(round_), to_version=newer, by=by)
    assert [everything(each) for each in (draft, shared)] == stands


def test_a_draft_is_carried_to_a_later_published_version_of_its_framework(
    older, newer, draft, contract_manager, stranger
):
    other = publish_unreviewed(version=make_version(("Knows", "Does", "Leads")))
    following = start_next_version(version=newer, number="4.0", by=None)
    later = make_assessment(stranger, version=newer)
    for assessment, version in ((draft, other), (draft, following), (later, older)):
        with pytest.raises(NotAskable):
            actions.carry_over(assessment=reread(assessment), to_version=version, by=assessment.owner)
    with pytest.raises(NotOpen):
        actions.carry_over(assessment=reread(draft), to_version=older, by=contract_manager)
    assert not CarryOver.objects.exists()


def test_the_portal_tells_the_owner_once(draft, newer, contract_manager):
    rate(draft, {"A1.2": 2})
    actions.carry_over(assessment=reread(draft), to_version=newer)
    actions.carry_over(assessment=reread(draft), to_version=newer)
    assert [event.actor for event in Event.objects.filter(assessment=draft, kind="carried-over")] == [None]
    notices = Notice.objects.filter(recipient=contract_manager, kind="carried-over")
    assert [notice.actor for notice in notices] == [None]


@pytest.mark.parametrize(
    "late",
    [
        lambda draft, **_: rate(draft, {"A1.1": 3}),
        lambda draft, **_: actions.set_targets(assessment=draft, targets={"A1": (3, "I lead it")}),
        lambda draft, **_: actions.choose_role(assessment=draft, role_profile_id=None),
        lambda draft, **_: make_evidence(draft),
        lambda draft, by, line_manager: share(draft, line_manager),
        lambda draft, by, **_: actions.still_true(assessment=draft, by=by, statement_ids=[]),
        lambda draft, by, **_: actions.take_proposals(assessment=draft, by=by, statement_ids=[]),
    ],
)
def test_what_was_read_before_is_not_written_after(late, draft, newer, contract_manager, line_manager):
    """A request that read the round before it was carried over cannot write to statements that the round has no more."""
    rate_all(draft)
    read_before = reread(draft)
    carry(draft, newer)
    stands = everything(draft)
    with pytest.raises(NotOpen):
        late(read_before, by=contract_manager, line_manager=line_manager)
    assert everything(draft) == stands


def test_the_number_of_queries_does_not_depend_on_the_answers(older, newer, contract_manager, stranger):
    few, many = (make_assessment(owner, version=older) for owner in (contract_manager, stranger))
    rate(few, {"A1.1": 2, "B4.4": Answered(2, note="Why"), "A2.7": 2, "B6.1": 2})
    make_evidence(few, statements=("B4.4",))
    asked = version_tree(older).statements
    rate(many, {each.code: Answered(each.choices[-1], note="Why") for each in asked})
    for _ in range(3):
        make_evidence(many, statements=[each.code for each in asked])
    actions.way_between(older, newer)
    took = []
    for assessment in (few, many):
        read = reread(assessment)
        with CaptureQueriesContext(connection) as queries:
            actions.carry_over(assessment=read, to_version=newer, by=assessment.owner)
        took.append(len(queries))
    assert took == [24, 24]


def test_a_draft_that_was_carried_over_is_closed_with_all_that_is_kept_or_deleted_with_it(
    older, newer, contract_manager, stranger
):
    for owner in (contract_manager, stranger):
        draft = make_assessment(owner, version=older, targets={"B2": (3, "I lead it")})
        rate(draft, {"A2.7": 2, "B4.4": Answered(2, note="Why")})
        make_evidence(draft, statements=("A2.7",))
        carry(draft, newer)
    actions.close_assessment(assessment=reread(draft), by=stranger)
    stands = everything(draft)
    with pytest.raises(NotOpen):
        actions.carry_over(assessment=reread(draft), to_version=newer, by=contract_manager)
    assert everything(draft) == stands
    actions.delete_assessment(assessment=contract_manager.assessments.get())
    for model in (CarryOver, EarlierAnswer, EarlierTarget):
        assert set(model.objects.values_list("assessment", flat=True)) == {draft.pk}
