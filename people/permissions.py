"""May this person do this to this line? Who may see it at all is ``ReportingLine.objects.visible_to``."""


def can_answer(user, line) -> bool:
    """Accept or decline: whoever sees the line and is not the person themselves, while it waits."""
    return line.is_pending and line.person_id != user.pk


def can_withdraw(user, line) -> bool:
    """Take the request back: the person. Whether it still waits is asked by the action, which may be overtaken by an answer."""
    return line.person_id == user.pk


def can_end(user, line) -> bool:
    """End the line: either of the two, while it is live."""
    return line.is_live and user.pk in (line.person_id, line.line_manager_id)
