"""The cache in the database, which all workers share, and which says so when it cannot be written."""

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import Error, connections, router

from .outages import kind_of


class SharedCache(DatabaseCache):
    """Django's, which keeps to itself that the database failed: whoever counts tries would then take its own failure for too many
    tries, and tell people to wait. Raises the database's error where it is an outage."""

    def _base_set(self, mode, key, value, timeout=DEFAULT_TIMEOUT):
        failures = []

        def note(execute, *args):
            try:
                return execute(*args)
            except Error as error:
                failures.append(error)
                raise

        with connections[router.db_for_write(self.cache_model_class)].execute_wrapper(note):
            is_set = super()._base_set(mode, key, value, timeout)
        if not is_set and failures and kind_of(failures[-1]):
            raise failures[-1]
        return is_set
