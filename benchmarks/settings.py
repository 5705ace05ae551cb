"""The portal's own settings, served by ``benchmarks.wsgi`` so that the floor's pages stand beside its own."""

from standards_portal.settings import *  # noqa: F403 all of them

ROOT_URLCONF = "benchmarks.urls"
WSGI_APPLICATION = "benchmarks.wsgi.application"

# Whoever asks for the floor's pages is found as Django finds them.
FLOOR_BACKEND = "django.contrib.auth.backends.ModelBackend"
AUTHENTICATION_BACKENDS = [*AUTHENTICATION_BACKENDS, FLOOR_BACKEND]  # noqa: F405 from the portal's settings
