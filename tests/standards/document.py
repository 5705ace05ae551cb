"""The document as text, and its fixtures as rows: what the proofs of published words read."""

import json
import re
from itertools import accumulate
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures" / "contract-management-2.0"
DATA = ROOT / "tests" / "data"
SOURCE = (DATA / "contract-management-professional-standards-v2.0-july-2019.txt").read_text(encoding="utf-8")


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
