"""Cover: who holds what a team needs, by tables of plain values."""

import pytest

from insights.team.cover import ENOUGH, FEWER, NOBODY, NOT_NEEDED, ONE, Wanted, cover_of, cover_sentences, losses_of
from insights.team.levels import Standing

from .made_teams import make_row, make_table, make_team, make_tree

TREE = make_tree(("A1", "B4"))


def team_of(*rows):
    return make_team(make_table(TREE, rows))


def area(code, team, needed=None):
    return next(each for each in cover_of(team, needed or {}) if each.code == code)


def names(people):
    return [person.name for person in people]


def said(sentences):
    return [each.text for each in sentences]


def test_who_holds_each_level_or_a_higher_one():
    found = area("A1", team_of(make_row(TREE, "Amira", rank=3), make_row(TREE, "Ben", rank=0), make_row(TREE, "Carys")))
    assert [(each.level, names(each.people)) for each in found.held] == [
        ("Foundation", ["Amira", "Carys"]),
        ("Practitioner", ["Amira", "Carys"]),
        ("Expert", ["Amira"]),
    ]
    assert (found.in_role, found.of) == (3, 3)


def test_unless_set_the_highest_target_is_needed_of_one_person():
    team = team_of(make_row(TREE, "Amira", target=3, rank=2), make_row(TREE, "Ben"), make_row(TREE, "Carys", target=3))
    found = area("B4", team)
    assert (found.needed, found.needed_level, found.is_set) == (Wanted(3, 1), "Expert", False)
    assert (found.target_level, names(found.wanted_by)) == ("Expert", ["Amira", "Carys"])


def test_what_is_set_goes_before_the_targets():
    team = team_of(make_row(TREE, "Amira", target=3), make_row(TREE, "Ben"))
    found = area("B4", team, {(1, "B4"): (1, 4)})
    assert (found.needed, found.needed_level, found.is_set, found.target_level) == (
        (1, 4),
        "Foundation",
        True,
        "Expert",
    )
    assert area("A1", team, {(1, "B4"): (1, 4)}).is_set is False
    assert area("B4", team, {(2, "B4"): (1, 4)}).is_set is False


def test_a_level_that_the_version_does_not_have_is_set_by_nobody():
    assert area("B4", team_of(make_row(TREE, "Amira")), {(1, "B4"): (4, 1)}).needed == (2, 1)


@pytest.mark.parametrize(
    ("ranks", "needed", "finding"),
    [
        ((1, 1, 1), (2, 1), NOBODY),
        ((2, 1, 1), (2, 1), ONE),
        ((2, 1, 1), (2, 3), ONE),
        ((2, 3, 1), (2, 3), FEWER),
        ((2, 3, 1), (2, 2), ENOUGH),
        ((2, 3, 1), (2, 1), ENOUGH),
    ],
)
def test_findings(ranks, needed, finding):
    rows = [make_row(TREE, name, rank=rank) for name, rank in zip(("Amira", "Ben", "Carys"), ranks, strict=True)]
    assert area("A1", team_of(*rows), {(1, "A1"): needed}).finding == finding


def test_an_area_in_nobodys_role_is_needed_only_when_set():
    team = team_of(*(make_row(TREE, name, targets={"B4": None}) for name in ("Amira", "Ben")))
    found = area("B4", team)
    assert (found.finding, found.in_role, found.target_level, found.holders) == (NOT_NEEDED, 0, "", ())
    assert area("B4", team, {(1, "B4"): (2, 1)}).finding == NOBODY


def test_who_has_not_the_area_in_their_role_holds_nothing_there():
    team = team_of(make_row(TREE, "Amira", rank=3, targets={"B4": None}), make_row(TREE, "Ben"))
    assert [names(each.people) for each in area("B4", team).held] == [["Ben"], ["Ben"], []]


def test_hidden_levels_count_nowhere():
    hidden = make_row(TREE, "Hid", rank=3, target=3, standing=Standing.HIDDEN)
    assert cover_of(team_of(make_row(TREE, "Amira"), hidden), {}) == cover_of(team_of(make_row(TREE, "Amira")), {})
    assert cover_of(team_of(hidden), {}) == ()
    assert cover_of(team_of(), {}) == ()


def test_versions_that_name_their_levels_alike_are_read_together():
    later = make_tree(("A1", "B7"), pk=2)
    team = make_team(
        make_table(later, [make_row(later, "Carys", rank=3)]),
        make_table(TREE, [make_row(TREE, "Amira", rank=3), make_row(TREE, "Ben")]),
    )
    found = cover_of(team, {})
    assert [(each.code, names(each.held[2].people), each.in_role) for each in found] == [
        ("A1", ["Amira", "Carys"], 3),
        ("B7", ["Carys"], 1),
        ("B4", ["Amira"], 2),
    ]


