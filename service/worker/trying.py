"""How often a task is tried, and how long it rests in between. The same for both queues."""

from datetime import datetime, timedelta

# After the first try that failed, after the second one, ...
RESTS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
MOST_TRIES = len(RESTS) + 1
# Workers are killed for reasons that are not the task's, often many times in a row: a task may take more of them with it, and none
# of them is a try that failed.
MOST_LOST = 20
# A sweep that would look at more tasks than this leaves them to the workers: nothing is missed while there is so much to do.
MOST_LOOKED_AT = 20_000
# What the row of a task says that took as many workers with it as it may.
LOST = "service.worker.Lost"

# Every task that there is, as people call it. No other is run that is named in Redis, where more than the portal may write.
NAMES = {
    "people.tasks.send_notice": "Send a notice by e-mail",
    "assessments.actions.report_files.make_report_files": "Make the PDFs of a report",
    "assessments.tasks.carry_on": "Carry drafts over to a new version",
    "assessments.tasks.tell_of_published_version": "Tell people of a published version",
    "assessments.tasks.tell_of_retiring_version": "Tell people of a retiring version",
    "insights.tasks.invite_people": "Invite the people of a campaign",
    "insights.tasks.count_marked": "Count organisations again",
}


def next_try(tries: int, now: datetime) -> datetime | None:
    """When a task that failed for the ``tries``-th time is tried again; None when it is dead."""
    return now + RESTS[tries - 1] if tries < MOST_TRIES else None
