"""The worker's tasks as the portal runs them: a task that fails leaves no words of anybody's in its row."""

from dataclasses import dataclass

from django_tasks.base import Task

from ..logging import current_id, exceptions_of, plainly


class TaskFailed(Exception):
    """A task ended with an error; the message has classes and places, which is what the row of the task keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscreetTask(Task):
    """A task whose errors come without their messages, which quote rows, addresses and what people wrote."""

    def call(self, *args, **kwargs):
        """What the task returns. Raises ``TaskFailed``."""
        try:
            return Task.call(self, *args, **kwargs)
        except Exception as error:
            # The error stays the context, from which the log takes its class and place too.
            raise TaskFailed("\n".join(plainly(exceptions_of(error)))) from None


def class_and_places(error: BaseException) -> tuple[str, str]:
    """What is kept of an error: the class of what went wrong, and the classes and places of all that led to it. No message."""
    found = exceptions_of(error)
    of_the_task = found[1:] if isinstance(error, TaskFailed) and len(found) > 1 else found
    return of_the_task[0]["class"], "\n".join(plainly(of_the_task))


def begin_task(sender, task_result, **kwargs):
    """The lines written from now on are this task's."""
    current_id.set(f"task-{task_result.id}")


def end_task(sender, **kwargs):
    current_id.set("")
