"""The portal's own settings, served by ``benchmarks.wsgi`` so that the floor's pages stand beside its own."""

from standards_portal.settings import *  # noqa: F403 all of them

ROOT_URLCONF = "benchmarks.urls"
WSGI_APPLICATION = "benchmarks.wsgi.application"
