"""What somebody typed, as terms to look for: words, compounds, phrases between quotation marks, and codes."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass, replace

from .search_words import Term, Token, as_term, compounds_in, fold
from .wording import SMALL_WORDS

MOST_CHARACTERS = 200
MOST_WORDS = 20
# Alone, these say nothing about what is looked for.
IDLE_WORDS = SMALL_WORDS | {"can", "do", "does", "how", "i", "me", "my", "should", "what", "when", "why", "you", "your"}
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"'))
# A quotation mark without a partner is passed over.
_CHUNK = re.compile(r'"([^"]*)"|([^\s"]+)')
# What looks like a code is looked for as one, so that "B9.9" does not find each 9.
_LIKE_A_CODE = re.compile(r"(?=.*[0-9])[^\W_]+(?:\.[^\W_]+)+")
_AROUND_A_CODE = ".,;:!?()[]'’"


@dataclass(frozen=True)
class Query:
    """A search.

    text      what was typed, as one line without characters that cannot be shown
    terms     what to look for
    row       all its words in a row; None for fewer than two
    problem   why it cannot be looked for, in words for the person who typed it; else ""
    """

    text: str
    terms: tuple[Term, ...] = ()
    row: Term | None = None
    problem: str = ""

    @property
    def words(self) -> tuple[Term, ...]:
        """The terms with every phrase and compound taken apart."""
        return _worth_looking_for([part for term in self.terms for part in ([term] if term.code else _apart(term))])


def _apart(term):
    return [Term((word,), (stem,)) for word, stem in zip(term.words, term.stems, strict=True)]


def clean(text: str) -> str:
    """``text`` as one line; control characters and halves of characters become spaces, invisible ones go."""
    letters = []
    for letter in text:
        category = unicodedata.category(letter)
        if category != "Cf":
            letters.append(" " if category[0] in "CZ" else letter)
    return unicodedata.normalize("NFC", " ".join("".join(letters).split()))


def parse(text: str, codes: Container[str]) -> Query:
    """Read what somebody typed. ``codes`` are the folded codes of the version. Any text whatever is read, or has a problem."""
    query = Query(clean(text))
    if len(query.text) > MOST_CHARACTERS:
        problem = f"Use fewer words: a search can be {MOST_CHARACTERS} characters long"
        return replace(query, problem=problem)
    terms, tokens = [], []
    for phrase, chunk in _CHUNK.findall(query.text.translate(_QUOTES)):
        found = list(compounds_in(phrase or chunk))
        tokens += [token for compound in found for token in compound]
        if phrase and found:
            terms.append(as_term([token for compound in found for token in compound], is_exact=True))
        elif found:
            terms += _terms(chunk, found, codes)
    if len(tokens) > MOST_WORDS:
        return replace(query, problem=f"Use fewer words: a search can have {MOST_WORDS}")
    row = as_term(tokens) if len(tokens) > 1 else None
    return replace(query, terms=_worth_looking_for(terms), row=row)


def _terms(chunk: str, compounds: list[tuple[Token, ...]], codes) -> list[Term]:
    code = fold(chunk.strip(_AROUND_A_CODE))
    if code in codes or _LIKE_A_CODE.fullmatch(code):
        return [as_term([token for compound in compounds for token in compound], code=code)]
    # "B4/B5" names two codes.
    return [
        as_term(compound, code=compound[0].word if len(compound) == 1 and compound[0].word in codes else "")
        for compound in compounds
    ]


def _worth_looking_for(terms) -> tuple[Term, ...]:
    """Each term once; idle words only where there is nothing else."""
    terms = tuple(dict.fromkeys(terms))
    return tuple(term for term in terms if not _is_idle(term)) or terms


def _is_idle(term):
    return len(term.words) == 1 and term.words[0] in IDLE_WORDS and not (term.is_exact or term.code)
