"""A site for the tests of gunicorn: ``/slow`` begins to answer after two seconds, ``/priority`` names its thread's priority."""

import os
import time

from documents import pdf

# The workers prepare to make PDFs, which takes each a second.
pdf.warm = lambda: None


def application(environ, start_response):
    """What was asked for, and the process that answers."""
    if environ["PATH_INFO"] == "/slow":
        time.sleep(2)
    said = f"{os.getpid()} {environ['wsgi.url_scheme']} {environ['SCRIPT_NAME']}{environ['PATH_INFO']}".encode()
    if environ["PATH_INFO"] == "/priority":
        said = str(os.getpriority(os.PRIO_PROCESS, 0)).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]
