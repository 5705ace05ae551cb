"""The portal as it is served to people; addresses under /floor/ pass through the standard middleware only."""

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test.utils import override_settings

from standards_portal.wsgi import application as portal

from .server import COUNT_QUERIES

# What ``django-admin startproject`` sets. The portal's own middleware, and its own way to find a session and its person, are part
# of what is measured, not of the floor.
STANDARD_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

with override_settings(MIDDLEWARE=STANDARD_MIDDLEWARE, SESSION_ENGINE="django.contrib.sessions.backends.db"):
    floor = WSGIHandler()


def application(environ, start_response):
    handler = floor if environ["PATH_INFO"].startswith("/floor/") else portal
    if f"HTTP_{COUNT_QUERIES.replace('-', '_').upper()}" in environ:
        return _counted(handler, environ, start_response)
    return handler(environ, start_response)


def _counted(handler, environ, start_response):
    """The answer with the number of queries that it took in a header."""
    queries = []

    def count(execute, sql, params, many, context):
        queries.append(sql)
        return execute(sql, params, many, context)

    def start(status, headers, exc_info=None):
        return start_response(status, [*headers, (COUNT_QUERIES, str(len(queries)))], exc_info)

    with connection.execute_wrapper(count):
        return handler(environ, start)
