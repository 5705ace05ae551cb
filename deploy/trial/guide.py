"""The commands of a page: its fenced blocks, and which of them are run to try it."""

import re
from dataclasses import dataclass

_BLOCK = re.compile(r"(?:^<!-- try(?:: (?P<how>\w+))? -->\n)?^```\w*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
HOWS = {"offline", "online", "typed"}


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: the line of the page that it begins in, its commands, and how it is tried.

    how     "" where it is not: its address is somebody's own; "offline"; "online" where it fetches packages; "typed" where
            it asks questions
    """

    line: int
    how: str
    text: str


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page in Markdown, in order. A comment ``<!-- try: online -->`` before one says how it is tried.

    Raises ``ValueError`` for a comment that leads to no block, and for a way to try that nobody knows.
    """
    found = []
    for match in _BLOCK.finditer(page):
        marked = match.group().startswith("<!--")
        how = (match["how"] or "offline") if marked else ""
        if how and how not in HOWS:
            raise ValueError(f"Nobody knows how to try {how!r}.")
        found.append(Block(page.count("\n", 0, match.start("text")) + 1, how, match["text"]))
    if sum(1 for block in found if block.how) != page.count("<!-- try"):
        raise ValueError("A comment leads to no block.")
    return found


def commands(text: str) -> list[str]:
    """The commands of a block, each on a line of its own, without what goes on after a backslash being cut off."""
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
