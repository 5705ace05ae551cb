"""The document as text, and its fixtures as rows: what the proofs of published words read."""

import json
import re
from itertools import accumulate, groupby, pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures" / "contract-management-2.0"
DATA = ROOT / "tests" / "data"
SOURCE = (DATA / "contract-management-professional-standards-v2.0-july-2019.txt").read_text(encoding="utf-8")
VERSION = ["contract-management", "2.0"]


def squeeze(text):
    """The text without any white space."""
    return re.sub(r"\s+", "", text)


def flow(text):
    """The text as running words: white space as one space, and words that a line break cut at their hyphen joined."""
    return re.sub(r"(?<=\w)- (?=\w)", "-", re.sub(r"\s+", " ", text)).strip()


def starts(pattern):
    """Where in the squeezed source something begins that follows the pattern in the source."""
    return {SIGNS_BEFORE[match.end()] for match in re.finditer(pattern, SOURCE)}


SQUEEZED = squeeze(SOURCE)
FLOWING = flow(SOURCE)
SIGNS_BEFORE = list(accumulate((not sign.isspace() for sign in SOURCE), initial=0))
PARAGRAPH_STARTS = starts(r"\n\s*\n")
LINE_STARTS = starts(r"\n")


def source_between(start, end):
    """The squeezed source from ``start``, which stands in it once, up to the next ``end``, and where that begins."""
    assert SQUEEZED.count(start) == 1, f"{start} stands in the source {SQUEEZED.count(start)} times"
    begin = SQUEEZED.index(start)
    return SQUEEZED[begin : SQUEEZED.index(end, begin + len(start))], begin


def read_fixtures():
    """Every row of the fixtures, in load order."""
    return [row for path in sorted(FIXTURES.glob("*.json")) for row in json.loads(path.read_text(encoding="utf-8"))]


def select(rows, model, **wanted):
    """The fields of the rows of a model, in file order. A foreign key is given by the last part of its natural key."""

    def last(value):
        return value[-1] if isinstance(value, list) else value

    fields = [row["fields"] for row in rows if row["model"] == f"standards.{model}"]
    return [row for row in fields if all(last(row[name]) == value for name, value in wanted.items())]


def one(rows, model, **wanted):
    (row,) = select(rows, model, **wanted)
    return row


def ordered(rows):
    return sorted(rows, key=lambda row: row["order"])


# Texts that the page or its drawing cuts in two, with a bar at the cut.
IN_TWO_PIECES = (
    "They will be supported by one or more practitioners who will focus on one | or more contractors",
    "Foundation: | Substantial SRO engagement required",
    "Expert: | Limited SRO engagement required",
)


def pieces(line):
    """The line, or the two pieces in which the source prints it."""
    for text in IN_TWO_PIECES:
        whole = text.replace(" | ", " ")
        if whole in line:
            before, after = text.split(" | ")
            start, end = line.split(whole)
            return [start + before, after + end]
    return [line]


# Which words of the document stand nowhere

GLUED = {"STAKEHOLDERAND": "STAKEHOLDER AND", "ExpertFoundation": "Expert Foundation"}
# A text of so many words is the same wherever it stands; a shorter one may stand in another sentence by chance.
LONG = 6


def words(text):
    """The words of a text, without case and signs."""
    for glued, apart in GLUED.items():
        text = text.replace(glued, apart)
    return tuple(re.findall(r"\w+", text.casefold()))


def running_words():
    """The words of the source line by line, with the number of each line; page numbers, addresses and names aside.

    Lines of nothing but numbers are page numbers, and what is left of the table of insights, whose columns are lost.
    """
    for number, line in enumerate(SOURCE.splitlines()):
        if not re.fullmatch(r"[\d.\s]+|\s*(?:(?:https://|mailto:)\S+|\[name\])\s*", line):
            yield from ((number, word) for word in words(line))


def words_nowhere(texts):
    """The words of the source's running text that stand in none of ``texts``, each run of them as one string.

    A text of ``LONG`` words or more is found wherever it stands. Shorter ones are found only where they, one after the
    other, make up all that is left of a line or a paragraph: a title in a heading, the names of the levels over a table.
    """
    numbered = list(running_words())
    source = [word for _, word in numbered]
    found = bytearray(len(source))
    shown = {words(text) for text in texts} - {()}
    in_one = f" {' '.join(source)} "
    word_at = {offset: number for number, offset in enumerate(accumulate((len(w) + 1 for w in source), initial=0))}
    for text in (text for text in shown if len(text) >= LONG):
        wanted = f" {' '.join(text)} "
        offset = in_one.find(wanted)
        while offset >= 0:
            start = word_at[offset]
            found[start : start + len(text)] = b"\1" * len(text)
            offset = in_one.find(wanted, offset + 1)
    lines = [line for line, _ in numbered]
    # A new paragraph begins after an empty line.
    paragraphs = list(accumulate(1 if b - a > 1 else 0 for a, b in pairwise([lines[0], *lines])))
    for unit in (lines, paragraphs):
        for _, group in groupby(range(len(source)), key=unit.__getitem__):
            positions = list(group)
            if _is_made_up(positions[0], positions[-1] + 1, source, found, shown):
                for position in positions:
                    found[position] = 1
    rest = [number for number in range(len(source)) if not found[number]]
    return [
        " ".join(source[number] for _, number in group)
        for _, group in groupby(enumerate(rest), key=lambda pair: pair[1] - pair[0])
    ]


def _is_made_up(start, end, source, found, shown):
    """Whether the words from ``start`` to ``end`` that are not found yet are whole texts, one after the other."""
    reached = {start}
    for position in range(start, end):
        if position in reached:
            if found[position]:
                reached.add(position + 1)
            reached |= {
                stop
                for stop in range(position + 1, min(end, position + LONG) + 1)
                if tuple(source[position:stop]) in shown
            }
    return end in reached
