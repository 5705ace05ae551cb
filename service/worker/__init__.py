"""The worker: processes that do what the portal puts off (docs/decisions/tasks.md). No model is read before one begins."""

from .discreet import DiscreetTask, TaskFailed, begin_task, end_task
from .queue import Backend

__all__ = ["Backend", "DiscreetTask", "TaskFailed", "begin_task", "end_task"]
