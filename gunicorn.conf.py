"""How gunicorn serves the portal; it reads this file from the folder that it is started in."""

from threading import Thread

from service.logging import configuration
from standards_portal.environment import env_flag

# The longest address that gunicorn allows: a long search is answered by the portal, in words, and not by gunicorn.
limit_request_line = 8190

# What gunicorn has to say, which in its own words names whole addresses, is written as the portal's lines are. The line of each
# request is the portal's (service.middleware), so gunicorn's own stays off.
accesslog = None
_written = configuration(debug=env_flag("DEBUG"), demo=env_flag("PORTAL_DEMO"))
logconfig_dict = _written | {"loggers": {"gunicorn.error": {"handlers": ["stderr"], "propagate": False}}}


def post_worker_init(worker):
    """Prepare the making of PDFs beside the first requests, so that nobody's first report waits for it."""
    Thread(target=_warm, daemon=True).start()


def _warm():
    from documents.pdf import PdfUnavailable, warm

    try:
        warm()
    except PdfUnavailable:
        return  # the page that offers the PDF says so
