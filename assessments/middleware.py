"""What happens after every view: whoever was shown something of somebody else's round is noted."""

from http import HTTPStatus

from .actions import note_readings
from .shown import rounds_shown

# A page, and the page again with what is wrong in a form. Every other answer shows nothing of the round.
SHOWN = (HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY)


def readings(get_response):
    """Note what the answer shows of rounds that are not the reader's own. Where it cannot be noted, the page is not shown."""

    def middleware(request):
        response = get_response(request)
        shown = rounds_shown(request)
        if shown and request.method != "HEAD" and response.status_code in SHOWN:
            note_readings(reader=request.user, shown=shown)
        return response

    return middleware
