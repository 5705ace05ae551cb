"""Faults planted in a portal to see whether the checker finds them. Each is called in a process that has loaded the portal."""

from itertools import count
from threading import Timer

from django.db import connections, transaction
from django.utils import timezone

from assessments.actions.ratings import Saved
from assessments.views import ratings


def forgetful():
    """Says of each third save that it is done, and undoes it."""
    save, numbers = ratings.save_ratings, count(1)

    def save_or_not(**given):
        with transaction.atomic():
            saved = save(**given)
            transaction.set_rollback(next(numbers) % 3 == 0)
        return saved

    ratings.save_ratings = save_or_not


def hasty():
    """Says that a save is done before it is."""
    save = ratings.save_ratings

    def save_soon(*, assessment, changes):
        Timer(0.3, _then_close(save), kwargs={"assessment": assessment, "changes": changes}).start()
        revisions = {change.statement_id: change.revision + 1 for change in changes if change.is_typed}
        return Saved(timezone.now(), (), revisions)

    ratings.save_ratings = save_soon


def _then_close(save):
    def saved(**given):
        save(**given)
        connections.close_all()

    return saved
