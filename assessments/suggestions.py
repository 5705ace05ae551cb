"""What a goal for a statement may be: one for each way of learning, made from what the standards ask and name.

Plain values in and out: a statement and its area from ``standards.tree``, what goes with the area from ``standards.library``. The
sentences are the portal's own; the words to aim for, titles of guide sections, insights and resources are as published.
"""

from dataclasses import dataclass

ON_THE_JOB, WITH_OTHERS, FORMAL = "on-the-job", "with-others", "formal"
MOST_FORMAL = 6


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A goal to start from, as far as the portal can say it; ``link`` is where to find what it names, and may be empty."""

    kind: str
    what: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Ideas:
    """Suggestions for one statement at one level.

    level   the name of the level aimed at, or of the levels that are met together
    words   what the standards ask for there
    """

    statement: object
    rank: int
    level: str
    words: str
    suggestions: tuple[Suggestion, ...]


def ideas_for(area, statement, rank, library) -> Ideas | None:
    """What somebody may do to reach ``rank`` in ``statement``; None where the statement has no words there."""
    cell = statement.cell(rank)
    if cell is None:
        return None
    asked = f"what {statement.code} ({statement.topic}) asks at {cell.name}"
    suggestions = [
        Suggestion(ON_THE_JOB, f"Take on a piece of work that calls for {asked}."),
        Suggestion(WITH_OTHERS, f"Watch how somebody does {asked}, then do it together, and ask for comments."),
    ]
    suggestions += _formal(area, cell, library)[:MOST_FORMAL]
    return Ideas(statement, cell.rank, cell.name, cell.text, tuple(suggestions))


def _formal(area, cell, library):
    """Guide sections mapped to the area, resources of its own, insights mapped to it, then resources of the level for all areas."""
    guide = [
        Suggestion(
            FORMAL,
            f"Read section {each.code}, {each.title}, of the Best Practice Guide, with a piece of your work in mind.",
        )
        for each in library.guide_sections_of(area.code)
    ]
    own, general = [], []
    for each in library.resources_of(area.code):
        # What is for every area and every level says nothing about this statement.
        fits = each.rank in cell.ranks or (each.rank is None and each.area_code)
        if fits:
            made = Suggestion(FORMAL, f"Work through “{each.title}” ({each.provider}).", each.link)
            (own if each.area_code else general).append(made)
    insights = [
        Suggestion(FORMAL, f"Read insight {each.number} of the National Audit Office, “{each.text}”.")
        for each in library.insights_of(area.code)
    ]
    return [*own, *general[:1], *guide, *insights]
