"""What somebody read before they confirmed a conversation, and what was changed since. Standard library only.

The confirmation page carries it in a hidden field, so that a confirmation that comes too late is told what to read again.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class Seen:
    """The record as a page showed it.

    day, again   days as ISO text; empty where there is none
    points       a mark of the points, not the text
    levels       what is agreed of each statement that counts, by code: a rank as text, "not-relevant", or ""
    targets      a mark of each area's agreed target, by code
    goals        each goal's revision, by its primary key as text
    """

    day: str = ""
    points: str = ""
    again: str = ""
    levels: dict[str, str] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    goals: dict[str, int] = field(default_factory=dict)

    def text(self) -> str:
        """As the hidden field holds it."""
        return json.dumps({name: getattr(self, name) for name in _FIELDS}, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> "Seen | None":
        """The same back from a page; None for what no page of ours has sent."""
        try:
            found = json.loads(text)
        except ValueError:
            return None
        if not isinstance(found, dict) or found.keys() != set(_FIELDS):
            return None
        kinds = {"levels": dict, "targets": dict, "goals": dict}
        is_ours = all(isinstance(value, kinds.get(name, str)) for name, value in found.items())
        return cls(**found) if is_ours else None


_FIELDS = tuple(each.name for each in fields(Seen))


def changes_since(seen: Seen, now: Seen, level: Callable[[str], str], goal: Callable[[str], str]) -> tuple[str, ...]:
    """What is different now, a sentence each.

    ``level`` says what is agreed of the statement with a code ("B4.3 Value for money options is now: Practitioner"), ``goal`` what
    the goal with a key is.
    """
    found = []
    if seen.day != now.day:
        found.append("The day of the conversation was changed.")
    if seen.points != now.points:
        found.append("What you talked about was changed.")
    if seen.again != now.again:
        found.append("The day to look again was changed.")
    changed = [code for code in now.levels if seen.levels.get(code) != now.levels[code]]
    found += [f"{level(code)}." for code in changed]
    left = [code for code in seen.levels if code not in now.levels]
    if left:
        found.append(f"No longer in the role: {', '.join(left)}.")
    areas = [code for code in now.targets if seen.targets.get(code) != now.targets[code]]
    if areas:
        found.append(f"The target was changed in {', '.join(areas)}.")
    for key, revision in now.goals.items():
        if key not in seen.goals:
            found.append(f"A goal was added: {goal(key)}")
        elif seen.goals[key] != revision:
            found.append(f"A goal was changed: {goal(key)}")
    if seen.goals.keys() - now.goals.keys():
        found.append("A goal was taken off the plan.")
    return tuple(found)
