"""What the worker does for many rounds at once, a batch to a task. A task's row holds keys and nothing else."""

from django_tasks import task

from standards.models import Version

from .actions import run_batch, tell_of_publication, tell_of_retirement


@task
def carry_on(run_id: int, after: str = "") -> str:
    """Carry the next batch of a run over, and give the worker the one after it."""
    following = run_batch(run_id=run_id, after=after)
    if following:
        carry_on.enqueue(run_id, following)
    return following


@task
def tell_of_published_version(version_id: int, after: str = "") -> str:
    """Tell the next people midway that a version is published, and give the worker those after them."""
    following = tell_of_publication(version=Version.objects.get(pk=version_id), after=after)
    if following:
        tell_of_published_version.enqueue(version_id, following)
    return following


@task
def tell_of_retiring_version(version_id: int, after: str = "") -> str:
    """Tell the next people midway under a version when it retires, and give the worker those after them."""
    following = tell_of_retirement(version=Version.objects.get(pk=version_id), after=after)
    if following:
        tell_of_retiring_version.enqueue(version_id, following)
    return following
