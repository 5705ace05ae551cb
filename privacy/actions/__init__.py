"""Every change that keeping and erasing make: one file per noun."""

from .erasing import (
    AlreadyAsked,
    Held,
    LastSuperuser,
    NotAsked,
    ask_erasure,
    cancel_erasure,
    erase_again,
    erase_due,
    erase_person,
)
from .holding import AlreadyHeld, NotHeld, lift_hold, place_hold
from .pruning import Pruned, prune

__all__ = [
    "AlreadyAsked",
    "AlreadyHeld",
    "Held",
    "LastSuperuser",
    "NotAsked",
    "NotHeld",
    "Pruned",
    "ask_erasure",
    "cancel_erasure",
    "erase_again",
    "erase_due",
    "erase_person",
    "lift_hold",
    "place_hold",
    "prune",
]
