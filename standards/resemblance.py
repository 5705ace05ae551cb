"""What probably became of each statement from one version to the next, proposed from lineage and words for an editor to decide.

Plain values in and out; makes no query. The rules, in their order:

1. The same lineage and the same words at every level: SAME, and certain. Nothing but white space may differ.
2. The same words under another lineage: SAME, for an editor to say.
3. A statement without a lineage of its own there that lies within another one: a part that was SPLIT off, where the other one lost
   words; one that was MERGED into it, where the other one gained words. It lies within where at least ``WITHIN`` of its words are
   found there. A word counts for more the fewer statements have it, so that "contract" says little.
4. What is left with the same lineage, or resembles each other both ways: EDITORIAL where at least ``EDITED`` of the words of every
   level stayed, else CHANGED.
5. Nothing of these: NEW, or REMOVED.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from math import log

from .wording import SMALL_WORDS

# The values of StatementLink.Kind.
SAME, EDITORIAL, CHANGED, SPLIT, MERGED, NEW, REMOVED = (
    *("same", "editorial", "changed", "split", "merged", "new", "removed"),
)
WITHIN = 0.5
EDITED = 0.85
# What resembles nothing by more than this is new or removed without a doubt.
UNLIKE = 0.35

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Wording:
    """A statement: ``texts`` are its words at every rank of the ladder, with "" where a level has none.

    No two statements have the same ``key``, be they of one version or of two.
    """

    key: int
    lineage: Hashable
    texts: tuple[str, ...]

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The words as they are compared: white space does not matter."""
        return tuple(" ".join(text.split()) for text in self.texts)

    @cached_property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The words of each level without case and punctuation."""
        return tuple(tuple(_WORD.findall(text.casefold().replace("’", "'"))) for text in self.texts)

    @cached_property
    def content(self) -> Counter:
        """How often each word that says something stands in it, all levels together."""
        return Counter(word for words in self.words for word in words if word not in SMALL_WORDS)


@dataclass(frozen=True)
class Proposal:
    """What probably became of ``olds``: these ``news``, both keys. ``is_certain``: nothing is left to an editor.

    ``is_obvious``: an editor may decide it with others in one step, because the words leave little to doubt.
    """

    kind: str
    olds: tuple[int, ...]
    news: tuple[int, ...]
    is_certain: bool = False
    is_obvious: bool = False


def propose(olds: Iterable[Wording], news: Iterable[Wording]) -> list[Proposal]:
    """What probably became of ``olds`` in ``news``: each of both stands in exactly one proposal."""
    return _Matching(list(olds), list(news)).proposals()


def kept_share(old: Wording, new: Wording) -> float:
    """The share of the words that stayed, at the level where the fewest did: 1.0 where only punctuation and case differ."""
    return min((_ratio(a, b) for a, b in zip(old.words, new.words, strict=False)), default=1.0)


def _ratio(a: Sequence[str], b: Sequence[str]) -> float:
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


class _Matching:
    """The statements of both sides, and those of them that no proposal names yet, by key and in their order."""

    def __init__(self, olds, news):
        self.olds = {each.key: each for each in olds}
        self.news = {each.key: each for each in news}
        self._all_olds, self._all_news, self._old_keys = olds, news, frozenset(self.olds)
        self._weights_of = {}
        self.made = []
        # By key of an old statement, the new one of its lineage.
        self.heirs = {}
        seen = Counter(word for each in (*olds, *news) for word in each.content)
        self.weights = {word: log(1 + (len(olds) + len(news)) / count) for word, count in seen.items()}

    def proposals(self):
        self._same()
        self._find_heirs()
        self._split_or_merged()
        self._alike()
        for old, new in list(self.heirs.items()):
            self._one_to_one(old, new)
        for key, new in list(self.news.items()):
            is_obvious = self._most(new, self._all_olds) < UNLIKE
            self._make(NEW, (), (key,), is_obvious=is_obvious)
        for key, old in list(self.olds.items()):
            is_obvious = self._most(old, self._all_news) < UNLIKE
            self._make(REMOVED, (key,), (), is_obvious=is_obvious)
        return self.made

    def _make(self, kind, olds, news, **facts):
        self.made.append(Proposal(kind, tuple(olds), tuple(news), **facts))
        for old in olds:
            self.olds.pop(old)
            self.heirs.pop(old, None)
        for new in news:
            self.news.pop(new)
        # A statement that others were merged into may have one of its own lineage that is none of them.
        self.heirs = {old: new for old, new in self.heirs.items() if new in self.news}

    def _same(self):
        for identity, certain in ((lambda each: (each.lineage, each.folded), True), (lambda each: each.folded, False)):
            by_identity = {}
            lineages = {each.lineage for each in self.olds.values()} & {each.lineage for each in self.news.values()}
            for each in self.olds.values():
                # Words that are another one's by now do not part a statement from its own lineage.
                if certain or each.lineage not in lineages:
                    by_identity.setdefault(identity(each), []).append(each.key)
            for new in list(self.news.values()):
                found = by_identity.get(identity(new)) if certain or new.lineage not in lineages else None
                if found:
                    self._make(SAME, (found.pop(0),), (new.key,), is_certain=certain, is_obvious=True)

    def _find_heirs(self):
        by_lineage = {}
        for new in self.news.values():
            by_lineage.setdefault(new.lineage, []).append(new.key)
        for old in self.olds.values():
            if by_lineage.get(old.lineage):
                self.heirs[old.key] = by_lineage[old.lineage].pop(0)

    def _split_or_merged(self):
        heirs = set(self.heirs.values())
        parts_of = {}
        for key, new in self.news.items():
            whole = None if key in heirs else self._whole(new, self.olds.values(), self.heirs)
            if whole is not None:
                parts_of.setdefault(whole, []).append(key)
        for old, parts in parts_of.items():
            heir = self.heirs.get(old)
            if heir and self._within(self.news[heir], self.olds[old]) >= WITHIN:
                parts.append(heir)
            if len(parts) > 1:
                self._make(SPLIT, (old,), [key for key in self.news if key in parts])
        self._merged({new: old for old, new in self.heirs.items()})

    def _merged(self, predecessors):
        parts_of = {}
        for key, old in self.olds.items():
            whole = None if key in self.heirs else self._whole(old, self.news.values(), predecessors)
            if whole is not None:
                parts_of.setdefault(whole, []).append(key)
        for new, parts in parts_of.items():
            before = predecessors.get(new)
            if before and self._within(self.olds[before], self.news[new]) >= WITHIN:
                parts.append(before)
            if len(parts) > 1:
                self._make(MERGED, [key for key in self.olds if key in parts], (new,))

    def _whole(self, part, others, of_a_lineage):
        """The key of the one of ``others`` that ``part`` lies within; None where there is none.

        What resembles it both ways, and has nobody of its own lineage, is the same statement and no whole of several.
        """
        whole = max(others, key=lambda each: self._within(part, each), default=None)
        if whole is None or self._within(part, whole) < WITHIN:
            return None
        is_itself = whole.key not in of_a_lineage and self._within(whole, part) >= WITHIN
        return None if is_itself else whole.key

    def _alike(self):
        """Pair what is left without a lineage in common and resembles each other both ways, the most alike first."""
        heirs = set(self.heirs.values())
        pairs = sorted(
            (-min(self._within(old, new), self._within(new, old)), old.key, new.key)
            for old in self.olds.values()
            if old.key not in self.heirs
            for new in self.news.values()
            if new.key not in heirs
        )
        for score, old, new in pairs:
            if -score >= WITHIN and old in self.olds and new in self.news:
                self._one_to_one(old, new)

    def _one_to_one(self, old, new):
        share = kept_share(self.olds[old], self.news[new])
        self._make(EDITORIAL if share >= EDITED else CHANGED, (old,), (new,), is_obvious=share == 1.0)

    def _within(self, part, whole):
        """The share of the words of ``part`` that stand in ``whole``, rare words counting for more."""
        all_of_it = self._weight(part)
        pair = (part.key, whole.key) if part.key in self._old_keys else (whole.key, part.key)
        return self._shared.get(pair, 0.0) / all_of_it if all_of_it else 0.0

    def _weight(self, one):
        if one.key not in self._weights_of:
            self._weights_of[one.key] = sum(self.weights[word] * count for word, count in one.content.items())
        return self._weights_of[one.key]

    @cached_property
    def _shared(self):
        """By the keys of an old and a new statement, the weight of the words that both have; pairs without any are left out."""
        standing_in = {}
        for old in self._all_olds:
            for word, count in old.content.items():
                standing_in.setdefault(word, []).append((old.key, count))
        shared = defaultdict(float)
        for new in self._all_news:
            for word, count in new.content.items():
                weight = self.weights[word]
                for old, old_count in standing_in.get(word, ()):
                    shared[old, new.key] += weight * min(count, old_count)
        return shared

    def _most(self, one, others):
        return max((min(self._within(one, each), self._within(each, one)) for each in others), default=0.0)
