"""The queue in Redis, for where one machine is outgrown (docs/decisions/tasks.md): PORTAL_QUEUE=redis."""

from .backend import Backend

__all__ = ["Backend"]
