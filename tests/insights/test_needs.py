"""Shared learning needs, by tables of plain values."""

import pytest

from insights.team.goals import choose_goals
from insights.team.levels import Standing
from insights.team.needs import least_for, shared_needs

from .made_teams import chosen, make_goal, make_row, make_table, make_team, make_tree

TREE = make_tree()
STATEMENTS = {each.code: each for each in TREE.statements}
PEOPLE = ("Amira", "Ben", "Carys", "Dev", "Efua", "Finn")


def rows_with(code, *ranks, tree=TREE, **fields):
    """People of whom each has one of ``ranks`` in one statement."""
    return [make_row(tree, name, ranks={code: rank}, **fields) for name, rank in zip(PEOPLE, ranks, strict=False)]


def needs_of(rows, *, goals=(), tree=TREE):
    held = chosen(
        *((row, statement, _rank(row, statement)) for row in rows if row.cells for statement in tree.statements)
    )
    return shared_needs(make_team(make_table(tree, rows)), held, goals)


def _rank(row, statement):
    return RANKS.get((row.name, statement.code), 2)


RANKS = {}


@pytest.fixture(autouse=True)
def answers(monkeypatch):
    """What somebody chose where it is not what everybody did."""
    monkeypatch.setattr(f"{__name__}.RANKS", {})


def answer(rows, code, *ranks):
    RANKS.update({(row.name, code): rank for row, rank in zip(rows, ranks, strict=False)})


def names(people):
    return [person.name for person in people]


@pytest.mark.parametrize(("people", "least"), [(1, 2), (2, 2), (5, 2), (6, 3), (200, 3)])
def test_how_many_make_a_need_shared(people, least):
    assert least_for(people) == least


@pytest.mark.parametrize(
    ("ranks", "shared"),
    [((1,), 0), ((1, 2), 0), ((1, 1), 1), ((1, 1, 2, 2, 2), 1), ((1, 1, 2, 2, 2, 2), 0), ((1, 1, 1, 2, 2, 2), 1)],
)
def test_a_need_is_shared_from_two_people_on_and_of_six_from_three(ranks, shared):
    assert len(needs_of(rows_with("B4.2", *ranks))) == shared


def test_a_need_says_who_and_of_how_many():
    rows = rows_with("B4.2", 1, 1, 3)
    answer(rows, "B4.2", 1, 1, 3)
    (need,) = needs_of(rows)
    assert (need.code, need.topic, names(need.people), need.of) == ("B4.2", "Topic of B4.2", ["Amira", "Ben"], 3)
    assert (need.level, need.words, names(need.there)) == ("Practitioner", "Words of B4.2 at 2", ["Carys"])


def test_most_people_come_first_and_equals_in_the_order_of_the_standards():
    rows = [
        make_row(TREE, "Amira", ranks={"B4.2": 1, "A1.2": 1, "B4.1": 1}),
        make_row(TREE, "Ben", ranks={"B4.2": 1, "A1.2": 1, "B4.1": 1}),
        make_row(TREE, "Carys", ranks={"B4.2": 1}),
    ]
    assert [need.code for need in needs_of(rows)] == ["B4.2", "A1.2", "B4.1"]


def test_the_next_level_is_the_one_that_most_need_and_of_two_the_lower():
    rows = rows_with("A1.1", 1, 1, 0, target=3)
    assert next(each for each in needs_of(rows) if each.code == "A1.1").level == "Practitioner"
    rows = rows_with("A1.1", 1, 0)
    answer(rows, "A1.1", 1, 0)
    (need,) = needs_of(rows)
    # Whoever is at the lower of two already is among those who can help with it.
    assert (need.level, names(need.there)) == ("Foundation", ["Amira"])


def test_levels_that_share_their_words_are_one_step():
    tree = make_tree(joined=("A1.1",))
    rows = rows_with("A1.1", 1, 1, 3, tree=tree)
    answer(rows, "A1.1", 1, 1, 3)
    (need,) = needs_of(rows, tree=tree)
    assert (need.level, need.rank, need.words) == ("Practitioner and Expert", 3, "Words of A1.1 at 2")
    assert names(need.there) == ["Carys"]


def test_it_is_asked_of_nobody_out_of_whose_role_it_is():
    rows = [*rows_with("B4.2", 1, 1, 2), make_row(TREE, "Out", targets={"B4": None}), make_row(TREE, "Not asked")]
    answer(rows, "B4.2", 1, 1, 2, None, None)
    (need,) = needs_of(rows)
    assert (need.of, names(need.there)) == (3, ["Carys"])


def test_hidden_levels_count_nowhere():
    hidden = [make_row(TREE, f"Hid {number}", rank=0, standing=Standing.HIDDEN) for number in range(4)]
    rows = rows_with("B4.2", 1, 1)
    answer(rows, "B4.2", 1, 1)
    # Nor among the six people from whom on it takes three.
    (need,) = needs_of([*rows, *hidden])
    assert (names(need.people), need.of, need.there) == (["Amira", "Ben"], 2, ())
    assert needs_of(hidden) == ()


def test_each_version_has_its_own_needs():
    later = make_tree(pk=2)
    earlier, now = rows_with("B4.2", 1, 1), rows_with("B4.2", 1, 1, tree=later)
    alone = make_table(later, now[:1])
    assert shared_needs(make_team(alone, make_table(TREE, earlier[:1])), {}, ()) == ()
    found = shared_needs(make_team(make_table(later, now), make_table(TREE, earlier)), {}, ())
    assert [(need.version_id, need.code) for need in found] == [(2, "B4.2"), (1, "B4.2")]


def test_goals_are_counted_by_kind_whatever_version_they_name():
    goals = [
        make_goal("Amira", "B4.2", "A1.1", kind="formal"),
        make_goal("Ben", "B4.2", kind="formal"),
        make_goal("Ben", "B4.2", kind="on-the-job"),
        make_goal("Ben", "B4.1", kind="with-others"),
        make_goal("Somebody under another version", "B4.2"),
    ]
    (need,) = needs_of(rows_with("B4.2", 1, 1), goals=goals)
    assert need.goals == (("on-the-job", 1), ("formal", 2))


def test_a_team_of_nobody_and_of_one_person_shares_no_need():
    assert shared_needs(make_team(), {}, ()) == ()
    assert needs_of(rows_with("B4.2", 0)) == ()


def test_goals_are_chosen_by_person_and_statement():
    rows = rows_with("B4.2", 1, 1)
    team = make_team(make_table(TREE, rows))
    amira, ben = (str(row.person.pk) for row in rows)
    both, other = make_goal("Amira", "B4.2", "A1.1"), make_goal("Ben", "A1.1", pk=2)
    statement = str(STATEMENTS["B4.2"].pk)
    assert choose_goals(team, (both, other)).goals == (both, other)
    assert choose_goals(team, (both, other), person=ben).goals == (other,)
    found = choose_goals(team, (both, other), person=amira, statement=statement)
    assert (found.goals, found.person.name, found.statement.code) == ((both,), "Amira", "B4.2")
    assert choose_goals(team, (both, other), person=ben, statement=statement).goals == ()
    for unknown in ("999", "x", "\0", "²"):
        assert choose_goals(team, (both, other), person=unknown, statement=unknown).goals == (both, other)
