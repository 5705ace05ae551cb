"""What the portal does with published words: which levels share them, what is new at a level, which are glossary terms.

Everything is a plain value: this file knows no model and makes no query. What it returns as ``Markup`` is escaped.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from markupsafe import Markup, escape

# Alone, one of these says nothing about what a level adds.
# fmt: off
SMALL_WORDS = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "been", "by", "for", "from", "in",
    "into", "is", "it", "its", "of", "on", "or", "that", "the", "their", "these", "this",
    "those", "to", "under", "upon", "via", "where", "which", "who", "with", "within",
})
# fmt: on
# A cell with less than this kept from the level beneath is mostly new.
LEAST_KEPT = (1, 3)

_TOKEN = re.compile(r"\S+")
_ACRONYM = re.compile(r"[A-Z]{2}")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_ENDS_A_SENTENCE = (".", "!", "?")
_OPENING = "\"'([“‘"
_CLOSING = "\"')]”’"


# Levels with the same words


def joined_ranks(texts: Mapping[int, str | None]) -> tuple[int, ...]:
    """The ranks of a statement that are met with the rank beneath, the lowest first.

    ``texts`` holds the statement's words by rank; every rank of the version belongs in it, with None or "" where the
    level has no words. White space is folded. Words are compared with the nearest words beneath, so a wordless level
    between two equal ones separates nothing. The lowest level without words is met with "not yet".
    """
    joined = []
    words_beneath = ""
    for rank in sorted(texts):
        words = " ".join((texts[rank] or "").split())
        if words in ("", words_beneath):
            joined.append(rank)
        else:
            words_beneath = words
    return tuple(joined)


# Words that are new at a level


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a level's text; ``is_new`` when its words are to be marked as new at that level."""

    is_new: bool
    text: str


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    key: str

    @property
    def is_small(self) -> bool:
        return self.key in SMALL_WORDS or not self.key


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(match.start(), match.end(), _EDGES.sub("", match[0]).casefold().replace("’", "'"))
        for match in _TOKEN.finditer(text)
    ]


def _is_kept(below: str, tokens: Sequence[_Token]) -> list[bool]:
    """For each of ``tokens``, whether a diff by words finds it in ``below``."""
    matcher = SequenceMatcher(None, [token.key for token in _tokens(below)], [t.key for t in tokens], autojunk=False)
    kept = [False] * len(tokens)
    for block in matcher.get_matching_blocks():
        kept[block.b : block.b + block.size] = [True] * block.size
    return kept


def is_mostly_new(below: str, text: str) -> bool:
    """Whether less than a third of the words of ``text`` are kept from ``below``, the words of the level beneath."""
    return _is_mostly_new(_marked(below, _tokens(text)))


def new_words(below: str, text: str) -> tuple[Segment, ...]:
    """Cut ``text`` into stretches that are kept from ``below``, the words of the level beneath, or new.

    The stretches put together are ``text``. Words are compared without case and punctuation. A lone small word takes
    the side of its neighbours. Where less than a third is kept, only the verb that opens each clause is marked, or all
    would be.
    """
    tokens = _tokens(text)
    marked = _marked(below, tokens)
    if _is_mostly_new(marked):
        marked = _opening_words(text, tokens, _is_kept(below, tokens))
    return _segments(text, tokens, marked)


def _marked(below: str, tokens: Sequence[_Token]) -> list[bool]:
    return _without_lone_small_words(tokens, [not kept for kept in _is_kept(below, tokens)])


def _is_mostly_new(marked: Sequence[bool]) -> bool:
    part, whole = LEAST_KEPT
    return marked.count(False) * whole < len(marked) * part


def _opening_words(text: str, tokens: Sequence[_Token], kept: Sequence[bool]) -> list[bool]:
    """Mark the word that opens each clause; where that word is not new itself, the clause's first word that is."""
    marked = [False] * len(tokens)
    is_open = False
    for i, token in enumerate(tokens):
        is_open = is_open or i == 0 or _opens_a_clause(text, tokens[i - 1], token)
        if is_open and not kept[i] and not token.is_small:
            marked[i], is_open = True, False
    return marked


def _opens_a_clause(text: str, before: _Token, token: _Token) -> bool:
    last = text[before.start : before.end].rstrip(_CLOSING)[-1:]
    # A capital tells the end of a sentence from "e.g. data security".
    return last == ";" or (last in _ENDS_A_SENTENCE and text[token.start : token.end].lstrip(_OPENING)[:1].isupper())


