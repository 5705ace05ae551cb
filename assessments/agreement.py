"""What two views of a round have in common: plain rules over what each says. Standard library only.

``tree`` is a version's, ``targets`` maps an area's pk to (rank or None, reason), and a view maps a statement's pk to a
``Standing``; what comes back as codes is in the order of the standards.
"""

from collections.abc import Iterator

from .answers import Answered


def same(one: Answered | None, other: Answered | None) -> bool:
    """Whether two answers give the same level, or both say that it is not relevant; a missing one is the same as none."""
    if one is None or other is None or not (one.is_answer and other.is_answer):
        return False
    return (one.rank, one.not_relevant) == (other.rank, other.not_relevant)


def agreed_answer(own: Answered | None, line_manager: Answered | None, recorded: Answered | None) -> Answered | None:
    """What counts as agreed: what was recorded; else what both say; None while that is open."""
    if recorded is not None and recorded.is_answer:
        return recorded
    return Answered(own.rank, own.not_relevant, own.reason) if same(own, line_manager) else None


def in_scope(tree, targets) -> Iterator[tuple]:
    """Area and statement of each area that belongs to the role."""
    for area in tree.areas:
        if targets.get(area.pk, (None, ""))[0] is not None:
            for statement in area.statements:
                yield area, statement


def unanswered(tree, targets, own) -> tuple[str, ...]:
    """Codes of the statements in the role that the owner has not answered."""
    return tuple(statement.code for _, statement in in_scope(tree, targets) if not _is_answer(own.get(statement.pk)))


def unreviewed(tree, targets, own, line_manager) -> tuple[str, ...]:
    """Codes of the statements in the role that the line manager has not rated since the owner last changed them."""
    return tuple(
        statement.code
        for _, statement in in_scope(tree, targets)
        if asks_again(own.get(statement.pk), line_manager.get(statement.pk))
        or not _is_answer(line_manager.get(statement.pk))
    )


def asks_again(own, rated) -> bool:
    """Whether the owner has changed a rating since the line manager's was given."""
    return rated is not None and rated.about_revision != (own.revision if own else 0)


def open_differences(tree, views) -> tuple[str, ...]:
    """Codes of the statements in the agreed role for which no level is agreed yet."""
    return tuple(
        statement.code
        for _, statement in in_scope(tree, views.targets_in_force)
        if _agreed(views, statement.pk) is None
    )


def agreed_answers(tree, views) -> dict[int, Answered]:
    """What is agreed of each statement in the agreed role, by pk; open ones are left out."""
    found = {statement.pk: _agreed(views, statement.pk) for _, statement in in_scope(tree, views.targets_in_force)}
    return {pk: answer for pk, answer in found.items() if answer is not None}


def _agreed(views, pk):
    answers = (each.get(pk) for each in (views.own, views.line_manager, views.agreed))
    return agreed_answer(*(standing.answer if standing else None for standing in answers))


def _is_answer(standing):
    return standing is not None and standing.answer.is_answer
