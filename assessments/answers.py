"""Answers and targets as they travel between page, form and database. Plain values; standard library only."""

import hashlib
from dataclasses import dataclass

NOT_RELEVANT = "not-relevant"


@dataclass(frozen=True, slots=True)
class Answered:
    """What a person says of a statement: a rank chosen (0 is "not yet"), or not relevant and why, and a note."""

    rank: int | None = None
    not_relevant: bool = False
    reason: str = ""
    note: str = ""

    @property
    def is_answer(self) -> bool:
        """Whether something was chosen; a note alone is no answer."""
        return self.not_relevant or self.rank is not None

    @property
    def choice(self) -> str:
        """The value of the radio button that stands for it; empty when nothing is chosen."""
        if self.not_relevant:
            return NOT_RELEVANT
        return "" if self.rank is None else str(self.rank)

    def mark(self) -> str:
        """Twelve hexadecimal digits, equal for equal answers: what a form remembers of the answer that it was drawn with."""
        return _mark(self.choice, self.reason, self.note)


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that somebody typed, and what stood there when their page was drawn.

    ``revision`` and ``mark`` are those of the answer that the page showed; a page that showed none has revision 0.
    """

    statement_id: int
    answer: Answered
    revision: int
    mark: str

    @property
    def is_typed(self) -> bool:
        """Whether the answer differs from the one that the page was drawn with."""
        return self.answer.mark() != self.mark


@dataclass(frozen=True, slots=True)
class Conflict:
    """A change that was not saved, because the answer was changed elsewhere after the page was drawn."""

    statement_id: int
    typed: Answered
    saved: Answered
    revision: int
    saved_at: object


def target_mark(rank: int | None, reason: str) -> str:
    """The same of a target: what the targets page remembers of an area's target that it was drawn with."""
    return _mark("" if rank is None else str(rank), reason)


def conversation_mark(held_on, points: str, look_again_on) -> str:
    """The same of what is recorded of a conversation; the days are dates or None."""
    return _mark(*("" if day is None else day.isoformat() for day in (held_on, look_again_on)), points)


def _mark(*texts):
    return hashlib.blake2s("\0".join(texts).encode(errors="surrogatepass"), digest_size=6).hexdigest()
