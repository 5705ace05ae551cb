"""Every change of state: what it does, and what it refuses without changing anything."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.actions import AlreadyOpen, ChangedElsewhere, NotAskable, NotOpen
from assessments.answers import Answered, Change, target_mark
from assessments.models import Assessment, Evidence, Rating, ReportFile, Target
from standards.models import RoleProfile, Version
from standards.tree import version_tree
from tests.factories import close, make_assessment, make_evidence, rate, rate_all

FOUNDATION, PRACTITIONER, EXPERT = 1, 2, 3
AREAS = ("A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6")


@pytest.fixture
def draft(contract_manager, published_version):
    return make_assessment(contract_manager)


@pytest.fixture
def closed(draft):
    """A round as a page that was opened before it was closed still holds it."""
    close(draft)
    return draft


@pytest.fixture
def deleted(draft):
    """A round as a page that was opened before it was deleted still holds it."""
    actions.delete_assessment(assessment=Assessment.objects.get(pk=draft.pk))
    return draft


def targets_of(assessment):
    rows = Target.objects.filter(assessment=assessment).values_list("area__code", "rank", "reason")
    return {code: (rank, reason) for code, rank, reason in rows}


def answers_of(assessment):
    rows = Rating.objects.filter(assessment=assessment)
    return {
        row.statement.code: (Answered(row.rank, row.not_relevant, row.reason, row.note), row.revision) for row in rows
    }


def statement(assessment, code):
    return next(each for each in version_tree(assessment.version).statements if each.code == code)


def change(assessment, code, answer, *, seen=None, revision=0):
    """An answer typed on a page that was drawn with ``seen``."""
    return Change(statement(assessment, code).pk, answer, revision, (seen or Answered()).mark())


def other_version(published_version):
    return Version.objects.create(framework=published_version.framework, number="3.0", issued="2027")


# Starting


def test_start_assessment_proposes_the_targets_of_the_role_profile(contract_manager, published_version):
    profile = RoleProfile.objects.get(version=published_version, slug="senior-contract-manager")
    assessment = actions.start_assessment(owner=contract_manager, version=published_version, role_profile_id=profile.pk)
    assert targets_of(assessment) == dict.fromkeys(AREAS, (EXPERT, ""))
    assessment.refresh_from_db()
    assert (assessment.state, assessment.role_profile, assessment.framework) == (
        Assessment.State.DRAFT,
        profile,
        published_version.framework,
    )


def test_start_assessment_without_a_role_profile_proposes_the_lowest_level(contract_manager, published_version):
    assessment = actions.start_assessment(owner=contract_manager, version=published_version)
    assert targets_of(assessment) == dict.fromkeys(AREAS, (FOUNDATION, ""))


def test_start_assessment_twice_leaves_the_first_alone(draft, contract_manager, published_version):
    with pytest.raises(AlreadyOpen):
        actions.start_assessment(owner=contract_manager, version=published_version)
    assert list(Assessment.objects.all()) == [draft]
    assert targets_of(draft) == dict.fromkeys(AREAS, (PRACTITIONER, ""))


def test_start_assessment_after_the_round_before_is_closed(closed, contract_manager, published_version):
    following = actions.start_assessment(owner=contract_manager, version=published_version)
    assert set(Assessment.objects.open()) == {following}


def test_start_assessment_is_one_persons_own_affair(draft, stranger, published_version):
    theirs = actions.start_assessment(owner=stranger, version=published_version)
    assert set(Assessment.objects.open()) == {draft, theirs}


def test_start_assessment_refuses_a_version_that_is_not_published(contract_manager, published_version):
    with pytest.raises(NotAskable, match=r"Version 3\.0 is not open for new assessments"):
        actions.start_assessment(owner=contract_manager, version=other_version(published_version))
    assert not Assessment.objects.exists()


def test_start_assessment_refuses_another_versions_role_profile(contract_manager, published_version):
    profile = RoleProfile.objects.create(
        version=other_version(published_version), slug="x", title="X", pathway="X", description="X", order=1
    )
    with pytest.raises(NotAskable, match="another version"):
        actions.start_assessment(owner=contract_manager, version=published_version, role_profile_id=profile.pk)
    assert not Assessment.objects.exists()


# Role and targets


def test_choose_role_replaces_targets_and_reasons_and_keeps_answers(draft, published_version):
    actions.set_targets(assessment=draft, targets={"B1": (None, "Others do it"), "B2": (EXPERT, "I lead it")})
    rate(draft, {"B4.1": PRACTITIONER})
    profile = RoleProfile.objects.get(version=published_version, slug="contract-analyst")
    actions.choose_role(assessment=draft, role_profile_id=profile.pk)
    assert targets_of(draft) == dict.fromkeys(AREAS, (FOUNDATION, ""))
    assert Assessment.objects.get(pk=draft.pk).role_profile == profile
    assert answers_of(draft) == {"B4.1": (Answered(PRACTITIONER), 1)}


def test_choose_role_none_of_these(draft):
    actions.choose_role(assessment=draft, role_profile_id=None)
    assert targets_of(draft) == dict.fromkeys(AREAS, (FOUNDATION, ""))
    assert Assessment.objects.get(pk=draft.pk).role_profile is None


def test_choose_role_refuses_another_versions_role_profile(draft, published_version):
    profile = RoleProfile.objects.create(
        version=other_version(published_version), slug="x", title="X", pathway="X", description="X", order=1
    )
    with pytest.raises(NotAskable, match="another version"):
        actions.choose_role(assessment=draft, role_profile_id=profile.pk)
    assert Assessment.objects.get(pk=draft.pk).role_profile.slug == "contract-manager"


def test_set_targets_changes_only_the_areas_it_names(draft):
    actions.set_targets(assessment=draft, targets={"A1": (EXPERT, "I chair the board"), "B6": (None, "Done elsewhere")})
    standing = dict.fromkeys(AREAS, (PRACTITIONER, ""))
    assert targets_of(draft) == standing | {"A1": (EXPERT, "I chair the board"), "B6": (None, "Done elsewhere")}


def test_set_targets_drops_the_reason_for_what_the_profile_proposes(draft):
    actions.set_targets(assessment=draft, targets={"A1": (PRACTITIONER, "No reason needed")})
    assert targets_of(draft)["A1"] == (PRACTITIONER, "")


def test_set_targets_asks_for_no_reason_without_a_role_profile(contract_manager, published_version):
    assessment = make_assessment(contract_manager, role_profile="")
    actions.set_targets(assessment=assessment, targets={"A1": (EXPERT, ""), "B1": (None, "")})
    standing = dict.fromkeys(AREAS, (FOUNDATION, ""))
    assert targets_of(assessment) == standing | {"A1": (EXPERT, ""), "B1": (None, "")}


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"Z9": (FOUNDATION, "x")}, "There is no area Z9"),
        ({"A1": (None, "x")}, "A1 belongs to every role"),
        ({"A1": (4, "x")}, "There is no level of rank 4"),
        ({"A1": (0, "x")}, "There is no level of rank 0"),
        ({"A1": (EXPERT, "")}, "A1 departs from the role profile without a reason"),
        ({"B1": (None, "")}, "B1 departs from the role profile without a reason"),
    ],
)
def test_set_targets_refuses_and_changes_nothing(draft, targets, message):
    with pytest.raises(NotAskable, match=message):
        actions.set_targets(assessment=draft, targets={"B2": (EXPERT, "I lead it")} | targets)
    assert targets_of(draft) == dict.fromkeys(AREAS, (PRACTITIONER, ""))


def test_set_targets_drawn_before_another_change_leaves_that_area_alone(draft):
    actions.set_targets(assessment=draft, targets={"A1": (EXPERT, "I chair the board"), "A2": (FOUNDATION, "New here")})
    before = target_mark(PRACTITIONER, "")
    typed = {"A1": (FOUNDATION, "Mine"), "A2": (FOUNDATION, "New here"), "B1": (None, "Others do it")}
    assert actions.set_targets(assessment=draft, targets=typed, drawn=dict.fromkeys(typed, before)) == ("A1",)
    assert targets_of(draft) == dict.fromkeys(AREAS, (PRACTITIONER, "")) | {
        "A1": (EXPERT, "I chair the board"),
        "A2": (FOUNDATION, "New here"),
        "B1": (None, "Others do it"),
    }
    drawn = {"A1": target_mark(EXPERT, "I chair the board")}
    assert actions.set_targets(assessment=draft, targets={"A1": (FOUNDATION, "Mine")}, drawn=drawn) == ()
    assert targets_of(draft)["A1"] == (FOUNDATION, "Mine")


def test_set_targets_without_a_mark_of_what_was_drawn_leaves_the_area_alone(draft):
    assert actions.set_targets(assessment=draft, targets={"A1": (EXPERT, "Mine")}, drawn={}) == ("A1",)
    assert targets_of(draft) == dict.fromkeys(AREAS, (PRACTITIONER, ""))


def test_set_targets_for_a_role_that_was_changed_since_sets_none(draft, published_version):
    other = RoleProfile.objects.get(version=published_version, slug="senior-contract-manager")
    actions.choose_role(assessment=Assessment.objects.get(), role_profile_id=other.pk)
    drawn = {"A1": target_mark(EXPERT, "")}
    assert actions.set_targets(assessment=draft, targets={"A1": (FOUNDATION, "Mine")}, drawn=drawn) == ("A1",)
    assert targets_of(draft) == dict.fromkeys(AREAS, (EXPERT, ""))


# Answers


def test_save_ratings_saves_each_kind_of_answer(draft):
    said = {
        "A1.1": Answered(rank=0),
        "A1.2": Answered(rank=FOUNDATION, note="Ŵ and ż"),
        "A1.3": Answered(rank=PRACTITIONER),
        "A1.4": Answered(rank=EXPERT),
        "A1.5": Answered(not_relevant=True, reason="No suppliers here"),
        "A1.6": Answered(note="To be thought about"),
    }
    saved = actions.save_ratings(assessment=draft, changes=[change(draft, code, each) for code, each in said.items()])
    assert answers_of(draft) == {code: (answer, 1) for code, answer in said.items()}
    assert saved.conflicts == ()
    assert saved.revisions == {statement(draft, code).pk: 1 for code in said}
    assert Assessment.objects.get(pk=draft.pk).changed_at == saved.at


def test_save_ratings_writes_only_what_was_typed(draft):
    standing = Answered(rank=PRACTITIONER)
    first = rate(draft, {"B4.1": standing, "B4.3": standing})
    untouched = change(draft, "B4.1", standing, seen=standing, revision=1)
    typed = change(draft, "B4.3", Answered(rank=EXPERT), seen=standing, revision=1)
    blank = change(draft, "B4.4", Answered())
    saved = actions.save_ratings(assessment=draft, changes=[untouched, typed, blank])
    assert answers_of(draft) == {"B4.1": (standing, 1), "B4.3": (Answered(rank=EXPERT), 2)}
    assert saved.revisions == {statement(draft, "B4.3").pk: 2}
    times = dict(Rating.objects.values_list("statement__code", "rated_at"))
    assert times == {"B4.1": first.at, "B4.3": saved.at}


def test_save_ratings_untouched_answers_of_a_stale_page_overwrite_nothing(draft):
    old, new = Answered(rank=FOUNDATION), Answered(rank=EXPERT, note="Changed in the other window")
    rate(draft, {"B4.1": old})
    rate(draft, {"B4.1": new, "B4.3": PRACTITIONER})
    stale = [
        change(draft, "B4.1", old, seen=old, revision=1),
        change(draft, "B4.3", Answered()),
        change(draft, "B4.4", Answered(rank=FOUNDATION)),
    ]
    saved = actions.save_ratings(assessment=draft, changes=stale)
    assert saved.conflicts == ()
    assert answers_of(draft) == {
        "B4.1": (new, 2),
        "B4.3": (Answered(rank=PRACTITIONER), 1),
        "B4.4": (Answered(rank=FOUNDATION), 1),
    }


def test_save_ratings_stale_change_conflicts_and_the_others_are_saved(draft):
    old, new = Answered(rank=FOUNDATION, note="First"), Answered(rank=EXPERT, note="Second")
    rate(draft, {"B4.1": old})
    rated = rate(draft, {"B4.1": new})
    mine = Answered(rank=FOUNDATION, note="Mine")
    saved = actions.save_ratings(
        assessment=draft,
        changes=[
            change(draft, "B4.1", mine, seen=old, revision=1),
            change(draft, "B4.3", Answered(rank=PRACTITIONER)),
        ],
    )
    assert answers_of(draft) == {"B4.1": (new, 2), "B4.3": (Answered(rank=PRACTITIONER), 1)}
    (conflict,) = saved.conflicts
    assert (conflict.statement_id, conflict.typed, conflict.saved, conflict.revision, conflict.saved_at) == (
        statement(draft, "B4.1").pk,
        mine,
        new,
        2,
        rated.at,
    )
    assert saved.revisions == {statement(draft, "B4.3").pk: 1}


def test_save_ratings_conflict_is_over_once_it_was_seen(draft):
    rate(draft, {"B4.1": FOUNDATION})
    rate(draft, {"B4.1": EXPERT})
    mine = Answered(rank=PRACTITIONER)
    saved = actions.save_ratings(
        assessment=draft, changes=[change(draft, "B4.1", mine, seen=Answered(rank=EXPERT), revision=2)]
    )
    assert saved.conflicts == ()
    assert answers_of(draft) == {"B4.1": (mine, 3)}


def test_save_ratings_missing_row_is_revision_nought(draft):
    rate(draft, {"B4.1": FOUNDATION})
    mine = Answered(rank=EXPERT)
    saved = actions.save_ratings(assessment=draft, changes=[change(draft, "B4.1", mine)])
    assert [(each.saved, each.revision) for each in saved.conflicts] == [(Answered(rank=FOUNDATION), 1)]
    saved = actions.save_ratings(assessment=draft, changes=[change(draft, "B4.3", mine, revision=7)])
    assert [(each.saved, each.revision, each.saved_at) for each in saved.conflicts] == [(Answered(), 0, None)]
    assert answers_of(draft) == {"B4.1": (Answered(rank=FOUNDATION), 1)}


def test_save_ratings_equal_answers_are_no_conflict(draft):
    said = Answered(rank=EXPERT, note="The same in both windows")
    rate(draft, {"B4.1": FOUNDATION})
    rate(draft, {"B4.1": said})
    saved = actions.save_ratings(
        assessment=draft, changes=[change(draft, "B4.1", said, seen=Answered(rank=FOUNDATION), revision=1)]
    )
    assert (saved.conflicts, saved.revisions) == ((), {statement(draft, "B4.1").pk: 2})
    assert answers_of(draft) == {"B4.1": (said, 2)}


def test_save_ratings_takes_an_answer_back(draft):
    said = Answered(not_relevant=True, reason="Not mine", note="Ask again")
    rate(draft, {"B4.1": said})
    actions.save_ratings(
        assessment=draft, changes=[change(draft, "B4.1", Answered(note="Ask again"), seen=said, revision=1)]
    )
    assert answers_of(draft) == {"B4.1": (Answered(note="Ask again"), 2)}


def test_save_ratings_levels_with_the_same_words_count_as_the_highest(draft):
    with pytest.raises(NotAskable, match=r"B4\.2 does not offer that answer"):
        actions.save_ratings(assessment=draft, changes=[change(draft, "B4.2", Answered(rank=PRACTITIONER))])
    actions.save_ratings(assessment=draft, changes=[change(draft, "B4.2", Answered(rank=EXPERT))])
    assert answers_of(draft) == {"B4.2": (Answered(rank=EXPERT), 1)}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answered(rank=4), "B4.3 does not offer that answer"),
        (Answered(rank=-1), "B4.3 does not offer that answer"),
        (Answered(rank=1, not_relevant=True, reason="Not mine"), "B4.3 does not offer that answer"),
        (Answered(not_relevant=True), "B4.3 is not relevant for a reason"),
        (Answered(rank=1, reason="Not mine"), "or relevant without one"),
    ],
)
def test_save_ratings_refuses_and_saves_nothing(draft, answer, message):
    changes = [change(draft, "B4.1", Answered(rank=EXPERT)), change(draft, "B4.3", answer)]
    with pytest.raises(NotAskable, match=message):
        actions.save_ratings(assessment=draft, changes=changes)
    assert answers_of(draft) == {}


def test_save_ratings_refuses_a_statement_of_no_such_version(draft):
    with pytest.raises(NotAskable, match="This version has no statement 0"):
        actions.save_ratings(assessment=draft, changes=[Change(0, Answered(rank=1), 0, "")])


def test_save_ratings_takes_as_many_queries_for_one_answer_as_for_all(draft):
    with CaptureQueriesContext(
        connection,
    ) as one:
        rate_one = actions.save_ratings(assessment=draft, changes=[change(draft, "A1.1", Answered(rank=EXPERT))])
    assert len(rate_one.revisions) == 1
    codes = [each.code for each in version_tree(draft.version).statements if each.code != "A1.1"]
    changes = [change(draft, code, Answered(rank=FOUNDATION)) for code in codes]
    with CaptureQueriesContext(connection) as all_others:
        actions.save_ratings(assessment=draft, changes=changes)
    assert len(answers_of(draft)) == 66
    assert len(one) == len(all_others)


def test_rating_edit_saves_a_page_in_few_queries_however_many_answers(draft, manager_client):
    path = reverse("rating-edit", args=[draft.pk, "B3"])
    statements = version_tree(draft.version).area("B3").statements
    nothing = f"0.{Answered().mark()}"
    counts = []
    for answered in (statements[:1], statements[1:]):
        posted = {f"drawn-{each.pk}": nothing for each in answered} | {f"level-{each.pk}": "1" for each in answered}
        with CaptureQueriesContext(connection) as queries:
            assert manager_client.post(path, posted).status_code == 302
        counts.append(len(queries))
    assert len(answers_of(draft)) == 12
    assert counts[0] == counts[1] <= 10


# Work examples


def test_save_evidence_adds_one_for_several_statements(draft):
    evidence = make_evidence(draft, title="Options paper", statements=("A1.1", "B4.3"))
    assert [each.code for each in evidence.statements.all()] == ["A1.1", "B4.3"]
    assert list(draft.evidence.all()) == [evidence]


def test_save_evidence_changes_one(draft):
    evidence = make_evidence(draft, statements=("A1.1", "B4.3"))
    evidence.title = "Another name"
    actions.save_evidence(assessment=draft, evidence=evidence, statement_ids=[statement(draft, "B6.1").pk])
    kept = Evidence.objects.get()
    assert (kept.title, kept.revision, [each.code for each in kept.statements.all()]) == ("Another name", 2, ["B6.1"])
    assert evidence.revision == 2


@pytest.mark.parametrize("differing", [{"title": "Typed"}, {"text": "Typed"}, {"dated": date(2026, 3, 27)}, {}])
def test_save_evidence_over_a_revision_not_seen_changes_nothing(draft, differing):
    evidence = make_evidence(draft, statements=("A1.1",))
    seen = Evidence.objects.get()
    actions.save_evidence(assessment=draft, evidence=evidence, statement_ids=[statement(draft, "A1.1").pk])
    for name, value in differing.items():
        setattr(seen, name, value)
    before = Assessment.objects.values().get()
    ids = [statement(draft, "A1.1" if differing else "B6.1").pk]
    with pytest.raises(ChangedElsewhere) as caught:
        actions.save_evidence(assessment=draft, evidence=seen, statement_ids=ids, revision=1)
    assert caught.value.saved == evidence
    kept = Evidence.objects.get()
    assert (kept.title, kept.text, kept.dated, kept.revision) == ("Catering contract", "", None, 2)
    assert [each.code for each in kept.statements.all()] == ["A1.1"]
    assert Assessment.objects.values().get() == before


def test_save_evidence_that_says_the_same_is_no_conflict(draft):
    evidence = make_evidence(draft, statements=("A1.1",))
    ids = [statement(draft, "A1.1").pk]
    actions.save_evidence(assessment=draft, evidence=Evidence.objects.get(), statement_ids=ids)
    assert actions.save_evidence(assessment=draft, evidence=evidence, statement_ids=ids, revision=1).revision == 2
    assert Evidence.objects.get().revision == 2


def test_save_evidence_that_was_deleted_meanwhile_does_not_bring_it_back(draft):
    evidence = make_evidence(draft)
    actions.delete_evidence(assessment=draft, evidence=Evidence.objects.get())
    with pytest.raises(ChangedElsewhere) as caught:
        actions.save_evidence(assessment=draft, evidence=evidence, statement_ids=[])
    assert caught.value.saved is None
    assert not Evidence.objects.exists()


def test_save_evidence_of_another_round_is_not_changed(draft, stranger):
    evidence = make_evidence(draft)
    evidence.title = "Typed"
    with pytest.raises(ChangedElsewhere) as caught:
        actions.save_evidence(assessment=make_assessment(stranger), evidence=evidence, statement_ids=[])
    assert caught.value.saved is None
    assert Evidence.objects.get().title == "Catering contract"


def test_save_evidence_refuses_statements_of_another_version(draft):
    with pytest.raises(NotAskable, match="own version"):
        actions.save_evidence(assessment=draft, evidence=Evidence(title="Paper"), statement_ids=[0])
    assert not Evidence.objects.exists()


def test_delete_evidence_keeps_the_answers(draft):
    rate(draft, {"B4.1": PRACTITIONER})
    actions.delete_evidence(assessment=draft, evidence=make_evidence(draft))
    assert not Evidence.objects.exists()
    assert answers_of(draft) == {"B4.1": (Answered(rank=PRACTITIONER), 1)}


# The end of a round


def test_close_assessment_keeps_everything(draft):
    rate_all(draft)
    make_evidence(draft)
    actions.close_assessment(assessment=draft, by=draft.owner)
    kept = Assessment.objects.get()
    assert (kept.state, kept.closed_at) == (Assessment.State.CLOSED, draft.closed_at)
    assert (kept.ratings.count(), kept.targets.count(), kept.evidence.count()) == (66, 8, 1)


def test_delete_assessment_leaves_nothing(draft, stranger):
    theirs = make_assessment(stranger, ratings={"A1.1": PRACTITIONER})
    rate_all(draft)
    make_evidence(draft)
    actions.keep_report_file(assessment=draft, reader="owner", digest="0" * 64, content=b"%PDF")
    actions.delete_assessment(assessment=draft)
    assert list(Assessment.objects.all()) == [theirs]
    assert {row.assessment_id for model in (Target, Rating) for row in model.objects.all()} == {theirs.pk}
    assert not Evidence.objects.exists()
    assert not ReportFile.objects.exists()


def test_keep_report_file_takes_the_place_of_the_one_before(draft):
    actions.keep_report_file(assessment=draft, reader="owner", digest="0" * 64, content=b"first")
    actions.keep_report_file(assessment=draft, reader="owner", digest="1" * 64, content=b"second")
    assert [(row.digest, bytes(row.content)) for row in ReportFile.objects.all()] == [("1" * 64, b"second")]


def test_keep_report_file_of_a_closed_round(closed):
    actions.keep_report_file(assessment=closed, reader="owner", digest="0" * 64, content=b"%PDF")
    assert ReportFile.objects.get().assessment == closed


CHANGES = {
    "choose_role": lambda round_: actions.choose_role(assessment=round_, role_profile_id=None),
    "set_targets": lambda round_: actions.set_targets(assessment=round_, targets={"B1": (None, "Others do it")}),
    "save_ratings": lambda round_: rate(round_, {"B4.1": EXPERT}),
    "save_ratings_nothing": lambda round_: actions.save_ratings(assessment=round_, changes=[]),
    "save_evidence": lambda round_: make_evidence(round_),
    "delete_evidence": lambda round_: actions.delete_evidence(assessment=round_, evidence=Evidence(pk=1)),
    "close_assessment": lambda round_: actions.close_assessment(assessment=round_, by=round_.owner),
    "delete_assessment": lambda round_: actions.delete_assessment(assessment=round_),
}


@pytest.mark.parametrize("act", CHANGES.values(), ids=CHANGES)
def test_a_closed_round_is_never_changed(closed, act):
    before = Assessment.objects.values().get()
    with pytest.raises(NotOpen):
        act(closed)
    assert Assessment.objects.values().get() == before
    assert targets_of(closed) == dict.fromkeys(AREAS, (PRACTITIONER, ""))
    assert answers_of(closed) == {}
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("act", CHANGES.values(), ids=CHANGES)
def test_a_deleted_round_stays_deleted(deleted, act):
    with pytest.raises(NotOpen):
        act(deleted)
    for model in (Assessment, Target, Rating, Evidence):
        assert not model.objects.exists()
