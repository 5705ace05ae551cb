"""Whom the standards tell what happened to a version, and whom they ask what it would mean for people.

The standards know no other app. ``settings.STANDARDS_FOLLOWER`` names a module with these functions:

``impact(version)``                        what publishing it would mean for rounds under way: totals, and no person
``midway(version) -> int``                 how many open rounds there are under it
``review_asked(version, by, reviewers)``   it went into review, and these people are to sign it off
``review_answered(version, by, editor)``   the reviewer ``by``, whom ``editor`` had asked, has answered
``published(version, by)``                 it was published
``retiring(version)``                      days were set on which it closes for new rounds, or retires
``retired(version)``                       it has retired

Each is called inside the transaction of what it is told of.
"""

from importlib import import_module
from types import ModuleType

from django.conf import settings


def follower() -> ModuleType:
    """The module that follows what happens to versions."""
    return import_module(settings.STANDARDS_FOLLOWER)
