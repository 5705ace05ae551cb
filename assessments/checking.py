"""Statements with the answer given, in the words that pages for reading show."""

from dataclasses import dataclass

from .answers import Answered


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A statement and its answer. ``level`` is the level's name and ``words`` what it asks for; empty where there is none."""

    statement: object
    answer: Answered
    level: str
    words: str
    examples: int


def check_rows(tree, answers, evidence_counts) -> dict[str, tuple[CheckRow, ...]]:
    """The rows of each area by its code. ``answers`` and ``evidence_counts`` are by the statement's pk."""
    return {area.code: area_rows(tree, area, answers, evidence_counts) for area in tree.areas}


def area_rows(tree, area, answers, evidence_counts) -> tuple[CheckRow, ...]:
    """The rows of one area."""
    nothing = Answered()
    return tuple(
        _row(tree, statement, answers.get(statement.pk, nothing), evidence_counts.get(statement.pk, 0))
        for statement in area.statements
    )


def agreed_in_words(tree, agreed) -> dict[int, str]:
    """What was agreed of each statement in a few words, by its pk; ``agreed`` holds an ``Answered`` by the same."""
    return {pk: _said(tree, tree.statement_by_pk(pk), answer) for pk, answer in agreed.items()}


def _said(tree, statement, answer):
    if answer.not_relevant:
        return "Not relevant to the role"
    cell = statement.cell(answer.rank)
    return cell.name if cell else tree.answer_name(statement, answer.rank)


def _row(tree, statement, answer, examples):
    if answer.rank is None:
        return CheckRow(statement, answer, "", "", examples)
    cell = statement.cell(answer.rank)
    return CheckRow(statement, answer, tree.answer_name(statement, answer.rank), cell.text if cell else "", examples)
