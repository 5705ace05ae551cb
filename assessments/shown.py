"""What of whose round the answer to a request shows. The view that found the round says it; ``middleware`` notes it when the answer
goes out (docs/decisions/who-has-seen.md)."""


def shows(request, assessment, what):
    """Say that the page being made shows ``what`` (a ``Reading.What``) of a round. Of what is one's own nothing is kept."""
    if assessment.owner_id != request.user.pk:
        request.rounds_shown = (*rounds_shown(request), (assessment, what))


def rounds_shown(request) -> tuple:
    """The (round, what) of others that the answer shows, if it turns out to be a page."""
    return getattr(request, "rounds_shown", ())