def test_versions_whose_levels_differ_are_not():
    later = make_tree(("A1",), pk=2, names=("Aware", "Able"))
    team = make_team(make_table(later, [make_row(later, "Carys")]), make_table(TREE, [make_row(TREE, "Amira")]))
    assert [(each.code, each.of, len(each.held)) for each in cover_of(team, {})] == [
        ("A1", 1, 2),
        ("A1", 1, 3),
        ("B4", 1, 3),
    ]


def test_frameworks_stand_apart():
    other = make_tree(("A1",), pk=2)
    team = make_team(
        make_table(TREE, [make_row(TREE, "Amira"), make_row(TREE, "Ben")]),
        make_table(
            other, [make_row(other, "Amira", rank=1), make_row(other, "Ben", rank=1)], framework=2, title="Another"
        ),
    )
    found = cover_of(team, {(2, "A1"): (2, 1)})
    assert [(each.framework, each.code, each.is_set) for each in found] == [
        ("Another", "A1", True),
        ("Contract Management", "A1", False),
        ("Contract Management", "B4", False),
    ]
    assert said(cover_sentences(found)) == [
        "Nobody holds Practitioner in A1 Short A1 of Another, and you set that the team needs it."
    ]


# In words


def test_what_stands_out_is_grouped():
    tree = make_tree(("A1", "A2", "B3", "B4"))
    team = make_team(
        make_table(tree, [make_row(tree, "Carys W.", rank=3, ranks={"B4.1": 2}, target=3), make_row(tree, "Ben")])
    )
    found = cover_of(team, {})
    assert said(cover_sentences(found)) == [
        "Nobody holds Expert in B4 Short B4, and Carys W.’s role needs it.",
        "Only one person holds Expert in A1, A2 and B3: Carys W.",
    ]
    assert said(losses_of(found)) == ["Without Carys W. nobody in the team would hold Expert in A1, A2 and B3."]
    assert cover_sentences(found)[1].person.name == "Carys W."
    assert [each.left_without for each in found] == ["Practitioner", "Practitioner", "Practitioner", ""]


def test_what_one_alone_holds_would_be_lost_where_nobody_holds_what_is_needed_too():
    rows = [
        make_row(TREE, "Amira", rank=1, target=3),
        make_row(TREE, "Ben", rank=1, ranks={"A1.1": 2, "A1.2": 2}, target=3),
        make_row(TREE, "Carys", rank=1, target=3),
    ]
    found = cover_of(team_of(*rows), {})
    assert [each.finding for each in found] == [NOBODY, NOBODY]
    assert said(losses_of(found)) == ["Without Ben nobody in the team would hold Practitioner in A1 Short A1."]


def test_at_most_three_stand_out_and_each_kind_does():
    tree = make_tree(("A1", "A2", "B1", "B2", "B3"))
    rows = [make_row(tree, name, rank=1) for name in ("Amira", "Ben", "Carys")]
    rows += [
        make_row(tree, "Dev", rank=1, ranks={"B2.1": 2, "B2.2": 2, "B3.1": 2, "B3.2": 2}),
        make_row(tree, "Efua", rank=1, ranks={"B3.1": 2, "B3.2": 2, "A2.1": 2, "A2.2": 2}),
    ]
    needed = {(1, "B3"): (2, 3), (1, "B1"): (3, 2)}
    assert said(cover_sentences(cover_of(make_team(make_table(tree, rows)), needed))) == [
        "Nobody holds Practitioner in A1 Short A1, and somebody’s role needs it.",
        "Only one person holds Practitioner in A2 Short A2: Efua",
        "Two people hold Practitioner in B3 Short B3, where you need three.",
    ]


def test_several_whose_role_needs_what_nobody_holds_are_not_named():
    rows = [make_row(TREE, name, rank=1) for name in ("Amira", "Ben")]
    assert said(cover_sentences(cover_of(team_of(*rows), {}))) == [
        "Nobody holds Practitioner in A1 and B4, and somebody’s role needs it."
    ]


def test_of_one_person_nothing_stands_out():
    found = cover_of(team_of(make_row(TREE, "Amira")), {})
    assert [each.finding for each in found] == [ONE, ONE]
    assert [each.left_without for each in found] == ["", ""]
    assert (cover_sentences(found), losses_of(found)) == ((), ())
