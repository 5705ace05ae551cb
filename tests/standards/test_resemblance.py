"""What probably became of each statement, from lineage and words alone."""

from hypothesis import given
from hypothesis import strategies as st

from standards.resemblance import Proposal, Wording, kept_share, propose

PLANS = ("Reads the plan of the contract", "Writes the plan of the contract", "Reviews every plan of the department")
MONEY = ("Knows the budget", "Spends within the budget", "Decides about budgets and savings of the whole office")
BOTH = tuple(f"{plan}. {money}" for plan, money in zip(PLANS, MONEY, strict=True))
OTHER = ("Greets visitors", "Guides tours through museums", "Opens new galleries abroad")


def proposed(olds, news):
    """What is proposed for statements given as {key: (lineage, texts)}, as (kind, olds, news)."""
    made = propose(*([Wording(key, *each) for key, each in side.items()] for side in (olds, news)))
    return sorted((each.kind, each.olds, each.news) for each in made)


def test_the_same_words_of_the_same_lineage_are_certain():
    (found,) = propose([Wording(1, "a", PLANS)], [Wording(2, "a", tuple(f" {text}\n" for text in PLANS))])
    assert found == Proposal("same", (1,), (2,), is_certain=True, is_obvious=True)


def test_the_same_words_of_another_lineage_are_for_an_editor_to_say():
    (found,) = propose([Wording(1, "a", PLANS)], [Wording(2, "b", PLANS)])
    assert found == Proposal("same", (1,), (2,), is_certain=False, is_obvious=True)


def test_words_that_another_statement_has_now_do_not_part_it_from_its_lineage():
    olds, news = {1: ("a", PLANS), 2: ("b", MONEY)}, {3: ("a", MONEY), 4: ("b", PLANS)}
    assert proposed(olds, news) == [("changed", (1,), (3,)), ("changed", (2,), (4,))]


def test_few_other_words_are_an_edit_and_many_are_a_change():
    nearly = ("Reads the plan of a contract", *PLANS[1:])
    assert 0.8 < kept_share(Wording(1, "a", PLANS), Wording(2, "a", nearly)) < 0.85
    assert proposed({1: ("a", PLANS)}, {2: ("a", nearly)}) == [("changed", (1,), (2,))]
    nearer = (*PLANS[:2], "Reviews every single plan of the department")
    assert proposed({1: ("a", PLANS)}, {2: ("a", nearer)}) == [("editorial", (1,), (2,))]


def test_the_level_that_changed_most_counts():
    assert proposed({1: ("a", PLANS)}, {2: ("a", (*PLANS[:2], OTHER[2]))}) == [("changed", (1,), (2,))]


def test_only_punctuation_and_case_are_obvious():
    (found,) = propose([Wording(1, "a", PLANS)], [Wording(2, "a", tuple(text.upper() + "." for text in PLANS))])
    assert (found.kind, found.is_certain, found.is_obvious) == ("editorial", False, True)


def test_parts_of_a_whole_are_a_split_with_and_without_its_lineage():
    for lineage in ("a", "c"):
        olds, news = {1: ("a", BOTH)}, {2: (lineage, PLANS), 3: ("b", MONEY)}
        assert proposed(olds, news) == [("split", (1,), (2, 3))]
        # And the other way around.
        assert proposed(news, olds) == [("merged", (2, 3), (1,))]


def test_what_resembles_nothing_is_new_or_removed_without_a_doubt():
    made = propose([Wording(1, "a", PLANS), Wording(2, "b", MONEY)], [Wording(3, "a", PLANS), Wording(4, "c", OTHER)])
    assert [(each.kind, each.is_obvious) for each in made] == [("same", True), ("new", True), ("removed", True)]


def test_what_others_were_merged_into_is_not_what_became_of_one_that_shares_its_lineage_alone():
    olds = [("a", ("", "plan")), ("a", ("", "plan")), ("b", ("", ""))]
    made = propose([Wording(n, *each) for n, each in enumerate(olds, start=1)], [Wording(4, "b", ("", "plan"))])
    assert [(each.kind, each.olds, each.news) for each in made] == [("merged", (1, 2), (4,)), ("removed", (3,), ())]


WORDS = ["plan", "budget", "risk", "report", "supplier", "data", "the", "of", "and"]
words = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
wordings = st.lists(st.tuples(st.sampled_from("abcdef"), st.tuples(words, words)), max_size=6)


@given(wordings, wordings)
def test_every_statement_stands_in_exactly_one_proposal(olds, news):
    made = propose(
        [Wording(n, *each) for n, each in enumerate(olds, start=1)],
        [Wording(n, *each) for n, each in enumerate(news, start=101)],
    )
    assert sorted(old for each in made for old in each.olds) == list(range(1, len(olds) + 1))
    assert sorted(new for each in made for new in each.news) == list(range(101, len(news) + 101))
    for each in made:
        ends = (len(each.olds), len(each.news))
        if each.kind in ("same", "editorial", "changed"):
            assert ends == (1, 1)
        else:
            least = {"split": (1, 2), "merged": (2, 1), "new": (0, 1), "removed": (1, 0)}[each.kind]
            assert ends >= least
            assert min(ends) == min(least)
