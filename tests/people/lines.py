"""Lines as tests want them, made by the actions."""

from people.actions import accept_line, decline_line, end_line, name_line_manager, withdraw_line


def make_line(person, line_manager, *, state="accepted", asked_by=None):
    """A line from one to the other in the state of that word (``ReportingLine.state``)."""
    line = name_line_manager(person=person, email=line_manager.email, asked_by=asked_by or person)
    if state in ("accepted", "ended"):
        accept_line(line=line, line_manager=line_manager)
    if state == "ended":
        end_line(line=line, ended_by=person)
    if state == "declined":
        decline_line(line=line, line_manager=line_manager)
    if state == "withdrawn":
        withdraw_line(line=line, withdrawn_by=person)
    return line


STATES = ("waiting", "declined", "withdrawn", "accepted", "ended")
