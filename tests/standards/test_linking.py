"""Saying what became of each statement: proposed by the portal, decided by an editor, kept as decided."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from people.actions import make_editor
from standards.actions import (
    Decision,
    NotEditable,
    NotLinkable,
    ask_for_review,
    decide_link,
    decide_links,
    decide_obvious,
    propose_links,
    publish_unreviewed,
    start_next_version,
)
from standards.models import LevelDescriptor, Statement, StatementLink, Version
from standards.publication import publication_problems
from tests.conftest import HEAVY
from tests.factories import make_user
from tests.standards.made_up import BECAME, make_made_up_version
from tests.standards.versions import make_version

Kind = StatementLink.Kind
FIRST = (
    ("Reads plans", "Writes plans", "Reviews plans"),
    ("Counts", "Saves", "Invests"),
    ("Greets", "Guides", "Opens"),
)


@pytest.fixture(scope="module")
def kept(kept_for_the_module):
    """A draft that follows a published version of three statements, nothing changed in it; and the made-up one with its editor."""
    editor = make_user(name="Harriet Molescroft")
    make_editor(user=editor)
    draft = start_next_version(version=publish_unreviewed(version=make_version(*FIRST)), number="2", by=None)
    published = Version.objects.published().get(framework__slug="contract-management")
    return draft, make_made_up_version(published, by=editor, is_linked=False), editor


@pytest.fixture
def draft(db, kept):
    return Version.objects.get(pk=kept[0].pk)


@pytest.fixture
def made_up(db, kept):
    return Version.objects.get(pk=kept[1].pk)


@pytest.fixture
def editor(db, kept):
    return kept[2]


def statements(version):
    return {each.code: each for each in Statement.objects.filter(area__section__version=version)}


def keys(version):
    return {code: each.pk for code, each in statements(version).items()}


def standing(version):
    """What is recorded: (kind, old code, new code), and whether it is decided."""
    rows = StatementLink.objects.filter(version=version).order_by("pk")
    return {
        (row.kind, row.old.code if row.old else "", row.new.code if row.new else ""): row.is_decided
        for row in rows.select_related("old", "new")
    }


def reword(version, code, *, words, ranks=(1, 2, 3)):
    LevelDescriptor.objects.filter(statement=statements(version)[code], level__rank__in=ranks).update(text=words)


def test_a_fresh_draft_is_decided_throughout(draft):
    assert standing(draft) == {("same", f"A1.{n}", f"A1.{n}"): True for n in (1, 2, 3)}
    assert {link.decided_by for link in draft.links.all()} == {None}
    assert publication_problems(draft) == []


def test_the_made_up_version_is_proposed_much_as_its_editor_decides(made_up):
    propose_links(version=made_up)
    found = standing(made_up)
    assert {found[each] for each in found if each[0] != "same"} == {False}
    assert {found[each] for each in found if each[0] == "same"} == {True}
    decided = {(kind, old, new) for kind, olds, news in BECAME for old in olds or [""] for new in news or [""]}
    differs = {
        # Under the threshold, so that nobody is left unasked: an editor says that they mean the same.
        *{("changed", "A1.1", "A1.1"), ("changed", "B2.4", "B1.13")},
        # Too little of the third one's words are in what it was merged into.
        *{("removed", "B5.7", "")},
    }
    assert {each for each in found if each[0] != "same"} - decided == differs


def test_proposing_again_writes_nothing(made_up):
    propose_links(version=made_up)
    before = list(made_up.links.values_list("pk", "kind", "decided_at").order_by("pk"))
    waiting = propose_links(version=made_up)
    assert list(made_up.links.values_list("pk", "kind", "decided_at").order_by("pk")) == before
    assert (len(waiting), len([each for each in waiting if each.is_obvious])) == (18, 5)


def test_a_decision_is_kept_and_signed(made_up, editor):
    old, new = keys(made_up.follows)["A1.1"], keys(made_up)["A1.1"]
    decide_link(version=made_up, by=editor, kind="editorial", olds=[old], news=[new])
    propose_links(version=made_up)
    (link,) = made_up.links.filter(new=new)
    assert (link.kind, link.old_id, link.decided_by) == ("editorial", old, editor)
    assert link.decided_at is not None
    assert [row.history_user for row in link.history.all()] == [editor]


def test_all_that_is_obvious_is_decided_in_one_step(made_up, editor):
    assert decide_obvious(version=made_up, by=editor) == 5
    decided = made_up.links.filter(decided_by=editor)
    assert {link.kind for link in decided} == {"new", "removed"}
    assert len(propose_links(version=made_up)) == 13
    assert decide_obvious(version=made_up, by=editor) == 0


def test_what_is_called_the_same_is_proposed_anew_when_its_words_are_edited(draft):
    reword(draft, "A1.1", words="Burns plans")
    propose_links(version=draft)
    assert standing(draft)["changed", "A1.1", "A1.1"] is False
    reword(draft, "A1.1", words="Burns all plans")
    old, new = keys(draft.follows)["A1.1"], keys(draft)["A1.1"]
    decide_link(version=draft, by=None, kind="editorial", olds=[old], news=[new])
    reword(draft, "A1.1", words="Burns all the plans")
    propose_links(version=draft)
    assert standing(draft)["editorial", "A1.1", "A1.1"] is True


def test_a_split_that_lost_a_part_is_proposed_anew(draft):
    extra = Statement.objects.create(area=statements(draft)["A1.1"].area, code="A1.4", topic="Part", order=4)
    old, now = keys(draft.follows), keys(draft)
    decide_link(version=draft, by=None, kind="split", olds=[old["A1.1"]], news=[now["A1.1"], now["A1.4"]])
    assert standing(draft)["split", "A1.1", "A1.4"] is True
    extra.delete()
    propose_links(version=draft)
    assert standing(draft) == {("same", f"A1.{n}", f"A1.{n}"): True for n in (1, 2, 3)}


def test_a_decision_takes_over_what_was_proposed_and_leaves_no_statement_out(draft):
    reword(draft, "A1.1", words="Burns all")
    reword(draft, "A1.2", words="Burns everything")
    propose_links(version=draft)
    old, now = keys(draft.follows), keys(draft)
    decide_link(version=draft, by=None, kind="merged", olds=[old["A1.1"], old["A1.2"]], news=[now["A1.1"]])
    assert standing(draft) == {
        ("merged", "A1.1", "A1.1"): True,
        ("merged", "A1.2", "A1.1"): True,
        ("new", "", "A1.2"): False,
        ("same", "A1.3", "A1.3"): True,
    }


@pytest.mark.parametrize(
    ("kind", "olds", "news", "field", "says"),
    [
        ("same", ["A1.1", "A1.2"], ["A1.1"], "olds", "Name one statement of version 1."),
        ("editorial", ["A1.1"], [], "news", "Name one statement of version 2."),
        ("split", ["A1.1"], ["A1.1"], "news", "Name at least two statements of version 2."),
        ("split", ["A1.1"], ["A1.1", "A1.1"], "news", "Name at least two statements of version 2."),
        ("merged", ["A1.1"], ["A1.1"], "olds", "Name at least two statements of version 1."),
        ("removed", [], [], "olds", "Name one statement of version 1."),
        (
            *("new", ["A1.1"], ["A1.1"], "olds"),
            "A new statement has none in version 1: leave this empty, or choose another answer.",
        ),
        (
            *("removed", ["A1.1"], ["A1.1"], "news"),
            "A removed statement has none in version 2: leave this empty, or choose another answer.",
        ),
    ],
)
def test_wrong_numbers_of_statements_are_refused(draft, kind, olds, news, field, says):
    before, (old, now) = standing(draft), (keys(draft.follows), keys(draft))
    with pytest.raises(NotLinkable) as refused:
        decide_link(
            version=draft, by=None, kind=kind, olds=[old[each] for each in olds], news=[now[each] for each in news]
        )
    assert [(each.field, each.says) for each in refused.value.wrong] == [(field, says)]
    assert standing(draft) == before


def test_other_words_are_not_the_same(draft):
    reword(draft, "A1.1", words="Burns plans", ranks=[2])
    old, now = keys(draft.follows)["A1.1"], keys(draft)["A1.1"]
    with pytest.raises(
        NotLinkable, match=r"The words are not the same\. Choose “Edited, same meaning” if they mean the same"
    ):
        decide_link(version=draft, by=None, kind="same", olds=[old], news=[now])


def test_statements_of_another_version_are_refused(draft, published_version):
    foreign = Statement.objects.filter(area__section__version=published_version).first().pk
    with pytest.raises(NotLinkable, match=r"Name statements of version 1\."):
        decide_link(version=draft, by=None, kind="changed", olds=[foreign], news=[keys(draft)["A1.1"]])


def test_what_is_decided_elsewhere_is_not_taken_away(draft):
    old, now = keys(draft.follows), keys(draft)
    one = frozenset([old["A1.1"], now["A1.1"]])
    decision = Decision(Kind.CHANGED, (old["A1.2"],), (now["A1.1"],), instead_of=one)
    with pytest.raises(NotLinkable, match=r"Something else is said of A1\.2\. Change that too"):
        decide_links(version=draft, by=None, decisions=[decision])
    # Both together exchange them.
    other = Decision(Kind.CHANGED, (old["A1.1"],), (now["A1.2"],), frozenset([old["A1.2"], now["A1.2"]]))
    decide_links(version=draft, by=None, decisions=[decision, other])
    assert {each[1:] for each in standing(draft) if each[0] == "changed"} == {("A1.2", "A1.1"), ("A1.1", "A1.2")}


def test_two_decisions_about_one_statement_are_refused_both_or_none(draft):
    old, now = keys(draft.follows), keys(draft)
    before = standing(draft)
    ends = frozenset([*old.values(), *now.values()])
    made = [
        Decision(Kind.CHANGED, (old["A1.1"],), (now["A1.1"],), ends),
        Decision(Kind.CHANGED, (old["A1.1"],), (now["A1.2"],), ends),
    ]
    with pytest.raises(NotLinkable) as refused:
        decide_links(version=draft, by=None, decisions=made)
    assert [(each.number, each.field) for each in refused.value.wrong] == [(1, "olds")]
    assert standing(draft) == before


def test_only_a_draft_that_follows_another_is_decided(draft, superuser):
    first = Version.objects.get(pk=draft.follows_id)
    ends = {"olds": [keys(first)["A1.1"]], "news": [keys(draft)["A1.1"]]}
    for version in (first, ask_for_review(version=draft, by=superuser, reviewers=[superuser])):
        with pytest.raises(NotEditable, match="only while the version is a draft"):
            decide_link(version=version, by=None, kind="changed", **ends)
        with pytest.raises(NotEditable, match="only while the version is a draft"):
            decide_obvious(version=version, by=None)
        assert propose_links(version=version) == []
    alone = make_version(*FIRST)
    with pytest.raises(NotEditable, match="follows no other"):
        decide_link(version=alone, by=None, kind="new", news=[keys(alone)["A1.1"]])
    assert propose_links(version=alone) == []


def test_review_is_not_asked_for_while_something_called_the_same_has_other_words(draft, superuser):
    reword(draft, "A1.1", words="Burns plans")
    with pytest.raises(Exception, match="1 link between the versions is proposed and not decided"):
        ask_for_review(version=draft, by=superuser, reviewers=[superuser])


def test_links_of_a_published_version_are_frozen(draft):
    publish_unreviewed(version=draft)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        draft.links.update(kind="editorial")


def test_as_many_queries_for_66_statements_as_for_three(draft, made_up, django_assert_num_queries):
    propose_links(version=draft)
    propose_links(version=made_up)
    for version in (draft, made_up):
        with django_assert_num_queries(10):
            propose_links(version=version)


class DecidedAndEdited(TestCase):
    """Decisions, edits and removals in any order, from a draft of four statements."""

    @given(st.data())
    @settings(max_examples=200 if HEAVY else 5)
    def test_every_statement_is_covered_once_and_decisions_stay(self, data):
        words = [(f"Reads {n}", f"Writes {n}", f"Leads {n}") for n in "abcd"]
        version = start_next_version(version=publish_unreviewed(version=make_version(*words)), number="2", by=None)
        olds = list(keys(version.follows).values())
        for _ in range(data.draw(st.integers(1, 5))):
            step = data.draw(st.sampled_from(["decide", "edit", "remove", "propose"]))
            news = list(keys(version).values())
            if step == "decide":
                kind = data.draw(st.sampled_from(Kind.values))
                ends = [data.draw(st.lists(st.sampled_from(each), max_size=2, unique=True)) for each in (olds, news)]
                try:
                    decide_link(version=version, by=None, kind=kind, olds=ends[0], news=ends[1])
                except NotLinkable:
                    pass
                else:
                    recorded = set(version.links.filter(kind=kind, decided_at__isnull=False).values_list("old", "new"))
                    assert {(old, new) for old in ends[0] or [None] for new in ends[1] or [None]} <= recorded
            elif step == "edit":
                new = data.draw(st.sampled_from(news))
                LevelDescriptor.objects.filter(statement=new).update(
                    text=data.draw(st.sampled_from(["Reads a", "Other"]))
                )
            elif step == "remove" and len(news) > 1:
                Statement.objects.get(pk=data.draw(st.sampled_from(news))).delete()
            propose_links(version=version)
            self.check(version, olds, list(keys(version).values()))

    def check(self, version, olds, news):
        links = list(version.links.all())
        by_old = {old: {link.kind for link in links if link.old_id == old} for old in olds}
        by_new = {new: {link.kind for link in links if link.new_id == new} for new in news}
        assert {len(kinds) for kinds in (*by_old.values(), *by_new.values())} == {1}
        problems = [str(each) for each in publication_problems(version)]
        assert [each for each in problems if "has no link" in each or "another version" in each] == []
