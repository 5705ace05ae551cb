"""Which framework, version and people a page is about, of what there is and what its address asks for. Plain values alone.

One dimension at a time: a role profile or a needed level. That no two of them meet is part of the disclosure control, whose figures
hold no such count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from .page import Narrowing, Option

LONGEST_KEY = 18


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as text; None where it says nothing."""

    framework: str | None = None
    version: str | None = None
    role: str | None = None
    need: str | None = None


class Choice:
    """What is chosen, one after the other; ``query`` is the address of it so far, ``ignored`` what was asked for in vain."""

    def __init__(self, asked):
        self.asked = asked
        self.query = {}
        self.ignored = []

    def one_of(self, name: str, words: Mapping[int, str], what: str) -> tuple[int, tuple[Option, ...]]:
        """The key that ``name`` asks for among ``words``, else the first; and the options, where there are several.

        What is chosen after it belongs to it, so that none of that comes along in the addresses of the others.
        """
        text = getattr(self.asked, name)
        unasked = next(iter(words))
        key = _key(text)
        if text and key not in words:
            self.ignored.append(f"There are no figures of the {what} that the address asks for.")
        key = key if key in words else unasked
        options = tuple(
            Option(str(each), said, _query(self.query | ({} if each == unasked else {name: each})), each == key)
            for each, said in words.items()
        )
        if key != unasked:
            self.query[name] = key
        return key, options if len(options) > 1 else ()

    def people(self, roles: Mapping[int, str], needs: Mapping[int, str]):
        """The narrowing, and the options: for everybody, by role profile and by needed level."""
        narrowed = None
        kinds = {"role": ("Role profile", roles), "need": ("Level needed", needs)}
        for kind, (what, words) in kinds.items():
            text = getattr(self.asked, kind)
            if not text:
                continue
            key = _key(text)
            if key not in words:
                self.ignored.append(f"There are no figures of the {what.lower()} that the address asks for.")
            elif narrowed:
                self.ignored.append("The level needed was left aside: the page shows one thing at a time.")
            else:
                narrowed = Narrowing(kind, str(key), words[key], f"{what}: {words[key]}")
        chosen = (narrowed.kind, narrowed.value) if narrowed else None
        everybody = Option("", "Everybody", _query(self.query), not narrowed)
        options = [
            tuple(
                Option(str(key), said, _query(self.query | {kind: key}), (kind, str(key)) == chosen)
                for key, said in words.items()
            )
            for kind, (_, words) in kinds.items()
        ]
        if narrowed:
            self.query[narrowed.kind] = narrowed.value
        return narrowed, everybody, *options

    @property
    def address(self) -> str:
        return _query(self.query)


def _key(text):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else None


def _query(fields):
    return f"?{urlencode(fields)}" if fields else ""
