"""Ideas for a goal, from what the standards ask and name."""

from dataclasses import dataclass, field

import pytest

from assessments import suggestions
from assessments.models import Goal
from assessments.plans import KINDS
from assessments.suggestions import Suggestion, ideas_for
from standards.library import LibraryGuideSection, LibraryInsight, LibraryResource, version_library
from standards.tree import version_tree


@dataclass
class Library:
    """A library with just what ideas ask for."""

    guide: list = field(default_factory=list)
    insights: list = field(default_factory=list)
    resources: list = field(default_factory=list)

    def guide_sections_of(self, area_code):
        return self.guide

    def insights_of(self, area_code):
        return self.insights

    def resources_of(self, area_code):
        return self.resources


def resource(title, *, area="", rank=None, link=""):
    return LibraryResource(1, title, "The College", link, area, rank, "")


@pytest.fixture
def tree(published_version):
    return version_tree(published_version)


def ideas(tree, code, rank, library=None):
    statement = next(each for each in tree.statements if each.code == code)
    return ideas_for(tree.area(statement.area_code), statement, rank, library or Library())


def formal(found):
    return [each.what for each in found.suggestions if each.kind == suggestions.FORMAL]


def test_ideas_for_a_statement_quote_the_words_to_aim_for(tree):
    found = ideas(tree, "B4.6", 2)
    words = (
        "Applies knowledge of impact of acting outside the lines of the contract, enacting a change by action or process and "
        "the waiver of rights by non-action."
    )
    asked = "what B4.6 (Acting outside the contract) asks at Practitioner"
    assert (found.statement.code, found.rank, found.level, found.words) == ("B4.6", 2, "Practitioner", words)
    assert found.suggestions == (
        Suggestion("on-the-job", f"Take on a piece of work that calls for {asked}."),
        Suggestion("with-others", f"Watch how somebody does {asked}, then do it together, and ask for comments."),
    )


def test_ideas_for_joined_levels_name_both(tree):
    found = ideas(tree, "B4.2", 3)
    assert (found.rank, found.level) == (3, "Practitioner and Expert")
    assert ideas(tree, "B4.2", 2).rank == 3


@pytest.mark.parametrize("rank", [0, 4])
def test_ideas_for_a_level_without_words_are_none(tree, rank):
    assert ideas(tree, "B4.6", rank) is None


def test_ideas_for_formal_learning_begin_with_what_is_nearest(tree):
    library = Library(
        guide=[LibraryGuideSection(1, "G", "Change Control and Benefits Realisation", ("B4",))],
        insights=[LibraryInsight(1, 17, "Contract lifecycle", "Plan for uncertainties", ("B4",))],
        resources=[
            resource("Change course", area="B4", link="https://example.com/c"),
            resource("Other level", area="B4", rank=3),
            resource("Training: Practitioner", rank=2),
            resource("More training: Practitioner", rank=2),
            resource("Training: Expert", rank=3),
            resource("Civil Service Code"),
        ],
    )
    found = ideas(tree, "B4.6", 2, library)
    assert formal(found) == [
        "Work through “Change course” (The College).",
        "Work through “Training: Practitioner” (The College).",
        "Read section G, Change Control and Benefits Realisation, of the Best Practice Guide, with a piece of your work in mind.",
        "Read insight 17 of the National Audit Office, “Plan for uncertainties”.",
    ]
    assert [each.link for each in found.suggestions if each.link] == ["https://example.com/c"]


def test_ideas_for_formal_learning_are_few(tree):
    library = Library(guide=[LibraryGuideSection(1, str(n), "Title", ("B4",)) for n in range(20)])
    assert len(formal(ideas(tree, "B4.6", 2, library))) == suggestions.MOST_FORMAL


def test_every_idea_of_the_published_standards_fits_a_goal(published_version, tree):
    library = version_library(published_version)
    for statement in tree.statements:
        for rank in statement.choices[1:]:
            found = ideas_for(tree.area(statement.area_code), statement, rank, library)
            assert {each.kind for each in found.suggestions} == {kind for kind, *_ in KINDS}
            assert max(len(each.what) for each in found.suggestions) <= Goal.WHAT_LIMIT


def test_the_kinds_are_those_of_a_goal():
    assert [(kind, label) for kind, label, _, _ in KINDS] == list(Goal.Kind.choices)
    assert tuple(Goal.Kind) == (suggestions.ON_THE_JOB, suggestions.WITH_OTHERS, suggestions.FORMAL)
    assert [share for *_, share, _ in KINDS] == [70, 20, 10]
