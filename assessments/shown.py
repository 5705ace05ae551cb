"""What of whose round the answer to a request shows. The view that found the round says it; ``middleware`` notes it when the answer
goes out (docs/decisions/who-has-seen.md)."""


def shows(request, assessment, what):
    """Say that the page being made shows ``what`` (a ``Reading.What``) of a round. Of what is one's own nothing is kept."""
    shows_all(request, (assessment,), what)


def shows_all(request, rounds, what):
    """The same of several rounds, or what has the ``pk`` and ``owner_id`` of one."""
    reader_pk = request.user.pk
    others = [(each, what) for each in rounds if each.owner_id != reader_pk]
    if others:
        request.rounds_shown = (*rounds_shown(request), *others)


def rounds_shown(request) -> tuple:
    """The (round, what) of others that the answer shows, if it turns out to be a page."""
    return getattr(request, "rounds_shown", ())
