"""The tree of a version: what it holds, what it costs, and when it is read again."""

from datetime import timedelta
from threading import Thread

import pytest
from django.utils import timezone

from standards import tree
from standards.actions import touch_version
from standards.models import Area, Framework, LevelDescriptor, Statement, Version
from standards.tree import forget_trees, read_tree, version_tree
from tests.standards.versions import make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered():
    forget_trees()
    yield
    forget_trees()


@pytest.fixture
def version(published_version):
    return published_version


# Levels without words


@pytest.mark.parametrize(
    ("texts", "undefined", "not_yet", "whys"),
    [
        (("A", "B", "C"), (), "Not yet at First", ["", "", ""]),
        (("A", "A", "C"), (), "Not yet at First", ["The published words are the same for First and Second.", ""]),
        (
            ("A", None, "C"),
            (),
            "Not yet at First",
            ["There are no words for Second: it is met together with First.", ""],
        ),
        (
            ("A", None, None),
            (),
            "Not yet at First",
            ["There are no words for Second and Third: they are met together with First."],
        ),
        (
            ("A", None, "A"),
            (),
            "Not yet at First",
            ["There are no words for Second; those for First and Third are the same."],
        ),
        ((None, "B", "C"), ("First",), "Not yet at Second (counts as First)", ["", ""]),
        ((None, None, "C"), ("First", "Second"), "Not yet at Third (counts as Second)", [""]),
    ],
)
def test_a_statement_says_which_of_its_levels_have_no_words(db, texts, undefined, not_yet, whys):
    read = read_tree(make_version(texts))
    (statement,) = read.statements
    assert (statement.undefined, statement.not_yet) == (undefined, not_yet)
    assert [cell.why_joined for cell in statement.cells] == whys
    assert (read.answer_name(statement, 0), read.answer_name(statement, 3)) == (not_yet, "Third")


def test_a_statement_says_who_meets_its_lowest_levels_without_words(db):
    one, two = read_tree(make_version((None, "B", "C"), (None, None, "C"))).statements
    assert one.why_undefined == "There are no words for First: it is met by whoever is not yet at Second."
    assert two.why_undefined == "There are no words for First and Second: they are met by whoever is not yet at Third."


# What it holds


def test_tree_of_version_two(version):
    read = version_tree(version)
    assert (read.pk, read.number, read.issued) == (version.pk, "2.0", "July 2019")
    assert [level.name for level in read.levels] == ["Foundation", "Practitioner", "Expert"]
    assert read.ranks == (1, 2, 3)
    assert [(s.code, s.chosen_by_role, len(s.areas)) for s in read.sections] == [("A", False, 2), ("B", True, 6)]
    assert [area.code for area in read.areas] == ["A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6"]
    assert (len(read.statements), len(read.terms), len(read.role_profiles)) == (66, 47, 6)
    codes = list(
        Statement.objects.order_by("area__section__order", "area__order", "order").values_list("code", flat=True)
    )
    assert [statement.code for statement in read.statements] == codes


def test_area_of_version_two(version):
    area = version_tree(version).area("B3")
    row = Area.objects.get(code="B3")
    assert (area.pk, area.title, area.short_title, area.summary) == (row.pk, row.title, row.short_title, row.summary)
    assert (area.kind, area.section_code, area.chosen_by_role) == ("lifecycle", "B", True)
    assert [(part.code, part.title) for part in area.parts] == [
        ("B3a", "Managing Contract Delivery"),
        ("B3b", "Exit and Transition"),
    ]
    assert area.attributes == ()
    assert len(version_tree(version).area("A1").attributes) == 8
    variants = {area.code: len(area.variants) for area in version_tree(version).areas}
    assert variants == {area.code: area.variants.count() for area in Area.objects.all()}
    assert any(variants.values())


