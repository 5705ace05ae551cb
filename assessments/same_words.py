"""Which statements of two versions ask the same. Plain values of `standards.tree`; makes no query."""

from collections.abc import Hashable, Mapping

from standards.tree import TreeStatement, VersionTree


def identities(tree: VersionTree) -> Mapping[str, Hashable]:
    """By statement code: what is equal for two statements, of one version or two, that ask the same.

    That is their lineage together with the words of every level, under levels of the same names: an answer to one is an answer
    to the other.
    """
    names = tuple(level.name for level in tree.levels)
    return {statement.code: (statement.lineage, names, _words(statement)) for statement in tree.statements}


def same_statements(tree: VersionTree, other: VersionTree) -> Mapping[int, int]:
    """The primary keys of the statements of ``tree`` that ``other`` asks too, each with its key there."""
    if tree.pk == other.pk:
        return {statement.pk: statement.pk for statement in tree.statements}
    mine, theirs = identities(tree), identities(other)
    by_identity = {theirs[statement.code]: statement.pk for statement in other.statements}
    return {
        statement.pk: by_identity[mine[statement.code]]
        for statement in tree.statements
        if mine[statement.code] in by_identity
    }


def _words(statement: TreeStatement):
    return tuple((cell.ranks, " ".join(cell.text.split())) for cell in statement.cells)
