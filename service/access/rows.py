"""The words of the access table: roles, states of a round, what a request is answered with, and rows of those."""

from dataclasses import dataclass, field
from typing import NamedTuple

ERASED = "erased"
STATES = ("draft", "returned", "shared", "hidden", "reviewed", "left", "agreed", "closed", ERASED)
# All but the one in which a round is nobody's.
KEPT = STATES[:-1]
DRAFTS = ("draft", "returned")
OVER = ("agreed", "closed")
# The states in which the line manager who is named on the round reads it; without "hidden", those in which they read levels.
READ = ("shared", "hidden", "reviewed", "agreed")
LEVELS = ("shared", "reviewed", "agreed")

SIGNED_OUT = ("signed out", "inactive owner", "inactive line manager")
ROLES = (
    "owner",
    "line manager",
    "former line manager",
    "pending line manager",
    "other line manager",
    "colleague",
    "analyst",
    "analyst of another organisation",
    "staff",
    "editor",
    "superuser",
    *SIGNED_OUT,
)

LOGIN = "sign in"  # led to the sign-in page
ON = 302  # led on


class Pair(NamedTuple):
    """What a GET and a POST are answered with."""

    get: object
    post: object


SIGN_IN = Pair(LOGIN, LOGIN)


@dataclass(frozen=True)
class Row:
    """What the owner and the line manager get in each state; any other signed-in person; and somebody who is not signed in.

    ``special`` has the roles that get something else than other people do.
    """

    owner: dict[str, Pair]
    line_manager: dict[str, Pair]
    others: Pair
    signed_out: Pair = SIGN_IN
    special: dict[str, Pair] = field(default_factory=dict)

    @property
    def is_public(self):
        return self.signed_out.get != LOGIN

    @property
    def is_ones_own(self):
        """Whether no round's state makes a difference."""
        return {*self.owner.values(), *self.line_manager.values()} == {self.others}

    def wanted(self, role, state) -> Pair:
        """What ``role`` gets in ``state``."""
        if role in self.special:
            return self.special[role]
        if role == "owner":
            return self.owner[state]
        if role == "line manager":
            return self.line_manager[state]
        return self.signed_out if role in SIGNED_OUT else self.others


EDIT = Pair(200, ON)
NEVER = Pair(403, 403)
READS = Pair(200, 405)
# Of an address that answers to both methods, to GET alone, and to POST alone.
NOT_THERE = Pair(404, 404)
NOT_THERE_TO_READ = Pair(404, 405)
NOT_THERE_TO_POST = Pair(405, 404)
POSTS = Pair(405, ON)
NO_POST = Pair(405, 403)
NO_READ = Pair(403, 405)
# Led to the page that comes first, or instead.
LED_ON = Pair(ON, 405)
LED_ON_UNLESS_POSTED = Pair(ON, 403)


def by_state(rest, *exceptions):
    """``rest`` in each state, but for ``exceptions``: pairs of some states and what is got in them."""
    return dict.fromkeys(STATES, rest) | {state: pair for states, pair in exceptions for state in states}


def everyone(pair=READS):
    """A public page."""
    return Row(by_state(pair), by_state(pair), pair, pair)


def members(pair, **special):
    """A page that every signed-in person has for themselves."""
    special = {role.replace("_", " "): each for role, each in special.items()}
    return Row(by_state(pair), by_state(pair), pair, special=special)


def owners(rest, *exceptions, others=NOT_THERE):
    """A page of somebody's round that is not there for anybody else, their line manager among them."""
    return parties(by_state(rest, *exceptions), others, others)


def parties(owner, line_manager, others=NOT_THERE):
    """A page that the owner and, in some states, the line manager have: each is a pair for all or a dictionary by state.

    Of an erased round they get what others get.
    """
    owner, line_manager = (each if isinstance(each, dict) else by_state(each) for each in (owner, line_manager))
    return Row(owner | {ERASED: others}, line_manager | {ERASED: others}, others)


def line_managers(*exceptions, others=NOT_THERE):
    """A page of the line manager's, which the owner does not have."""
    return parties(others, by_state(others, *exceptions), others)


def of_ones_own(pair, others=NOT_THERE):
    """A page of something that is somebody's whatever becomes of their round, and that is not there for anybody else."""
    return Row(by_state(pair), by_state(others), others)


def one_of(role, pair, others):
    """A page that nobody has but one role."""
    return Row(by_state(others), by_state(others), others, special={role: pair})
