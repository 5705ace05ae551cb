"""What the worker does with organisations, a batch to a task. A task's row holds keys and nothing else."""

from django_tasks import task

from .actions.counting import follow_marks
from .actions.inviting import invite_next, still_inviting


@task
def invite_people(campaign_id: int, after: str = "") -> str:
    """Invite the next people of a campaign, and give the worker those after them."""
    following = invite_next(campaign_id=campaign_id, after=after)
    if following:
        invite_people.enqueue(campaign_id, following)
    else:
        count_marked.enqueue()
    return following


@task
def count_marked() -> int:
    """Count every organisation that is marked; returns how many were. Harmless at any time, and beside another one."""
    return follow_marks()


def sweep_campaigns() -> int:
    """Give the worker the campaigns that were not invited to the end and have no task; returns how many. Harmless at any time."""
    found = still_inviting()
    if found:
        known = invite_people.get_backend().known(invite_people)
        found = [pk for pk in found if known is not None and pk not in {args[0] for args in known}]
    for pk in found:
        invite_people.enqueue(pk)
    return len(found)
