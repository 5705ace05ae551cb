"""How gunicorn serves the portal; it reads this file from the folder that it is started in."""

from threading import Thread

# The longest address that gunicorn allows: a long search is answered by the portal, in words, and not by gunicorn.
limit_request_line = 8190


def post_worker_init(worker):
    """Prepare the making of PDFs beside the first requests, so that nobody's first report waits for it."""
    Thread(target=_warm, daemon=True).start()


def _warm():
    from documents.pdf import PdfUnavailable, warm

    try:
        warm()
    except PdfUnavailable:
        return  # the page that offers the PDF says so
