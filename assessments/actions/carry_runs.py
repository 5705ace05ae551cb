"""Carrying over all drafts that are left under a version that has retired: in batches, each round in a transaction of its own.

A run may be killed at any moment and started again: a round is carried over whole or not at all, and counted in the same
transaction. Two workers at one run are harmless too, because each round is claimed under its old version.
"""

import logging

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ..models import Assessment, CarryOverRun
from .carrying import carry_over
from .refusals import NotOpen, NotStopped

logger = logging.getLogger(__name__)

BATCH = 100


def drafts_left(version):
    """The drafts under ``version``, in the order in which a run comes to them."""
    return Assessment.objects.filter(version=version, state=Assessment.State.DRAFT).order_by("pk")


def start_run(*, from_version, to_version) -> tuple[CarryOverRun, bool]:
    """A new run over the drafts that are left, and whether it is new: one that is at work for the version is not begun again."""
    try:
        with transaction.atomic():
            run = CarryOverRun.objects.create(
                framework_id=from_version.framework_id,
                from_version=from_version,
                to_version=to_version,
                total=drafts_left(from_version).count(),
            )
    except IntegrityError:
        run = CarryOverRun.objects.filter(from_version=from_version, finished_at=None).first()
        if run is None:
            raise
        return run, False
    return run, True


def run_batch(*, run_id, after="") -> str:
    """Carry the next drafts of a run over, from the one after the key ``after``; returns the last one's key, "" at the end."""
    run = CarryOverRun.objects.select_related("from_version", "to_version__framework").get(pk=run_id)
    if run.finished_at:
        return ""
    drafts = drafts_left(run.from_version)
    keys = list((drafts.filter(pk__gt=after) if after else drafts).values_list("pk", flat=True)[:BATCH])
    for key in keys:
        _carry_one(run, key)
    if len(keys) < BATCH:
        _finish(run)
        return ""
    CarryOverRun.objects.filter(pk=run.pk).update(beat_at=timezone.now())
    return str(keys[-1])


def _carry_one(run, key):
    """Carry one draft over; one that cannot be is counted, and stays as it is for another try."""
    counted = CarryOverRun.objects.filter(pk=run.pk)
    try:
        with transaction.atomic():
            assessment = Assessment.objects.select_related("owner", "version").get(pk=key)
            if assessment.version_id != run.from_version_id:
                return
            carry_over(assessment=assessment, to_version=run.to_version, run=run)
            # Where another worker was faster, nothing was written and the round was not changed here.
            if assessment.version_id == run.to_version_id:
                counted.update(done=F("done") + 1)
    except (Assessment.DoesNotExist, NotOpen):
        return  # its owner was faster, and it is not left any more
    except Exception as error:  # whatever is wrong with one round, the others go on
        logger.warning("Carry-over run %s: round %s failed (%s)", run.pk, key, type(error).__name__)
        counted.update(failed=F("failed") + 1)


@transaction.atomic
def _finish(run):
    """End a run. A draft that its owner carried over, shared, closed or deleted meanwhile counts as done: it is not left."""
    now = timezone.now()
    stands = CarryOverRun.objects.select_for_update().get(pk=run.pk)
    left = drafts_left(run.from_version).count()
    total = max(stands.total, stands.done + left)
    CarryOverRun.objects.filter(pk=run.pk, finished_at=None).update(
        finished_at=now, beat_at=now, total=total, done=total - left, failed=left
    )


def start_again(*, run):
    """Note that a run that has stopped goes on, for whoever gives it to the worker. Raises ``NotStopped``."""
    now = timezone.now()
    stopped = CarryOverRun.objects.filter(pk=run.pk, finished_at=None, beat_at__lte=now - run.STOPPED_AFTER)
    if not stopped.update(beat_at=now, failed=0):
        raise NotStopped
