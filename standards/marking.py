"""Old words and new words beside each other, with what was taken out and what was added marked.

Plain values; makes no query. What it returns as ``Markup`` is escaped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup

from .wording import SMALL_WORDS

# Of the shorter text, this share must have stayed; where less did, all of both is marked, because the rest would be confetti.
LEAST_KEPT = (2, 5)

_TOKEN = re.compile(r"\S+")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
# Both names: of the design system, and of Django's admin.
_HIDDEN = Markup('<span class="govuk-visually-hidden visually-hidden">{} </span>')
_OLD = Markup("<del>{}{}</del>")
_NEW = Markup("<ins>{}{}</ins>")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a text; ``is_marked`` when the other side does not have its words."""

    is_marked: bool
    text: str


def marked(olds: Sequence[str], news: Sequence[str]) -> tuple[tuple[tuple[Stretch, ...], ...], ...]:
    """The stretches of each of ``olds``, and of each of ``news``; the stretches of a text put together are the text.

    Every text is compared with every one of the other side, so that parts are compared with their whole: a word is marked where
    no text of the other side has it. White space does not count. Case and punctuation count between one text and one other, and
    not between parts and their whole, where they change at every joint.
    """
    is_one_to_one = len(olds) == len(news) == 1
    old_tokens, new_tokens = (
        [[token if is_one_to_one else _bare(token) for token in _TOKEN.findall(text)] for text in texts]
        for texts in (olds, news)
    )
    old_kept = [[False] * len(tokens) for tokens in old_tokens]
    new_kept = [[False] * len(tokens) for tokens in new_tokens]
    for before, is_kept_before in zip(old_tokens, old_kept, strict=True):
        for after, is_kept_after in zip(new_tokens, new_kept, strict=True):
            for a, b, size in _kept_blocks(before, after):
                is_kept_before[a : a + size] = is_kept_after[b : b + size] = [True] * size
    return (
        tuple(_stretches(text, kept) for text, kept in zip(olds, old_kept, strict=True)),
        tuple(_stretches(text, kept) for text, kept in zip(news, new_kept, strict=True)),
    )


def _bare(token):
    return _EDGES.sub("", token).casefold() or token


def _kept_blocks(before, after):
    blocks = [
        block
        for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        if block.size and not _is_lone(block, before, after)
    ]
    part, whole = LEAST_KEPT
    kept = sum(block.size for block in blocks)
    return blocks if kept * whole >= min(len(before), len(after)) * part else []


def _is_lone(block, before, after):
    """Whether only small words stayed, alone between words that did not."""
    words = before[block.a : block.a + block.size]
    at_an_end = (block.a == 0 and block.b == 0) or (
        block.a + block.size == len(before) and block.b + block.size == len(after)
    )
    return not at_an_end and all(word.casefold() in SMALL_WORDS for word in words)


def _stretches(text, kept):
    spans = []
    for match, is_kept in zip(_TOKEN.finditer(text), kept, strict=True):
        if is_kept:
            continue
        # Neighbours with nothing but white space between them are marked as one.
        if spans and not text[spans[-1][1] : match.start()].strip():
            spans[-1] = (spans[-1][0], match.end())
        else:
            spans.append(match.span())
    stretches, position = [], 0
    for start, end in spans:
        stretches += [Stretch(False, text[position:start]), Stretch(True, text[start:end])]
        position = end
    return tuple(each for each in (*stretches, Stretch(False, text[position:])) if each.text)


def marked_html(olds: Sequence[str], news: Sequence[str]) -> tuple[tuple[Markup, ...], tuple[Markup, ...]]:
    """``marked`` as HTML: <del> around what was taken out and <ins> around what was added, with words that say so aloud."""
    before, after = marked(olds, news)
    return (
        tuple(_html(stretches, _OLD, _HIDDEN.format("[taken out:")) for stretches in before),
        tuple(_html(stretches, _NEW, _HIDDEN.format("[added:")) for stretches in after),
    )


_END = Markup('<span class="govuk-visually-hidden visually-hidden">]</span>')


def _html(stretches, mark, begins):
    return Markup("").join(
        mark.format(begins, Markup("{}{}").format(each.text, _END))
        if each.is_marked
        else Markup("{}").format(each.text)
        for each in stretches
    )
