"""Search over everything that a version holds, in an index that the process remembers: the same on every database.

Found is what has all the terms of a query; where nothing has, what has all its words; where nothing has, what has any. What is
found stands in this order, each rule deciding only where those before it do not:

1. its own code is asked for, then the code of a part of it, then the code of what it is a part of
2. it has more of the words
3. it has more of them in its name
4. it has them in a row: in its name, then in a text
5. it has more of them as they were typed, not only by their stem
6. the order of the standards

Kinds stand in the order of their best result by the first three rules, then in that of ``search_entries.KINDS``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from markupsafe import Markup

from .library import version_library
from .models import GlossaryTerm, Version
from .remembering import Remembered
from .search_entries import KINDS, Entry, version_entries
from .search_excerpts import excerpt, marked
from .search_query import Query, parse
from .search_words import Field, Term, fold
from .tree import version_tree
from .wording import SMALL_WORDS

MOST_SHOWN = 5
SHORTEST_GUESSED = 5
OWN, PART, WITHIN, NO_CODE = range(4)
_MARK = Markup("<mark>{}</mark>")


class Indexed:
    """An entry with the words of its name, of its other names and of its texts."""

    def __init__(self, number: int, entry: Entry) -> None:
        self.number, self.entry = number, entry
        self.name = Field(entry.name)
        self.names = (self.name, *(Field(each) for each in entry.also))
        self.texts = tuple(Field(passage.text) for passage in entry.passages)
        self.words = frozenset().union(*(field.words for field in (*self.names, *self.texts)))
        self.codes = {fold(code): WITHIN for code in entry.within} | {fold(code): PART for code in entry.parts}
        if entry.code:
            self.codes[fold(entry.code)] = OWN

    def code_rank(self, term: Term) -> int:
        return self.codes.get(term.code, NO_CODE) if term.code else NO_CODE

    def has(self, term: Term) -> bool:
        return self.code_rank(term) < NO_CODE or any(term.stands_in(field) for field in (*self.names, *self.texts))

    def is_named(self, term: Term) -> bool:
        return self.code_rank(term) < NO_CODE or any(term.stands_in(field) for field in self.names)

    def distance(self, row: Term | None) -> int:
        """How far apart the words of a query stand: 0 in a row in a name, 1 in a text, 2 otherwise."""
        if row is None or any(row.stands_in(field) for field in self.names):
            return 0
        return 1 if any(row.stands_in(field) for field in self.texts) else 2


@dataclass(frozen=True)
class Hit:
    """Something found.

    page, arguments, anchor   its address: a URL's name, what it takes beside the version, and the place on the page
    code      its code, marked where it was asked for; "" where it has none
    name      its name with what was found marked
    label     which of its texts the excerpt is of
    excerpt   a stretch of it with what was found marked; "" where it has no text
    """

    page: str
    arguments: Mapping[str, str | int]
    anchor: str
    code: str | Markup
    name: Markup
    label: str
    excerpt: str | Markup


@dataclass(frozen=True)
class Group:
    """What was found of one kind: ``count`` in all, of which ``hits`` are shown; ``one`` and ``many`` say what they are."""

    kind: str
    count: int
    hits: tuple[Hit, ...]

    @property
    def one(self) -> str:
        return KINDS[self.kind][0]

    @property
    def many(self) -> str:
        return KINDS[self.kind][1]


@dataclass(frozen=True)
class Results:
    """The answer to a query.

    query        what was looked for
    groups       what was found, by kind
    kind         the only kind whose results are shown, all of them; "" for some of each, as where there is none of that kind
    has_all      whether what was found has every term as it was typed
    has_some     whether it has only some of the words
    suggestion   the query with words that occur nowhere replaced by ones that do; "" where there are none
    """

    query: Query
    groups: tuple[Group, ...] = ()
    kind: str = ""
    has_all: bool = True
    has_some: bool = False
    suggestion: str = ""

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def shown(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.hits)


class Index:
    """The entries of a version, and which of them hold a word."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(Indexed(number, entry) for number, entry in enumerate(entries))
        self.by_stem, self.by_word, self.by_code = {}, {}, {}
        for each in self.entries:
            fields = (*each.names, *each.texts)
            for found in set(chain.from_iterable((*field.stems, *field.compounds) for field in fields)):
                self.by_stem.setdefault(found, set()).add(each.number)
            for word in each.words:
                self.by_word[word] = self.by_word.get(word, 0) + 1
            for code in each.codes.keys() - SMALL_WORDS:
                self.by_code.setdefault(code, set()).add(each.number)

    @cached_property
    def _by_slip(self) -> dict[str, list[str]]:
        """Words by each of their slips."""
        slips = {}
        for word in self.by_word:
            for slip in _slips(word):
                slips.setdefault(slip, []).append(word)
        return slips

    def having(self, term: Term) -> set[int]:
        """The numbers of the entries that have a term."""
        found = set.intersection(*(self.by_stem.get(stem, set()) for stem in term.stems))
        found = found | self.by_stem.get(term.solid, set())
        if len(term.words) > 1 or term.is_exact:
            found = {number for number in found if self.entries[number].has(term)}
        return found | self.by_code.get(term.code, set())

    def likely(self, word: str) -> str:
        """A word of the version of which ``word`` is one slip of the finger away, the commonest; "" where there is none."""
        near = {each for slip in _slips(word) for each in self._by_slip.get(slip, ())}
        return min(near, key=lambda each: (-self.by_word[each], each), default="")