def _without_lone_small_words(tokens: Sequence[_Token], marked: Sequence[bool]) -> list[bool]:
    """Unmark what is only small words; then mark small words that alone stand between two marked ones."""
    marked = list(marked)
    for start, end in _runs(marked, True):
        if all(token.is_small for token in tokens[start:end]):
            marked[start:end] = [False] * (end - start)
    for start, end in _runs(marked, False):
        if start > 0 and end < len(tokens) and all(token.is_small for token in tokens[start:end]):
            marked[start:end] = [True] * (end - start)
    return marked


def _runs(values: Sequence[bool], wanted: bool) -> list[tuple[int, int]]:
    """The (start, end) of each longest stretch of ``wanted``."""
    runs, start = [], None
    for i, value in enumerate([*values, not wanted]):
        if value == wanted and start is None:
            start = i
        elif value != wanted and start is not None:
            runs.append((start, i))
            start = None
    return runs


def _segments(text: str, tokens: Sequence[_Token], marked: Sequence[bool]) -> tuple[Segment, ...]:
    segments, position = [], 0
    for start, end in _runs(marked, True):
        first, last = tokens[start].start, tokens[end - 1].end
        if first > position:
            segments.append(Segment(False, text[position:first]))
        segments.append(Segment(True, text[first:last]))
        position = last
    if position < len(text):
        segments.append(Segment(False, text[position:]))
    return tuple(segments)


# Words that the glossary explains


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary term. ``other_forms`` are what else is recognised as this term in running text."""

    term: str
    definition: str
    other_forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A term at ``text[start:end]``."""

    start: int
    end: int
    term: Term


@lru_cache(maxsize=16)
def _pattern(terms: tuple[Term, ...]) -> tuple[re.Pattern[str] | None, tuple[Term, ...]]:
    """An expression with a group for every form, the longest first, and the term of each group."""
    forms = [(form, term) for term in terms for form in (term.term, *term.other_forms) if form.strip()]
    forms.sort(key=lambda pair: -len(pair[0]))
    if not forms:
        return None, ()
    groups = []
    for form, _ in forms:
        words = r"\s+".join(re.escape(word) for word in form.split())
        # "KPIs" is an acronym: in lower case it would be another word.
        groups.append(f"({words})" if _ACRONYM.search(form) else f"((?i:{words}))")
    # "non-commercial" is not "commercial".
    return re.compile(rf"(?<![\w-])(?:{'|'.join(groups)})(?!\w)"), tuple(term for _, term in forms)


def find_terms(text: str, terms: Iterable[Term]) -> tuple[Found, ...]:
    """Where ``terms`` stand in ``text``: whole words, the longest form first, each term only where it first occurs.

    Case does not matter, except in forms with two capitals in a row, which are acronyms.
    """
    return _find_terms(text, tuple(terms))


# A draft is read anew for each page of it, and its words are mostly those of the version before. A version has some 400 texts.
@lru_cache(maxsize=2000)
def _find_terms(text: str, terms: tuple[Term, ...]) -> tuple[Found, ...]:
    pattern, of_group = _pattern(terms)
    if pattern is None:
        return ()
    first = {}
    for match in pattern.finditer(text):
        term = of_group[match.lastindex - 1]
        first.setdefault(term, Found(match.start(), match.end(), term))
    return tuple(first.values())


def terms_in(texts: Iterable[str], terms: Iterable[Term]) -> tuple[Term, ...]:
    """The ``terms`` that stand in any of ``texts``, in the order given."""
    terms = tuple(terms)
    found = {each.term for text in texts for each in find_terms(text, terms)}
    return tuple(term for term in terms if term in found)


# Both marks as HTML

_NEW_HTML = Markup("<b>{}</b>")
_TERM_HTML = Markup('<span class="portal-term">{}</span>')


def descriptor_html(below: str, text: str, terms: Iterable[Term] = ()) -> Markup:
    """``text`` with ``<b>`` around what is new since ``below``, and a span of class portal-term around glossary terms.

    Nothing is marked as new where ``below`` is empty: there is no level beneath. Kept words have no element of their
    own: the cell around them has a class instead. A term is a span, never a link, so that it may stand inside a label.
    """
    segments = new_words(below, text) if below.strip() else (Segment(False, text),)
    found = find_terms(text, terms)
    html, position = [], 0
    for segment in segments:
        end = position + len(segment.text)
        inside = _segment_html(text, position, end, found)
        html.append(_NEW_HTML.format(inside) if segment.is_new else inside)
        position = end
    return Markup("").join(html)


def _segment_html(text: str, start: int, end: int, found: Sequence[Found]) -> Markup:
    """``text[start:end]`` with its terms; one that reaches over an edge of it is cut there, so that elements nest."""
    html, position = [], start
    for each in found:
        first, last = max(each.start, start), min(each.end, end)
        if first < last:
            html += [escape(text[position:first]), _TERM_HTML.format(text[first:last])]
            position = last
    return Markup("").join([*html, escape(text[position:end])])
