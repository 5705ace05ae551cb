"""How gunicorn serves the portal; it reads this file from the folder that it is started in.

What stands here holds unless the command line says otherwise (docs/decisions/health-and-metrics.md).
"""

import sys
from threading import Thread

from django.conf import settings

from service.logging import configuration
from service.watching import exporting
from standards_portal.environment import env_flag
from standards_portal.serving import folder_for_heartbeats, read_serving
from standards_portal.watching import read_watching

_serving = read_serving()
_watching = read_watching()

wsgi_app = "standards_portal.wsgi"
bind = _serving.bind
worker_class = "standards_portal.web_worker.WebWorker"
workers = _serving.workers
threads = _serving.threads
graceful_timeout = _serving.stops_within
keepalive = _serving.keepalive
max_requests = _serving.max_requests
max_requests_jitter = _serving.max_requests // 10
worker_tmp_dir = folder_for_heartbeats()
# Loaded once and shared: wsgi.py keeps the collector of garbage from copying it.
preload_app = True
# One more way in that nobody asked for.
control_socket_disable = True

# The longest address that gunicorn allows: a long search is answered by the portal, in words, and not by gunicorn.
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
# Whether somebody came by HTTPS is for TRUST_PROXY alone to say; gunicorn would believe anybody on this machine.
forwarded_allow_ips = ""
secure_scheme_headers = {}
forwarder_headers = ""

# What gunicorn has to say, which in its own words names whole addresses, is written as the portal's lines are. The line of each
# request is the portal's (service.middleware), so gunicorn's own stays off.
accesslog = None
_written = configuration(debug=env_flag("DEBUG"), demo=env_flag("PORTAL_DEMO"))
logconfig_dict = _written | {"loggers": {"gunicorn.error": {"handlers": ["stderr"], "propagate": False}}}

if _watching.metrics_port:
    exporting.make_folder(worker_tmp_dir)


def when_ready(server):
    """Begin to show figures, in a process made while this one has no threads and no workers yet."""
    if _watching.metrics_port:
        try:
            listener = exporting.listen(_watching.metrics_address, _watching.metrics_port)
        except exporting.PortTaken as taken:
            exporting.remove_folder()
            sys.exit(str(taken))
        exporting.serve_in_child(listener, close=server.LISTENERS)


def pre_fork(server, worker):
    """Let no connection to the database be shared: two processes on one would read each other's answers."""
    if "django.db" in sys.modules:
        sys.modules["django.db"].connections.close_all()


def post_worker_init(worker):
    """Tell of errors and times where somebody asked for it, and prepare the making of PDFs beside the first requests, so that
    nobody's first report waits for it."""
    if settings.configured:
        from service.watching.beginning import begin_in_server

        begin_in_server()
    Thread(target=_warm, daemon=True).start()


def worker_exit(server, worker):
    """Send what is left to tell."""
    if "service.watching.beginning" in sys.modules:
        sys.modules["service.watching.beginning"].end()


def child_exit(server, worker):
    """Forget what stood for a process that is gone; what it counted stays."""
    if _watching.metrics_port:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def on_exit(server):
    """Leave nothing behind."""
    if _watching.metrics_port:
        exporting.end_children()
        exporting.remove_folder()


def _warm():
    from documents.pdf import PdfUnavailable, warm

    try:
        warm()
    except PdfUnavailable:
        return  # the page that offers the PDF says so