def _slips(word):
    """A word by itself and without any one of its letters; nothing for short words and numbers, which are like too many."""
    if len(word) < SHORTEST_GUESSED or not word.isalpha():
        return set()
    return {word} | {word[:n] + word[n + 1 :] for n in range(len(word))}


_indexes = Remembered(8)


def version_index(version: Version) -> Index:
    """The index of ``version``. One that is published or retired is remembered until the version is touched."""
    return _indexes.get(version, read_index)


def forget_indexes():
    """Make every index again when it is next asked for."""
    _indexes.forget()


def read_index(version: Version) -> Index:
    """Make the index of ``version`` of its tree and its library, and one query for the notes of its glossary."""
    notes = GlossaryTerm.objects.filter(version=version).exclude(note="").order_by().values_list("term", "note")
    return Index(version_entries(version_tree(version), version_library(version), dict(notes)))


def search(index: Index, text: str, kind: str = "") -> Results:
    """Look for what somebody typed. ``kind`` is the only kind to show, and then all of it; an unknown one is none.

    Never raises for any ``text``: one that is too long has a problem, one without words finds nothing.
    """
    query = parse(text, index.by_code)
    kind = kind if kind in KINDS else ""
    if query.problem or not query.terms:
        return Results(query, kind=kind)
    terms = query.terms
    having = [index.having(term) for term in terms]
    found = set.intersection(*having)
    has_all = bool(found)
    if not found:
        terms = query.words
        having = [index.having(term) for term in terms]
        found = set.intersection(*having)
    has_some = not found
    if not found:
        found = set.union(*having)
    ranked = sorted((_rank(index.entries[number], terms, having, query.row), number) for number in found)
    groups = _groups(index, ranked, terms, kind)
    kind = kind if any(group.kind == kind for group in groups) else ""
    suggestion = "" if found and not has_some else _suggestion(index, query)
    return Results(query, groups, kind, has_all, has_some and len(terms) > 1, suggestion)


def _rank(each: Indexed, terms, having, row) -> tuple[int, ...]:
    has = [term for term, numbers in zip(terms, having, strict=True) if each.number in numbers]
    return (
        min(each.code_rank(term) for term in terms),
        len(terms) - len(has),
        len(has) - sum(each.is_named(term) for term in has),
        each.distance(row),
        sum(not each.words.issuperset(term.words) and each.code_rank(term) == NO_CODE for term in has),
    )


def _groups(index, ranked, terms, kind) -> tuple[Group, ...]:
    by_kind = {}
    for rank, number in ranked:
        by_kind.setdefault(index.entries[number].entry.kind, []).append((rank, index.entries[number]))
    kind = kind if kind in by_kind else ""
    # The best is the first, and a stable sort keeps the order of the kinds.
    ordered = sorted((each for each in KINDS if each in by_kind), key=lambda each: by_kind[each][0][0][:3])
    groups = []
    for each in ordered:
        shown = by_kind[each] if each == kind else [] if kind else by_kind[each][:MOST_SHOWN]
        groups.append(Group(each, len(by_kind[each]), tuple(_hit(indexed, terms) for _, indexed in shown)))
    return tuple(groups)


def _hit(each: Indexed, terms) -> Hit:
    entry = each.entry
    is_asked_for = any(each.code_rank(term) == OWN for term in terms)
    number, stretch = excerpt(each.texts, terms) if each.texts else (None, "")
    passage = None if number is None else entry.passages[number]
    return Hit(
        page=entry.page,
        arguments=entry.arguments,
        anchor=passage.anchor if passage and passage.anchor else entry.anchor,
        code=_MARK.format(entry.code) if is_asked_for else entry.code,
        name=marked(each.name, terms),
        label=passage.label if passage and passage.label != passage.text else "",
        excerpt=stretch,
    )


def _suggestion(index, query) -> str:
    words, is_other = [], False
    for term in query.terms:
        likely = tuple(
            word if term.code or stem in index.by_stem else index.likely(word) or word
            for word, stem in zip(term.words, term.stems, strict=True)
        )
        is_other = is_other or likely != term.words
        shown = term.code or ("-" if term.solid else " ").join(likely)
        words.append(f'"{shown}"' if term.is_exact else shown)
    return " ".join(words) if is_other else ""
