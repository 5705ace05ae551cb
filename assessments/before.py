"""What a row of the rating page says of the time before: what was said of the statements that its own comes from, and what may be
taken over of it in one step.

The round before says it (``previous``), or this one under an earlier version of the standards (``earlier``).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from standards.differences import StatementDifference, difference
from standards.links import Kind, version_paths
from standards.models import Version
from standards.remembering import Remembered
from standards.tree import TreeStatement, VersionTree, version_tree

from .answers import Answered
from .carrying import Way
from .reports.sentences import listed


@dataclass(frozen=True)
class Source:
    """A statement that was answered before, as its own version ``tree`` has it, and what was said of it."""

    tree: VersionTree
    statement: TreeStatement
    answer: Answered

    @property
    def level(self) -> str:
        """The name of the level that was said; empty for "not relevant"."""
        return "" if self.answer.rank is None else self.tree.answer_name(self.statement, self.answer.rank)


@dataclass(frozen=True)
class Before:
    """What was said before of a statement.

    kind      how the statement comes from the ``sources``: same, edited, changed, split or merged
    lead      what stands before an answer, such as "Agreed in 2025"; empty where the answer came along and stands
    offer     what may be taken over in one step; None where the statement is to be answered anew
    is_to_rate_again   because a goal on it was finished since
    words     gives the words that were answered beside those that are asked now; None where they are the same
    """

    kind: Kind
    lead: str
    sources: tuple[Source, ...]
    offer: Answered | None = None
    is_to_rate_again: bool = False
    words: Callable[[], StatementDifference] | None = None

    @property
    def is_offered(self) -> bool:
        """Whether it may be taken over in one step."""
        return self.offer is not None and not self.is_to_rate_again

    @property
    def is_proposed(self) -> bool:
        """Whether what is offered was said of other statements, so that it is to be confirmed rather than still true."""
        return self.kind in (Kind.SPLIT, Kind.MERGED)

    @cached_property
    def why(self) -> str:
        """What the statement was made of, or why it is asked again; empty where an answer to it is still one."""
        codes = listed([each.statement.code for each in self.sources])
        if self.kind == Kind.SPLIT:
            return f"Made of a part of {codes}."
        if self.kind == Kind.MERGED:
            return f"Made of {codes} and another." if len(self.sources) == 1 else f"Made of {codes}."
        if self.kind == Kind.CHANGED:
            return "Asked again, because its meaning changed."
        return "" if self.offer is not None or not self.lead else "Asked again, because its levels changed."


def way_between(older: Version, newer: Version) -> Way:
    """The way from ``older`` to ``newer``."""
    return Way(version_paths(older, newer), {each.pk: each.choices for each in version_tree(newer).statements})


def offers(befores: Mapping[int, Before]) -> dict[int, Answered]:
    """The answers that may be taken over, by statement's pk."""
    return {pk: before.offer for pk, before in befores.items() if before.is_offered}


# The words

_words = Remembered(8)


def words_between(older: Version, newer: Version, olds: Iterable[int], new: int) -> StatementDifference:
    """The words of ``olds``, statements of ``older``, beside those of ``new``, one of ``newer``, with what differs marked."""
    found = _words.get(newer, lambda version: {}, beside=[older])
    key = (tuple(olds), new)
    if key not in found:
        kind = version_paths(older, newer).back[new].kind
        found[key] = difference(kind, key[0], (new,), version_tree(older), version_tree(newer))
    return found[key]