def test_statement_of_version_two(version):
    read = version_tree(version)
    row = Statement.objects.get(code="B4.3")
    statement = read.statement_by_pk(row.pk)
    assert (statement.code, statement.topic, statement.lineage) == ("B4.3", row.topic, row.lineage)
    assert (statement.area_code, statement.part_code, statement.joined) == ("B4", "", ())
    assert [cell.text for cell in statement.cells] == [d.text for d in row.descriptors.order_by("level__rank")]
    assert [(cell.rank, cell.name, cell.is_joined) for cell in statement.cells] == [
        (1, "Foundation", False),
        (2, "Practitioner", False),
        (3, "Expert", False),
    ]
    assert [cell.is_first for cell in statement.cells] == [True, False, False]
    assert [cell.is_mostly_kept for cell in statement.cells] == [False, True, True]
    assert statement.cells[1].html.startswith(
        "<b>Identifies</b> best value for money options <b>in collaboration with "
    )
    assert "<b>" not in statement.cells[0].html
    assert [term.term for term in statement.terms] == ["Colleague", "Options appraisal"]
    assert all(term.definition for term in statement.terms)


def test_only_two_statements_of_version_two_have_joined_levels(version):
    joined = {s.code: s for s in version_tree(version).statements if s.joined or any(c.is_joined for c in s.cells)}
    assert list(joined) == ["B4.2", "B4.7"]
    for statement in joined.values():
        assert statement.joined == (3,)
        assert [cell.ranks for cell in statement.cells] == [(1,), (2, 3)]
        assert (statement.cells[1].rank, statement.cells[1].name) == (3, "Practitioner and Expert")
        assert statement.cell(2) is statement.cell(3) is statement.cells[1]
        assert statement.cell(0) is None


def test_role_profiles_of_version_two(version):
    read = version_tree(version)
    targets = {(profile.slug, rank) for profile in read.role_profiles for rank in profile.targets.values()}
    assert {("contract-analyst", 1), ("contract-manager", 2), ("senior-contract-manager", 3)} <= targets
    assert all(list(profile.targets) == [area.code for area in read.areas] for profile in read.role_profiles)
    profile = read.role_profiles[0]
    assert read.role_profile(profile.pk) is profile
    assert read.role_profile(None) is None
    for row in version.role_profiles.all():
        assert read.role_profile(row.pk).name == str(row)


def test_what_is_not_in_the_version_is_a_key_error(version):
    read = version_tree(version)
    for ask, value in ((read.area, "B9"), (read.statement_by_pk, 0), (read.level_name, 4), (read.level_name, -1)):
        with pytest.raises(KeyError):
            ask(value)


def test_level_names(version):
    names = [version_tree(version).level_name(rank) for rank in range(4)]
    assert names == ["Not yet at Foundation", "Foundation", "Practitioner", "Expert"]


def test_nothing_of_another_version_is_in_it(version):
    read = version_tree(make_version(("Knows", "Does", "Leads")))
    assert [statement.code for statement in read.statements] == ["A1.1"]
    assert (read.terms, read.role_profiles, len(read.sections), len(read.levels)) == ((), (), 1, 3)


@pytest.mark.parametrize(
    ("texts", "joined", "cells"),
    [
        pytest.param(("Knows", "", "Leads"), (2,), [((1, 2), "Knows"), ((3,), "Leads")], id="no-words"),
        pytest.param(("Knows", None, "Leads"), (2,), [((1, 2), "Knows"), ((3,), "Leads")], id="no-row"),
        pytest.param(("Knows", "Knows ", " Knows"), (2, 3), [((1, 2, 3), "Knows")], id="white-space"),
        pytest.param(("", "Does", "Leads"), (1,), [((2,), "Does"), ((3,), "Leads")], id="nothing-asked-at-the-first"),
        pytest.param((None, None, None), (1, 2, 3), [], id="no-words-at-all"),
    ],
)
def test_cells_of_joined_levels(texts, joined, cells):
    (statement,) = version_tree(make_version(texts)).statements
    assert statement.joined == joined
    assert [(cell.ranks, cell.text) for cell in statement.cells] == cells
    assert [cell.is_first for cell in statement.cells] == [n == 0 for n in range(len(cells))]


