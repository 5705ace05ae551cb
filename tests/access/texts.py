"""The texts that are planted in every round of the access table, and who may see each.

A text names its kind and the state of the round that it stands in, so that it is known wherever it turns up.
"""

import re

from service.access.rows import KEPT, LEVELS, READ, STATES

# The states in which each of the two sees what the other said. In "left" the owner is alone again.
TALK = ("reviewed", "agreed")
OWN_TALK = (*TALK, "left")

NOBODY = ()
# Kind of text: the states in which the owner sees it, and those in which the line manager does. Nobody else sees any.
MAY_SEE = {
    "note": (KEPT, READ),
    "reason": (KEPT, LEVELS),
    "targetreason": (KEPT, READ),
    "title": (KEPT, READ),
    "text": (KEPT, READ),
    "goal": (KEPT, READ),
    "measure": (KEPT, READ),
    "goalnote": (KEPT, READ),
    # A goal that was done in the round, and one that was done before there was any.
    "donegoal": (KEPT, READ),
    "outcome": (KEPT, READ),
    "loosegoal": (STATES, NOBODY),
    "looseoutcome": (STATES, NOBODY),
    "held": (STATES, NOBODY),
    # The round before, which both agreed.
    "earliernote": (STATES, STATES),
    # The line manager's ratings, and those of the one before, from whom the round was handed over.
    "linenote": (TALK, LEVELS),
    "linereason": (TALK, LEVELS),
    "formernote": (OWN_TALK, READ),
    "linegoalnote": (("shared", *TALK), LEVELS),
    "returnreason": (("returned", "closed"), NOBODY),
    "points": (OWN_TALK, TALK),
    "agreedreason": (OWN_TALK, TALK),
    "agreedtarget": (OWN_TALK, TALK),
    "disagreement": (("agreed",), ("agreed",)),
}

# What somebody else is shown in one way alone, by role.
MAY_OPEN = {}

_WORD = "quillwort"
_PLANTED = re.compile(rf"{_WORD}-({'|'.join(MAY_SEE)})-({'|'.join(STATES)})", re.IGNORECASE)
# A line of a calendar is cut after 75 bytes.
_FOLD = re.compile(r"\r\n[ \t]")
# The name of every owner.
NAME = "Perpetua Owner-Marchmain"


def planted(kind, state):
    """The text of this kind in the round of that state."""
    assert kind in MAY_SEE, kind
    return f"{_WORD}-{kind}-{state} is what it says"


def found_in(content):
    """Kind and state of each planted text in the text of a response."""
    return {(kind.lower(), state.lower()) for kind, state in _PLANTED.findall(_FOLD.sub("", content))}


def may_see(role, kind, state):
    """Whether this role may be shown that text, anywhere."""
    owner, line_manager = MAY_SEE[kind]
    return state in {"owner": owner, "line manager": line_manager}.get(role, NOBODY)


def all_to_be_seen(role):
    """Every text that this role is shown somewhere, as kind and state."""
    place = ("owner", "line manager").index(role)
    return {(kind, state) for kind, states in MAY_SEE.items() for state in states[place]}
