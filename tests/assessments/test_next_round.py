"""Going on from the round before: what comes along, what is only offered, and what is refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments import actions
from assessments.actions import AlreadyOpen, NotAskable, NotOpen
from assessments.answers import Answered
from assessments.meaning import kept
from assessments.models import Assessment, Event, Evidence, Goal, Rating, Target
from assessments.previous import read_previous
from standards.actions import publish_unreviewed
from standards.models import Level, LevelDescriptor, Statement, Version
from standards.tree import version_tree
from tests.factories import agree, close, make_assessment, make_evidence, make_user, rate, rate_all, share
from tests.standards.versions import make_version

pytestmark = pytest.mark.django_db

FOUNDATION, PRACTITIONER, EXPERT = 1, 2, 3
NOTED = Answered(PRACTITIONER, note="Weekly.")
NOT_RELEVANT = Answered(not_relevant=True, reason="Done by legal.", note="Never seen one.")


@pytest.fixture(scope="module")
def owner(kept_for_the_module):
    return make_user(name="Nia Penŵydd")


@pytest.fixture(scope="module")
def agreed(owner):
    """An agreed round: Practitioner throughout, but B4.4 agreed lower and B4.3 not relevant; B4.1 has a note, B1 its own target."""
    assessment = make_assessment(owner, targets={"B1": (FOUNDATION, "A narrower post.")})
    rate_all(assessment, PRACTITIONER)
    rate(assessment, {"B4.1": NOTED, "B4.3": NOT_RELEVANT})
    make_evidence(assessment)
    return agree(assessment, make_user(name="Tomasz Quillfeather"), ratings={"B4.4": 1}, agreed={"B4.4": 1})


@pytest.fixture(scope="module")
def closed(kept_for_the_module):
    """A closed round of somebody else, with a target that departs, two answers and a note without one."""
    owner = make_user()
    assessment = make_assessment(owner, targets={"B4": (EXPERT, "A large contract.")})
    rate(assessment, {"B4.1": NOTED, "B4.3": NOT_RELEVANT, "B4.5": Answered(note="Not sure yet.")})
    close(assessment)
    return Assessment.objects.with_version().get(pk=assessment.pk)


@pytest.fixture
def following(agreed):
    return begin(agreed)


def begin(previous, version=None):
    made = actions.start_next_assessment(owner=previous.owner, previous=previous, version=version or previous.version)
    return Assessment.objects.select_related("owner", "version", "previous__version").get(pk=made.pk)


def pk_of(assessment, code):
    return next(each.pk for each in version_tree(assessment.version).statements if each.code == code)


def take(assessment, *codes, by=None):
    """Say that these are still true; the codes of those that were taken over."""
    tree = version_tree(assessment.version)
    pks = actions.still_true(
        assessment=assessment, by=by or assessment.owner, statement_ids=[pk_of(assessment, code) for code in codes]
    )
    return {tree.statement_by_pk(pk).code for pk in pks}


def answers_of(assessment):
    rows = Rating.objects.filter(assessment=assessment).select_related("statement")
    return {
        row.statement.code: (Answered(row.rank, row.not_relevant, row.reason, row.note), row.revision) for row in rows
    }


def targets_of(assessment):
    rows = Target.objects.filter(assessment=assessment)
    return {code: (rank, reason) for code, rank, reason in rows.values_list("area__code", "rank", "reason")}


def finish(
    owner, version, *codes, what="Shadow the risk review", measure="", outcome="", days_ago=0, state=Goal.State.DONE
):
    """A goal of ``owner`` that ended some days ago."""
    goal = Goal(owner=owner, framework_id=version.framework_id, what=what, measure=measure, kind=Goal.Kind.ON_THE_JOB)
    goal.due_on = timezone.localdate()
    tree = version_tree(version)
    aims = [(each.pk, each.cells[-1].rank) for each in tree.statements if each.code in codes]
    actions.save_goal(goal=goal, by=owner, version=version, aims=aims)
    if state == Goal.State.DONE:
        actions.finish_goal(goal=goal, by=owner, outcome=outcome)
    elif state == Goal.State.DROPPED:
        actions.drop_goal(goal=goal, by=owner, reason="Not needed any more.")
    if state != Goal.State.OPEN:
        Goal.objects.filter(pk=goal.pk).update(ended_on=timezone.localdate() - timedelta(days=days_ago))
    return goal


# Beginning


def test_the_next_round_keeps_role_and_agreed_targets_and_no_answer(agreed, following):
    assert (following.previous, following.state, following.version) == (agreed, Assessment.State.DRAFT, agreed.version)
    assert following.role_profile == agreed.role_profile is not None
    assert targets_of(following) == targets_of(agreed)
    assert targets_of(following)["B1"] == (FOUNDATION, "A narrower post.")
    assert answers_of(following) == {}
    assert not following.evidence.exists()
    assert [(event.kind, event.actor) for event in following.events.all()] == [(Event.Kind.STARTED, following.owner)]


def test_the_next_round_has_the_targets_that_were_agreed_last(owner, agreed, following):
    actions.set_targets(assessment=following, targets={"B1": (PRACTITIONER, ""), "B2": (EXPERT, "Mine alone.")})
    rate_all(following)
    manager = agreed.line_manager
    shared = share(following, manager)
    actions.agree_with_rest(assessment=shared, by=manager)
    actions.finish_review(assessment=shared, by=manager)
    drawn = None
    actions.set_agreed_targets(assessment=shared, by=manager, targets={"B2": (FOUNDATION, "With help.")}, drawn=drawn)
    actions.record_conversation(
        assessment=shared, by=manager, held_on=timezone.localdate(), points="", look_again_on=None
    )
    shared.refresh_from_db()
    for person in (manager, owner):
        actions.confirm_conversation(assessment=shared, by=person, revision=shared.conversation.revision)
    shared.refresh_from_db()
    third = begin(shared)
    assert (targets_of(third)["B1"], targets_of(third)["B2"]) == ((PRACTITIONER, ""), (FOUNDATION, "With help."))


def test_the_next_round_after_a_closed_one_has_its_targets(closed):
    assert targets_of(begin(closed))["B4"] == (EXPERT, "A large contract.")


def test_the_next_round_is_refused_while_another_is_open(agreed, following):
    with pytest.raises(AlreadyOpen):
        begin(agreed)
    assert Assessment.objects.open().filter(owner=agreed.owner).count() == 1


@pytest.mark.parametrize("state", ["draft", "shared"])
def test_the_next_round_is_refused_after_one_that_is_not_over(contract_manager, line_manager, published_version, state):
    assessment = make_assessment(contract_manager)
    if state == "shared":
        rate_all(assessment)
        share(assessment, line_manager)
    with pytest.raises(NotOpen):
        begin(Assessment.objects.get(pk=assessment.pk))


def test_the_next_round_is_the_owners_alone(agreed, stranger):
    for person in (stranger, agreed.line_manager):
        with pytest.raises(NotOpen):
            actions.start_next_assessment(owner=person, previous=agreed, version=agreed.version)
    assert not Assessment.objects.open().exists()


def test_the_next_round_is_refused_under_a_version_that_is_no_choice(agreed):
    draft = Version.objects.create(framework=agreed.framework, number="3.0", issued="2027")
    for version in (draft, publish_unreviewed(version=make_version(("Reads", "Writes", "Teaches")))):
        with pytest.raises(NotAskable):
            begin(agreed, version)
    assert not Assessment.objects.open().exists()


# Still true


def test_still_true_takes_over_level_and_note(following):
    assert take(following, "B4.1", "B4.4") == {"B4.1", "B4.4"}
    assert answers_of(following) == {"B4.1": (NOTED, 1), "B4.4": (Answered(FOUNDATION), 1)}
    assert {row.view for row in following.ratings.all()} == {Rating.View.SELF}


def test_still_true_takes_over_not_relevant_with_its_reason(following):
    take(following, "B4.3")
    assert answers_of(following) == {"B4.3": (NOT_RELEVANT, 1)}


def test_still_true_after_a_closed_round_takes_what_its_owner_said(closed):
    following = begin(closed)
    assert take(following, "B4.1", "B4.3", "B4.4", "B4.5") == {"B4.1", "B4.3"}
    assert answers_of(following) == {"B4.1": (NOTED, 1), "B4.3": (NOT_RELEVANT, 1)}


def test_still_true_never_overwrites_an_answer(following):
    given = {"B4.1": Answered(EXPERT, note="More by now."), "B4.3": Answered(0)}
    rate(following, given)
    assert take(following, "B4.1", "B4.3", "B4.4") == {"B4.4"}
    assert answers_of(following) == {
        **{code: (answer, 1) for code, answer in given.items()},
        "B4.4": (Answered(FOUNDATION), 1),
    }


def test_still_true_keeps_a_note_that_was_written_here(following):
    rate(following, {"B4.1": Answered(note="Written this year.")})
    take(following, "B4.1")
    assert answers_of(following) == {"B4.1": (Answered(PRACTITIONER, note="Written this year."), 2)}


def test_still_true_twice_is_once(following):
    take(following, "B4.1")
    assert take(following, "B4.1") == set()
    assert answers_of(following)["B4.1"][1] == 1


def test_still_true_without_a_round_before_takes_nothing(contract_manager, published_version):
    assessment = make_assessment(contract_manager)
    assert take(assessment, "B4.1") == set()
    assert answers_of(assessment) == {}


def test_still_true_notes_that_the_round_changed(following):
    before = following.changed_at
    take(following, "B4.1")
    assert Assessment.objects.get(pk=following.pk).changed_at > before


def test_still_true_takes_as_many_queries_for_one_answer_as_for_all(following, django_assert_num_queries):
    pks = [each.pk for each in version_tree(following.version).statements]
    for asked in (pks[:1], pks[1:]):
        with django_assert_num_queries(7):
            actions.still_true(assessment=following, by=following.owner, statement_ids=asked)
    assert len(answers_of(following)) == 66


def test_still_true_is_the_owners_alone(following, stranger):
    for person in (stranger, following.previous.line_manager):
        with pytest.raises(NotOpen):
            take(following, "B4.1", by=person)
    assert answers_of(following) == {}


def test_still_true_is_refused_once_the_round_is_no_draft(following):
    close(following)
    with pytest.raises(NotOpen):
        take(following, "B4.1")
    assert answers_of(following) == {}


def test_still_true_refuses_a_statement_of_no_such_version(following):
    with pytest.raises(NotAskable):
        actions.still_true(assessment=following, by=following.owner, statement_ids=[0])


# Finished goals


def test_a_finished_goal_becomes_a_work_example(agreed):
    finish(agreed.owner, agreed.version, "B6.7", "B4.6", measure="The board says so.", outcome="I wrote the response.")
    evidence = begin(agreed).evidence.get()
    assert (evidence.title, evidence.dated) == ("Shadow the risk review", timezone.localdate())
    assert evidence.text == "How I would know: The board says so.\nWhat came of it: I wrote the response."
    assert {each.code for each in evidence.statements.all()} == {"B4.6", "B6.7"}


def test_goals_that_are_not_finished_become_nothing(agreed):
    for state in (Goal.State.OPEN, Goal.State.DROPPED):
        finish(agreed.owner, agreed.version, "B6.7", what=f"A goal that is {state}", state=state)
    following = begin(agreed)
    assert not following.evidence.exists()
    assert take(following, "B6.7") == {"B6.7"}


def test_goals_that_were_finished_before_the_last_round_and_others_goals_become_nothing(agreed, stranger):
    finish(agreed.owner, agreed.version, "B6.7", days_ago=1)
    finish(stranger, agreed.version, "B6.7")
    following = begin(agreed)
    assert not following.evidence.exists()
    assert take(following, "B6.7") == {"B6.7"}


def test_a_goal_becomes_a_work_example_once(agreed):
    finish(agreed.owner, agreed.version, "B6.7")
    following = begin(agreed)
    close(following)
    assert following.evidence.count() == 1
    assert not begin(Assessment.objects.get(pk=following.pk)).evidence.exists()


def test_a_long_goal_becomes_a_work_example_in_full_where_it_fits(agreed):
    what, measure, outcome = "w" * 300, "m" * 1000, "o" * 1000
    finish(agreed.owner, agreed.version, "B6.7", what=what, measure=measure, outcome=outcome)
    evidence = begin(agreed).evidence.get()
    assert evidence.title == "w" * 149 + "…"
    assert len(evidence.text) == Evidence.TEXT_LIMIT
    parts = evidence.text.split("\n")
    assert parts[0] == what
    assert parts[1].startswith("How I would know: mmm")
    assert parts[1].endswith("m…")
    assert parts[2] == f"What came of it: {outcome}"
    evidence.full_clean()


def test_a_statement_with_a_finished_goal_is_to_be_rated_again(agreed):
    finish(agreed.owner, agreed.version, "B4.6")
    following = begin(agreed)
    tree = version_tree(following.version)
    previous = read_previous(following, tree.area("B4").statements)
    again = {tree.statement_by_pk(pk).code for pk, before in previous.answers.items() if before.is_to_rate_again}
    assert again == {"B4.6"}
    assert take(following, *(each.code for each in tree.area("B4").statements)) == {
        each.code for each in tree.area("B4").statements
    } - {"B4.6"}


def test_a_goal_finished_under_a_round_already_begun_waits_for_the_next(agreed, following):
    goal = finish(agreed.owner, agreed.version, "B4.6")
    Goal.objects.filter(pk=goal.pk).update(ended_on=timezone.localdate() + timedelta(days=1))
    assert take(following, "B4.6") == {"B4.6"}


# What is read


def test_what_was_agreed_is_said_with_its_year(agreed, closed):
    year = timezone.localtime(agreed.agreed_at).year
    for previous, code, lead in ((agreed, "A1", f"Agreed in {year}"), (closed, "B4", f"You said in {year}")):
        following = begin(previous)
        read = read_previous(following, version_tree(following.version).area(code).statements)
        assert {before.lead for before in read.answers.values()} == {lead}


def test_what_was_said_before_is_read_in_one_query(agreed, following, django_assert_num_queries):
    tree = version_tree(following.version)
    following = Assessment.objects.select_related("version", "previous").get(pk=following.pk)
    for statements in (tree.statements[:1], tree.statements):
        with django_assert_num_queries(1):
            assert len(read_previous(following, statements).answers) == len(statements)
    first = Assessment.objects.get(pk=agreed.pk)
    with django_assert_num_queries(0):
        assert read_previous(first, tree.statements) is None


# Another version


@pytest.fixture
def newer(agreed):
    """Version 3.0: B4.1 word for word, B4.4 with one word more at Expert."""
    version = agreed.version
    rows = Statement.objects.filter(area__section__version=version, code__in=["B4.1", "B4.4"]).order_by("code")
    texts = [list(row.descriptors.order_by("level__rank").values_list("text", flat=True)) for row in rows]
    texts[1][2] += " Always."
    names = Level.objects.filter(version=version).order_by("rank").values_list("name", flat=True)
    made = make_version(*texts, levels=names)
    Version.objects.filter(pk=made.pk).update(framework=version.framework, number="3.0")
    for row, code in zip(rows, ("A1.1", "A1.2"), strict=True):
        Statement.objects.filter(area__section__version=made, code=code).update(lineage=row.lineage)
    return publish_unreviewed(version=Version.objects.get(pk=made.pk))


def test_without_links_a_statement_keeps_its_meaning_with_equal_words_alone(agreed, newer):
    tree, other = version_tree(newer), version_tree(agreed.version)
    by_code = {each.code: each.pk for each in other.statements}
    assert kept(newer, agreed.version).statements == {tree.statements[0].pk: by_code["B4.1"]}
    assert kept(agreed.version, newer).statements == {by_code["B4.1"]: tree.statements[0].pk}
    assert kept(newer, newer) is None


def test_statements_under_other_levels_keep_no_meaning(agreed, newer):
    statement = Statement.objects.get(area__section__version=agreed.version, code="B4.1")
    texts = LevelDescriptor.objects.filter(statement=statement).order_by("level__rank").values_list("text", flat=True)
    renamed = make_version(tuple(texts), levels=("Foundation", "Practitioner", "Master"))
    Statement.objects.filter(area__section__version=renamed).update(lineage=statement.lineage)
    assert kept(renamed, agreed.version).statements == {}


def test_under_a_new_version_only_answers_to_equal_words_are_offered(agreed, newer):
    following = begin(agreed, newer)
    assert following.role_profile is None
    # The area that both statements come from is B4, whose target was agreed.
    assert targets_of(following) == {"A1": (PRACTITIONER, "")}
    assert take(following, "A1.1", "A1.2") == {"A1.1"}
    assert answers_of(following) == {"A1.1": (NOTED, 1)}


def test_under_a_new_version_a_finished_goal_keeps_to_its_statements(agreed, newer):
    finish(agreed.owner, agreed.version, "B4.1", "B4.4", "B6.7")
    following = begin(agreed, newer)
    assert {each.code for each in following.evidence.get().statements.all()} == {"A1.1", "A1.2"}
    assert take(following, "A1.1") == set()
