"""The copy of the database that figures are read from, where one is named (``DATABASE_REPLICA_URL``).

Figures change once a month, so that a copy that is some seconds behind is as good. Who may see them is asked of the database
itself.
"""

import logging
from time import monotonic

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

from people.written_queries import WrittenQuery

logger = logging.getLogger(__name__)

# So many seconds a copy that failed is left alone, so that not every page waits for it.
RESTS = 30

_asked_again_from = 0.0


def copied_rows(query: WrittenQuery, *values) -> list:
    """What ``query`` finds in the copy: or in the database itself, where none is named or it does not answer."""
    global _asked_again_from
    copy = settings.FIGURES_DATABASE
    if copy != DEFAULT_DB_ALIAS and monotonic() >= _asked_again_from:
        try:
            return query.rows(*values, using=copy)
        except (DatabaseError, InterfaceError) as error:
            _asked_again_from = monotonic() + RESTS
            connections[copy].close()
            logger.warning(
                "The copy of the database does not answer (%s); figures are read from the database itself for %s seconds",
                type(error).__name__,
                RESTS,
            )
    return query.rows(*values)