def test_new_words_are_those_since_the_nearest_words_beneath():
    (statement,) = version_tree(make_version(("Knows the whole plan", "", "Leads the whole plan"))).statements
    assert statement.cells[-1].html == "<b>Leads</b> the whole plan"


def test_four_levels():
    (statement,) = (
        read := version_tree(make_version(("Knows", "Does", "Does", "Leads"), levels=("One", "Two", "Three", "Four")))
    ).statements
    assert [(cell.ranks, cell.name) for cell in statement.cells] == [
        ((1,), "One"),
        ((2, 3), "Two and Three"),
        ((4,), "Four"),
    ]
    assert [read.level_name(rank) for rank in (0, 4)] == ["Not yet at One", "Four"]


def test_empty_version():
    read = version_tree(Version.objects.create(framework=Framework.objects.create(slug="empty"), number="1"))
    assert (read.levels, read.sections, read.areas, read.statements) == ((), (), (), ())
    assert read.level_name(0) == "Not yet"


def test_words_come_out_escaped():
    (statement,) = version_tree(make_version(("Knows", "<b>&{{7*7}}", "Leads"))).statements
    assert statement.cells[1].html == "<b>&lt;b&gt;&amp;{{7*7}}</b>"


# What it costs


def test_version_two_is_read_in_eight_queries_and_then_in_none(version, django_assert_num_queries):
    with django_assert_num_queries(8):
        first = version_tree(version)
    with django_assert_num_queries(0):
        again = version_tree(Version.objects.model(pk=version.pk, state="published", edited_at=version.edited_at))
    assert again is first


def test_a_small_version_takes_as_many_queries(django_assert_num_queries):
    small = make_version(("Knows", "Does", "Leads"))
    with django_assert_num_queries(8):
        read_tree(small)


# What is remembered


def test_a_touched_version_is_read_again(version):
    before = version_tree(version)
    Statement.objects.filter(code="B4.3").update(topic="Another topic")
    assert version_tree(version) is before
    touch_version(version_id=version.pk)
    version.refresh_from_db()
    after = version_tree(version)
    assert after is not before
    assert next(statement.topic for statement in after.statements if statement.code == "B4.3") == "Another topic"


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_what_may_still_change_is_not_remembered(state):
    version = make_version(("Knows", "Does", "Leads"))
    version.state = state
    version.save()
    before = version_tree(version)
    LevelDescriptor.objects.filter(level__version=version, level__rank=1).update(text="Understands")
    assert version_tree(version).statements[0].cells[0].text == "Understands"
    assert before.statements[0].cells[0].text == "Knows"


def test_few_trees_are_remembered_and_the_last_used_longest(version, monkeypatch):
    monkeypatch.setattr(tree._trees, "most", 2)
    days = [version.edited_at + timedelta(days=n) for n in range(3)]

    def on(day):
        version.edited_at = day
        return version_tree(version)

    first, second = on(days[0]), on(days[1])
    assert on(days[0]) is first
    on(days[2])
    assert on(days[0]) is first
    assert on(days[1]) is not second


def test_a_tree_cannot_be_changed(version):
    read = version_tree(version)
    with pytest.raises(AttributeError):
        read.areas[0].title = "Another"
    with pytest.raises(TypeError):
        read.role_profiles[0].targets["A1"] = 3


def test_threads_that_ask_at_once_all_get_a_tree(version, monkeypatch):
    built = read_tree(version)
    monkeypatch.setattr(tree, "read_tree", lambda version: built)
    monkeypatch.setattr(tree._trees, "most", 1)
    answers = []

    def ask(number):
        for n in range(200):
            edited_at = timezone.now() + timedelta(days=(n + number) % 3)
            answers.append(version_tree(Version(pk=version.pk, state="published", edited_at=edited_at)))

    threads = [Thread(target=ask, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 800
    assert all(answer is built for answer in answers)
