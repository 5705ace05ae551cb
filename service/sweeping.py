"""Finding what has no task: the database is the truth, a task is only a hint that may be lost with the queue."""

import logging

from django.core.cache import cache
from django.db import Error

from assessments.actions import sweep_report_files
from assessments.editions import wake_runs
from insights.tasks import count_marked, sweep_campaigns
from people.actions import sweep_notices
from people.models import Recount

logger = logging.getLogger(__name__)

# Seconds. Figures are shown at the next release: nobody waits for them.
COUNT_EVERY = 60 * 60
COUNTED_LATELY = "sweeping:counted"


def sweep(*, thoroughly=True) -> dict[str, int]:
    """Give the worker what waits without a task; returns how many of each, by name.

    For every start of a worker and every minute; ``thoroughly`` includes what costs more to look for. Harmless at any time, and by
    several at once. Raises what the database raises; where the queue is not there, the next sweep finds the same.
    """
    parts = {"notices": _notices, "carry_overs": wake_runs, "report_files": sweep_report_files}
    if thoroughly:
        parts |= {"campaigns": sweep_campaigns, "organisations": _organisations}
    return {name: _given(name, part) for name, part in parts.items()}


def _given(name, part):
    try:
        given = part()
    except Error:
        raise
    except Exception as error:  # the others are still to be swept
        logger.warning("Sweeping %s failed (%s)", name, type(error).__name__)
        return 0
    if given:
        logger.info("Swept: %s %s given to the worker", given, name)
    return given


def _notices():
    return sweep_notices()[1]


def _organisations():
    """Organisations that are marked are counted once an hour, and each night (``run_daily``)."""
    if not Recount.objects.exists() or not cache.add(COUNTED_LATELY, True, COUNT_EVERY):
        return 0
    if count_marked.get_backend().known(count_marked) != set():
        return 0
    count_marked.enqueue()
    return 1
