"""Words as search compares them: without case and accents, and by their stem; and where they stand in a text.

Plain values only: this file knows no model and makes no query. Nothing that somebody types becomes part of an expression.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import snowballstemmer

APOSTROPHES = "'’‘ʼ`´"
HYPHENS = "-‐‑"
_LETTER = r"[^\W_]"
_WORD = rf"{_LETTER}(?:{_LETTER}|[\u0300-\u036f]|[{APOSTROPHES}](?={_LETTER}))*"
# "in-house" is one compound of two words.
_COMPOUND = re.compile(rf"{_WORD}(?:[{HYPHENS}](?={_LETTER}){_WORD})*")
_PART = re.compile(_WORD)
_LINE_OF_APOSTROPHES = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))

# The rules for English leave the plural of an acronym alone: "kpis", "ccns".
_ACRONYMS = re.compile(r"[^aeiouy]{2,}[aeiou]?(?<!s)s")

_stemmer = snowballstemmer.stemmer("english")
_stemmer_lock = Lock()


def fold(text: str) -> str:
    """``text`` without case and accents, with straight apostrophes: "Tŷ’r" is "ty'r"."""
    if text.isascii():
        return text.lower().translate(_LINE_OF_APOSTROPHES)
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_LINE_OF_APOSTROPHES)
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """What the forms of a word share, by the Snowball rules for English: "negoti" of "negotiating" and "negotiation".

    ``word`` is folded.
    """
    if _ACRONYMS.fullmatch(word):
        return word[:-1]
    with _stemmer_lock:  # a stemmer holds the word that it works on
        return _stemmer.stemWord(word)


@dataclass(frozen=True, slots=True)
class Token:
    """A word at ``text[start:end]``, folded, and its stem."""

    start: int
    end: int
    word: str
    stem: str


def _token(match) -> Token:
    word = fold(match[0])
    return Token(match.start(), match.end(), word, stem(word))


def compounds_in(text: str) -> Iterator[tuple[Token, ...]]:
    """The words of ``text``, those that hyphens join together."""
    for match in _COMPOUND.finditer(text):
        yield tuple(_token(part) for part in _PART.finditer(text, match.start(), match.end()))


def joined(tokens: Sequence[Token]) -> Token:
    """The words of a compound as one word: "inhouse"."""
    word = "".join(token.word for token in tokens)
    return Token(tokens[0].start, tokens[-1].end, word, stem(word))


class Field:
    """A text with its words and where each of them stands.

    tokens     its words in order
    stems      the numbers of the tokens with a stem
    compounds  compounds written as one word, by their stem
    words      all words, folded
    """

    __slots__ = ("compounds", "stems", "text", "tokens", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        tokens, self.compounds, self.stems = [], {}, {}
        for parts in compounds_in(text):
            tokens += parts
            if len(parts) > 1:
                whole = joined(parts)
                self.compounds.setdefault(whole.stem, []).append(whole)
        self.tokens = tuple(tokens)
        for number, token in enumerate(tokens):
            self.stems.setdefault(token.stem, []).append(number)
        self.words = frozenset(token.word for token in tokens) | {
            whole.word for wholes in self.compounds.values() for whole in wholes
        }


@dataclass(frozen=True, slots=True)
class Term:
    """What a text must have to be found: words side by side.

    words   folded
    stems   their stems
    is_exact   whether the words must be these very words, as between quotation marks
    solid   the stem of the words written as one, for a compound ("inhous"); else ""
    code    the folded code, where it is one of the version; else ""
    """

    words: tuple[str, ...]
    stems: tuple[str, ...]
    is_exact: bool = False
    solid: str = ""
    code: str = ""

    def stands_in(self, field: Field) -> bool:
        """Whether a field has the term."""
        if len(self.words) == 1 and not self.is_exact:
            return self.stems[0] in field.stems or self.stems[0] in field.compounds
        return bool(self.spans(field))

    def spans(self, field: Field) -> list[tuple[int, int]]:
        """Where the term stands in a field, as (start, end)."""
        compounds = field.compounds.get(self.solid or self.stems[0], ())
        found = {(token.start, token.end) for token in compounds if self._takes(token)}
        size, tokens = len(self.words), field.tokens
        for number in field.stems.get(self.stems[0], ()):
            run = tokens[number : number + size]
            if len(run) == size and self._is(run):
                found.add((run[0].start, run[-1].end))
        if self.solid:
            found |= {(tokens[n].start, tokens[n].end) for n in field.stems.get(self.solid, ())}
        return sorted(found)

    def _takes(self, compound):
        """Whether a compound counts as the single word that this is."""
        return bool(self.solid) or (len(self.words) == 1 and (not self.is_exact or compound.word == self.words[0]))

    def _is(self, run):
        if self.is_exact:
            return all(token.word == word for token, word in zip(run, self.words, strict=True))
        return all(token.stem == stem for token, stem in zip(run, self.stems, strict=True))


def as_term(tokens: Sequence[Token], *, is_exact: bool = False, code: str = "") -> Term:
    """The term of one word, of a compound, or of words in a row."""
    solid = joined(tokens).stem if len(tokens) > 1 and not (is_exact or code) else ""
    return Term(tuple(token.word for token in tokens), tuple(token.stem for token in tokens), is_exact, solid, code)
