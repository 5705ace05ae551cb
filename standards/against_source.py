"""A version's texts compared word for word with the text of the document that they were taken from. Nothing of it is kept."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from .fingerprint import version_rows
from .models import (
    Area,
    Attribute,
    CaseStudy,
    CaseStudyStage,
    GlossaryTerm,
    GuideSection,
    Insight,
    Level,
    LevelDescriptor,
    LifecycleStage,
    Part,
    PeopleProfile,
    ReferencePage,
    RoleProfile,
    Section,
    Source,
)
from .prose import prose_words
from .publication_texts import IN_MARKDOWN

MOST_BYTES = 2 * 1024 * 1024
# The published words of each table; what is written in Markdown is compared line by line.
TEXTS = {
    Level: ("name", "definition", "summary"),
    Section: ("title", "summary"),
    Area: ("title", "summary"),
    Part: ("title",),
    Attribute: ("name",),
    LevelDescriptor: ("text",),
    GlossaryTerm: ("term", "definition"),
    RoleProfile: ("title", "description"),
    ReferencePage: ("body",),
    LifecycleStage: ("title", "involvement"),
    Source: ("title",),
    PeopleProfile: ("quote", "body"),
    CaseStudy: ("introduction",),
    CaseStudyStage: ("text",),
    Insight: ("text",),
    GuideSection: ("title",),
}
# Fewer letters in common than this are a coincidence.
LEAST_IN_COMMON = 16
LETTERS_SHOWN = 60


class Unreadable(Exception):
    """The file is no text to compare with; the message says why."""


@dataclass(frozen=True)
class Missing:
    """A published text that the source does not have.

    what        which text it is
    same        the last words that both have before they differ first; "" where the source has nothing like it
    published   how it goes on in the version
    source      how it goes on in the source; "" where ``same`` is
    """

    what: str
    same: str
    published: str
    source: str


def read_source(content: bytes) -> str:
    """The text of an uploaded file. Raises ``Unreadable``."""
    if len(content) > MOST_BYTES:
        raise Unreadable("The file is larger than 2 MB. Choose the text alone, without pictures.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The file is not plain text in UTF-8. Save the document as plain text first.") from None
    if "\0" in text:
        raise Unreadable("The file is not plain text. Save the document as plain text first.")
    if not text.strip():
        raise Unreadable("The file holds no words.")
    return text


def texts_not_in(version, source: str) -> tuple[int, list[Missing]]:
    """How many texts of ``version`` were compared, and those that ``source`` does not have, white space aside."""
    given = _Squeezed(source)
    compared, missing = 0, []
    for what, text in _texts(version):
        compared += 1
        squeezed = _Squeezed(text)
        if squeezed.letters not in given.letters:
            missing.append(_missing(what, squeezed, given))
    return compared, missing


def _texts(version):
    for model, rows in version_rows(version):
        for row in rows:
            for name in TEXTS.get(model, ()):
                text = getattr(row, name)
                lines = prose_words(text).splitlines() if IN_MARKDOWN.get(model) == name else [text]
                field = model._meta.get_field(name).verbose_name
                for line in filter(str.strip, lines):
                    yield f"{model._meta.verbose_name.capitalize()} “{row}”, {field}", line


class _Squeezed:
    """A text without its white space, and the way back from there."""

    def __init__(self, text):
        self.text = text
        self.letters = "".join(text.split())
        self._begins, self._words = [], []
        at = 0
        for word in re.finditer(r"\S+", text):
            self._begins.append(at)
            self._words.append(word.start())
            at += len(word[0])

    def words(self, first, last) -> str:
        """The whole words that the letters from ``first`` until ``last`` stand in, on one line."""
        if first >= len(self.letters) or last <= first:
            return ""
        begin, end = (bisect_right(self._begins, max(letter, 0)) for letter in (first, last - 1))
        return " ".join(self.text[self._words[begin - 1] :].split(None, end - begin + 1)[: end - begin + 1])

    def word_before(self, letter) -> int:
        """Where the word begins that this letter stands in."""
        return self._begins[bisect_right(self._begins, letter) - 1] if letter < len(self.letters) else letter


def _missing(what, text, source) -> Missing:
    common = _length_in(text.letters, source.letters)
    if common < min(LEAST_IN_COMMON, len(text.letters) - 1):
        return Missing(what, "", text.words(0, LETTERS_SHOWN), "")
    found = source.letters.find(text.letters[:common])
    differs = text.word_before(common)
    return Missing(
        what,
        text.words(differs - LETTERS_SHOWN, differs),
        text.words(differs, differs + LETTERS_SHOWN),
        source.words(found + differs, found + differs + LETTERS_SHOWN),
    )


def _length_in(letters, source) -> int:
    """How many of the first of ``letters`` stand in ``source`` one after the other."""
    least, most = 0, len(letters)
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if letters[:middle] in source else (least, middle - 1)
    return least
