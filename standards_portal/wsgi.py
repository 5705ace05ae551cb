"""The WSGI application that gunicorn serves."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "standards_portal.settings")

application = get_wsgi_application()
# Imported now: it needs Django's applications.
import_module("service.outages").wait_no_longer_than_people()

# What is loaded now stays for good. Without this the garbage collector walks through all of it again and again, in the middle of
# somebody's page, and it would copy memory that gunicorn's workers share (docs/performance.md).
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
# A page makes and drops thousands of small objects, nearly all of which go without the collector. Looking for the rest after each
# 700 new ones, as Python does, took a tenth of a request.
gc.set_threshold(50_000, 20, 50)
